"""HTTP requests that are timed: one client, several at once, and a server of our own to ask."""

import http.client
import json
import os
import random
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

SIGNED: Final = {"Authorization": "Bearer demo:service"}
"""The demonstration's identity that reaches all that is asked here; `served` lets it in."""


@dataclass(frozen=True)
class Ask:
    """One request."""

    path: str
    body: str | None = None


def timings(port: int, pool: Sequence[Ask], repeats: int, seed: int) -> list[float]:
    """Milliseconds of each request, drawn from `pool`, over one connection, after ten that do not count."""
    times = []
    draw = random.Random(seed)
    with closing(http.client.HTTPConnection("127.0.0.1", port)) as connection:
        for number in range(repeats + 10):
            ask = draw.choice(pool)
            start = time.perf_counter_ns()
            send(connection, ask)
            if number >= 10:
                times.append((time.perf_counter_ns() - start) / 1e6)
    return times


def send(connection: http.client.HTTPConnection, ask: Ask) -> None:
    if ask.body is None:
        connection.request("GET", ask.path, headers=SIGNED)
    else:
        connection.request("POST", ask.path, ask.body, {**SIGNED, "Content-Type": "application/json"})
    response = connection.getresponse()
    content = response.read()
    if response.status not in (200, 204, 206):
        raise RuntimeError(f"{ask.path} answered {response.status}: {content[:300]!r}")


def together(port: int, pool: Sequence[Ask], repeats: int, clients: int) -> tuple[list[float], float]:
    """Sorted milliseconds of all requests of `clients` connections at once, and requests a second."""
    times: list[list[float]] = [[] for _ in range(clients)]

    def client(number: int) -> None:
        times[number] = timings(port, pool, repeats // clients, seed=number)

    threads = [threading.Thread(target=client, args=(number,)) for number in range(clients)]
    start = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    elapsed = time.perf_counter() - start
    answered = clients * (repeats // clients + 10)
    return sorted(time_ms for own in times for time_ms in own), answered / elapsed


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
    return port


def wait_until_ready(port: int, server: subprocess.Popen[bytes], patience_s: float) -> None:
    """Raises RuntimeError when the server ends, or is not ready in time."""
    deadline = time.monotonic() + patience_s
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=2)) as connection:
                connection.request("GET", "/health/ready")
                if connection.getresponse().status == 200:
                    return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"the server did not become ready within {patience_s:g} s")


UNLIMITED = {f"VIVIER_RATE_LIMIT{who}": "none" for who in ("", "_MACHINES", "_ADDRESS")}
"""A client that measures asks more often than anybody should."""
SEEN_S: Final = 30.0
"""What a write has to be seen by searches: the promise is a second, on a machine that has one to spare."""


def demo_world(folder: Path | str) -> Path:
    """The world of `vivier demo` and its index, made by the command under `folder`, which is returned."""
    command = [sys.executable, "-m", "api.cli.main", "demo", "--build-only"]
    environment = {**os.environ, "VIVIER_DATA_DIR": str(folder), "OMP_NUM_THREADS": "1"}
    subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return Path(folder)


def introduce(connection: http.client.HTTPConnection, records: Mapping[str, Mapping[str, Any]], seen_by: str) -> None:
    """Write `records`, by path, and wait until the list at `seen_by`, of one of them, is given. Raises RuntimeError for
    a refusal, and where that takes longer than `SEEN_S`."""
    headers = {**SIGNED, "Content-Type": "application/json"}
    for path, record in records.items():
        connection.request("PUT", path, json.dumps(record), headers)
        answer = connection.getresponse()
        content = answer.read()
        if answer.status >= 400:
            raise RuntimeError(f"{path} answered {answer.status}: {content[:300]!r}")
    deadline = time.monotonic() + SEEN_S
    while time.monotonic() < deadline:
        connection.request("GET", seen_by, headers=SIGNED)
        answer = connection.getresponse()
        answer.read()
        if answer.status < 400:
            return
        time.sleep(0.05)
    raise RuntimeError(f"{seen_by} is not given {SEEN_S:g} s after it was written")


@contextmanager
def served(environment: Mapping[str, str], *options: str, patience_s: float = 60) -> Iterator[tuple[int, int]]:
    """A server over the data folder of `environment`, on a free loopback port: its port and process id."""
    port = free_port()
    server = subprocess.Popen(
        [sys.executable, "-m", "api.cli.main", "serve", "--port", str(port), *options],
        env={**os.environ, **environment, "VIVIER_DEMO_IDENTITIES": "true", **UNLIMITED, "OMP_NUM_THREADS": "1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_until_ready(port, server, patience_s)
        yield port, server.pid
    finally:
        server.terminate()
        server.wait(timeout=60)
