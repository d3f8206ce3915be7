"""The follower: level with the store at once after a nudge, soon after otherwise, and alive after a failure."""

import asyncio
import threading
from collections.abc import Callable

from api.follow import Follower


class Log:
    """A store's log and an engine that follows it, two changes a step."""

    def __init__(self) -> None:
        self.head = 0
        self.watermark = 0
        self.broken = False

    def read_changes(self) -> int | None:
        if self.broken:
            raise OSError("disk")
        return min(2, self.head - self.watermark) or None

    def apply(self, prepared: int) -> int:
        self.watermark += prepared
        return prepared


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.001)


def test_one_look_applies_all_there_is() -> None:
    log = Log()
    log.head = 5
    follower = Follower(log, 60)
    assert asyncio.run(follower.look()) == 5
    assert log.watermark == 5


def test_a_nudge_does_not_wait_for_the_interval() -> None:
    async def scenario() -> None:
        log = Log()
        follower = Follower(log, 60)
        await follower.start()
        await until(lambda: follower.looks > 0)
        log.head = 3
        follower.nudge()
        await until(lambda: log.watermark == 3)
        await follower.stop()

    asyncio.run(scenario())


def test_other_processes_writes_are_seen_without_a_nudge() -> None:
    async def scenario() -> None:
        log = Log()
        follower = Follower(log, 0.001)
        await follower.start()
        log.head = 4
        await until(lambda: log.watermark == 4)
        await follower.stop()

    asyncio.run(scenario())


def test_a_failure_is_told_and_the_next_look_recovers() -> None:
    async def scenario() -> None:
        log = Log()
        log.head, log.broken = 4, True
        follower = Follower(log, 0.001)
        await follower.start()
        await until(lambda: follower.failure is not None)
        assert follower.failure == "OSError"
        log.broken = False
        await until(lambda: log.watermark == 4)
        await until(lambda: follower.failure is None)
        await follower.stop()

    asyncio.run(scenario())


def test_stopping_what_never_started_is_nothing() -> None:
    asyncio.run(Follower(Log(), 1).stop())


def test_stopping_waits_for_the_read_that_is_under_way() -> None:
    """A read that outlived the service would hold a connection of a store that is closed."""
    reading, released = threading.Event(), threading.Event()

    class Slow(Log):
        def read_changes(self) -> int | None:
            reading.set()
            released.wait()
            return super().read_changes()

    async def scenario() -> None:
        log = Slow()
        log.head = 4
        follower = Follower(log, 60)
        await follower.start()
        await until(reading.is_set)
        stopping = asyncio.create_task(follower.stop())
        await asyncio.sleep(0)
        assert not stopping.done()
        released.set()
        await stopping
        assert log.watermark == 2, "what was read is applied, what was not waits for the next start"

    asyncio.run(scenario())
