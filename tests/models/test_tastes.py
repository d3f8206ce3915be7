"""Tastes: read over the families of any referential, refused when they do not hold together."""

from pathlib import Path

import numpy as np
import pytest

from models.encoder import ModelUnusable
from models.tastes import TASTES, Tastes

MATRIX = np.array([[1, 2], [3, 4]], dtype=np.float32)


def test_the_same_families_in_another_order_and_with_others() -> None:
    tastes = Tastes(("a", "b"), MATRIX)
    assert tastes.over(("a", "b")).tolist() == MATRIX.tolist()
    assert tastes.over(("b", "new", "a")).tolist() == [[4, 0, 3], [0, 0, 0], [2, 0, 1]]
    assert tastes.over(()).shape == (0, 0)


def test_what_does_not_hold_together_is_refused() -> None:
    with pytest.raises(ValueError, match="does not fit 1 distinct families"):
        Tastes(("a", "a")[:1], MATRIX)
    with pytest.raises(ValueError, match="does not fit 2 distinct families"):
        Tastes(("a", "a"), MATRIX)
    with pytest.raises(ValueError, match="not finite"):
        Tastes(("a", "b"), MATRIX * np.float32("nan"))
    with pytest.raises(ValueError, match="float64"):
        Tastes(("a", "b"), MATRIX.astype(np.float64))  # type: ignore[arg-type]


@pytest.mark.parametrize("content", [None, b"", b"PK", b"nonsense"])
def test_a_file_that_is_none_is_refused(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / TASTES).write_bytes(content)
    with pytest.raises(ModelUnusable, match=TASTES):
        Tastes.load(tmp_path)
