"""A store of its own for each test, on each engine."""

from collections.abc import Iterator

import pytest

from features.store import Store


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    opened = Store.open(database_url)
    yield opened
    opened.close()
