"""`vivier serve --workers 2`, as a real command: one service to those who ask, several processes to who looks."""

import asyncio
import contextlib
import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from api.examples import EXAMPLES
from benchmarks.http_client import Ask
from benchmarks.load_client import Tally, closed
from features.store import Kind
from models.champions import Card, publish
from models.ranked import Ranked
from models.ranking.model import RankingModel
from tests.api.conftest import AS_SERVICE
from tests.models.one_question import one_question
from tests.waiting import until

PATIENCE_S = 60
"""Spares a busy machine; a start takes some four seconds."""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path("/proc/net/tcp").is_file(), reason="workers are told apart through /proc"),
]


def command(data_dir: Path) -> subprocess.Popen[str]:
    """The service on some free port; its session, so that all its processes may be found, is its own."""
    environment = {
        **os.environ,
        "VIVIER_DATA_DIR": str(data_dir),
        "OMP_NUM_THREADS": "1",
        "VIVIER_DEMO_IDENTITIES": "true",
        "VIVIER_ALLOWED_HOSTS": "",  # `testserver`, of the other tests, is not this machine
        "VIVIER_LOG_LEVEL": "warning",  # nobody reads the pipe until the end
    }
    arguments = [sys.executable, "-m", "api.cli.main", "serve", "--port", "0", "--workers", "2", "--json"]
    return subprocess.Popen(
        arguments,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def processes_of(session: int) -> dict[int, str]:
    """The processes of a session that run, and their command lines."""
    found = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with contextlib.suppress(OSError):
                state, _, _, of = (folder / "stat").read_text().rpartition(")")[2].split()[:4]
                if int(of) == session and state != "Z":
                    found[int(folder.name)] = (folder / "cmdline").read_text()
    return found


@contextlib.contextmanager
def started(data_dir: Path) -> Iterator[subprocess.Popen[str]]:
    """The command; whatever is left of it at the end is killed."""
    with command(data_dir) as parent:
        try:
            yield parent
        finally:
            for pid in processes_of(parent.pid):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)


@dataclass
class Running:
    """A service with two workers that has started."""

    parent: subprocess.Popen[str]
    port: int

    def workers(self) -> set[int]:
        return {pid for pid, line in processes_of(self.parent.pid).items() if "--multiprocessing-fork" in line}

    def ask(self, method: str, path: str, body: object = None, by: int | None = None) -> tuple[int, bytes]:
        """The status and the body of an answer, that of the worker `by` when it is given."""
        for _ in range(1000):
            with contextlib.closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_S)) as line:
                if by is not None and self._connected(line) != by:
                    continue
                headers = AS_SERVICE if body is None else {**AS_SERVICE, "Content-Type": "application/json"}
                line.request(method, path, None if body is None else json.dumps(body), headers)
                response = line.getresponse()
                return response.status, response.read()
        pytest.fail(f"no connection was taken by {by}")

    def _connected(self, line: http.client.HTTPConnection) -> int:
        """The worker that took a new connection."""
        line.connect()
        ours = line.sock.getsockname()[1]
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            inode = _inode(self.port, ours)
            for worker in self.workers():
                with contextlib.suppress(OSError):
                    for descriptor in Path(f"/proc/{worker}/fd").iterdir():
                        with contextlib.suppress(OSError):
                            if inode is not None and str(descriptor.readlink()) == f"socket:[{inode}]":
                                return worker
        pytest.fail("nobody took a connection")


def _inode(local: int, remote: int) -> str | None:
    """The socket between two ports of this machine, seen from `local`."""
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        fields = line.split()
        if [int(fields[column].rpartition(":")[2], 16) for column in (1, 2)] == [local, remote] and fields[9] != "0":
            return fields[9]
    return None


def answers_at(port: int) -> bool:
    """Whether anyone listens."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def seen(running: Running, worker: int) -> bool:
    return running.ask("GET", "/v1/profils/exemple-profil/offres", by=worker)[0] in (200, 204, 206)


def model_of(running: Running, worker: int, path: str) -> str:
    """What the answers of a worker say that they were ranked by."""
    found: str = json.loads(running.ask("GET", path, by=worker)[1])["modele"]
    return found


def put_in_force_damaged(deployment: Path, staged: Path) -> Path:
    """Put a ranker in force that lacks a byte; the file that lacks it, whose whole is beside it under the name
    `whole`. Made elsewhere, so that nobody sees it before it is damaged."""
    place = Path("rankers") / "offres"
    shutil.copytree(deployment / place, staged / place)
    card = Card(Ranked.OFFERS, "2", None, "2026-09-02T08:00:00+00:00")
    publish(staged, card, RankingModel(one_question("distance")))
    pointer = staged / place / "CURRENT"
    generation = place / pointer.read_text().strip()
    trees = staged / generation / "trees.npz"
    trees.with_name("whole").write_bytes(trees.read_bytes())
    trees.write_bytes(trees.read_bytes()[:-1])
    shutil.copytree(staged / generation, deployment / generation)
    pointer.rename(deployment / place / "CURRENT")
    return deployment / generation / "trees.npz"


def refused_by(running: Running, worker: int) -> str | None:
    """The ranker of offers that a worker refused."""
    body = json.loads(running.ask("GET", "/health/ready", by=worker)[1])
    found: str | None = body["index"]["rankers"]["offres"]["refused_generation"]
    return found


def test_two_workers_are_one_service(deployment: Path) -> None:
    """They answer alike, see each other's writes, take a promotion, are replaced and end together: one slow start."""
    with started(deployment) as parent:
        assert parent.stdout is not None
        announced: dict[str, Any] = json.loads(parent.stdout.readline())
        running = Running(parent, int(announced["url"].rpartition(":")[2]))
        assert running.ask("GET", "/health/ready")[0] == 200
        until(lambda: len(running.workers()) == 2, PATIENCE_S)
        first, second = sorted(running.workers())

        # Both answer, and with the same bytes.
        listed = json.loads(running.ask("GET", "/v1/profils?range=0-19")[1])["resultats"]
        paths = [f"/v1/profils/{each['id']}/offres?range=0-9" for each in listed]
        paths = [path for path in paths if b'"resultats":[{' in running.ask("GET", path)[1]][:3]
        assert len(paths) == 3
        told = {worker: [running.ask("GET", path, by=worker) for path in paths] for worker in (first, second)}
        assert told[first] == told[second]

        # What one writes, the other finds: the index knows the person.
        assert not seen(running, second)
        assert running.ask("POST", "/v1/profils", EXAMPLES[Kind.PROFILE], by=first)[0] == 201
        until(lambda: seen(running, second))
        assert running.ask("DELETE", "/v1/profils/exemple-profil", by=second)[0] == 204
        until(lambda: not seen(running, first))

        # A ranker that is promoted is taken up by both.
        card = Card(Ranked.OFFERS, "1", None, "2026-09-01T08:00:00+00:00")
        publish(deployment, card, RankingModel(one_question("distance")))
        for worker in (first, second):
            until(lambda: model_of(running, worker, paths[0]) == "vivier-offres/1")  # noqa: B023
        publish(deployment, Card(Ranked.OFFERS, None, "1", "2026-09-01T09:00:00+00:00"), None)
        for worker in (first, second):
            until(lambda: model_of(running, worker, paths[0]) == "transparent")  # noqa: B023

        # One that is damaged is refused by both; put right, it is taken at SIGHUP, and no worker is replaced.
        trees = put_in_force_damaged(deployment, deployment.parent / "staged")
        for worker in (first, second):
            until(lambda: refused_by(running, worker) == "000003")  # noqa: B023
        trees.with_name("whole").rename(trees)
        parent.send_signal(signal.SIGHUP)
        for worker in (first, second):
            until(lambda: model_of(running, worker, paths[0]) == "vivier-offres/2")  # noqa: B023
        assert running.workers() == {first, second}
        publish(deployment, Card(Ranked.OFFERS, None, "2", "2026-09-02T09:00:00+00:00"), None)
        for worker in (first, second):
            until(lambda: model_of(running, worker, paths[0]) == "transparent", PATIENCE_S)  # noqa: B023

        # One that dies is missed by nobody, and another takes its place.
        os.kill(first, signal.SIGKILL)
        until(lambda: first not in running.workers(), PATIENCE_S)
        assert running.ask("GET", paths[0]) == told[second][0]
        until(lambda: len(running.workers()) == 2, PATIENCE_S)
        (fresh,) = running.workers() - {second}
        assert [running.ask("GET", path, by=fresh) for path in paths] == told[second]
        assert [running.ask("GET", path, by=second) for path in paths] == told[second]

        # A signal to the command ends all, even with a connection held open; all that is asked by then is answered.
        tally = Tally()
        asked = [Ask(path) for path in paths]
        asking = threading.Thread(target=lambda: asyncio.run(closed(running.port, asked, 4, lambda: False, tally)))
        asking.start()
        until(lambda: tally.served > 10, PATIENCE_S)
        idle = http.client.HTTPConnection("127.0.0.1", running.port, timeout=PATIENCE_S)
        idle.request("GET", "/health/live")
        idle.getresponse().read()
        parent.send_signal(signal.SIGTERM)
        assert parent.wait(PATIENCE_S) == 0
        idle.close()
        asking.join(PATIENCE_S)
        assert (tally.failed, tally.told_to_wait, tally.door_closed) == (0, 0, 4), tally.why()
        until(lambda: not processes_of(parent.pid))
        assert not answers_at(running.port)
        with socket.socket() as again:
            again.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            again.bind(("127.0.0.1", running.port))
            again.listen()
        assert parent.stderr is not None
        assert "Traceback" not in parent.stderr.read()


def test_without_an_index_it_ends_in_one_line_and_leaves_no_process(deployment: Path) -> None:
    (deployment / "indexes" / "CURRENT").unlink()
    with started(deployment) as parent:
        told, wrong = parent.communicate(timeout=PATIENCE_S)
        assert (parent.returncode, told) == (1, "")
        (line,) = wrong.splitlines()
        assert line.startswith("vivier: ")
        assert "run `vivier index build`" in line
        until(lambda: not processes_of(parent.pid))


def test_a_signal_while_it_looks_whether_it_opens_leaves_no_process(deployment: Path) -> None:
    with started(deployment) as parent:
        until(lambda: any("--multiprocessing-fork" in line for line in processes_of(parent.pid).values()), PATIENCE_S)
        parent.send_signal(signal.SIGTERM)
        assert parent.communicate(timeout=PATIENCE_S)[0] == ""
        assert parent.returncode != 0
        until(lambda: not processes_of(parent.pid))
