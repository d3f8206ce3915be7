"""The change-log follower: what any process writes becomes visible to search here, well within a second."""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Generic, Protocol, TypeVar

from features.store import is_outage

log = logging.getLogger(__name__)

P = TypeVar("P")


class Following(Protocol[P]):
    """The part of the engine that follows the log."""

    def read_changes(self) -> P | None:
        """The next changes, ready to be applied; None when there is nothing new. Runs in another thread."""
        ...

    def apply(self, prepared: P) -> int:
        """Make them visible; returns how many."""
        ...


class Chore(Protocol):
    """Something to be seen to now and then, beside the log."""

    def look(self) -> None:
        """Start it if it is due. Costs nothing to speak of."""
        ...

    def stop(self) -> None:
        """End it if it is under way."""
        ...


class Follower(Generic[P]):
    """Keeps the engine level with the store.

    It looks every `interval_s` seconds, and at once after `nudge()`. Reading happens in a worker thread; applying, a
    matter of milliseconds, on the event loop, where no request runs at the same time; what searches in threads is kept
    `apart` (`api.searching`).
    """

    def __init__(
        self,
        engine: Following[P],
        interval_s: float,
        *chores: Chore,
        apart: Callable[[], AbstractAsyncContextManager[None]] = contextlib.nullcontext,
    ) -> None:
        self._engine = engine
        self._interval_s = interval_s
        self._chores = chores
        self._apart = apart
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._stopping = False
        self.looks = 0
        """Looks at the log since the start."""
        self.failure: str | None = None
        """Class of the error that the last look met; None when it went well."""
        self.is_cut_off = False
        """Whether that error was that the database could not be used."""

    def nudge(self) -> None:
        """Look now: this process has just committed a write."""
        self._wake.set()

    async def look(self) -> int:
        """Apply what the log holds and the engine does not; returns how many changes were applied."""
        applied = 0
        while (prepared := await asyncio.to_thread(self._engine.read_changes)) is not None:
            async with self._apart():
                applied += self._engine.apply(prepared)
            if self._stopping:
                break
        return applied

    async def start(self) -> None:
        self._stopping = False
        self._task = asyncio.create_task(self._run(), name="vivier-follower")

    async def stop(self) -> None:
        """Stop following; the read that is under way ends first, so that the store can be closed after."""
        if self._task is not None:
            self._stopping = True
            self._wake.set()
            await self._task
            self._task = None
        for chore in self._chores:
            chore.stop()

    async def _run(self) -> None:
        while not self._stopping:
            self._wake.clear()
            try:
                await self.look()
                for chore in self._chores:
                    chore.look()
                if self.failure is not None:
                    log.warning("the change log is followed again")
                self.failure, self.is_cut_off = None, False
            except Exception as error:
                # The log is still there: the next look starts again where this one stopped.
                if self.failure is None or not is_outage(error):  # an outage is told once, not at each look
                    log.exception("the change log could not be followed")
                self.failure, self.is_cut_off = type(error).__name__, is_outage(error)
            self.looks += 1
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), self._interval_s)
