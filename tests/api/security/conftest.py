"""Sign-in over a store of its own, with a clock that tests move."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from api.follow import Follower
from api.security.access import Access
from api.security.directory import Directory
from api.security.signing_keys import SigningKeys
from api.security.tokens import Tokens
from features.store import Store


class Clock:
    """A time that only moves when told."""

    def __init__(self, now: float) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock(1_790_000_000.5)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(f"sqlite:///{tmp_path / 'vivier.db'}")
    yield opened
    opened.close()


@pytest.fixture
def access(store: Store, tmp_path: Path, clock: Clock) -> Access:
    """Sign-in whose memory follows only when a test says so."""
    tokens = Tokens(SigningKeys(tmp_path / "keys", clock), "https://vivier.example", "/vivier", clock)
    directory = Directory(store, clock)
    return Access(store, tokens, directory, Follower(directory, 60), clock)
