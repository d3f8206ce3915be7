"""Lines added to the end of a file that several processes add to: each is there whole, or not at all."""

import contextlib
import os


def append_lines(descriptor: int, lines: bytes) -> None:
    """Add whole lines to the file, open for reading and writing and held by this process alone; on disk when this
    returns. A line that was cut short before is ended first. Raises OSError where they could not all be written: none
    is there then."""
    size = os.lseek(descriptor, 0, os.SEEK_END)
    whole = lines if size == 0 or os.pread(descriptor, 1, size - 1) == b"\n" else b"\n" + lines
    try:
        left = memoryview(whole)
        while left:
            left = left[os.write(descriptor, left) :]
        os.fsync(descriptor)
    except OSError:
        with contextlib.suppress(OSError):
            os.ftruncate(descriptor, size)
        raise
