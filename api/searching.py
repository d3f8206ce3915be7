"""What reads the live collections in a thread: beside the event loop, and never while the engine is changed.

Over memory a search is milliseconds of arrays and runs where it is asked. Over a cluster it waits for answers: it runs
in a thread, and the loop goes on with other requests (`Searches.ask`). What takes longer than a list wherever the
vectors are (paths, subscriptions tried, pools) always runs in a thread (`Searches.beside`). What the follower applies
comes between all of these: it waits for those under way to end and holds back those that come, so that each of them
sees one state of the engine from its beginning to its end, as it does on the loop. A change becomes visible that much
later, so nothing that takes more than a second or two belongs here.

One reader of the collections does not go through here: the figures of the whole (`api.steering.board`), hundreds of
lists and counts of every row in threads of their own, for which nothing waits. Changes come into their midst, and a
figure may be of two moments; one that fails by that is computed again.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from functools import partial
from typing import Final, ParamSpec, TypeVar

AT_ONCE: Final = 8
"""Under way in a process; of more that wait for a silent cluster nobody would have anything."""

P = ParamSpec("P")
T = TypeVar("T")


class Searches:
    """All that one event loop has searched in threads."""

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
        """What `search` answers: at once over memory, from a thread where it waits for another machine."""
        if not self._waits():
            return search(*arguments, **options)
        return await self.beside(search, *arguments, **options)

    async def beside(self, search: Callable[P, T], *arguments: P.args, **options: P.kwargs) -> T:
        """What `search` answers, from a thread. One that nobody waits for any more goes on to its end, and counts until
        then. `search` must wait for nothing that waits for the follower, nor for another search."""
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
        """While this lasts nothing that was asked here is under way in a thread; what is done meanwhile must not
        await."""
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
