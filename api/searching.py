"""Searches that wait for another machine: beside the event loop, and never while the engine is changed.

Over memory a search is milliseconds of arrays and runs where it is asked. Over a cluster it waits for answers: it runs
in a thread, and the loop goes on with other requests. What the follower applies comes between such searches: it waits
for those under way to end and holds back those that come, so that each of them sees one state of the engine from its
beginning to its end, as it does on the loop.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from functools import partial
from typing import Final, ParamSpec, TypeVar

AT_ONCE: Final = 8
"""Searches under way in a process; of more that wait for a silent cluster nobody would have anything."""

P = ParamSpec("P")
T = TypeVar("T")


class Searches:
    """All searches of one event loop."""

    def __init__(self, waits: Callable[[], bool]) -> None:
        """`waits`: whether searches wait for another machine, as things are."""
        self._waits = waits
        self._threads = ThreadPoolExecutor(AT_ONCE, "vivier-search")
        self._places = asyncio.Semaphore(AT_ONCE)
        self._may_begin = asyncio.Event()
        self._may_begin.set()
        self._one_ended = asyncio.Event()
        self._under_way = 0

    async def ask(self, search: Callable[P, T], *arguments: P.args, **options: P.kwargs) -> T:
        """What `search` answers: at once, or from a thread. A search that nobody waits for any more goes on to its end,
        and counts until then."""
        if not self._waits():
            return search(*arguments, **options)
        await self._places.acquire()
        try:
            while not self._may_begin.is_set():
                await self._may_begin.wait()
            loop = asyncio.get_running_loop()
            work = self._threads.submit(copy_context().run, partial(search, *arguments, **options))
        except BaseException:
            self._places.release()
            raise
        self._under_way += 1
        work.add_done_callback(partial(self._tell, loop))
        return await asyncio.wrap_future(work)

    @contextlib.asynccontextmanager
    async def apart(self) -> AsyncIterator[None]:
        """While this lasts no search is under way in a thread; what is done meanwhile must not await."""
        self._may_begin.clear()
        try:
            while self._under_way:
                self._one_ended.clear()
                await self._one_ended.wait()
            yield
        finally:
            self._may_begin.set()

    def close(self) -> None:
        """End the threads, which ends when those under way have their answers."""
        self._threads.shutdown()

    def _tell(self, loop: asyncio.AbstractEventLoop, _work: "Future[T]") -> None:
        with contextlib.suppress(RuntimeError):  # the loop has ended meanwhile
            loop.call_soon_threadsafe(self._end)

    def _end(self) -> None:
        self._under_way -= 1
        self._places.release()
        self._one_ended.set()
