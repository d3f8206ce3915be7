"""Figures that are kept: made once, given again while they are made anew, and never waited for long."""

import asyncio
import logging
import threading

import pytest

from api.steering.kept import RETRY_S, Kept
from tests.waiting import until


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def value(kept: Kept[int]) -> int | None:
    made = asyncio.run(kept.get())
    return None if made is None else made.value


def test_it_is_made_when_asked_for_and_kept_while_fresh() -> None:
    clock, made = Clock(), iter(range(1, 9))
    kept = Kept("essai", lambda: next(made), 60, clock, patience_s=30)
    assert value(kept) == 1
    clock.now = 59
    assert value(kept) == 1
    clock.now = 60
    assert value(kept) == 1  # the one before, while another is made
    kept.join()
    assert value(kept) == 2


def test_nobody_waits_for_one_that_takes_long() -> None:
    go = threading.Event()

    def make() -> int:
        go.wait(30)
        return 7

    kept = Kept("essai", make, 60, patience_s=0.01)
    assert value(kept) is None
    assert value(kept) is None  # and it is not begun twice
    go.set()
    until(lambda: value(kept) == 7)
    kept.join()


def test_one_that_fails_is_told_and_tried_again(caplog: pytest.LogCaptureFixture) -> None:
    clock, tries = Clock(), iter([ValueError("non"), 3, ValueError("non"), 4])

    def make() -> int:
        found = next(tries)
        if isinstance(found, ValueError):
            raise found
        return found

    kept = Kept("essai", make, 600, clock, patience_s=30)
    with caplog.at_level(logging.CRITICAL, "api.steering.kept"):
        assert value(kept) is None
        assert value(kept) is None  # not at once
        clock.now = RETRY_S
        assert value(kept) == 3
        clock.now += 600
        assert value(kept) == 3
        kept.join()
        assert value(kept) == 3  # what was known stays
        clock.now += RETRY_S
        value(kept)
        kept.join()
        assert value(kept) == 4
