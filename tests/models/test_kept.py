"""Vectors of long lists are made once, and are those of the encoder whatever becomes of the files."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from models import kept
from models.encoder import TextEncoder
from models.kept import FILE, KeptEncoder
from tests.models.made import random_encoder

TEXTS = [f"texte {number}" for number in range(30)]


class Counting:
    """An encoder that counts what it is asked."""

    def __init__(self) -> None:
        self.encoder: TextEncoder = random_encoder()
        self.dim, self.fingerprint = self.encoder.dim, self.encoder.fingerprint
        self.asked = 0

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.asked += 1
        return self.encoder.encode(texts)


@pytest.fixture
def counting(monkeypatch: pytest.MonkeyPatch) -> Counting:
    monkeypatch.setattr(kept, "LEAST", 20)
    return Counting()


def test_a_long_list_is_encoded_once(counting: Counting, tmp_path: Path) -> None:
    right = counting.encoder.encode(TEXTS)
    for _ in range(2):
        for encoder in (KeptEncoder(counting, tmp_path), KeptEncoder(counting, tmp_path)):
            np.testing.assert_array_equal(encoder.encode(TEXTS), right)
    assert counting.asked == 1
    np.testing.assert_array_equal(KeptEncoder(counting, tmp_path).encode(TEXTS[::-1]), right[::-1])
    assert counting.asked == 2


def test_a_short_list_is_not_kept(counting: Counting, tmp_path: Path) -> None:
    encoder = KeptEncoder(counting, tmp_path)
    assert (encoder.dim, encoder.fingerprint) == (counting.dim, counting.fingerprint)
    for _ in range(2):
        np.testing.assert_array_equal(encoder.encode(TEXTS[:19]), counting.encoder.encode(TEXTS[:19]))
    assert counting.asked == 2
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_file_is_made_again(counting: Counting, tmp_path: Path) -> None:
    right = KeptEncoder(counting, tmp_path).encode(TEXTS).copy()
    (file,) = tmp_path.rglob(FILE)
    file.write_bytes(b"\x93NUMPY not an array")
    np.testing.assert_array_equal(KeptEncoder(counting, tmp_path).encode(TEXTS), right)
    np.testing.assert_array_equal(KeptEncoder(counting, tmp_path).encode(TEXTS), right)
    assert counting.asked == 2


def test_where_nothing_can_be_written_it_answers_all_the_same(counting: Counting, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    encoder = KeptEncoder(counting, blocked / "vectors")
    np.testing.assert_array_equal(encoder.encode(TEXTS), counting.encoder.encode(TEXTS))


def test_the_oldest_lists_go(counting: Counting, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "MOST", 2)
    encoder = KeptEncoder(counting, tmp_path)
    for last in (24, 25, 26):
        encoder.encode(TEXTS[:last])
    assert len(list(tmp_path.iterdir())) == 2
