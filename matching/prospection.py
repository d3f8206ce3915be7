"""Prospection: the firms a counsellor should call on, for the people of a portfolio, and whom to present there."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from math import isnan
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from features.pairs import FIRM_FEATURES, FirmPairs
from features.records import Establishment
from matching.answer import Answer, Match, Window
from matching.catalogue import Catalogue
from matching.demand import ProspectionDemand
from matching.engine import Engine
from matching.explain.filter_names import filters
from matching.explain.firm import VOICE, FirmFacts
from matching.explain.wording import counted, enumeration, kilometres, months
from matching.facets import facets_of
from matching.filters import consent, place
from matching.filters.base import Condition, Context
from matching.filters.registry import parse
from matching.hooks import (
    DISCOVERS_UNDER_MONTHS,
    RecentOffer,
    hooks,
    posts_around,
    recent_offers,
    sessions_by_occupation,
)
from matching.index.base import best
from matching.lookups import day_number
from matching.portfolio import Floats, Portfolio, centre_of, portfolio_of
from matching.schema import NO_DAY, Collection
from matching.scoring import Scored, best_of_each, make_matches, page, results_of, score
from matching.selection import select
from matching.sides import columns_of
from matching.solicitation import CAP_DAYS, SOLICITATION_CAP, not_contacted_since, under_the_cap
from matching.sourcing import BAND_KM
from models.hiring.forecast import in_occupations, interval
from models.ranked import Ranked

_FIRM: Final = msgspec.json.Decoder(Establishment)

DEPTH: Final = 400
"""Firms that are ranked in full, those that promise most."""
PRESENTED: Final = 3
"""People proposed for each firm."""
WIDER_KM: Final = (50, 100)
"""Radii that are tried where a search brings nothing."""
SHORT_OF_UNKNOWN: Final = 0.5
"""Hirings that a firm without a forecast counts for when the best are picked."""


class Presentable(msgspec.Struct, frozen=True, gc=False):
    """A person of the portfolio who could be presented to a firm."""

    profile_id: str
    occupation_label: str
    why: str
    """In French."""


class Expected(msgspec.Struct, frozen=True, gc=False):
    """Hirings expected over six months: the mean, and bounds between which four futures in five lie."""

    mean: float
    low: int
    high: int


class Target(Match[Establishment], frozen=True, kw_only=True):
    """A firm to prospect."""

    expected: Expected | None
    """In all."""
    openings: Expected | None
    """In the target occupations."""
    present: tuple[Presentable, ...]
    offers: tuple[RecentOffer, ...]
    people: int
    """How many of the portfolio could be presented."""
    hooks: tuple[str, ...]
    """What opens the conversation, in French."""

    @property
    def expected_hirings(self) -> float | None:
        return None if self.expected is None else self.expected.mean


@dataclass(frozen=True)
class Targets:
    """A page of firms, and where the search was centred."""

    answer: Answer[Establishment]
    targets: tuple[Target, ...]
    commune_insee: str


@dataclass(frozen=True, eq=False)
class Prospects:
    """Firms ranked for a portfolio: what a page is shown of, and a plan is made of."""

    portfolio: Portfolio
    centre: int
    """Commune row."""
    scored: Scored
    pairs: FirmPairs
    chances: Floats
    """(n firms, n portfolio rows) `Portfolio.meeting`."""


def targets(engine: Engine, demand: ProspectionDemand, window: Window) -> Targets:
    """The firms to prospect, best first. Firms that opted out, refused, or were called on too often are never shown.

    Raises BadParameter (nobody and nothing to prospect for, unknown commune or occupation), NotFound (a profile),
    UnknownParameter.
    """
    firms = engine.catalogue(Collection.ESTABLISHMENTS)
    portfolio = portfolio_of(engine, demand)
    centre = centre_of(engine, demand, portfolio)
    found = prospects(engine, demand, portfolio, centre)
    keys = [firms.keys(found.scored.rows)]
    places = best_of_each([found.scored], keys)
    shown = targets_at(engine, demand, found, page(places, window).positions)
    facets = facets_of(firms, *results_of([found.scored], keys), engine.lookups)
    notice = None if len(places) else _widening(engine, demand, portfolio, centre)
    answer = Answer(shown, len(places), facets, notice, engine.rankers[Ranked.FIRMS].model)
    return Targets(answer, shown, engine.lookups.reference.communes.insee[centre])


def prospects(
    engine: Engine, demand: ProspectionDemand, portfolio: Portfolio, centre: int, depth: int = DEPTH
) -> Prospects:
    """At most `depth` firms, in the order of their rows, scored for the portfolio. Raises as `targets`."""
    firms = engine.catalogue(Collection.ESTABLISHMENTS)
    selected = select(firms, conditions_of(engine, demand, portfolio, centre)).rows
    rows = _most_promising(firms, selected, portfolio, depth)
    to_firms = columns_of(firms, rows)
    chances = portfolio.meeting(to_firms("naf"), to_firms("commune"))
    pairs = pairs_of(engine, demand, portfolio, rows, chances, centre)
    scored = score(rows, FIRM_FEATURES, pairs, engine.rankers[Ranked.FIRMS].ranker, VOICE.reads)
    return Prospects(portfolio, centre, scored, pairs, chances)


def conditions_of(
    engine: Engine, demand: ProspectionDemand, portfolio: Portfolio, centre: int, capped: bool = True
) -> list[Condition]:
    """What a firm must meet to be called on; `capped` is False to count also those that refused or were called on too
    often."""
    today = day_number(engine.today())
    fits = portfolio.fits
    conditions: list[Condition] = [
        consent.may_be_prospected,
        *([under_the_cap(today)] if capped else []),
        place.within(engine.lookups, [centre], demand.radius_km),
        lambda view: fits[view.column("naf")] > 0,
        *parse(demand.parameters, Context(Collection.ESTABLISHMENTS, engine.lookups, engine.today())),
    ]
    if demand.not_contacted_days:
        conditions.append(not_contacted_since(today - demand.not_contacted_days))
    return conditions


def _most_promising(firms: Catalogue, rows: NDArray[np.int64], portfolio: Portfolio, depth: int) -> NDArray[np.int64]:
    """At most `depth` rows by `Portfolio.promise`."""
    expected = np.nan_to_num(firms.take("expected_hirings", rows), nan=SHORT_OF_UNKNOWN)
    return np.sort(best(portfolio.promise(firms.take("naf", rows), expected), rows, depth).rows)


def pairs_of(
    engine: Engine,
    demand: ProspectionDemand,
    portfolio: Portfolio,
    rows: NDArray[np.int64],
    chances: Floats,
    centre: int,
) -> FirmPairs:
    """The firms at `rows` seen from the portfolio; `chances` as `Portfolio.meeting` gives them."""
    lookups, today = engine.lookups, day_number(engine.today())
    firms = engine.catalogue(Collection.ESTABLISHMENTS)
    to_firms = columns_of(firms, rows)
    sectors = to_firms("naf")
    last_contact = to_firms("last_contact_day")
    of_sector = portfolio.fits[sectors]
    total, wanted = posts_around(engine, portfolio, centre, demand.radius_km, firms.keys(rows))
    kappa = np.float32(lookups.hiring.kappa)
    fits: Floats = (kappa * of_sector + wanted) / (kappa + total)
    expected = to_firms("expected_hirings")
    openings = np.nan_to_num(expected, nan=SHORT_OF_UNKNOWN) * fits
    return FirmPairs(
        fit=fits,
        people=portfolio.people(chances),
        expected_hirings=expected,
        take=portfolio.take(chances, sectors, openings, of_sector),
        answer=engine.links.responsiveness(firms.keys(rows)),
        tension=_tension(engine, portfolio, sectors, to_firms("commune")),
        days_since_contact=np.where(last_contact == NO_DAY, np.nan, today - last_contact).astype(np.float32),
        engaged=to_firms("engaged"),
        distance_km=lookups.distances_between(centre, to_firms("commune")),
        reach_km=np.array([demand.radius_km], dtype=np.float32),
    )


def _tension(
    engine: Engine, portfolio: Portfolio, sectors: NDArray[np.int16], communes: NDArray[np.int32]
) -> NDArray[np.float32]:
    """(n firms,) tension of the wanted occupations where the firm is, each by its share in what the sector hires."""
    lookups = engine.lookups
    areas = lookups.area_of_commune[communes].astype(np.int64)
    n_areas = lookups.tension.shape[1]
    kinds, kind_of = np.unique(sectors * np.int64(n_areas) + areas, return_inverse=True)  # most firms are of a few
    wanted = np.flatnonzero(portfolio.weights)
    shares = lookups.naf_share[np.ix_(kinds // n_areas, wanted)] * portfolio.weights[wanted]
    tension = lookups.tension[np.ix_(wanted, kinds % n_areas)].T
    known = ~np.isnan(tension)
    weights = np.where(known, shares, 0)
    totals = weights.sum(axis=1)
    means = np.divide(
        np.where(known, tension * weights, 0).sum(axis=1),
        totals,
        out=np.full(len(kinds), np.nan, dtype=np.float32),
        where=totals > 0,
    )
    tensions: NDArray[np.float32] = means[kind_of].astype(np.float32)
    return tensions


def targets_at(
    engine: Engine, demand: ProspectionDemand, found: Prospects, positions: NDArray[np.int64]
) -> tuple[Target, ...]:
    """The firms at `positions`."""
    firms, naf = engine.catalogue(Collection.ESTABLISHMENTS), engine.lookups.reference.naf
    portfolio, scored, pairs = found.portfolio, found.scored, found.pairs
    rows = scored.rows[positions].tolist()
    ids = [firms.id_of(row) for row in rows]
    sectors = firms.take("naf", scored.rows[positions]).tolist()
    distances = pairs.distance_km[positions]
    expected, openings = _forecasts(engine, found, positions)
    offers = recent_offers(engine, portfolio, ids)
    fitting = cache(lambda sector: _fitting(engine, portfolio, sector))
    facts = [
        FirmFacts(values, naf.labels.get(code, code), labels, distance_km, own, each and (each.low, each.high))
        for values, code, labels, distance_km, own, each in zip(
            scored.values_at(positions),
            [naf.naf_codes[sector] for sector in sectors],
            [tuple([label for _, label in fitting(sector)]) for sector in sectors],
            distances.tolist(),
            [sum(offer.is_wanted for offer in published) for published in offers],
            expected,
            strict=True,
        )
    ]
    payloads = firms.payloads_of(scored.rows[positions])
    matches = make_matches(ids, payloads, _FIRM, scored, positions, distances, facts, VOICE)
    presentation = _Presentation(engine, portfolio, scored.rows[positions])
    sessions = sessions_by_occupation(engine, found.centre, demand.radius_km) if rows else np.zeros(0, np.int64)
    made = []
    for on_page, (match, position, sector, published, hired, opened) in enumerate(
        zip(matches, positions.tolist(), sectors, offers, expected, openings, strict=True)
    ):
        present, discoverers = presentation(on_page, sector, found.chances[position])
        first = fitting(sector)[:1]
        opening = hooks(
            published,
            0.0 if opened is None else opened.mean,
            first[0][1] if first else None,
            int(sessions[first[0][0]]) if first else 0,
            discoverers,
            bool(pairs.engaged[position]),
        )
        made.append(
            Target(
                id=match.id,
                score=match.score,
                payload=match.payload,
                decoder=match.decoder,
                distance_km=match.distance_km,
                reasons=match.reasons,
                gaps=match.gaps,
                base=match.base,
                expected=hired,
                openings=opened,
                present=present,
                offers=published,
                people=int(pairs.people[position]),
                hooks=opening,
            )
        )
    return tuple(made)


def _forecasts(
    engine: Engine, found: Prospects, positions: NDArray[np.int64]
) -> tuple[list[Expected | None], list[Expected | None]]:
    """Hirings expected of each firm, in all and in the target occupations."""
    firms = engine.catalogue(Collection.ESTABLISHMENTS)
    means = found.pairs.expected_hirings[positions].astype(np.float64)
    shapes = firms.take("hirings_shape", found.scored.rows[positions]).astype(np.float64)
    part = in_occupations(means, shapes, found.pairs.fit[positions], engine.lookups.hiring.kappa)
    both = expected_of(np.concatenate([means, part[0]]), np.concatenate([shapes, part[1]]))
    return both[: len(means)], both[len(means) :]


def expected_of(means: NDArray[np.float64], shapes: NDArray[np.float64]) -> list[Expected | None]:
    """The mean of each forecast with its bounds; None where there is none."""
    known = ~(np.isnan(means) | np.isnan(shapes))
    low, high = interval(np.where(known, means, 1.0), np.where(known, shapes, 1.0))
    return [
        Expected(mean, least, most) if told else None
        for mean, least, most, told in zip(means.tolist(), low.tolist(), high.tolist(), known.tolist(), strict=True)
    ]


def _fitting(engine: Engine, portfolio: Portfolio, naf: int) -> tuple[tuple[int, str], ...]:
    """Occupations of some weight that a sector hires, rows and labels, the most hired first."""
    wanted = np.flatnonzero(portfolio.weights)
    shares = engine.lookups.naf_share[naf, wanted] * portfolio.weights[wanted]
    labels = engine.lookups.reference.rome.labels
    return tuple(
        [
            (int(wanted[at]), labels[wanted[at]])
            for at in np.argsort(-shares, kind="stable")[:6].tolist()
            if shares[at] > 0
        ]
    )


class _Presentation:
    """Chooses the people of a portfolio to present to the firms of a page, given by their rows."""

    def __init__(self, engine: Engine, portfolio: Portfolio, firms: NDArray[np.int64]) -> None:
        self._profiles = engine.catalogue(Collection.PROFILES)
        self._lookups = engine.lookups
        self._portfolio = portfolio
        read = columns_of(self._profiles, portfolio.rows)
        self._profiled, self._months = read("profiling"), read("experience_months")
        communes = engine.catalogue(Collection.ESTABLISHMENTS).take("commune", firms)
        self._away = self._lookups.distances_among(communes, read("commune"))

    def __call__(self, place: int, naf: int, chances: Floats) -> tuple[tuple[Presentable, ...], tuple[str, ...]]:
        """At most `PRESENTED` people for the firm at a place of the page, of sector `naf`: those of the best chances (a
        portfolio row each), and the ids of those who would discover the occupation."""
        shares = self._lookups.naf_share[naf, self._portfolio.occupations]
        order = np.lexsort((self._portfolio.keys, -chances * np.sqrt(shares)))
        chosen: dict[str, Presentable] = {}
        discoverers: list[str] = []
        for at in order[chances[order] > 0].tolist():
            key = self._profiles.id_of(int(self._portfolio.rows[at]))
            if key in chosen:
                continue
            label = self._lookups.reference.rome.labels[int(self._portfolio.occupations[at])]
            chosen[key] = Presentable(key, label, self._why(at, float(self._away[place, at])))
            if self._profiled[at] and self._months[at] < DISCOVERS_UNDER_MONTHS:
                discoverers.append(key)
            if len(chosen) == PRESENTED:
                break
        return tuple(chosen.values()), tuple(discoverers)

    def _why(self, at: int, away_km: float) -> str:
        """Why this person; the distance in bands, so that what is copied to an employer places nobody."""
        held = float(self._months[at])
        if not self._profiled[at]:
            past = "vise ce métier"
        elif held < 1:
            past = "vise ce métier, sans expérience déclarée"
        else:
            past = f"{months(held)} d'expérience dans ce métier"
        if isnan(away_km):
            where = "à sa portée"
        elif away_km < BAND_KM:
            where = f"à moins de {kilometres(BAND_KM)}"
        else:
            where = f"à {kilometres(BAND_KM * round(away_km / BAND_KM))} environ"
        return f"{past[0].upper()}{past[1:]}, {where}"


def _widening(engine: Engine, demand: ProspectionDemand, portfolio: Portfolio, centre: int) -> str:
    """Why nothing is found, and the nearest relaxation that brings some."""

    def count(relaxed: ProspectionDemand, capped: bool = True) -> int:
        conditions = conditions_of(engine, relaxed, portfolio, centre, capped)
        return len(select(engine.catalogue(Collection.ESTABLISHMENTS), conditions).rows)

    def firms(number: int) -> str:
        return counted(number, "établissement", "établissements")

    if not portfolio.fits.any():
        labels = _wanted_labels(engine, portfolio)
        return f"Aucun secteur connu n'embauche dans les métiers visés ({labels}) : ajouter des métiers proches."
    if demand.parameters:
        found = count(replace(demand, parameters={}))
        if found:
            return f"Aucun établissement avec ces filtres : sans {filters(demand.parameters)}, il y en a {found}."
    if demand.not_contacted_days:
        found = count(replace(demand, not_contacted_days=None))
        if found:
            return (
                f"Tous ont été contactés depuis moins de {counted(demand.not_contacted_days, 'jour', 'jours')} : "
                f"en les comptant aussi, il y en a {found}."
            )
    for wider_km in (km for km in WIDER_KM if km > demand.radius_km):
        found = count(replace(demand, radius_km=wider_km))
        if found:
            return (
                f"Aucun établissement à démarcher dans un rayon de {kilometres(demand.radius_km)} ; "
                f"{firms(found)} à moins de {wider_km} km."
            )
    found = count(replace(demand, not_contacted_days=None, parameters={}), capped=False)
    if found:
        return (
            f"Les établissements alentour ont refusé récemment ou ont déjà été sollicités {SOLICITATION_CAP} fois en "
            f"{CAP_DAYS} jours : choisir une autre commune, ou attendre."
        )
    labels = _wanted_labels(engine, portfolio)
    return (
        f"Aucun établissement à démarcher à moins de {kilometres(max(demand.radius_km, *WIDER_KM))} pour ces métiers "
        f"({labels}) : élargir les métiers visés."
    )


def _wanted_labels(engine: Engine, portfolio: Portfolio) -> str:
    labels: Sequence[str] = engine.lookups.reference.rome.labels
    order = portfolio.wanted[np.argsort(-portfolio.weights[portfolio.wanted], kind="stable")]
    return enumeration([labels[row] for row in order.tolist()])
