"""The protocol: choose on validation, fit on all that is known, list for the test's users, measure.

1. Hyper-parameters are chosen by nDCG@k on the validation part, or, when there is none, on a seeded part held out of
   training. The test part is never looked at before the last step.
2. Everything is fitted again on training and validation together.
3. Each user of the test gets k items that the user does not have yet. A list that a recommender cannot fill, and the
   list of a user without any known pair, is filled with the most popular items.
4. Lists are measured against the test's pairs. Users without a test pair are not asked.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from models.interactions.dataset import Dataset, Matrix, hold_out
from models.interactions.families import BASELINES, others
from models.interactions.judge import Judge
from models.interactions.ours import depth_for, learn
from models.interactions.popularity import Popularity
from models.interactions.search import Choice, Parameters, choose
from models.interactions.top import NONE, Recommender, Rows, filled
from models.metrics.base import Exposure, mean_known
from models.metrics.bootstrap import Interval, paired_interval
from models.metrics.coverage import COVERAGE
from models.metrics.gini import GINI
from models.metrics.hit_rate import HIT_RATE
from models.metrics.judged import Judged
from models.metrics.largest_load import LARGEST_LOAD
from models.metrics.ndcg import NDCG
from models.metrics.recall import RECALL

OURS = "ours"
LISTED = (RECALL, NDCG, HIT_RATE)
EXPOSED = (COVERAGE, GINI, LARGEST_LOAD)
CANDIDATES_UNDER_CAP = 100

Log = Callable[[str], None]
Lists = NDArray[np.int32]
Allocate = Callable[[NDArray[np.int64], NDArray[np.int32], NDArray[np.float32], int, int], Lists]
"""(indptr, item, score, k, max_load) -> (n_persons, k): `matching.allocation.capped.capped`."""


class Infeasible(ValueError):
    """No lists can be had under this cap: the message says which cap would do."""


@dataclass(frozen=True, eq=False)
class Fitted:
    """A recommender ready for the test, and how it was chosen."""

    name: str
    recommender: Recommender
    parameters: Parameters
    chosen_value: float
    """nDCG@k on the held-out pairs."""
    tried: int
    """Settings tried."""


@dataclass(frozen=True, eq=False)
class Measured:
    """The test's figures of one recommender."""

    name: str
    figures: Mapping[str, float]
    """recall, ndcg, hit_rate: means over users; coverage, gini, largest_load: of the items that can be recommended."""
    per_user: NDArray[np.float64] = field(repr=False)
    """(n_asked,) nDCG@k"""
    empty_places: int
    """Places that stayed empty: the user has all other items, or the cap left none."""


def fit_all(data: Dataset, k: int, seed: int, seconds: float, log: Log = lambda _: None) -> list[Fitted]:
    """The baselines and ours, chosen within about `seconds` of search and fitted on all that is known.

    Each kind may use an equal part of the time that is left; one setting of each is always tried. Raises ValueError
    when there is nothing to choose on (see `hold_out` and `Judge.of`).
    """
    train, held = (data.train, data.validation) if data.validation is not None else hold_out(data.train, seed)
    judge = Judge.of(train, held, k, seed)
    families = (*BASELINES, *others(train))
    start = time.monotonic()
    choices: list[Choice] = []
    trained: list[Recommender] = []
    for place, family in enumerate(families):
        now = time.monotonic()
        part = (start + seconds - now) / (len(families) - place + 1)
        choice, recommender = choose(family, judge, now + part, time.monotonic)
        log(
            f"{family.name}: {choice.parameters} of {choice.tried} tried, nDCG@{k} {choice.value:.4f} on held-out pairs"
        )
        choices.append(choice)
        trained.append(recommender)
    names = [family.name for family in families]
    lessons = learn(trained, names, judge, seed)
    log(f"{OURS}: {lessons.kind}, nDCG@{k} {lessons.value:.4f} on held-out pairs")
    del trained
    known = data.known
    refitted = [choice.refit(known) for choice in choices]
    found = [
        Fitted(choice.family.name, recommender, choice.parameters, choice.value, choice.tried)
        for choice, recommender in zip(choices, refitted, strict=True)
    ][: len(BASELINES)]
    joined = lessons.recommender(refitted, names, known, k)
    return [*found, Fitted(OURS, joined, {"kind": lessons.kind}, lessons.value, len(names))]


def shown(fitted: Fitted, data: Dataset, k: int) -> Lists:
    """(n_asked, k) item columns, seen ones masked, complete unless the user has nearly all items."""
    known = data.known
    items = fitted.recommender.top(data.asked, k).items
    return filled(_without_history(items, data.asked, known), data.asked, known, Popularity.fit(known).order)


def measure(name: str, lists: Lists, data: Dataset, k: int) -> Measured:
    """Figures of complete lists."""
    judged = Judged.of_lists(lists, data.test[data.asked])
    exposure = Exposure.of(lists, data.n_known)
    per_user = NDCG.compute(judged, k)
    figures = {metric.name: mean_known(metric.compute(judged, k)) for metric in LISTED}
    figures |= {metric.name: metric.compute(exposure) for metric in EXPOSED}
    return Measured(name, figures, per_user, int(np.count_nonzero(lists == NONE)))


def ahead(ours: Measured, baselines: list[Measured], seed: int) -> tuple[Measured, Interval]:
    """The baseline of best nDCG on the test, and the bootstrap interval over users of ours less it."""
    best = max(baselines, key=lambda each: each.figures[NDCG.name])
    return best, paired_interval(ours.per_user, best.per_user, seed=seed)


def check_cap(data: Dataset, k: int, max_load: int) -> None:
    """Raises Infeasible when k places for each asked user are more than the items have under the cap."""
    asked = len(data.asked)
    places, room = k * asked, data.n_known * max_load
    if places > room:
        raise Infeasible(
            f"{asked} users x {k} items are {places} places, but {data.n_known} items x {max_load} hold "
            f"{room}: --max-load must be at least {-(-places // data.n_known)}, or --k at most {room // asked}"
        )


def allocated(fitted: Fitted, data: Dataset, k: int, max_load: int, allocate: Allocate, seed: int) -> Lists:
    """(n_asked, k) lists of which no item is in more than `max_load`.

    Each user's candidates are the recommender's first ones, each worth 1 / log2(1 + rank), filled up with popular items
    as lists are. While some list cannot be filled from them, users get further candidates at random, worth less than
    any, in growing numbers up to all items. Raises Infeasible as `check_cap`.
    """
    check_cap(data, k, max_load)
    users, known = data.asked, data.known
    order = Popularity.fit(known).order
    depth = min(data.n_known, max(CANDIDATES_UNDER_CAP, depth_for(k)))
    top = filled(_without_history(fitted.recommender.top(users, depth).items, users, known), users, known, order)
    generator = np.random.default_rng(seed)
    wanted = np.minimum(k, data.n_known - np.diff(known.indptr)[users])
    more = 0
    while True:
        indptr, items, scores = _graph(top, more, users, known, generator)
        lists = allocate(indptr, items, scores, k, max_load)
        if more >= data.n_known or np.array_equal((lists != NONE).sum(axis=1), wanted):
            return lists
        more = min(data.n_known, max(50, 4 * more))


def _graph(
    top: Lists, more: int, users: Rows, known: Matrix, generator: np.random.Generator
) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.float32]]:
    """Candidates of each user, those of the list first, then `more` random unseen ones (fewer where they coincide)."""
    n_users, depth = top.shape
    n_items = known.shape[1]
    rows = np.repeat(np.arange(n_users, dtype=np.int64), depth)
    keys = (rows * n_items + top.ravel())[top.ravel() != NONE]
    scores = np.tile(1 / np.log2(2 + np.arange(depth)), n_users)[top.ravel() != NONE]
    if more:
        if more >= n_items:
            drawn = np.tile(np.arange(n_items), n_users)
        else:
            drawn = generator.integers(0, n_items, n_users * more)
        further = np.unique(np.repeat(np.arange(n_users, dtype=np.int64), len(drawn) // n_users) * n_items + drawn)
        mine = known[users]
        had = np.repeat(np.arange(n_users, dtype=np.int64), np.diff(mine.indptr)) * n_items + mine.indices
        further = further[~np.isin(further, np.concatenate((keys, had)))]
        keys = np.concatenate((keys, further))
        scores = np.concatenate((scores, np.full(len(further), 0.5 / np.log2(2 + depth))))
    by_user = np.argsort(keys // n_items, kind="stable")
    keys = keys[by_user]
    indptr = np.searchsorted(keys // n_items, np.arange(n_users + 1)).astype(np.int64)
    return indptr, (keys % n_items).astype(np.int32), scores[by_user].astype(np.float32)


def _without_history(lists: Lists, users: Rows, known: Matrix) -> Lists:
    """Lists of users without a known pair are emptied: nothing is known that a list could be made from."""
    return np.where((np.diff(known.indptr)[users] > 0)[:, None], lists, NONE).astype(np.int32)
