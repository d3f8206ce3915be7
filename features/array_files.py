"""Arrays written so that what the disk did not take is told.

`numpy.save` hands the bytes of an array to the C library, which keeps the last of them to itself until the file is
closed, and says nothing when the disk is full by then: the file ends early. What is written here goes through Python's
own files, which raise OSError for every byte that is lost.
"""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import IO, Any, Final

import numpy as np
from numpy.typing import NDArray

SUFFIX: Final = ".npy"


class _Written:
    """A file as numpy sees it when it is not to bypass it: something that can be written to, and no more."""

    def __init__(self, stream: IO[bytes]) -> None:
        self.write: Callable[[bytes], int] = stream.write


def save_array(path: Path, values: NDArray[Any]) -> None:
    """Write an array to `path`, which ends in `.npy`, as `numpy.load` reads it. Raises OSError where not all of it
    could be written."""
    if path.suffix != SUFFIX:
        raise ValueError(f"an array is kept in a file that ends in {SUFFIX}, not in {path.name}")
    with path.open("wb") as stream:
        np.lib.format.write_array(_Written(stream), values, allow_pickle=False)


def save_rows(path: Path, blocks: Iterable[NDArray[Any]], shape: tuple[int, int], dtype: str) -> int:
    """Write an array of that shape to `path`, block by block; the number of rows that the blocks have. Rows past the
    shape are counted and left out; with fewer, the file is shorter than its header says. Raises OSError as
    `save_array`."""
    described = {"descr": np.lib.format.dtype_to_descr(np.dtype(dtype)), "fortran_order": False, "shape": shape}
    given = 0
    with path.open("wb") as stream:
        np.lib.format.write_array_header_1_0(stream, described)
        for block in blocks:
            stream.write(np.ascontiguousarray(block[: max(shape[0] - given, 0)], dtype=dtype).data)
            given += len(block)
    return given
