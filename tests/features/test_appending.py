"""Lines at the end of a file: whole, or not there."""

import errno
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from features.appending import append_lines
from tests.features.test_array_files import files_of_at_most


@pytest.fixture
def descriptor(tmp_path: Path) -> Iterator[int]:
    opened = os.open(tmp_path / "lines", os.O_RDWR | os.O_CREAT)
    yield opened
    os.close(opened)


def read(descriptor: int) -> bytes:
    return os.pread(descriptor, 1 << 20, 0)


def test_lines_follow_each_other(descriptor: int) -> None:
    append_lines(descriptor, b"one\n")
    append_lines(descriptor, b"two\nthree\n")
    assert read(descriptor) == b"one\ntwo\nthree\n"


def test_a_line_that_was_cut_short_takes_no_other_with_it(descriptor: int) -> None:
    os.write(descriptor, b"one\ntw")
    append_lines(descriptor, b"three\n")
    assert read(descriptor) == b"one\ntw\nthree\n"


def test_what_does_not_fit_is_not_there_at_all(descriptor: int) -> None:
    append_lines(descriptor, b"one\n")
    with files_of_at_most(10), pytest.raises(OSError) as told:
        append_lines(descriptor, b"two\nthree\nfour\n")
    assert told.value.errno == errno.EFBIG
    assert read(descriptor) == b"one\n"
    append_lines(descriptor, b"two\n")
    assert read(descriptor) == b"one\ntwo\n"
