"""Who is let through to a database that is silent or slow: one that tries, the others not; all once it answers."""

import threading
from collections.abc import Callable

import pytest

from features.store.availability import RETRY_S, SLOW_S, Availability, DatabaseDown, Use


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def elsewhere(work: Callable[[], Use]) -> Use | None:
    """What another thread gets; None where it is refused."""
    got: list[Use] = []

    def attempt() -> None:
        try:
            got.append(work())
        except DatabaseDown:
            return

    thread = threading.Thread(target=attempt)
    thread.start()
    thread.join()
    return got[0] if got else None


def test_all_are_let_through_while_it_answers(clock: Clock) -> None:
    database = Availability(most=2, clock=clock)
    uses = [database.enter() for _ in range(5)]
    for use in uses:
        database.leave(use)
    assert database.since is None


def test_after_a_failure_one_at_a_time_tries_again(clock: Clock) -> None:
    database = Availability(most=9, clock=clock)
    use = database.enter()
    database.failed("Silent")
    database.leave(use)
    assert database.failure == "Silent"
    since = database.since
    assert since is not None
    with pytest.raises(DatabaseDown, match="Silent"):
        database.enter()

    clock.now += RETRY_S
    trying = database.enter()
    within = database.enter()  # whoever tries may use it twice at a time
    assert elsewhere(database.enter) is None
    database.leave(within)
    assert database.since is None  # it went well
    database.leave(trying)
    assert elsewhere(database.enter) is not None


def test_a_try_that_fails_leaves_it_as_it_was(clock: Clock) -> None:
    database = Availability(most=9, clock=clock)
    database.failed("Silent")
    since = database.since
    clock.now += RETRY_S
    use = database.enter()
    database.failed("Refused")
    database.leave(use)
    assert (database.since, database.failure) == (since, "Refused")
    assert elsewhere(database.enter) is None
    clock.now += RETRY_S
    assert elsewhere(database.enter) is not None


def test_no_more_than_so_many_wait_for_a_slow_one(clock: Clock) -> None:
    database = Availability(most=2, clock=clock)
    first = database.enter()
    database.enter()
    clock.now += SLOW_S + 0.1
    with pytest.raises(DatabaseDown, match="2 wait"):
        database.enter()
    database.leave(first)
    assert database.enter()
