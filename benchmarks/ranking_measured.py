"""What a benchmark of rankings keeps of each order, over all its seeds."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from benchmarks.ranking_judging import Values


@dataclass
class Measured:
    """Of one order on one list."""

    ndcg: list[Values] = field(default_factory=list)
    recall: list[Values] = field(default_factory=list)
    asker: list[NDArray[np.int64]] = field(default_factory=list)
    without_history: list[Values] = field(default_factory=list)
    """nDCG@10 of lists of askers who had not opened anything."""
    new_items: list[Values] = field(default_factory=list)
    """nDCG@10 among the items that nobody had opened."""
    shown: list[NDArray[np.int64]] = field(default_factory=list)
    succeeded: list[NDArray[np.int64]] = field(default_factory=list)
