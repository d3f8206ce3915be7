"""Arrays on disk: read back as they were, and nothing of them lost in silence."""

import errno
import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from features.array_files import save_array, save_rows


@pytest.mark.parametrize(
    "values",
    [
        np.arange(7),
        np.empty((0, 3), dtype=np.float16),
        np.arange(24, dtype=np.float32).reshape(4, 6).T,
        np.array(["où", ""]),
        np.arange(10)[::3],
    ],
)
def test_an_array_comes_back(tmp_path: Path, values: np.ndarray) -> None:
    save_array(tmp_path / "a.npy", values)
    found = np.load(tmp_path / "a.npy", allow_pickle=False)
    assert (found.dtype, found.shape) == (values.dtype, values.shape)
    assert np.array_equal(found, values)
    np.save(tmp_path / "b.npy", values)
    assert (tmp_path / "a.npy").read_bytes() == (tmp_path / "b.npy").read_bytes()


def test_rows_come_back_in_their_order_as_if_written_at_once(tmp_path: Path) -> None:
    rows = np.arange(30, dtype=np.float32).reshape(10, 3)
    assert save_rows(tmp_path / "a.npy", [rows[:4], rows[4:4], rows[4:]], (10, 3), "<f2") == 10
    found = np.load(tmp_path / "a.npy", mmap_mode="r")
    assert found.dtype == np.float16
    assert np.array_equal(found, rows)
    assert save_rows(tmp_path / "a.npy", [rows, rows], (10, 3), "<f2") == 20
    assert np.array_equal(np.load(tmp_path / "a.npy"), rows)


def test_what_is_no_array_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"ends in \.npy, not in a\.npz"):
        save_array(tmp_path / "a.npz", np.arange(3))


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    """A disk that takes no more than `size` bytes of a file."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    heard = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, heard)


@pytest.mark.parametrize("short_by", [1, 40, 4000, 50_000])
def test_the_last_bytes_are_not_lost_in_silence(tmp_path: Path, short_by: int) -> None:
    """A C library keeps them until it closes the file, and does not say that they went nowhere."""
    values = np.arange(20_000)
    save_array(tmp_path / "whole.npy", values)
    room = (tmp_path / "whole.npy").stat().st_size - short_by
    with files_of_at_most(room), pytest.raises(OSError) as told:
        save_array(tmp_path / "a.npy", values)
    assert told.value.errno == errno.EFBIG
    with files_of_at_most(room), pytest.raises(OSError):
        save_rows(tmp_path / "a.npy", [values[:, None]], (len(values), 1), "<i8")
