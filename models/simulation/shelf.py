"""`Shelf`: who asks for a list, what may stand in it and what serving knew of each pair, for any of the lists.

The market of offers has a life of its own (`market.py`, `stream.py`). Lists of trainings, people and firms are asked
for less often and change less, so one shape serves all three: askers, items, and the candidates that the service's own
retrieval brings to each asker, with the features that its ranker reads.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from models.ranked import Ranked
from models.simulation.market import DAYS_A_WEEK, Floats, Ints, Rows

FOREVER = np.int16(32_000)
"""Week of what never closes."""
_FALLING = {"start": (0.0, 730.0)}
"""Features that fall by a day every day, with their bounds."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Shelf:
    """Candidate c of asker i stands in indptr[i]:indptr[i + 1]. Raises ValueError for arrays that do not fit."""

    ranked: Ranked
    askers: NDArray[np.str_]
    items: NDArray[np.str_]
    indptr: NDArray[np.int64]
    item: Ints
    """(n_candidates,) rows of `items`; none twice for an asker."""
    features: Floats
    """(n_candidates, n_names) as of the first day."""
    names: tuple[str, ...]
    served: Floats
    """(n_candidates,) scores of the ranker that was in force."""
    urban: NDArray[np.bool_]
    """(n_askers,) whether they look from a town."""
    opens: Rows
    """(n_items,) first week in which each may be shown."""
    closes: Rows
    """(n_items,) first week in which it may not any more."""
    asks_from: Rows
    """(n_askers,) first week in which each looks."""
    asks_until: Rows
    """(n_askers,) first week in which each looks no more."""
    falling: Mapping[str, tuple[float, float]] = field(default_factory=lambda: _FALLING)

    def __post_init__(self) -> None:
        n = len(self.item)
        wrong = [
            name
            for name, length, wanted in (
                ("features", self.features.shape, (n, len(self.names))),
                ("served", self.served.shape, (n,)),
                ("indptr", self.indptr.shape, (len(self.askers) + 1,)),
                ("indptr", int(self.indptr[-1]), n),
                ("urban", self.urban.shape, self.askers.shape),
                ("opens", self.opens.shape, self.items.shape),
                ("closes", self.closes.shape, self.items.shape),
                ("asks_from", self.asks_from.shape, self.askers.shape),
                ("asks_until", self.asks_until.shape, self.askers.shape),
            )
            if length != wanted
        ]
        if wrong:
            raise ValueError(f"{', '.join(wrong)} do not fit {n} candidates of {len(self.askers)} askers")

    @property
    def n_candidates(self) -> int:
        return len(self.item)

    @cached_property
    def asker(self) -> Ints:
        """(n_candidates,) who each is a candidate of."""
        return np.repeat(np.arange(len(self.askers), dtype=np.int32), np.diff(self.indptr))

    def features_in(self, candidates: NDArray[np.int64], week: int) -> Floats:
        """(n, n_names) features of candidates as they are in a week."""
        matrix = self.features[candidates]
        for name, (low, high) in self.falling.items():
            if name in self.names:
                column = matrix[:, self.names.index(name)]
                np.clip(column - DAYS_A_WEEK * week, low, high, out=column)
        return matrix
