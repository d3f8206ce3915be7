"""The door of a process that answers: connections are accepted as they come, and at the end to the last one.

uvloop accepts one connection a turn of its event loop (libuv since 1.46), and a turn of a busy process takes tens of
milliseconds: in a rush, connections would wait for seconds in the system's queue, where nobody can tell them to come
back. asyncio accepts all at once, which gives one process what several should share. Here it is `AT_ONCE` a turn.
"""

import asyncio
import errno
import logging
from collections.abc import Callable
from contextlib import suppress
from socket import socket
from typing import Final

log = logging.getLogger(__name__)

AT_ONCE: Final = 32
"""Connections that are accepted in one turn of the event loop; what is left is for the next, or another process."""
FULL: Final = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})
"""What the system says when it has no room for another connection."""
ITS_OWN: Final = frozenset(
    getattr(errno, name)
    for name in (
        *("ECONNABORTED", "EPROTO", "ENOPROTOOPT", "EOPNOTSUPP", "EPERM"),
        *("ENETDOWN", "ENETUNREACH", "EHOSTDOWN", "EHOSTUNREACH", "ENONET"),
    )
    if hasattr(errno, name)
)
"""What becomes of one connection before it is accepted, and says nothing of the next (accept(2))."""
AGAIN_S: Final = 1.0
"""After which it is asked again."""


class Door:
    """One listening socket on the running event loop, open from the start. TLS ends at the proxy before it."""

    def __init__(self, listening: socket, protocol: Callable[[], asyncio.Protocol]) -> None:
        self._listening, self._protocol = listening, protocol
        self._loop = asyncio.get_running_loop()
        self._entering: set[asyncio.Task[None]] = set()
        self._later: asyncio.TimerHandle | None = None
        listening.setblocking(False)
        self._open()

    async def close(self) -> None:
        """No new connections; those that the system has taken on are there when this returns.

        What nobody has accepted when the last process closes is reset: so the rest is accepted and the socket closed in
        the same breath, and not after what the event loop has left to do.
        """
        if self._later is not None:
            self._later.cancel()
        self._loop.remove_reader(self._listening.fileno())
        with suppress(OSError):  # no room for them
            while self._accept():
                pass
        self._listening.close()
        if self._entering:
            await asyncio.wait(self._entering)

    def _open(self) -> None:
        self._loop.add_reader(self._listening.fileno(), self._knocked)

    def _knocked(self) -> None:
        try:
            for _ in range(AT_ONCE):
                if not self._accept():
                    return
        except OSError as error:
            if error.errno not in FULL:
                raise
            log.error("no connection can be taken on for %g s: %s", AGAIN_S, error)
            self._loop.remove_reader(self._listening.fileno())
            self._later = self._loop.call_later(AGAIN_S, self._open)

    def _accept(self) -> bool:
        """Take on the next connection; False where there is none. Raises OSError."""
        try:
            connection, _ = self._listening.accept()
        except (BlockingIOError, InterruptedError):
            return False
        except OSError as error:
            if error.errno in ITS_OWN:
                return True
            raise
        connection.setblocking(False)
        task = self._loop.create_task(self._enter(connection))
        self._entering.add(task)
        task.add_done_callback(self._entering.discard)
        return True

    async def _enter(self, connection: socket) -> None:
        try:
            await self._loop.connect_accepted_socket(self._protocol, connection)
        except OSError as error:
            log.debug("a connection ended before it began: %s", error)
            connection.close()
