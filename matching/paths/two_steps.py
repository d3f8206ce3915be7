"""Two trainings in a row, where the first answers a need of the person's own for the second.

The second gives the title of a project's own trade. The need is one that the profile shows: the second asks for a level
above the person's, which another title of that trade gives on the way up; or it presumes basics (reading, French, a
computer) that nothing in the profile tells, which the first teaches, in general or for the same domain.
Nothing of this is read of people who refused it, so they are told no such path.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from features.rome.referential import Relation
from features.training_words import Basics
from matching.paths.path import Path, Way
from matching.paths.steps import Steps
from matching.schema import NO_DAY

PAIRED: Final = 40
"""Second steps whose pairs are counted: those that open most alone."""


def in_two_steps(steps: Steps) -> list[Path]:
    """Pairs whose first step ends before the second starts, and that open more than any one training."""
    if not steps.search.background.profiled:
        return []
    of_project = np.isin(steps.taught.titles, steps.aim.occupations).any(axis=1)
    after = np.flatnonzero((steps.short_of_level | (steps.lacks > 0)) & (steps.counts > 0) & of_project)
    after = after[np.argsort(-steps.counts[after], kind="stable")][:PAIRED]
    before = np.flatnonzero(~steps.short_of_level & (steps.lacks == 0) & (steps.end != NO_DAY))
    if len(after) == 0 or len(before) == 0:
        return []
    pairs = _shortest(steps, before, after, _answers(steps, before, after))
    if not pairs:
        return []
    firsts, seconds = np.array(pairs).T
    doors, training = steps.doors, steps.training
    together = steps.taught.at(firsts).then(steps.taught.at(seconds))
    opened = doors.standing.opened_by(together)
    opened |= doors.opened[training[firsts]] | doors.opened[training[seconds]]
    totals = np.count_nonzero(opened, axis=1)
    alone = int(steps.counts[~steps.short_of_level].max(initial=0))
    order = np.argsort(-totals, kind="stable")
    order = order[totals[order] > alone]
    shown = steps.distinct(seconds[order].tolist())
    best = [int(order[(seconds[order] == at).argmax()]) for at in shown]
    return [
        Path(
            Way.TWO_STEPS,
            steps.opening(opened[at]),
            steps.aim.served(steps.occupations_of(opened[at])),
            steps.cards(int(firsts[at]), int(seconds[at])),
            Basics(0) if steps.short_of_level[seconds[at]] else Basics(int(steps.lacks[seconds[at]])),
        )
        for at in best
    ]


def _answers(steps: Steps, before: NDArray[np.int64], after: NDArray[np.int64]) -> NDArray[np.bool_]:
    """(b, a) whether the first gives all that the person lacks for the second, in time."""
    in_order = steps.end[before][:, None] <= steps.start[after]
    other = steps.training[before][:, None] != steps.training[after]
    teaches = (steps.lacks[after] & ~steps.teaches[before][:, None]) == 0
    taught = steps.taught
    general = np.logical_and.reduce(taught.occupations[before] < 0, axis=1)
    of_trade = _related(steps, taught.titles[before], taught.titles[after]) >= Relation.PARENT
    of_domain = _related(steps, taught.occupations[before], taught.occupations[after]) >= Relation.DOMAIN
    level = steps.level[before][:, None]
    gives_level = (level >= steps.entry[after]) & (level < steps.level[after]) & of_trade
    answered: NDArray[np.bool_] = (
        in_order & other & teaches & (gives_level | ~steps.short_of_level[after]) & (of_domain | general[:, None])
    )
    return answered


def _related(steps: Steps, one: NDArray[np.int16], other: NDArray[np.int16]) -> NDArray[np.uint8]:
    """(b, a) the strongest `Relation` between (b, width) and (a, width) occupations, -1 for none."""
    rome = steps.search.engine.lookups.reference.rome
    relation = np.zeros((rome.n_occupations + 1, rome.n_occupations + 1), dtype=np.uint8)
    relation[:-1, :-1] = rome.relation
    strongest: NDArray[np.uint8] = relation[one[:, None, :, None], other[None, :, None, :]].max(axis=(2, 3))
    return strongest


def _shortest(
    steps: Steps, before: NDArray[np.int64], after: NDArray[np.int64], fits: NDArray[np.bool_]
) -> list[tuple[int, int]]:
    """For each second step that has any, its shortest first step."""
    hours = np.where(np.isnan(steps.hours[before]), np.float32(1e6), steps.hours[before])
    cost = np.where(fits, hours[:, None], np.inf)
    best = cost.argmin(axis=0)
    reached = np.flatnonzero(np.isfinite(cost[best, np.arange(len(after))]))
    return [(int(before[best[at]]), int(after[at])) for at in reached.tolist()]
