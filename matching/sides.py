"""The two sides of a pair, as the pair features read them, from rows of the catalogues."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.pairs import JobSide, PersonSide
from features.pairs.base import NO_SKILL
from matching.catalogue import Catalogue, Rows
from matching.lookups import Lookups
from matching.schema import NO_DAY

ColumnReader = Callable[[str], NDArray[Any]]
"""Column name -> the values of the rows at hand."""


def columns_of(catalogue: Catalogue, rows: NDArray[np.int64]) -> ColumnReader:
    """Columns of catalogue rows."""
    return lambda name: catalogue.column(name)[rows]


def columns_of_rows(rows: Rows) -> ColumnReader:
    """Columns of rows that are in no catalogue: a demand that was just typed."""
    return lambda name: rows.columns[name]


def person_side(read: ColumnReader, *, with_background: bool = True) -> PersonSide:
    """The person side of profile rows.

    Without background (the person refused profiling) only what they ask for remains: skills, education, languages and
    experience become unknown, so that twins who ask for the same get the same.
    """
    n = len(read("occupation"))
    skills = read("skills")
    return PersonSide(
        occupation=read("occupation"),
        skills=skills if with_background else np.full_like(skills, NO_SKILL),
        education_level=read("education_level") if with_background else np.zeros(n, dtype=np.int8),
        licences=read("licences"),
        languages=read("languages") if with_background else np.zeros(n, dtype=np.uint64),
        experience_months=read("experience_months") if with_background else np.full(n, np.nan, dtype=np.float32),
        pay_floor=read("pay_floor"),
        reach_km=read("radius_km"),
    )


def job_side(read: ColumnReader, lookups: Lookups, today: int) -> JobSide:
    """The job side of offer rows; `today` in days since 1970."""
    published = read("published_day")
    return JobSide(
        occupation=read("occupation"),
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
        tension=lookups.tension_at(read("occupation"), read("commune")),
    )
