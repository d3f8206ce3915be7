"""A plan of prospection: what each visit is worth to each counsellor, and the visits that come out of the sharing.

What a visit is worth is the firm's score for the counsellor's own portfolio (the chance of placing someone), raised by
what the counsellor knows and lowered by the road:

    score x (1 + KNOWN if they have spoken with the firm) x (1 + SECTOR x n / (n + SECTOR_HALF)) - HOUR_WORTH x hours

n being their contacts with other firms of the division (NAF, two digits) and hours those of the road one way: there and
back, but visits are grouped. A firm is worth nothing to a counsellor whose radius does not reach it.

Every function reads the engine at one instant and keeps no row: between two of them the engine may go on.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from features.communes import Communes
from features.geo import haversine_km
from features.pairs import FIRM_FEATURES
from features.records import Establishment, TravelMode
from matching.demand import ProspectionDemand
from matching.engine import Engine
from matching.explain.firm import VOICE
from matching.explain.wording import kilometres
from matching.keys import key_number
from matching.lookups import day_number
from matching.payload import record_part
from matching.plan_demand import Earlier
from matching.planning.problem import NOBODY, Way
from matching.portfolio import centre_of, portfolio_of
from matching.prospection import Prospects, Target, pairs_of, prospects, targets_at
from matching.roads import road_minutes
from matching.schema import Collection
from matching.scoring import score
from matching.sides import columns_of
from models.ranked import Ranked

FIRMS_EACH: Final = 2_000
"""Firms that are looked at for one counsellor, those that promise most."""
KNOWN: Final = 0.3
SECTOR: Final = 0.15
SECTOR_HALF: Final = 3.0
HOUR_WORTH: Final = 0.02
"""What an hour of road costs: the score of an ordinary firm."""
REMEMBERED_DAYS: Final = 730
"""Age of a contact after which it no longer makes a relation."""

_FIRM: Final = msgspec.json.Decoder(Establishment)


@dataclass(frozen=True)
class Worth:
    """What the firms in reach are worth to one counsellor: parallel, values above 0."""

    sirets: tuple[str, ...]
    values: NDArray[np.float64]
    known: NDArray[np.bool_]
    """Whether the counsellor has spoken with the firm."""
    commune_insee: str
    """Where the counsellor leaves from."""

    def less(self, sirets: frozenset[str]) -> "Worth":
        """These without some firms."""
        if not sirets:
            return self
        kept = [at for at, siret in enumerate(self.sirets) if siret not in sirets]
        return replace(
            self, sirets=tuple([self.sirets[at] for at in kept]), values=self.values[kept], known=self.known[kept]
        )


def worth_of(engine: Engine, demand: ProspectionDemand, mode: TravelMode) -> Worth:
    """The worth of firms to the counsellor of `demand`. Raises BadParameter, NotFound, UnknownParameter as
    `prospection.targets`."""
    portfolio = portfolio_of(engine, demand)
    centre = centre_of(engine, demand, portfolio)
    found = prospects(engine, demand, portfolio, centre, FIRMS_EACH)
    firms = engine.catalogue(Collection.ESTABLISHMENTS)
    rows = found.scored.rows
    sirets = tuple([firms.id_of(row) for row in rows.tolist()])
    divisions = _divisions(engine)[firms.take("naf", rows)]
    spoken, by_division = _relations(engine, str(demand.counsellor_id))
    known = np.isin(firms.keys(rows), spoken)
    contacts = np.maximum(by_division[divisions] - known, 0)
    hours = road_minutes(engine, centre, found.pairs.distance_km, mode) / 60
    values = (
        found.scored.scores.astype(np.float64)
        * np.where(known, 1 + KNOWN, 1.0)
        * (1 + SECTOR * contacts / (contacts + SECTOR_HALF))
        - HOUR_WORTH * hours
    )
    kept = np.flatnonzero(values > 0)
    return Worth(
        tuple([sirets[at] for at in kept.tolist()]),
        values[kept],
        known[kept],
        engine.lookups.reference.communes.insee[centre],
    )


def still_open(engine: Engine, earlier: tuple[Earlier, ...]) -> tuple[Earlier, ...]:
    """The visits whose firm is still known and has not opted out: no appointment outlives that word."""
    firms = engine.catalogue(Collection.ESTABLISHMENTS)
    found = [(each, firms.rows_of(each.siret)) for each in earlier]
    return tuple([each for each, rows in found if len(rows) and not firms.take("opt_out", rows[:1])[0]])


def _divisions(engine: Engine) -> NDArray[np.int64]:
    """(n_naf + 1,) number of each sector's division; the last is that of unknown sectors."""
    codes = [code[:2] for code in engine.lookups.reference.naf.naf_codes]
    numbers = {code: number for number, code in enumerate(sorted(set(codes)))}
    return np.array([*[numbers[code] for code in codes], len(numbers)], dtype=np.int64)


def _relations(engine: Engine, counsellor: str) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """`key_number` of the firms that a counsellor has spoken with, and by division how many those are."""
    firms = engine.catalogue(Collection.ESTABLISHMENTS)
    since = day_number(engine.today()) - REMEMBERED_DAYS
    sirets = {
        exchange.siret
        for key in engine.links.contacts_of_counsellor.get(counsellor, ())
        if (exchange := engine.links.contacts[key]).day >= since
    }
    rows = np.array([int(found[0]) for siret in sirets if len(found := firms.rows_of(siret))], dtype=np.int64)
    divisions = _divisions(engine)
    counts = np.bincount(divisions[firms.take("naf", rows)], minlength=int(divisions.max()) + 1).astype(np.float64)
    return np.array([key_number(siret) for siret in sirets], dtype=np.int64), counts


@dataclass(frozen=True)
class Stop:
    """A firm on a counsellor's round."""

    siret: str
    target: Target
    place: tuple[float, float]
    """Latitude and longitude; NaN where they are not known."""


def stops_of(engine: Engine, demand: ProspectionDemand, sirets: list[str]) -> list[Stop]:
    """The firms that a counsellor was given, with all that is told of them; those that are gone meanwhile are left out.
    In the order of `sirets`."""
    firms = engine.catalogue(Collection.ESTABLISHMENTS)
    there = [(siret, int(rows[0])) for siret in sirets if len(rows := firms.rows_of(siret))]
    if not there:
        return []
    portfolio = portfolio_of(engine, demand)
    centre = centre_of(engine, demand, portfolio)
    rows = np.array([row for _, row in there], dtype=np.int64)
    to_firms = columns_of(firms, rows)
    chances = portfolio.meeting(to_firms("naf"), to_firms("commune"))
    pairs = pairs_of(engine, demand, portfolio, rows, chances, centre)
    scored = score(rows, FIRM_FEATURES, pairs, engine.rankers[Ranked.FIRMS].ranker, VOICE.reads)
    told = targets_at(engine, demand, Prospects(portfolio, centre, scored, pairs, chances), np.arange(len(rows)))
    communes = engine.lookups.reference.communes
    stops = []
    for siret, payload, commune, target in zip(
        [siret for siret, _ in there], firms.payloads_of(rows), to_firms("commune").tolist(), told, strict=True
    ):
        stops.append(Stop(siret, target, place_of(_FIRM.decode(record_part(payload)), commune, communes)))
    return stops


def way_of(
    engine: Engine,
    base_insee: str,
    stops: list[Stop],
    mode: TravelMode,
    days: int,
    a_day: int,
    visit_minutes: float,
    day_minutes: float,
    day_of: dict[str, int],
    agreed: frozenset[str],
) -> Way:
    """What the rounds of these stops are made from; `day_of` and `agreed` by SIRET."""
    communes = engine.lookups.reference.communes
    base = communes.get_row(base_insee)
    if base is None:
        raise ValueError(f"{base_insee} is no commune: the plan's own check let it through")
    places = np.array([(float(communes.lat[base]), float(communes.lon[base])), *[stop.place for stop in stops]])
    away = np.stack([haversine_km(lat, lon, places[:, 0], places[:, 1]) for lat, lon in places.tolist()])
    minutes = np.stack([road_minutes(engine, base, row, mode) for row in away])
    np.fill_diagonal(minutes, 0)
    return Way(
        minutes=minutes.tolist(),
        days=days,
        a_day=a_day,
        visit_minutes=visit_minutes,
        day_minutes=day_minutes,
        day_of=[day_of.get(stop.siret, NOBODY) for stop in stops],
        agreed=[stop.siret in agreed for stop in stops],
    )


def firms_of(engine: Engine, sirets: Sequence[str]) -> dict[str, tuple[Establishment, tuple[float, float]]]:
    """Firms that are known, by SIRET, and where each is: latitude and longitude, its own or its commune's; NaN where
    neither is known."""
    firms = engine.catalogue(Collection.ESTABLISHMENTS)
    there = [(siret, int(rows[0])) for siret in sirets if len(rows := firms.rows_of(siret))]
    rows = np.array([row for _, row in there], dtype=np.int64)
    if not there:
        return {}
    communes = engine.lookups.reference.communes
    return {
        siret: (record := _FIRM.decode(record_part(payload)), place_of(record, commune, communes))
        for (siret, _), payload, commune in zip(
            there, firms.payloads_of(rows), firms.take("commune", rows).tolist(), strict=True
        )
    }


def place_of(record: Establishment, commune: int, communes: Communes) -> tuple[float, float]:
    """Where a firm is; `commune` is its row, -1 for none."""
    if record.lat is not None and record.lon is not None:
        return float(record.lat), float(record.lon)
    return (float(communes.lat[commune]), float(communes.lon[commune])) if commune >= 0 else (np.nan, np.nan)


def why_this_counsellor(known: bool, away_km: float | None, people: int) -> str:
    """Why a firm goes to a counsellor, in French."""
    reasons = []
    if known:
        reasons.append("déjà en relation avec l'entreprise")
    if people:
        reasons.append(f"{people} personne{'s' if people > 1 else ''} de son portefeuille à y présenter")
    if away_km is not None:
        reasons.append("sur place" if away_km < 1 else f"à {kilometres(away_km)}")
    text = ", ".join(reasons) or "seule personne disponible à portée"
    return text[0].upper() + text[1:]


def reason_for(engine: Engine, demand: ProspectionDemand, siret: str) -> str | None:
    """Why the counsellor of `demand` goes to a firm, as the planner would say it; None where the firm is not known.
    Raises as `worth_of`."""
    found = stops_of(engine, demand, [siret])
    if not found:
        return None
    spoken, _ = _relations(engine, str(demand.counsellor_id))
    target = found[0].target
    return why_this_counsellor(bool(np.isin(key_number(siret), spoken)), target.distance_km, target.people)


def search_of(demand: ProspectionDemand, counsellor: str, base: str | None) -> ProspectionDemand:
    """The search of one counsellor of a plan."""
    return replace(demand, counsellor_id=counsellor, commune_insee=base)
