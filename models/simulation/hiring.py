"""What employers do in a week with the applications that wait: a few are read, some answered, the best hired.

A post takes one person: many applicants on one post wait longer for an answer, get fewer of them, and most get
nothing. That is the congestion that makes a list which is best for each person alone bad for all together (Marinescu
and Wolthoff, "Opening the black box of the matching function", J. Labor Economics 38(2), 2020, on applications and
vacancies; Naya, Bied, Caillou, Crépon, Gaillac, Perennes and Sebag 2021 on job recommendation).
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.simulation.chances import Purpose, normal, uniform
from models.simulation.hidden import HiddenTruth
from models.simulation.market import Floats, Ints, Rows

PATIENCE_WEEKS: Final = 5
"""Weeks after which an application that nobody read is dropped."""
PILE: Final = 6.0
"""Applications a post from which the pile itself keeps an employer from answering."""
ACCEPTS_FROM: Final = -0.5
"""Worth under which a person who is chosen says no."""
RIVALRY_NOISE: Final = 0.4


@dataclass(frozen=True, eq=False)
class Waiting:
    """n applications without an answer, in order of arrival."""

    candidate: NDArray[np.int64]
    impression: NDArray[np.int64]
    """Number of the shown result that each came from."""
    week: Rows

    def __len__(self) -> int:
        return len(self.candidate)

    def kept(self, rows: NDArray[np.bool_]) -> "Waiting":
        return Waiting(self.candidate[rows], self.impression[rows], self.week[rows])

    def and_then(self, other: "Waiting") -> "Waiting":
        return Waiting(
            np.concatenate([self.candidate, other.candidate]),
            np.concatenate([self.impression, other.impression]),
            np.concatenate([self.week, other.week]),
        )


def nothing_waits() -> Waiting:
    return Waiting(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.int16))


@dataclass(frozen=True, eq=False)
class Answers:
    """What a week brought: masks over the applications that waited."""

    read: NDArray[np.bool_]
    interviewed: NDArray[np.bool_]
    hired: NDArray[np.bool_]


def answer(truth: HiddenTruth, waiting: Waiting, posts_left: Rows, week: int, seed: int) -> Answers:
    """What employers with `posts_left` (n_offers,) make of `waiting` in a week. At most one hire a person, and as many
    an offer as it has posts left."""
    pairs = truth.pairs(waiting.candidate)
    person, offer = pairs.person, pairs.offer
    firm = truth.market.offers.firm[offer]
    employers = truth.employers
    n_offers = len(posts_left)
    piled = np.bincount(offer, minlength=n_offers)[offer] / np.maximum(posts_left[offer], 1)
    capacity = np.floor(employers.reads[firm] * posts_left[offer] + 1)
    read = rank_within(offer, waiting.week + uniform(seed, Purpose.QUEUE, person, offer)) < capacity
    responds = truth.answer_chance(offer, week) * np.minimum(1, (PILE / np.maximum(piled, PILE)) ** 0.5)
    merit = truth.merit(pairs, week)
    answered = read & (uniform(seed, Purpose.ANSWER, person, offer) < responds)
    interviewed = answered & (uniform(seed, Purpose.INTERVIEW, person, offer) < truth.interview_chance(merit))
    fits = interviewed & (uniform(seed, Purpose.HIRE, person, offer) < truth.hire_chance(merit))
    rivalry = merit + np.float32(RIVALRY_NOISE) * normal(seed, Purpose.RIVALRY, person, offer)
    chosen = fits & (rank_within(offer, np.where(fits, -rivalry, np.inf)) < posts_left[offer])
    worth = truth.worth(pairs, week).total
    willing = chosen & (worth > ACCEPTS_FROM)
    hired = willing & (rank_within(person, np.where(willing, -worth, np.inf)) == 0)
    return Answers(read, interviewed, hired)


def rank_within(group: Ints, value: Floats) -> NDArray[np.int64]:
    """(n,) how many of the same group have a lower value, those of the same value in order of the rows."""
    order = np.lexsort((value, group))
    firsts = np.flatnonzero(np.diff(group[order], prepend=-1))
    lengths = np.diff(np.append(firsts, len(group)))
    rank = np.empty(len(group), dtype=np.int64)
    rank[order] = np.arange(len(group)) - np.repeat(firsts, lengths)
    return rank
