"""`Shelf`: who asks for a list, what may stand in it and what serving knew of each pair, for any of the lists.

The market of offers has a life of its own (`market.py`, `stream.py`). Lists of trainings, people and firms are asked
for less often and change less, so one shape serves all three: askers, items, and the candidates that the service's own
retrieval brings to each asker, with the features that its ranker reads.
"""

import dataclasses
import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final, Self
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from models.ranked import Ranked
from models.simulation.market import DAYS_A_WEEK, Floats, Ints, Rows

FOREVER: Final = np.int16(32_000)
"""Week of what never closes."""
ARRAYS: Final = "shelf.npz"
META: Final = "shelf.json"
_FALLING: Final = {"start": (0.0, 730.0)}
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
    first_day: str = ""
    """ISO date of the first day; empty: of no calendar."""

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
        for name, (low, high) in _FALLING.items():
            if name in self.names:
                column = matrix[:, self.names.index(name)]
                np.clip(column - DAYS_A_WEEK * week, low, high, out=column)
        return matrix

    def save(self, folder: Path) -> None:
        """Write `shelf.npz` and `shelf.json` into `folder`, made if missing."""
        folder.mkdir(parents=True, exist_ok=True)
        arrays: dict[str, Any] = {name: getattr(self, name) for name in _ARRAYS}
        np.savez(folder / ARRAYS, allow_pickle=False, **arrays)
        told = {"list": self.ranked.value, "names": list(self.names), "first_day": self.first_day}
        (folder / META).write_text(json.dumps(told, indent=1), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> Self:
        """The shelf that `save` wrote. Raises ValueError when a file or an array is missing or wrong."""
        try:
            told = json.loads((folder / META).read_text(encoding="utf-8"))
            with np.load(folder / ARRAYS, allow_pickle=False) as read:
                arrays: dict[str, Any] = {name: read[name] for name in _ARRAYS}
            names, first_day = tuple(told["names"]), str(told["first_day"])
            return cls(ranked=Ranked(told["list"]), names=names, first_day=first_day, **arrays)
        except (OSError, EOFError, KeyError, TypeError, ValueError, BadZipFile) as error:
            raise ValueError(f"{folder} ne contient pas de candidats lisibles ({error}) : les refaire.") from error


_ARRAYS: Final = tuple(
    [each.name for each in dataclasses.fields(Shelf) if each.name not in ("ranked", "names", "first_day")]
)
