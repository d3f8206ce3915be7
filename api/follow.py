"""The change-log follower: what any process writes becomes visible to search here, well within a second."""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from typing import Protocol

log = logging.getLogger(__name__)


class Catalogue(Protocol):
    """The part of the engine that follows the log."""

    @property
    def watermark(self) -> int: ...

    def catch_up(self) -> int: ...


class Follower:
    """Keeps the engine level with the store.

    It looks every `interval_s` seconds, and at once after `nudge()`. The look is one small SQL query in a worker
    thread; the changes are applied on the event loop, where no request runs at the same time.
    """

    def __init__(self, engine: Catalogue, read_watermark: Callable[[], int], interval_s: float) -> None:
        self._engine = engine
        self._read_watermark = read_watermark
        self._interval_s = interval_s
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self.lag = 0
        """Changes in the log that were not applied yet at the last look."""
        self.failure: str | None = None
        """Class of the error that the last look met; None when it went well."""

    def nudge(self) -> None:
        """Look now: this process has just committed a write."""
        self._wake.set()

    async def look(self) -> int:
        """Apply what the log holds and the engine does not; returns how many changes were applied."""
        target = await asyncio.to_thread(self._read_watermark)
        applied = 0
        while self._engine.watermark < target:
            self.lag = target - self._engine.watermark
            step = self._engine.catch_up()
            applied += step
            if step == 0:
                break
            await asyncio.sleep(0)
        self.lag = max(0, target - self._engine.watermark)
        return applied

    async def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="vivier-follower")

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            self._task = None

    async def _run(self) -> None:
        while True:
            self._wake.clear()
            try:
                await self.look()
                self.failure = None
            except Exception as error:
                # The log is still there: the next look starts again where this one stopped.
                self.failure = type(error).__name__
                log.exception("the change log could not be followed")
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), self._interval_s)
