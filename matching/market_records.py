"""People, offers and occupations of an engine as the arrays of a `Market`: what their records say, and no more."""

from collections.abc import Sequence
from typing import Any, Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from features.bits import CONTRACT_BIT
from features.pairs.base import NO_SKILL
from features.pairs.hours import HOURS
from features.records import Contract
from features.rome.referential import Rome
from features.travel_time import AROUND_KM, Density, density_of
from features.world.seasonal import seasonal_share
from matching.engine import Engine
from matching.jobs import profile_at
from matching.lookups import Lookups
from matching.payload import record_part
from matching.rows.offer import OfferCard
from matching.rows.profile import occupations_held
from matching.schema import Collection
from matching.sides import columns_of
from models.simulation.calendar import arrival_weeks, closing_days, publication_days
from models.simulation.market import MAX_TARGETS, ContractKind, Floats, Occupations, Offers, Persons, Rows, as_floats

SEASON_HEIGHT: Final = {"A": 36.0, "D": 49.0, "G": 28.0, "L": 28.0, "N": 49.0}
"""Week of the height of the season by grand domain: harvests, the end of the year's sales, the summer."""
SPRING: Final = 15.0
SEASON_STRENGTH: Final = (0.1, 2.0)
"""Strength of a season: so much for every occupation, and so much times its share of seasonal projects (BMO)."""
USUAL_PAY: Final = 2100.0
PAY_PRIOR: Final = 5.0
"""Offers that the mean of all counts for beside those of an occupation."""

_CARD: Final = msgspec.json.Decoder(OfferCard)
_KINDS: Final = {
    Contract.CDI: ContractKind.PERMANENT,
    Contract.CDD: ContractKind.FIXED_TERM,
    Contract.SEASONAL: ContractKind.FIXED_TERM,
    Contract.INTERIM: ContractKind.AGENCY,
}


def occupations_of(engine: Engine) -> Occupations:
    """The occupations of the reference data, with the mean pay of their offers and their season."""
    rome = engine.lookups.reference.rome
    offers = engine.catalogue(Collection.OFFERS)
    rows = np.flatnonzero(offers.alive)
    occupation, pay = offers.take("occupation", rows), offers.take("pay_max", rows)
    told = (occupation >= 0) & np.isfinite(pay)
    usual = float(pay[told].mean()) if told.any() else USUAL_PAY
    counts = np.bincount(occupation[told], minlength=rome.n_occupations)
    totals = np.bincount(occupation[told], weights=pay[told], minlength=rome.n_occupations)
    lowest, slope = SEASON_STRENGTH
    strength = [min(lowest + slope * seasonal_share(code), 0.9) for code in rome.codes]
    height = [SEASON_HEIGHT.get(code[:1], SPRING) for code in rome.codes]
    return Occupations(
        groups=_groups(rome),
        pay=as_floats((totals + PAY_PRIOR * usual) / (counts + PAY_PRIOR)),
        season=np.stack([strength, height], axis=1).astype(np.float32),
    )


def persons_of(engine: Engine, profile_ids: Sequence[str], weeks: int, generator: np.random.Generator) -> Persons:
    """These people as their profiles tell them; what hangs on a project is the first one's."""
    profiles, lookups = engine.catalogue(Collection.PROFILES), engine.lookups
    projects = [profiles.rows_of(profile_id) for profile_id in profile_ids]
    read = columns_of(profiles, np.array([rows[0] for rows in projects]))
    counts = np.array([min(len(rows), MAX_TARGETS) for rows in projects])
    of_project = columns_of(profiles, np.concatenate([rows[:MAX_TARGETS] for rows in projects]))
    placed = np.arange(MAX_TARGETS) < counts[:, None]
    lat, lon = points_of(lookups, read("commune"))
    return Persons(
        ids=np.array(profile_ids, dtype=np.str_),
        targets=_placed(of_project("occupation"), placed, -1),
        past=np.array([_last_job(engine, int(rows[0])) for rows in projects], dtype=np.int16),
        lat=lat,
        lon=lon,
        reach_km=_placed(of_project("radius_km"), placed, np.nan),
        pay_floor=_placed(of_project("pay_floor"), placed, np.nan),
        education_level=read("education_level"),
        working_time=read("working_time"),
        minutes_per_km=_minutes_per_km(lookups, read("minutes_per_km")),
        urban=_urban(lookups, read("commune")),
        arrival_week=arrival_weeks(len(projects), weeks, generator),
        profiling=read("profiling"),
    )


def offers_of(
    engine: Engine,
    rows: NDArray[np.int64],
    occupations: Occupations,
    weeks: int,
    generator: np.random.Generator,
) -> tuple[Offers, NDArray[np.str_], Floats]:
    """The offers at `rows` of the catalogue, and the SIRET and size of their firms."""
    catalogue = engine.catalogue(Collection.OFFERS)
    read = columns_of(catalogue, rows)
    sirets = [_CARD.decode(record_part(payload)).offer.siret or "" for payload in catalogue.payloads_of(rows)]
    firm_ids, firm = np.unique(np.array(sirets, dtype=np.str_), return_inverse=True)
    if len(firm_ids) and firm_ids[0] == "":
        firm_ids, firm = firm_ids[1:], firm - 1
    lat, lon = points_of(engine.lookups, read("commune"))
    published = publication_days(occupations.season[read("occupation")], weeks, generator)
    hours = np.where(np.isnan(read("weekly_hours")), HOURS[read("working_time")], read("weekly_hours"))
    offers = Offers(
        ids=np.array([catalogue.id_of(row) for row in rows.tolist()], dtype=np.str_),
        occupation=read("occupation"),
        lat=lat,
        lon=lon,
        pay=read("pay_max"),
        weekly_hours=as_floats(hours),
        contract=_contract_kinds(read("contract")),
        experience_months=_experience_asked(read("experience_demand"), read("experience_months")),
        education_level=read("education_required"),
        skills_asked=(read("skills") != NO_SKILL).sum(axis=1).astype(np.uint8),
        firm=firm.astype(np.int32),
        posts=np.maximum(read("posts"), 1),
        published_day=published,
        closing_day=closing_days(published, generator),
    )
    return offers, firm_ids, sizes_of(engine, firm_ids)


def _placed(values: NDArray[Any], places: NDArray[np.bool_], missing: float) -> NDArray[Any]:
    """(n, 3) the values, one a project, put where `places` is true, row after row."""
    table = np.full(places.shape, missing, dtype=values.dtype)
    table[places] = values
    return table


def _groups(rome: Rome) -> Rows:
    """(n_occupations, 3) rows of grand domain, domain and family."""
    levels = [np.unique([code[:length] for code in rome.codes], return_inverse=True)[1] for length in (1, 3)]
    return np.stack([*levels, rome.family_of[:-1]], axis=1).astype(np.int16)


def points_of(lookups: Lookups, commune: NDArray[np.int32]) -> tuple[Floats, Floats]:
    communes = lookups.reference.communes
    lat, lon = np.append(communes.lat, np.float32(np.nan)), np.append(communes.lon, np.float32(np.nan))
    return lat[commune], lon[commune]


def _urban(lookups: Lookups, commune: NDArray[np.int32]) -> NDArray[np.bool_]:
    found, of_person = np.unique(commune, return_inverse=True)
    urban = [
        row >= 0 and density_of(lookups.people_around(row, AROUND_KM)) is not Density.RURAL for row in found.tolist()
    ]
    return np.array(urban, dtype=np.bool_)[of_person]


def _minutes_per_km(lookups: Lookups, told: NDArray[np.float16]) -> Floats:
    """Of people whose place is not known, those of a car somewhere."""
    anywhere = lookups.minutes_per_km(-1, ())
    return as_floats(np.where(np.isnan(told), anywhere, told))


def _last_job(engine: Engine, row: int) -> int:
    held = occupations_held(profile_at(engine, row), engine.lookups)
    return next((occupation for occupation, _ in held if occupation >= 0), -1)


def _contract_kinds(bits: NDArray[np.uint16]) -> NDArray[np.int8]:
    kinds = np.where(bits == 0, ContractKind.UNKNOWN, ContractKind.OTHER).astype(np.int8)
    for contract, kind in _KINDS.items():
        kinds[bits == CONTRACT_BIT[contract]] = kind
    return kinds


def _experience_asked(demand: NDArray[np.int8], months: Floats) -> Floats:
    """Months; 0 for beginners, NaN where the offer does not say."""
    return as_floats(np.where(demand == 1, 0.0, np.where(demand == 0, np.nan, months)))


def sizes_of(engine: Engine, sirets: NDArray[np.str_]) -> Floats:
    """(n,) employees at least; NaN where the firm is not in the store or does not say."""
    firms = engine.catalogue(Collection.ESTABLISHMENTS)
    rows = [firms.rows_of(siret) for siret in sirets.tolist()]
    known = [position for position, found in enumerate(rows) if len(found)]
    sizes = np.full(len(rows), np.nan, dtype=np.float32)
    if known:
        least = firms.take("headcount_min", np.array([rows[position][0] for position in known]))
        sizes[known] = np.where(least >= 0, least, np.nan)
    return sizes
