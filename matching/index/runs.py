"""Runs of rows: spans (n, 2) of first and past-the-end rows, ascending and apart."""

import numpy as np
from numpy.typing import NDArray


def rows_in(spans: NDArray[np.int64]) -> NDArray[np.int64]:
    """The rows of `spans`, ascending; empty spans are passed over."""
    lengths = spans[:, 1] - spans[:, 0]
    return numbered(np.arange(int(lengths.sum())), spans)


def numbered(positions: NDArray[np.int64], spans: NDArray[np.int64]) -> NDArray[np.int64]:
    """The rows at ascending `positions` of the rows of `spans`, put end to end."""
    lengths = spans[:, 1] - spans[:, 0]
    ends = np.cumsum(lengths)
    counts = np.searchsorted(positions, ends)
    counts[1:] -= counts[:-1].copy()
    rows: NDArray[np.int64] = positions + np.repeat(spans[:, 0] - (ends - lengths), counts)
    return rows
