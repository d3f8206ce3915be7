"""Half-precision rows: a mapped part that is never written to, and a part in memory that grows."""

import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matching.index.base import Blocks

FILE = "vectors.npy"
BLOCK = 4096
MADV_POPULATE_READ = 22
"""Linux: have all pages mapped now, rather than one by one under the first questions, which took twice as long."""


class GrowingRows:
    """(n, width) rows of one dtype, appended in amortised constant time."""

    def __init__(self, width: int, dtype: type) -> None:
        self._rows: NDArray[Any] = np.empty((0, width), dtype=dtype)
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def append(self, rows: NDArray[Any]) -> None:
        needed = self._count + len(rows)
        if needed > len(self._rows):
            grown = np.empty((max(needed, 2 * len(self._rows)), self._rows.shape[1]), dtype=self._rows.dtype)
            grown[: self._count] = self._rows[: self._count]
            self._rows = grown
        self._rows[self._count : needed] = rows
        self._count = needed

    @property
    def rows(self) -> NDArray[Any]:
        """The rows there are: a view, good until the next append."""
        return self._rows[: self._count]


class HalfRows:
    """Vectors kept as float16: those that were mapped, then those that were added."""

    def __init__(self, dim: int, mapped: NDArray[np.float16] | None = None) -> None:
        self.mapped = np.empty((0, dim), dtype=np.float16) if mapped is None else mapped
        self._added = GrowingRows(dim, np.float16)

    def __len__(self) -> int:
        return len(self.mapped) + len(self._added)

    @property
    def dim(self) -> int:
        return int(self.mapped.shape[1])

    def append(self, vectors: NDArray[np.float32]) -> None:
        self._added.append(vectors)

    def take(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """(len(rows), dim) float32 in the order of `rows`. Raises IndexError for a row past the end."""
        first_added = len(self.mapped)
        if len(rows) == 0 or int(rows.max()) < first_added:
            return self.mapped[rows].astype(np.float32)
        taken = np.empty((len(rows), self.dim), dtype=np.float32)
        old = rows < first_added
        taken[old] = self.mapped[rows[old]]
        taken[~old] = self._added.rows[rows[~old] - first_added]
        return taken

    def gather(self, rows: NDArray[np.int64], into: NDArray[np.float16]) -> NDArray[np.float16]:
        """The given rows as they are kept, copied into `into` (len(rows), dim), which is returned."""
        first_added = len(self.mapped)
        if len(self) == first_added or len(rows) == 0 or int(rows.max()) < first_added:
            return np.take(self.mapped, rows, axis=0, out=into, mode="clip")
        old = rows < first_added
        into[old] = self.mapped[rows[old]]
        into[~old] = self._added.rows[rows[~old] - first_added]
        return into

    def products(self, query: NDArray[np.float32], rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """Inner products of `query` with the given rows, float32; equal vectors have equal ones."""
        products = np.empty(len(rows), dtype=np.float32)
        for start in range(0, len(rows), BLOCK):
            # not `@`: its last rows are summed in another order, and equal vectors must have equal scores
            products[start : start + BLOCK] = np.vecdot(self.take(rows[start : start + BLOCK]), query)
        return products


def write_blocks(folder: Path, dim: int, count: int, blocks: Blocks) -> NDArray[np.float16]:
    """Write `count` rows into `folder`; gives them mapped."""
    mapped = np.lib.format.open_memmap(folder / FILE, mode="w+", dtype=np.float16, shape=(count, dim))
    start = 0
    for block in blocks():
        mapped[start : start + len(block)] = block[: max(count - start, 0)]
        start += len(block)
    mapped.flush()
    if start != count:
        raise ValueError(f"{start} vectors were given, {count} were announced")
    return load_halves(folder)


def load_halves(folder: Path) -> NDArray[np.float16]:
    """What `write_blocks` wrote, mapped."""
    halves: NDArray[np.float16] = map_array(folder / FILE)
    return halves


def map_array(path: Path, copy_on_write: bool = False) -> NDArray[Any]:
    """A saved array mapped from disk, shared by all processes that map it; an empty one is simply read.

    With `copy_on_write` it may be changed, and the change is this process's own.
    """
    mapped = np.load(path, mmap_mode=None if _is_empty(path) else "c" if copy_on_write else "r", allow_pickle=False)
    if isinstance(mapped, np.memmap):
        with contextlib.suppress(OSError):  # kernels before 5.14: pages are then mapped as they are met
            mapped._mmap.madvise(MADV_POPULATE_READ)  # type: ignore[attr-defined]
    plain: NDArray[Any] = mapped.view(np.ndarray)  # a plain array: slices of np.memmap cost ten times as much
    return plain


def _is_empty(path: Path) -> bool:
    with path.open("rb") as stream:
        version = np.lib.format.read_magic(stream)
        read: Callable[..., tuple[tuple[int, ...], bool, np.dtype]] = (
            np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        )
        return 0 in read(stream)[0]
