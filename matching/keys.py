"""Ids as numbers, so that rows are grouped, compared and looked up by arrays."""

from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray


def key_number(text: str) -> int:
    """A stable number of an id, from 0 to 2**63 - 1: ten million ids collide once in a hundred thousand worlds."""
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest()) >> 1


def pair_numbers(people: NDArray[np.int64], items: NDArray[np.int64]) -> NDArray[np.uint64]:
    """(n,) one number for each person and item (SplitMix64's finisher: Steele, Lea and Flood 2014)."""
    mixed = people.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15) + items.astype(np.uint64)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        mixed ^= mixed >> np.uint64(shift)
        mixed *= np.uint64(factor)
    return mixed ^ (mixed >> np.uint64(31))
