"""A listening socket: how many connections are taken on at a time, and what a full system changes."""

import asyncio
import errno
import socket
from collections.abc import Awaitable, Callable
from typing import Any, ClassVar, cast

import pytest

from api import door
from api.door import AT_ONCE, Door


class Guest(asyncio.Protocol):
    """A connection that was accepted."""

    def __init__(self, there: list["Guest"]) -> None:
        self.there = there

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self.there.append(self)


def run(scenario: Callable[[], Awaitable[None]]) -> None:
    asyncio.run(asyncio.wait_for(scenario(), 60))  # type: ignore[arg-type]


def knock(address: Any, times: int) -> list[socket.socket]:
    return [socket.create_connection(address) for _ in range(times)]


async def until(there: list[Guest], n: int) -> None:
    while len(there) < n:
        await asyncio.sleep(0.001)


def test_so_many_a_turn_and_all_in_the_end() -> None:
    async def scenario() -> None:
        there: list[Guest] = []
        listening = socket.create_server(("127.0.0.1", 0), backlog=4 * AT_ONCE)
        opened = Door(listening, lambda: Guest(there))
        knocking = knock(listening.getsockname(), 3 * AT_ONCE)
        opened._knocked()
        assert len(opened._entering) == AT_ONCE
        await until(there, 3 * AT_ONCE)
        knocking += knock(listening.getsockname(), AT_ONCE + 1)
        await opened.close()
        assert len(there) == 4 * AT_ONCE + 1
        assert listening.fileno() == -1
        for guest in there:
            guest.transport.close()
        for each in knocking:
            each.close()

    run(scenario)


def test_a_system_without_room_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "AGAIN_S", 0.001)

    class Full(socket.socket):
        trouble: ClassVar = [errno.EMFILE, errno.ECONNABORTED, errno.ENFILE]

        def accept(self) -> Any:
            if self.trouble:
                raise OSError(self.trouble.pop(), "no")
            return super().accept()

    async def scenario() -> None:
        there: list[Guest] = []
        listening = Full()
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        opened = Door(listening, lambda: Guest(there))
        knocking = knock(listening.getsockname(), 3)
        await until(there, 3)
        assert listening.trouble == []
        await opened.close()
        for guest in there:
            guest.transport.close()
        for each in knocking:
            each.close()

    run(scenario)
