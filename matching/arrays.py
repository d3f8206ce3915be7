"""Arrays that are mapped from disk, files read by pieces, and arrays that grow."""

import contextlib
import os
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

MADV_POPULATE_READ = 22
"""Linux: have all pages mapped now, rather than one by one under the first questions, which took twice as long."""


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


class Blob:
    """A file of bytes of which pieces are read. It is not mapped: a piece costs no page table, no memory of the
    process, and no reading ahead."""

    def __init__(self, path: Path) -> None:
        self._descriptor = os.open(path, os.O_RDONLY)
        weakref.finalize(self, os.close, self._descriptor)

    def read(self, start: int, stop: int) -> bytes:
        """The bytes from `start` to `stop`, the end not included; fewer where the file ends before."""
        return os.pread(self._descriptor, stop - start, start)


def _is_empty(path: Path) -> bool:
    with path.open("rb") as stream:
        version = np.lib.format.read_magic(stream)
        read: Callable[..., tuple[tuple[int, ...], bool, np.dtype]] = (
            np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        )
        return 0 in read(stream)[0]


def grown(values: NDArray[Any], used: int, capacity: int) -> NDArray[Any]:
    """Room for `capacity` rows, of which the first `used` are those of `values`."""
    larger = np.empty((capacity, *values.shape[1:]), dtype=values.dtype)
    larger[:used] = values[:used]
    return larger
