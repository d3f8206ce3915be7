"""Files of secrets: their owner's alone, whole, and never written over unasked."""

from pathlib import Path

import pytest

from features.kept_key import kept_key
from features.private_file import write_private


def test_nobody_else_reads_it_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "one"
    write_private(path, b"first", replace=False)
    with pytest.raises(FileExistsError):
        write_private(path, b"second", replace=False)
    assert path.read_bytes() == b"first"
    write_private(path, b"third", replace=True)
    assert (path.read_bytes(), path.stat().st_mode & 0o777) == (b"third", 0o600)
    assert list(path.parent.iterdir()) == [path]


def test_a_key_is_drawn_once(tmp_path: Path) -> None:
    first = kept_key(tmp_path / "key")
    assert (kept_key(tmp_path / "key"), len(first)) == (first, 64)
    assert kept_key(tmp_path / "other") != first
