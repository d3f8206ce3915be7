"""The exact index: every allowed row is scored. It is the oracle that other backends are judged against."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from matching.index.base import Blocks, Found, Selection, best, check_query
from matching.index.codes import Facts
from matching.index.halves import HalfRowsIndex, write_blocks


class ExactIndex(HalfRowsIndex):
    """Float16 rows, float32 arithmetic."""

    def search(self, query: NDArray[np.float32], k: int, selection: Selection) -> Found:
        check_query(query, selection, self.dim, len(self))
        return best(self._halves.products(query, selection.rows), selection.rows, k)

    def search_each(self, query: NDArray[np.float32], k: int, selections: Sequence[Selection]) -> list[Found]:
        return [self.search(query, k, selection) for selection in selections]

    @staticmethod
    def write(folder: Path, dim: int, count: int, blocks: Blocks, facts: Facts | None = None) -> None:  # noqa: ARG004
        write_blocks(folder, dim, count, blocks)
