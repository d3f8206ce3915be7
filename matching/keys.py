"""Ids as numbers, so that rows are grouped, compared and looked up by arrays."""

import numpy as np
from numpy.typing import NDArray

from features.key_numbers import key_number as key_number


def pair_numbers(people: NDArray[np.int64], items: NDArray[np.int64]) -> NDArray[np.uint64]:
    """(n,) one number for each person and item (SplitMix64's finisher: Steele, Lea and Flood 2014)."""
    mixed = people.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15) + items.astype(np.uint64)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        mixed ^= mixed >> np.uint64(shift)
        mixed *= np.uint64(factor)
    return mixed ^ (mixed >> np.uint64(31))
