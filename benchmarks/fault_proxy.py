"""A way through to a server that can be made bad at run time, on loopback: for tests and proofs of outages.

with FaultProxy("127.0.0.1", 5432) as way:
    ...                      # clients connect to way.port
    way.become(Fault.HOLE)
"""

import asyncio
import contextlib
import socket
import struct
import threading
from collections.abc import Callable, Coroutine
from enum import StrEnum
from types import TracebackType
from typing import Any, Final, Self

PIECE: Final = 65536


class Fault(StrEnum):
    NONE = "none"
    LATENCY = "latency"
    """Every piece, either way, is `latency_s` late."""
    RESET = "reset"
    """Connections that are there are reset, and so is each new one."""
    HOLE = "hole"
    """Connections are taken and stay, and nothing passes any more, either way."""
    CUT = "cut"
    """Answers break off in their first piece."""


class FaultProxy:
    """Passes everything between its port and a server, as its fault lets it."""

    def __init__(self, host: str, port: int, latency_s: float = 0.2) -> None:
        self.fault = Fault.NONE
        self.latency_s = latency_s
        self.port = 0
        self.taken = 0
        """Connections since the start."""
        self._target = host, port
        self._open: set[tuple[asyncio.StreamWriter, asyncio.StreamWriter | None]] = set()
        self._never = asyncio.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="fault-proxy", daemon=True)
        self._server: asyncio.Server | None = None

    def become(self, fault: Fault) -> None:
        """The fault from now on. What was swallowed is not given back: those connections are reset."""
        self._on_loop(self._become(fault))

    def __enter__(self) -> Self:
        self._thread.start()
        self._on_loop(self._listen())
        return self

    def __exit__(
        self, _type: type[BaseException] | None, _value: BaseException | None, _frames: TracebackType | None
    ) -> None:
        self._on_loop(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _on_loop(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result()

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._take, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _close(self) -> None:
        if self._server is not None:
            self._server.close()
        self._reset_all()
        tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _become(self, fault: Fault) -> None:
        before, self.fault = self.fault, fault
        if fault is Fault.RESET or before is Fault.HOLE:
            self._reset_all()

    def _reset_all(self) -> None:
        for pair in list(self._open):
            for end in pair:
                if end is not None:
                    _reset(end)

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.taken += 1
        if self.fault is Fault.RESET:
            _reset(writer)
            return
        away: asyncio.StreamWriter | None = None
        pair = writer, away
        self._open.add(pair)
        try:
            if self.fault is Fault.HOLE:
                await self._never.wait()
            far, away = await asyncio.open_connection(*self._target)
            self._open.discard(pair)
            pair = writer, away
            self._open.add(pair)
            to = self._pass(reader, away, lambda: self._ends(pair))
            back = self._pass(far, writer, lambda: self._ends(pair), answers=True)
            await asyncio.gather(to, back)
        except OSError:
            self._ends(pair)
        except asyncio.CancelledError:
            self._ends(pair)
            return
        finally:
            self._open.discard(pair)
            for end in pair:
                if end is not None:
                    end.close()

    async def _pass(
        self, source: asyncio.StreamReader, target: asyncio.StreamWriter, end: Callable[[], None], answers: bool = False
    ) -> None:
        while piece := await source.read(PIECE):
            if self.fault is Fault.HOLE:
                await self._never.wait()
            if self.fault is Fault.LATENCY:
                await asyncio.sleep(self.latency_s)
            if self.fault is Fault.CUT and answers:
                target.write(piece[: len(piece) // 2])
                with contextlib.suppress(OSError):
                    await target.drain()
                end()
                return
            target.write(piece)
            await target.drain()
        target.close()

    def _ends(self, pair: tuple[asyncio.StreamWriter, asyncio.StreamWriter | None]) -> None:
        for end in pair:
            if end is not None:
                _reset(end)


def _reset(end: asyncio.StreamWriter) -> None:
    """Close with RST: nothing that is on its way arrives."""
    found = end.get_extra_info("socket")
    if found is not None:
        with contextlib.suppress(OSError):
            found.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    end.transport.abort()
