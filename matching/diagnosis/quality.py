"""How well the people whom a change brings fit the demand as it was asked, beside those who are there without it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from matching.counting import Failures, bits_of
from matching.engine import Engine
from matching.jobs import job_pairs, over_found_projects, score_jobs
from matching.lookups import day_number
from matching.pay_steps import asked_in_steps
from matching.schema import Collection
from matching.sides import ColumnReader, columns_of, job_side, person_side
from models.ranked import Ranked

SAMPLE: Final = 48
"""People of each set who are scored: a median of so many is within some points of that of all, and takes no time."""
POINTS: Final = 5
"""Scores are told in steps of so many points of a hundred."""


@dataclass(frozen=True, eq=False)
class Job:
    """The job that people are scored for."""

    read: ColumnReader
    vector: NDArray[np.float32]
    """(dim,), of unit length."""


def sampled(
    failures: Failures,
    catalogue_keys: Callable[[NDArray[np.int64]], NDArray[np.int64]],
    marked: Callable[[NDArray[np.int64]], NDArray[np.uint64]],
    without: Sequence[int],
    brought: bool,
) -> NDArray[np.int64]:
    """One row each of at most `SAMPLE` people who meet all criteria but those of `without`; `brought`: who fail one of
    these.

    Which ones depends on their marks alone (`matching.discretion`), so that asking again shows no others.
    `catalogue_keys` gives the number of each row's record.
    """
    passes = (failures.failed & ~np.uint32(bits_of(without))) == 0
    if brought:
        passes &= failures.failed != 0
    rows: NDArray[np.int64] = failures.rows[passes]
    keys = catalogue_keys(rows)
    if brought and len(rows):
        there = catalogue_keys(failures.passing())
        new = ~np.isin(keys, there)
        rows, keys = rows[new], keys[new]
    keys, first = np.unique(keys, return_index=True)
    rows = rows[first]
    if len(rows) <= SAMPLE:
        return rows
    chosen: NDArray[np.int64] = rows[np.argpartition(marked(keys), SAMPLE)[:SAMPLE]]
    return chosen


def medians(engine: Engine, job: Job, sets: Sequence[NDArray[np.int64]]) -> list[int | None]:
    """The median score of each set of rows of profiles, in points of a hundred and steps of `POINTS`; None of none."""
    rows = np.concatenate([np.empty(0, dtype=np.int64), *sets])
    if len(rows) == 0:
        return [None] * len(sets)
    profiles = engine.catalogue(Collection.PROFILES)
    today = day_number(engine.today())
    to_profiles = columns_of(profiles, rows)
    closeness = np.vecdot(profiles.index.vectors(rows), job.vector).astype(np.float32)
    serving = engine.rankers[Ranked.PROFILES]
    pairs = job_pairs(
        engine,
        person_side(asked_in_steps(to_profiles), today),
        job_side(job.read, engine.lookups, today, engine.pay_medians),
        closeness,
        engine.lookups.distances_between(int(job.read("commune")[0]), to_profiles("commune")),
        over_found_projects(closeness, profiles.keys(rows)),
        serving.collaboration,
    )
    scores = score_jobs(rows, pairs, serving.ranker, frozenset()).scores
    ends = np.cumsum([len(each) for each in sets])
    return [_median(scores[end - len(each) : end]) for each, end in zip(sets, ends.tolist(), strict=True)]


def _median(scores: NDArray[np.float32]) -> int | None:
    return None if len(scores) == 0 else POINTS * round(100 * float(np.median(scores)) / POINTS)
