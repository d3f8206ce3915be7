"""Figures that take long to compute: made in a thread of their own, kept for a while, given again meanwhile."""

import asyncio
import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

T = TypeVar("T")

PATIENCE_S: Final = 0.3
"""What a request waits for figures that were never made yet."""
RETRY_S: Final = 30.0
"""After a computation that failed."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Made(Generic[T]):
    """A value, and when it was computed."""

    value: T
    at: float
    """Seconds since 1970."""


class Kept(Generic[T]):
    """One value, computed when it is asked for and was not within `fresh_s`. Who asks while it is being computed anew
    gets the one before, at once; where there is none they wait for `PATIENCE_S` at most."""

    def __init__(
        self,
        name: str,
        make: Callable[[], T],
        fresh_s: float,
        clock: Callable[[], float] = time.monotonic,
        patience_s: float = PATIENCE_S,
    ) -> None:
        self._name, self._make, self._fresh_s, self._clock, self._patience_s = name, make, fresh_s, clock, patience_s
        self._lock = threading.Lock()
        self._made: Made[T] | None = None
        self._due = -float("inf")
        self._running: Future[Made[T] | None] | None = None
        self._thread: threading.Thread | None = None

    async def get(self) -> Made[T] | None:
        """The value, with its age; None while the first one is being computed, or where it cannot be."""
        running = self._begin()
        if self._made is not None or running is None:
            return self._made
        try:
            return await asyncio.wait_for(asyncio.shield(asyncio.wrap_future(running)), self._patience_s)
        except TimeoutError:
            return None

    def join(self) -> None:
        """Wait for a computation that is under way."""
        thread = self._thread
        if thread is not None:
            thread.join()

    def _begin(self) -> "Future[Made[T] | None] | None":
        """The computation under way, begun where one is due."""
        with self._lock:
            if self._running is None and self._clock() >= self._due:
                self._running = Future()
                self._thread = threading.Thread(target=self._run, name=f"vivier-{self._name}", daemon=True)
                self._thread.start()
            return self._running

    def _run(self) -> None:
        made, wait_s = self._made, self._fresh_s
        try:
            made = Made(self._make(), time.time())
        except Exception:  # the page says that these figures are missing; the others are there
            log.exception("%s could not be computed", self._name)
            wait_s = min(RETRY_S, self._fresh_s)
        with self._lock:
            running, self._running = self._running, None
            self._made, self._due = made, self._clock() + wait_s
        if running is not None:
            running.set_result(made)
