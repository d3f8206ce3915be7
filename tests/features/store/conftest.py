"""A store of its own for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from features.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(f"sqlite:///{tmp_path / 'vivier.db'}")
    yield opened
    opened.close()
