"""The two sides of a pair, as the pair features read them, from rows of the catalogues."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.behaviour import SHOWN_HALF_LIFE, Interests, decayed
from features.pairs import JobSide, PersonSide
from features.pairs.base import NO_SKILL
from matching.catalogue import Catalogue, Rows
from matching.lookups import Lookups
from matching.pay_medians import median_at
from matching.schema import NO_DAY

ColumnReader = Callable[[str], NDArray[Any]]
"""Column name -> the values of the rows at hand."""


def columns_of(catalogue: Catalogue, rows: NDArray[np.int64]) -> ColumnReader:
    """Columns of catalogue rows, each gathered once."""
    return catalogue.view(rows).column


def columns_of_rows(rows: Rows) -> ColumnReader:
    """Columns of rows that are in no catalogue: a demand that was just typed."""
    return lambda name: rows.columns[name]


def one_of(read: ColumnReader, row: int) -> ColumnReader:
    """The columns of one of the rows that `read` reads."""
    return lambda name: read(name)[row : row + 1]


def declared_alone(read: ColumnReader) -> ColumnReader:
    """The columns of profile rows, of their skills only those that the person names, not those that work practised."""

    def column(name: str) -> NDArray[Any]:
        values = read(name)
        if name != "skills":
            return values
        named = np.arange(values.shape[1]) < read("declared_skills")[:, None]
        return np.where(named, values, np.uint16(NO_SKILL))

    return column


def repeated(read: ColumnReader, times: Sequence[int]) -> ColumnReader:
    """The columns of rows that come so many times each, one after the other."""
    return lambda name: np.repeat(read(name), times, axis=0)


def person_side(read: ColumnReader, today: int, own: ColumnReader | None = None) -> PersonSide:
    """The person side of profile rows; `own` reads one row of the person that all the rows are of, if there is one.
    `today` in days since 1970.

    Of people who refused profiling only what they ask for remains: skills, education, languages, experience and what
    they did become unknown, so that twins who ask for the same are treated the same, by the lists they get and the
    lists they are in.
    """
    whose = own or read
    made: Mapping[str, Callable[[], NDArray[Any]]] = {
        "skills": lambda: _if_profiled(whose, whose("skills"), np.uint16(NO_SKILL)),
        "education_level": lambda: _if_profiled(whose, whose("education_level"), np.int8(0)),
        "licences": lambda: whose("licences"),
        "languages": lambda: _if_profiled(whose, whose("languages"), np.uint64(0)),
        "experience_months": lambda: _if_profiled(whose, read("experience_months"), np.float32(np.nan)),
        "reach_km": lambda: read("radius_km"),
        "minutes_per_km": lambda: read("minutes_per_km").astype(np.float32),
        "past_families": lambda: _if_profiled(whose, whose("past_families"), np.int16(-1)),
        "past_months": lambda: whose("past_months").astype(np.float32),
        "interest_families": lambda: _if_profiled(whose, whose("interest_families"), np.int16(-1)),
        "interest_points": lambda: Interests(
            whose("interest_families"), whose("interest_points"), whose("interest_day")
        ).points_on(today),
    }
    return PersonSide.reading(lambda name: made[name]() if name in made else read(name))


def job_side(read: ColumnReader, lookups: Lookups, today: int, pay_medians: NDArray[np.float32]) -> JobSide:
    """The job side of offer rows; `today` in days since 1970, `pay_medians` the engine's."""
    made: Mapping[str, Callable[[], NDArray[Any]]] = {
        "skill_weights": lambda: read("skill_weights").astype(np.float32),
        "age_days": lambda: _age_days(read("published_day"), today),
        "tension": lambda: lookups.tension_at(read("occupation"), read("commune")),
        "pay_median": lambda: median_at(pay_medians, lookups, read("occupation"), read("commune")),
        "shown": lambda: decayed(read("shown"), read("shown_day"), today, SHOWN_HALF_LIFE),
    }
    return JobSide.reading(lambda name: made[name]() if name in made else read(name))


def _if_profiled(whose: ColumnReader, values: NDArray[Any], unknown: np.generic) -> NDArray[Any]:
    profiled = whose("profiling")
    return np.where(profiled[:, None] if values.ndim == 2 else profiled, values, unknown)


def _age_days(published: NDArray[np.int32], today: int) -> NDArray[np.float32]:
    return np.where(published == NO_DAY, np.nan, today - published).astype(np.float32)
