"""The two sides of a pair, as the pair features read them, from rows of the catalogues."""

from collections.abc import Callable
from functools import cache
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
    return cache(lambda name: catalogue.take(name, rows))


def columns_of_rows(rows: Rows) -> ColumnReader:
    """Columns of rows that are in no catalogue: a demand that was just typed."""
    return lambda name: rows.columns[name]


def person_side(read: ColumnReader, today: int, own: ColumnReader | None = None) -> PersonSide:
    """The person side of profile rows; `own` reads one row of the person that all the rows are of, if there is one.
    `today` in days since 1970.

    Of people who refused profiling only what they ask for remains: skills, education, languages, experience and what
    they did become unknown, so that twins who ask for the same are treated the same, by the lists they get and the
    lists they are in.
    """
    whose = own or read
    profiled = whose("profiling")
    interests = Interests(whose("interest_families"), whose("interest_points"), whose("interest_day"))
    return PersonSide(
        occupation=read("occupation"),
        skills=np.where(profiled[:, None], whose("skills"), np.uint16(NO_SKILL)),
        education_level=np.where(profiled, whose("education_level"), np.int8(0)),
        licences=whose("licences"),
        languages=np.where(profiled, whose("languages"), np.uint64(0)),
        experience_months=np.where(profiled, read("experience_months"), np.float32(np.nan)),
        pay_floor=read("pay_floor"),
        reach_km=read("radius_km"),
        appellation=read("appellation"),
        contracts=read("contracts"),
        working_time=read("working_time"),
        minutes_per_km=read("minutes_per_km").astype(np.float32),
        past_families=np.where(profiled[:, None], whose("past_families"), np.int16(-1)),
        past_months=whose("past_months").astype(np.float32),
        interest_families=np.where(profiled[:, None], interests.families, np.int16(-1)),
        interest_points=interests.points_on(today),
    )


def job_side(read: ColumnReader, lookups: Lookups, today: int, pay_medians: NDArray[np.float32]) -> JobSide:
    """The job side of offer rows; `today` in days since 1970, `pay_medians` the engine's."""
    published, occupation, commune = read("published_day"), read("occupation"), read("commune")
    return JobSide(
        occupation=occupation,
        skills=read("skills"),
        skill_weights=read("skill_weights").astype(np.float32),
        education_required=read("education_required"),
        education_wished=read("education_wished"),
        licences_required=read("licences_required"),
        licences_wished=read("licences_wished"),
        languages_required=read("languages_required"),
        experience_demand=read("experience_demand"),
        experience_months=read("experience_months"),
        pay_max=read("pay_max"),
        age_days=np.where(published == NO_DAY, np.nan, today - published).astype(np.float32),
        tension=lookups.tension_at(occupation, commune),
        appellation=read("appellation"),
        contract=read("contract"),
        working_time=read("working_time"),
        weekly_hours=read("weekly_hours"),
        pay_median=median_at(pay_medians, lookups, occupation, commune),
        posts=read("posts"),
        shown=decayed(read("shown"), read("shown_day"), today, SHOWN_HALF_LIFE),
        responsiveness=read("responsiveness"),
    )
