"""Arrays that are mapped from disk, files read by pieces, and arrays that grow."""

import contextlib
import os
import weakref
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

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


AHEAD_BYTES: Final = 128 << 10
"""What Linux reads ahead at most when it is asked once."""
SHARE_AHEAD: Final = 0.5
"""Of the memory that processes or other files could have: a larger file is not read ahead."""


class Blob:
    """A file of bytes of which pieces are read. It is not mapped: a piece costs no page table, no memory of the
    process, and no reading ahead but by `read_ahead`."""

    def __init__(self, path: Path) -> None:
        self._descriptor = os.open(path, os.O_RDONLY)
        weakref.finalize(self, os.close, self._descriptor)

    def read_each(self, spans: Sequence[tuple[int, int]]) -> list[bytes]:
        """The bytes from each start to its stop, the stop not included; fewer where the file ends before. All are asked
        of the disk before the first is waited for."""
        if len(spans) > 1:
            for start, stop in spans:
                _will_need(self._descriptor, start, stop - start)
        return [os.pread(self._descriptor, stop - start, start) for start, stop in spans]

    def read_ahead(self) -> None:
        """Have the system read the whole file into its cache; nothing where it would take more than half of what memory
        is left. It takes as long as the disk does; a tenth of a second where it is there already."""
        size = os.fstat(self._descriptor).st_size
        if size > SHARE_AHEAD * available_bytes():
            return
        for start in range(0, size, AHEAD_BYTES):
            _will_need(self._descriptor, start, AHEAD_BYTES)


def _will_need(descriptor: int, start: int, length: int) -> None:
    """Tell the system, where it listens (macOS does not), that these bytes will be read."""
    if hasattr(os, "posix_fadvise"):
        os.posix_fadvise(descriptor, start, length, os.POSIX_FADV_WILLNEED)


def available_bytes() -> int:
    """Memory that could be had without swapping, caches included; 0 where the system does not say."""
    try:
        lines = Path("/proc/meminfo").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) << 10 for line in lines if line.startswith("MemAvailable:")), 0)


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
