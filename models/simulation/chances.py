"""Chances that belong to what they decide: the same question gets the same number, whoever asks and in what order.

A generator gives numbers in the order of the questions, so that a policy that shows one more offer changes every draw
after it. Here a draw is a hash of its purpose, the person, the offer and the week (the mixer of splitmix64: Steele, Lea
and Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014): two policies that show the same offer to the
same person in the same week meet the same luck, and the difference of two policies is freed of most of its noise
(common random numbers: Law, Simulation Modeling and Analysis, chapter 11).
"""

from enum import IntEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

_STEP: Final = 0x9E3779B97F4A7C15
_FIRST: Final = np.uint64(0xBF58476D1CE4E5B9)
_SECOND: Final = np.uint64(0x94D049BB133111EB)


class Purpose(IntEnum):
    """What a chance decides; its number keeps it apart from the others."""

    MATCH = 1
    VISIT = 2
    ATTENTION = 3
    OPEN = 4
    SAVE = 5
    DISMISS = 6
    APPLY = 7
    ANSWER = 8
    QUEUE = 9
    INTERVIEW = 10
    HIRE = 11
    OUTSIDE = 12
    DISCOURAGED = 13
    EXPLORE = 14
    MOMENT = 15
    UNWRITTEN = 16
    GLIMPSE = 17
    SKILLS = 18
    WORDS = 19
    RIVALRY = 20
    EXPERIENCE = 21


def uniform(seed: int, purpose: Purpose, *keys: NDArray[np.integer] | int) -> NDArray[np.float32]:
    """(n,) numbers in (0, 1), one for each combination of `keys` (integers of 0 or more, broadcast together)."""
    state: NDArray[np.uint64] = np.array([(seed * 1_000_003 + int(purpose) * _STEP) % 2**64], dtype=np.uint64)
    for key in keys:
        state = _mixed(state ^ (np.atleast_1d(key).astype(np.uint64) + np.uint64(1)) * np.uint64(_STEP))
    top = (_mixed(state) >> np.uint64(41)).astype(np.float32)
    drawn: NDArray[np.float32] = (top + np.float32(0.5)) * np.float32(2.0**-23)
    return drawn


def normal(seed: int, purpose: Purpose, *keys: NDArray[np.integer] | int) -> NDArray[np.float32]:
    """(n,) standard normal numbers, of the same draws as `uniform`."""
    drawn: NDArray[np.float32] = ndtri(uniform(seed, purpose, *keys))
    return drawn


def _mixed(state: NDArray[np.uint64]) -> NDArray[np.uint64]:
    mixed: NDArray[np.uint64] = state + np.uint64(_STEP)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * _FIRST
    mixed = (mixed ^ (mixed >> np.uint64(27))) * _SECOND
    return mixed ^ (mixed >> np.uint64(31))
