"""`Market`: people, offers and who may see what, as arrays that a deployment could fill from its own records."""

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Ints = NDArray[np.int32]
Rows = NDArray[np.int16]


def as_floats(values: NDArray[np.floating]) -> Floats:
    """`values` as float32; may be `values` itself."""
    return values.astype(np.float32, copy=False)


DAYS_A_WEEK: Final = 7
N_LEVELS: Final = 3
"""Levels of the tree of occupations above the occupation itself: grand domain, domain, family."""
MAX_TARGETS: Final = 3
ARRAYS: Final = "market.npz"
META: Final = "market.json"


class MarketUnusable(ValueError):
    """A market's arrays contradict each other, or its files are not those of a market; the message says which."""


class ContractKind(IntEnum):
    """How a job binds, as far as people's tastes tell contracts apart."""

    UNKNOWN = 0
    PERMANENT = 1
    FIXED_TERM = 2
    AGENCY = 3
    OTHER = 4


@dataclass(frozen=True, eq=False, kw_only=True)
class Occupations:
    """What everybody knows of n_occupations occupations."""

    groups: Rows
    """(n, 3) rows of the grand domain, the domain and the family that each stands under."""
    pay: Floats
    """(n,) usual gross monthly pay, euros."""
    season: Floats
    """(n, 2) how strongly demand follows the year (0..1), and the week of its height (0..52)."""

    def __len__(self) -> int:
        return len(self.groups)


@dataclass(frozen=True, eq=False, kw_only=True)
class Persons:
    """n people as their profiles tell them."""

    ids: NDArray[np.str_]
    targets: Rows
    """(n, 3) occupations of their projects, -1 for none; the first column is never -1."""
    past: Rows
    """(n,) occupation of the last job, -1 unknown."""
    lat: Floats
    lon: Floats
    reach_km: Floats
    """(n, 3) how far they would go for each project; NaN where there is no project."""
    pay_floor: Floats
    """(n, 3) gross euros a month asked of each project; NaN: none told."""
    education_level: NDArray[np.int8]
    """0 none or unknown .. 8."""
    working_time: NDArray[np.int8]
    """0 not told, 1 full time, 2 part time."""
    minutes_per_km: Floats
    """Door to door, of a straight kilometre from home by the fastest mode the person has."""
    urban: NDArray[np.bool_]
    arrival_week: Rows
    """Week from which the person uses the service; 0 or less: from the beginning."""
    profiling: NDArray[np.bool_]
    """Agreed that what they did serves recommendations."""

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True, eq=False, kw_only=True)
class Offers:
    """n offers as they were published."""

    ids: NDArray[np.str_]
    occupation: Rows
    lat: Floats
    lon: Floats
    pay: Floats
    """Gross euros a month; NaN: not told."""
    weekly_hours: Floats
    """NaN: not told."""
    contract: NDArray[np.int8]
    """`ContractKind`."""
    experience_months: Floats
    """Months asked for; 0 none, NaN not told."""
    education_level: NDArray[np.int8]
    """Required; 0 none or unknown."""
    skills_asked: NDArray[np.uint8]
    firm: Ints
    """Row in `firm_ids` and `firm_size`, -1 unknown."""
    posts: Rows
    published_day: Rows
    """Days since the market's first day; negative: before it."""
    closing_day: Rows
    """The first day on which it is no longer open."""

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True, eq=False, kw_only=True)
class Market:
    """People, offers, and the candidates of each person: candidate c of person i stands in indptr[i]:indptr[i + 1].

    `features` (n_candidates, n_names) are the product's own pair features of each candidate, those that depend on the
    day as of the day they were made; `served` the score of the ranker then in force. The simulation's own rules read
    neither; either may be absent (no names, zeros).
    """

    occupations: Occupations
    persons: Persons
    offers: Offers
    firm_ids: NDArray[np.str_]
    firm_size: Floats
    """(n_firms,) employees; NaN unknown."""
    indptr: NDArray[np.int64]
    offer: Ints
    """(n_candidates,) rows of `offers`, ascending within a person."""
    project: NDArray[np.int8]
    """(n_candidates,) the column of `persons.targets` that brought it, the nearest one if several did."""
    distance_km: NDArray[np.float16]
    """(n_candidates,) NaN where a place is not known."""
    skills_shared: NDArray[np.uint8]
    """(n_candidates,) skills asked by the offer that the person declares."""
    experience_months: NDArray[np.float16]
    """(n_candidates,) the person's, in the family of the offer's occupation."""
    features: Floats
    names: tuple[str, ...]
    served: Floats
    first_day: str
    """ISO date of day 0, the Monday that week 0 starts on."""

    def __post_init__(self) -> None:
        problem = _problem(self)
        if problem is not None:
            raise MarketUnusable(f"Marché incohérent : {problem}.")

    @property
    def n_candidates(self) -> int:
        return len(self.offer)

    @cached_property
    def person(self) -> Ints:
        """(n_candidates,) the person whose candidate each is."""
        return np.repeat(np.arange(len(self.persons), dtype=np.int32), np.diff(self.indptr))

    def open_in(self, week: int) -> NDArray[np.bool_]:
        """(n_offers,) published by the first day of the week and not yet closed on it, filled or not."""
        day = DAYS_A_WEEK * week
        opened: NDArray[np.bool_] = (self.offers.published_day <= day) & (self.offers.closing_day > day)
        return opened

    def save(self, folder: Path) -> None:
        """Write `market.npz` and `market.json` into `folder`, made if missing."""
        folder.mkdir(parents=True, exist_ok=True)
        np.savez(folder / ARRAYS, allow_pickle=False, **_arrays(self))
        (folder / META).write_text(json.dumps({"names": list(self.names), "first_day": self.first_day}, indent=1))

    @classmethod
    def load(cls, folder: Path) -> "Market":
        """The market that `save` wrote. Raises MarketUnusable when a file or an array is missing or wrong."""
        try:
            meta = json.loads((folder / META).read_text())
            with np.load(folder / ARRAYS, allow_pickle=False) as read:
                found: dict[str, NDArray[Any]] = {name: read[name] for name in read.files}
            parts: dict[str, Any] = {
                name: part(**{field.name: found[f"{name}.{field.name}"] for field in dataclasses.fields(part)})
                for name, part in _PARTS.items()
            }
            own: dict[str, Any] = {name: found[name] for name in _OWN}
            return cls(**parts, **own, names=tuple(meta["names"]), first_day=meta["first_day"])
        except MarketUnusable:
            raise
        except (OSError, KeyError, TypeError, ValueError) as error:
            raise MarketUnusable(f"{folder} ne contient pas de marché lisible ({error}) : le refaire.") from error


_PARTS: Final[Mapping[str, Any]] = {"occupations": Occupations, "persons": Persons, "offers": Offers}
_OF_CANDIDATES: Final = ("project", "distance_km", "skills_shared", "experience_months", "features", "served")
_OWN: Final = ("firm_ids", "firm_size", "indptr", "offer", *_OF_CANDIDATES)


def _arrays(market: Market) -> dict[str, NDArray[Any]]:
    found: dict[str, NDArray[Any]] = {name: getattr(market, name) for name in _OWN}
    for name, part in _PARTS.items():
        value = getattr(market, name)
        found |= {f"{name}.{field.name}": getattr(value, field.name) for field in dataclasses.fields(part)}
    return found


def _problem(market: Market) -> str | None:
    """What contradicts what, None when all fits."""
    n_persons, n_offers, n_candidates = len(market.persons), len(market.offers), len(market.offer)
    for name, part, rows in (
        ("occupations", market.occupations, len(market.occupations)),
        ("persons", market.persons, n_persons),
        ("offers", market.offers, n_offers),
    ):
        for field in dataclasses.fields(part):
            if len(getattr(part, field.name)) != rows:
                return f"{name}.{field.name} a {len(getattr(part, field.name))} lignes au lieu de {rows}"
    if len(market.indptr) != n_persons + 1 or market.indptr[0] != 0 or market.indptr[-1] != n_candidates:
        return f"indptr ne décrit pas {n_candidates} candidats de {n_persons} personnes"
    if (np.diff(market.indptr) < 0).any():
        return "indptr décroît"
    for name in _OF_CANDIDATES:
        if len(getattr(market, name)) != n_candidates:
            return f"{name} a {len(getattr(market, name))} lignes au lieu de {n_candidates}"
    if market.features.shape[1:] != (len(market.names),):
        return f"features a la forme {market.features.shape} pour {len(market.names)} noms"
    limits = (
        ("offer", market.offer, 0, n_offers),
        ("offers.occupation", market.offers.occupation, 0, len(market.occupations)),
        ("offers.firm", market.offers.firm, -1, len(market.firm_ids)),
        ("offers.posts", market.offers.posts, 1, 2**15),
        ("persons.targets", market.persons.targets, -1, len(market.occupations)),
        ("persons.targets[:, 0]", market.persons.targets[:, 0], 0, len(market.occupations)),
        ("project", market.project, 0, MAX_TARGETS),
        ("persons.past", market.persons.past, -1, len(market.occupations)),
    )
    for name, values, low, high in limits:
        if values.size and (values.min() < low or values.max() >= high):
            return f"{name} sort de [{low}, {high}["
    if len(market.firm_size) != len(market.firm_ids):
        return f"firm_size a {len(market.firm_size)} lignes au lieu de {len(market.firm_ids)}"
    return None
