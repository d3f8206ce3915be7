"""Ours: what several recommenders put forward, put in one order by what held-out pairs taught."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from models.interactions.candidates import candidates
from models.interactions.dataset import Matrix
from models.interactions.judge import Judge
from models.interactions.stacking import Lesson, Mixed, Stacker, Sum, Trees
from models.interactions.top import Recommender, Rows, TopLists, stacked

DEPTH: Final = 100
"""Items that each recommender puts forward."""
USERS_AT_ONCE: Final = 2000


@dataclass(frozen=True, eq=False)
class Ours:
    recommenders: tuple[Recommender, ...]
    known: Matrix
    stacker: Stacker
    depth: int

    def top(self, users: Rows, depth: int) -> TopLists:
        parts = []
        for start in range(0, len(users), USERS_AT_ONCE):
            found = candidates(self.recommenders, self.known, users[start : start + USERS_AT_ONCE], self.depth)
            parts.append(found.best(self.stacker.scores(found.features), depth))
        return stacked(parts, depth)


@dataclass(frozen=True, eq=False)
class Lessons:
    """What the held-out pairs taught."""

    kind: str
    """`sum`, `trees`, `mixed`, or the name of the one recommender that no combination is better than."""
    value: float
    """nDCG at k of the chosen kind on held-out users that it was not learned from."""
    stacker: Stacker | None
    """None for a single recommender."""

    def recommender(self, fitted: Sequence[Recommender], names: Sequence[str], known: Matrix, k: int) -> Recommender:
        """Ours over recommenders that were fitted on `known`, in the order they were learned in."""
        if self.stacker is None:
            return fitted[list(names).index(self.kind)]
        return Ours(tuple(fitted), known, self.stacker, depth_for(k))


def depth_for(k: int) -> int:
    return max(DEPTH, 3 * k)


def learn(fitted: Sequence[Recommender], names: Sequence[str], judge: Judge, seed: int) -> Lessons:
    """Which way of joining is best on users that it has not learned from, learned again from all of them.

    Users are halved by a seeded draw; each way learns on one half and is judged on the other, both ways round. A way
    must beat the best single recommender, judged on the same users.
    """
    lesson = Lesson(candidates(fitted, judge.known, judge.users, depth_for(judge.k)), judge.truth, judge.k)
    shuffled = np.random.default_rng(seed).permutation(len(judge.users))
    halves = lesson.of(shuffled[::2]), lesson.of(shuffled[1::2])
    sums: dict[str, list[float]] = {}
    for learned_on, judged_on in (halves, halves[::-1]):
        for kind, stacker in _ways(learned_on, seed).items():
            values = judged_on.values(stacker.scores(judged_on.candidates.features))
            sums.setdefault(kind, []).append(float(values.sum()))
    found = {kind: sum(parts) / len(judge.users) for kind, parts in sums.items() if len(parts) == 2}
    singles = {name: judge.score(one) for name, one in zip(names, fitted, strict=True)}
    kind = max(found, key=found.__getitem__)
    single = max(singles, key=singles.__getitem__)
    if singles[single] >= found[kind]:
        return Lessons(single, singles[single], None)
    return Lessons(kind, found[kind], _ways(lesson, seed)[kind])


def _ways(lesson: Lesson, seed: int) -> dict[str, Stacker]:
    """Each way of joining, learned; those with trees need enough held-out pairs among the candidates."""
    total = Sum.learn(lesson)
    trees = Trees.learn(lesson, seed)
    if trees is None:
        return {"sum": total}
    return {"mixed": Mixed(total, trees), "sum": total, "trees": trees}
