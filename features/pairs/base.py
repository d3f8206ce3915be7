"""The shapes that pair features read, and what a pair feature is.

Arrays of a side have n rows, or one row that stands for all n pairs (the query's side): numpy broadcasting does the
rest, so the same feature serves "offers for a profile" and "profiles for an offer". A missing value is NaN in floats,
-1 in rows, 0 in levels and bit sets, `NO_SKILL` in skill lists; a feature that cannot be known is NaN, never zero.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Any, Final, Generic, Self, TypeVar

import numpy as np
from numpy.typing import NDArray

NO_SKILL: Final = 65535
"""Padding of skill lists (uint16 rows of the ROME skills)."""

PAST_KEPT: Final = 4
"""Families of past work kept a person: those of the most months."""

Floats = NDArray[np.float32]


Column = NDArray[Any]
"""(rows, ...) values of one kind."""


class Side:
    """One side of pairs: columns by name, all of n rows or of one. They are given, or read when they are first asked
    for (`reading`): what no feature looks at is never gathered."""

    @classmethod
    def reading(cls, read: Callable[[str], Column], given: Mapping[str, Column] | None = None) -> Self:
        """The side that has the columns `given`, and for any other what `read` gives for its name, asked once."""
        side = cls.__new__(cls)
        side.__dict__.update(given or {}, _read=read)
        return side

    def at(self, positions: NDArray[np.int64], n: int) -> Self:
        """The rows at `positions` of columns of n rows; one row that stands for all goes on doing so."""

        def read(name: str) -> Column:
            column: Column = getattr(self, name)
            return column[positions] if len(column) == n else column

        return self.reading(read)

    def having(self, columns: Mapping[str, Column]) -> Self:
        """This side with other columns in the place of its own."""
        return self.reading(partial(getattr, self), columns)

    def __getattr__(self, name: str) -> Any:
        """A column that was not asked for before."""
        read = self.__dict__.get("_read")
        if read is None or name[0] == "_":
            raise AttributeError(name)
        column = self.__dict__[name] = read(name)
        return column


@dataclass(frozen=True)
class PersonSide(Side):
    """A person's project: each array has 1 or n rows."""

    occupation: NDArray[np.int16]
    skills: NDArray[np.uint16]
    """(rows, width)"""
    education_level: NDArray[np.int8]
    licences: NDArray[np.uint32]
    languages: NDArray[np.uint64]
    experience_months: Floats
    """Months in the target occupation or one of its parent's."""
    pay_floor: Floats
    reach_km: Floats
    appellation: NDArray[np.int16]
    contracts: NDArray[np.uint16]
    """Bits of the contracts accepted; 0: any."""
    working_time: NDArray[np.int8]
    """0 any, 1 full time, 2 part time."""
    minutes_per_km: Floats
    """Door to door, of a straight kilometre from home by the fastest mode the person has."""
    interest_families: NDArray[np.int16]
    """(rows, FAMILIES_KEPT) `behaviour.Interests.families`."""
    interest_points: Floats
    """(rows, FAMILIES_KEPT) points as they stand today."""

    past_families: NDArray[np.int16]
    """(rows, PAST_KEPT) families of the occupations that the person has worked in, -1 for none; no family twice."""
    past_months: Floats
    """(rows, PAST_KEPT) months in each; 0 for none."""

    @cached_property
    def names_skills(self) -> NDArray[np.bool_]:
        """(rows,) whether the person names any skill."""
        named: NDArray[np.bool_] = (self.skills != NO_SKILL).any(axis=1)
        return named


@dataclass(frozen=True)
class JobSide(Side):
    """A job: each array has 1 or n rows."""

    occupation: NDArray[np.int16]
    skills: NDArray[np.uint16]
    """(rows, width)"""
    skill_weights: Floats
    """(rows, width): importance of each skill, cœur de métier and required first; 0 at padding."""
    education_required: NDArray[np.int8]
    education_wished: NDArray[np.int8]
    licences_required: NDArray[np.uint32]
    licences_wished: NDArray[np.uint32]
    languages_required: NDArray[np.uint64]
    experience_demand: NDArray[np.int8]
    """0 unknown, 1 débutant accepté, 2 souhaitée, 3 exigée."""
    experience_months: Floats
    pay_max: Floats
    """Gross euros a month; the upper bound, or the only figure given."""
    age_days: Floats
    tension: Floats
    """Share of hiring projects judged difficult for the occupation, 0..1 (BMO)."""
    appellation: NDArray[np.int16]
    contract: NDArray[np.uint16]
    """The bit of the contract; 0: not known."""
    working_time: NDArray[np.int8]
    """0 not known, 1 full time, 2 part time."""
    weekly_hours: Floats
    pay_median: Floats
    """Gross euros a month that offers of the occupation pay around there, in the middle."""
    posts: NDArray[np.int16]
    """0: not known."""
    shown: Floats
    """Times that the job was shown lately, fading (`behaviour.SHOWN_HALF_LIFE`)."""
    responsiveness: Floats
    """`behaviour.responsiveness` of the firm."""


@dataclass(frozen=True)
class JobPairs:
    """n pairs of a person and a job."""

    person: PersonSide
    job: JobSide
    closeness: Floats
    """(n,) cosine of the two texts."""
    distance_km: Floats
    """(n,) NaN when a place is unknown."""
    relation: NDArray[np.uint8]
    """`Rome.relation`: (n_occupations, n_occupations)."""
    affinity: Floats
    """`affinity_matrix`: (n_occupations, n_occupations)."""
    closeness_best: Floats
    """(n,) of the job and the nearest of the person's projects."""
    closeness_mean: Floats
    """(n,) over the person's projects."""
    core_skills: NDArray[np.uint16]
    """(n_occupations + 1, width) *cœur de métier* of each occupation; the last, of an unknown one, is empty."""
    family_of: NDArray[np.int16]
    """`Rome.family_of`: (n_occupations + 1,)."""
    collaboration: Floats
    """(n_families, n_families) what `behaviour.collaborative_of` reads; (0, 0) when nothing was learned."""

    @property
    def reach_km(self) -> Floats:
        return self.person.reach_km

    @cached_property
    def shared(self) -> NDArray[np.bool_]:
        """(n or 1, width) which skills of the job the person holds."""
        return shared_skills(self.person.skills, self.job.skills)

    @cached_property
    def family(self) -> NDArray[np.int16]:
        """(n or 1,) family of the job's occupation, -1 unknown."""
        families: NDArray[np.int16] = self.family_of[self.job.occupation]
        return families

    def at(self, positions: NDArray[np.int64]) -> "JobPairs":
        """The pairs at `positions`, in that order, as often as each is named."""
        n = len(self.closeness)
        return replace(
            self,
            person=self.person.at(positions, n),
            job=self.job.at(positions, n),
            closeness=self.closeness[positions],
            distance_km=self.distance_km[positions],
            closeness_best=self.closeness_best[positions],
            closeness_mean=self.closeness_mean[positions],
        )


TABLES: Final = ("relation", "affinity", "core_skills", "family_of", "collaboration")
"""Arrays of `JobPairs` that are about occupations, not about the pairs."""


@dataclass(frozen=True)
class SessionPairs:
    """One person and n training sessions."""

    relation_to_project: NDArray[np.uint8]
    """(n,) strongest `Relation` of the training's occupations with the project's."""
    gap_weights: Floats
    """(n_skills + 1,) weight of each skill the project wants and the person lacks; the last entry is padding."""
    skills: NDArray[np.uint16]
    """(n, width) skills taught."""
    education_level: NDArray[np.int8]
    """(1,) the person's."""
    entry_level: NDArray[np.int8]
    exit_level: NDArray[np.int8]
    outcome_rate: Floats
    start_in_days: Floats
    distance_km: Floats
    """NaN for a remote session: neither near nor far."""
    reach_km: Floats
    doors: Floats
    """(n,) posts on offer within the person's reach and licences in the occupations the training leads to."""
    closeness: Floats
    fundings: NDArray[np.uint16]
    """(n,) bits of those that may pay (`features.bits.FUNDING_BIT`); 0: not known."""
    price_eur: Floats
    opened: Floats
    """(n,) live offers in the person's reach that are closed to them today and would be open after it."""
    opened_tension: Floats
    """(n,) mean share of hirings judged difficult over those offers; NaN: none told."""
    training_hours: Floats
    seats_left: Floats
    """NaN: not known."""
    remote: NDArray[np.bool_]
    """(n,) followed from home."""
    experience_enters: NDArray[np.bool_]
    """(n,) the training takes experience for its level of entry, and the person has it."""


@dataclass(frozen=True)
class FirmPairs:
    """n firms seen from a portfolio of people."""

    fit: Floats
    """(n,) share of the portfolio's target occupations in what the firm's sector hires, 0..1."""
    people: Floats
    """(n,) people of the portfolio who could be presented."""
    expected_hirings: Floats
    """(n,) next six months."""
    take: Floats
    """(n,) share of the hirings in the target occupations that people of the portfolio could take, 0..1."""
    answer: Floats
    """(n,) `behaviour.responsiveness` of the firm; NaN: nobody applied."""
    tension: Floats
    days_since_contact: Floats
    """NaN: never."""
    engaged: NDArray[np.bool_]
    distance_km: Floats
    reach_km: Floats


P = TypeVar("P", contravariant=True)


@dataclass(frozen=True)
class Feature(Generic[P]):
    """One column of the feature matrix."""

    name: str
    unit: str
    low: float
    high: float
    compute: Callable[[P], Floats]
    """(n,) float32 in [low, high], NaN where it cannot be known."""


def shared_skills(held: NDArray[np.uint16], wanted: NDArray[np.uint16]) -> NDArray[np.bool_]:
    """(rows, wanted width): which wanted skills are held, row by row; padding is never held."""
    if len(held) == 1:
        marked = np.zeros(NO_SKILL + 1, dtype=np.bool_)
        marked[held[0]] = True
        marked[NO_SKILL] = False
        return marked[wanted]
    if len(wanted) == 1:
        width = wanted.shape[1]
        place = np.full(NO_SKILL + 1, width, dtype=np.intp)
        place[wanted[0]] = np.arange(width)
        place[NO_SKILL] = width
        found = np.zeros((len(held), width + 1), dtype=np.bool_)
        found[np.arange(len(held))[:, None], place[held]] = True
        return found[:, :width]
    rows = np.broadcast_shapes(held.shape[:1], wanted.shape[:1])[0]
    left = np.broadcast_to(held, (rows, held.shape[1]))
    right = np.broadcast_to(wanted, (rows, wanted.shape[1]))
    found = (right[:, None, :] == left[:, :, None]).any(axis=1)
    return np.asarray(found & (right != NO_SKILL), dtype=np.bool_)


def count_shared(held: NDArray[np.uint16], wanted: NDArray[np.uint16]) -> Floats:
    """(rows,) how many of the wanted skills are held; the skills of a list are distinct."""
    if len(wanted) != 1 or len(held) == 1:
        counts: Floats = shared_skills(held, wanted).sum(axis=1, dtype=np.float32)
        return counts
    marked = np.zeros(NO_SKILL + 1, dtype=np.bool_)
    marked[wanted[0]] = True
    marked[NO_SKILL] = False
    found: Floats = marked[held].sum(axis=1, dtype=np.float32)
    return found


def as_rows(values: NDArray[np.floating] | NDArray[np.bool_], n: int) -> Floats:
    """`values` as float32 of exactly n rows; may be `values` itself."""
    if len(values) == n:
        return values.astype(np.float32, copy=False)
    return np.broadcast_to(values, (n,)).astype(np.float32)


def within(values: NDArray[np.floating], low: float, high: float) -> NDArray[np.floating]:
    """`values` cut at `low` and `high`; NaN stays."""
    cut: NDArray[np.floating] = np.minimum(np.maximum(values, low), high)
    return cut
