"""Prospection: the firms a counsellor should call on, for the people of a portfolio, and whom to present there."""

from dataclasses import dataclass
from functools import cache
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from features.pairs import FIRM_FEATURES, FirmPairs
from features.records import Establishment
from matching.answer import Answer, Match, Window
from matching.calling import conditions_of, widening
from matching.catalogue import Catalogue
from matching.demand import ProspectionDemand
from matching.engine import Engine
from matching.explain.firm import VOICE, FirmFacts
from matching.facets import facets_of
from matching.hirings import Expected, expected_of
from matching.hooks import (
    RecentOffer,
    hooks,
    posts_around,
    recent_offers,
    sessions_by_occupation,
)
from matching.index.base import best
from matching.lookups import day_number
from matching.portfolio import Floats, Portfolio, centre_of, portfolio_of
from matching.presenting import Presentable, Presentation, fitting_occupations
from matching.schema import NO_DAY, Collection
from matching.scoring import Scored, best_of_each, make_matches, page, results_of, score
from matching.selection import select
from matching.sides import columns_of
from models.hiring.forecast import in_occupations
from models.ranked import Ranked

_FIRM: Final = msgspec.json.Decoder(Establishment)

DEPTH: Final = 400
"""Firms that are ranked in full, those that promise most."""
SHORT_OF_UNKNOWN: Final = 0.5
"""Hirings that a firm without a forecast counts for when the best are picked."""


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
    notice = None if len(places) else widening(engine, demand, portfolio, centre)
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
    fitting = cache(lambda sector: fitting_occupations(engine, portfolio, sector))
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
    presentation = Presentation(engine, portfolio, scored.rows[positions])
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
