"""What candidates are worth: pairs of many people and many offers at once, scored as the live lists score them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

import numpy as np
from numpy.typing import NDArray

from features.pairs import JOB_FEATURES, JobPairs, JobSide, feature_matrix
from matching.digests.candidates import Candidates, spans
from matching.digests.orders import Orders
from matching.engine import Engine
from matching.jobs import job_pairs
from matching.lookups import day_number
from matching.rank import OFFER_RANKER, Ranker, names_of_weight
from matching.schema import Collection
from matching.sides import columns_of, job_side, person_side
from models.ranked import Ranked

AT_ONCE: Final = 50_000
"""Pairs whose features stand in memory together."""
_OVER_PROJECTS: Final = frozenset({"closeness_best", "closeness_mean"})


@dataclass(frozen=True, eq=False)
class Worth:
    """n candidates: the ranker's score; the quality, which is the score by the weighted sum that anyone can check,
    whatever ranks; and what is taken off for what the person called too far."""

    score: NDArray[np.float32]
    quality: NDArray[np.float32]
    set_back: NDArray[np.float32]


def worth_of(engine: Engine, orders: Orders, candidates: Candidates) -> Worth:
    """The worth of each candidate on the engine's day."""
    serving = engine.rankers[Ranked.OFFERS]
    parts = [
        _worth(engine, orders, candidates.at(slice(start, start + AT_ONCE)), serving.ranker)
        for start in range(0, len(candidates), AT_ONCE)
    ]
    nothing = np.empty(0, dtype=np.float32)
    return Worth(
        np.concatenate([nothing, *[part.score for part in parts]]),
        np.concatenate([nothing, *[part.quality for part in parts]]),
        np.concatenate([nothing, *[part.set_back for part in parts]]),
    )


def _worth(engine: Engine, orders: Orders, candidates: Candidates, ranker: Ranker) -> Worth:
    pairs = pairs_of(engine, orders, candidates, ranker)
    scores, quality = scores_of(pairs, ranker)
    return Worth(scores, quality, _set_back(engine, orders, candidates, pairs))


def scores_of(pairs: JobPairs, ranker: Ranker) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Score and quality of each pair."""
    wanted = names_of_weight(ranker) | names_of_weight(OFFER_RANKER)
    matrix = feature_matrix(JOB_FEATURES, pairs, wanted)
    quality = OFFER_RANKER.scores(matrix)
    return (quality if ranker is OFFER_RANKER else ranker.scores(matrix)), quality


def pairs_of(engine: Engine, orders: Orders, candidates: Candidates, ranker: Ranker) -> JobPairs:
    """The pairs as features and sentences read them."""
    lookups, today = engine.lookups, day_number(engine.today())
    people = columns_of(engine.catalogue(Collection.PROFILES), candidates.projects)
    jobs = columns_of(engine.catalogue(Collection.OFFERS), candidates.offers)
    reads_over = not _OVER_PROJECTS.isdisjoint(names_of_weight(ranker))
    over = _over_projects(engine, orders, candidates) if reads_over else (candidates.closeness, candidates.closeness)
    return job_pairs(
        engine,
        person_side(people, today),
        job_side(jobs, lookups, today, engine.pay_medians),
        candidates.closeness,
        lookups.distances_along(people("commune"), jobs("commune")),
        over,
        engine.rankers[Ranked.OFFERS].collaboration,
    )


def on_days(pairs: JobPairs, age_days: NDArray[np.float32]) -> JobPairs:
    """These pairs when the offers were so many days old, (n,); all the rest is as it is today."""
    columns: Mapping[str, NDArray[np.float32]] = {"age_days": age_days}
    job: JobSide = pairs.job.having(columns)
    return replace(pairs, job=job)


def _over_projects(
    engine: Engine, orders: Orders, candidates: Candidates
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Best and mean cosine of each offer with all the projects of the person, (n,) each."""
    if len(candidates) == 0:
        return candidates.closeness, candidates.closeness
    first, last = orders.all_starts[candidates.order], orders.all_starts[candidates.order + 1]
    times = last - first
    begins = np.cumsum(times) - times
    each = np.repeat(np.arange(len(candidates)), times)
    rows = orders.all_rows[first[each] + np.arange(len(each)) - begins[each]]
    vectors: Callable[[NDArray[np.int64]], NDArray[np.float32]] = engine.catalogue(Collection.PROFILES).index.vectors
    offers = engine.catalogue(Collection.OFFERS).index.vectors(candidates.offers)
    cosines = np.vecdot(offers[each], vectors(rows)).astype(np.float32)
    best = np.maximum.reduceat(cosines, begins)
    mean = (np.add.reduceat(cosines.astype(np.float64), begins) / times).astype(np.float32)
    return best, mean


def _set_back(engine: Engine, orders: Orders, candidates: Candidates, pairs: JobPairs) -> NDArray[np.float32]:
    taken = np.zeros(len(candidates), dtype=np.float32)
    homes = partial(engine.catalogue(Collection.PROFILES).take, "commune")
    for order, span in spans(candidates.order):
        aside = orders.aside[order]
        if aside:
            taken[span] = aside.charges(pairs.distance_km[span], homes(candidates.projects[span]))
    return taken
