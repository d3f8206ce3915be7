"""Over a real socket: heads that do not end, in time or in size, and bytes that are no HTTP."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
import uvicorn

from api.door import AT_ONCE
from api.edge import connection
from api.edge.deadline import Deadline
from api.edge.headers import ALWAYS
from api.serving import DrainingServer
from tests.api.edge.exchange import fine

HEAD = b"GET / HTTP/1.1\r\nHost: localhost\r\n"


@asynccontextmanager
async def serving(limit_s: float = 5) -> AsyncIterator[int]:
    config = uvicorn.Config(
        Deadline(fine, limit_s), port=0, http=connection.Connection, ws="none", lifespan="off", log_level="critical"
    )
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    try:
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        await task


async def sent(port: int, *pieces: bytes, every_s: float = 0) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body of what the server says before it closes, or after one answer."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)

    async def write() -> None:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(every_s)

    writing = asyncio.create_task(write())
    try:
        head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 30)
        lines = head.decode().split("\r\n")
        headers = dict(line.lower().split(": ", 1) for line in lines[1:] if line)
        body = await asyncio.wait_for(reader.readexactly(int(headers["content-length"])), 30)
        return int(lines[0].split()[1]), headers, body
    finally:
        writing.cancel()
        writer.close()


def run(scenario: Callable[[], Awaitable[None]]) -> None:
    asyncio.run(asyncio.wait_for(scenario(), 120))  # type: ignore[arg-type]


def test_a_whole_request_is_answered_and_another_on_the_same_connection() -> None:
    async def scenario() -> None:
        async with serving() as port:
            assert (await sent(port, HEAD, b"\r\n"))[0] == 200
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            for _ in range(2):
                writer.write(HEAD + b"\r\n")
                assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200")
                assert await reader.readexactly(2) == b"{}"
            writer.close()

    run(scenario)


def test_a_head_that_trickles_in_is_408(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "HEAD_S", 0.2)

    async def scenario() -> None:
        async with serving() as port:
            status, headers, body = await sent(port, HEAD, *[b"X-A: b\r\n"] * 100, every_s=0.02)
            assert (status, headers["connection"]) == (408, "close")
            assert json.loads(body)["type"] == "/problemes/corps-trop-lent"
            assert {name.lower() for name in ALWAYS} <= set(headers)
            assert (await sent(port))[0] == 408, "nothing at all"

    run(scenario)


def test_a_head_without_end_is_431() -> None:
    async def scenario() -> None:
        async with serving() as port:
            status, _, body = await sent(port, HEAD, *[b"X-A: " + b"b" * 8000 + b"\r\n"] * 9, every_s=0.001)
            assert (status, json.loads(body)["type"]) == (431, "/problemes/en-tetes-trop-gros")

    run(scenario)


@pytest.mark.parametrize(
    "bytes_",
    [
        b"\x16\x03\x01\x02\x00\x01\x00",
        b"BONJOUR\r\n\r\n",
        HEAD + b"Content-Length: x\r\n\r\n",
        HEAD + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    ],
)
def test_what_is_no_http_is_a_problem_and_no_more(bytes_: bytes) -> None:
    async def scenario() -> None:
        async with serving() as port:
            status, headers, body = await sent(port, bytes_)
            assert (status, headers["content-type"]) == (400, "application/problem+json")
            assert json.loads(body)["status"] == 400

    run(scenario)


def test_a_body_that_does_not_come_ends_with_its_connection() -> None:
    async def scenario() -> None:
        async with serving(limit_s=0.2) as port:
            post = b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n"
            status, headers, _ = await sent(port, post + b"x")  # what comes after the end would have it reset
            assert (status, headers["connection"]) == (408, "close")

    run(scenario)


async def draining() -> tuple[DrainingServer, tuple[str, int]]:
    """A server that listens and whose main loop does not run, and its address."""
    listening = socket.create_server(("127.0.0.1", 0), backlog=128)
    config = uvicorn.Config(fine, http=connection.Connection, ws="none", lifespan="off", log_level="critical")
    config.load()
    server = DrainingServer(config)
    server.lifespan = config.lifespan_class(config)
    await server.startup([listening])
    return server, listening.getsockname()


def test_a_server_that_stops_has_one_answer_more_for_who_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "LAST_REQUEST_S", 60)

    async def scenario() -> None:
        server, address = await draining()
        reader, writer = await asyncio.open_connection(*address)
        stopping = asyncio.create_task(server.shutdown())
        while not any(each._leaving for each in server.server_state.connections):  # type: ignore[union-attr]
            await asyncio.sleep(0.01)
        writer.write(HEAD + b"\r\n")
        head = await reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200"), head
        await reader.read()  # to the end: the server closes
        writer.close()
        await writer.wait_closed()
        await stopping

    run(scenario)


def test_who_knocked_before_the_door_closed_is_answered() -> None:
    """Connections that the system has taken on, at a server whose event loop has had no turn since."""

    async def scenario() -> None:
        server, address = await draining()
        knocking = [socket.create_connection(address) for _ in range(2 * AT_ONCE)]
        for each in knocking:
            each.sendall(HEAD + b"\r\n")
        await server.shutdown()
        for each in knocking:
            with each:
                assert each.recv(1000).startswith(b"HTTP/1.1 200")
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(address)

    run(scenario)
