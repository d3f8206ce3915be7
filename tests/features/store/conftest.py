"""A store of its own for each test, on each engine."""

from collections.abc import Iterator

import pytest

from features.store import Store
from tests.keys import KEYRING


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    opened = Store.open(store_url, KEYRING)
    yield opened
    opened.close()
