"""Scores with few digits whose parts still add up."""

from typing import Any

import numpy as np
from numpy.typing import NDArray


def parts_of(totals: NDArray[np.floating[Any]], parts: NDArray[np.floating[Any]], digits: int) -> NDArray[np.int64]:
    """(n, k) whole numbers of 10**-digits: `parts` rounded so that each row adds up to its total, rounded.

    The method of the largest remainder (Hamilton): every part is rounded down, and what is left goes a unit at a time
    to the parts that lost most, so each is within a unit of its own value. `parts` (n, k) adds up to `totals` (n,) but
    for the error of float32; k is at least 1.
    """
    exact = np.asarray(parts, dtype=np.float64) * 10**digits
    whole = np.floor(exact)
    left = np.rint(np.asarray(totals, dtype=np.float64) * 10**digits) - whole.sum(axis=1)
    lost_most = np.argsort(np.argsort(whole - exact, axis=1, kind="stable"), axis=1)
    units: NDArray[np.int64] = (whole + (lost_most < left[:, None])).astype(np.int64)
    return units
