"""Three nodes behind nginx over one PostgreSQL, while they are cut off, killed, restarted, and the database stops.

Each node is a machine of its own to the network (`benchmarks.node_network`). Bounded traffic goes on all the time:
lists of people who are there, and lists of people who were written a second ago or more, who must be found. Of every
answer is kept from which state it was made (`Vivier-Etat`) and a hash of its bytes.
"""

import contextlib
import datetime as dt
import hashlib
import http.client
import json
import os
import random
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from benchmarks.http_client import UNLIMITED, free_port
from benchmarks.keys import keys_in
from benchmarks.node_network import CLIENTS, DATABASE, PROXY, Machine, machines
from benchmarks.postgres import Missing, Server, serving
from benchmarks.report import Report
from features.records import Profile
from features.sample.reference import sample_reference
from features.store import Store
from features.world import Sizes, World
from features.world.small import sample_world_facts
from features.world.write import to_store
from matching.build import build
from models.published import published_models

SEED: Final = 7
SIZES: Final = Sizes(profiles=1_000, offers=600, trainings=60, establishments=100)
N_NODES: Final = 3
PORT: Final = 8000
CLIENTS_AT_ONCE: Final = 4
PER_S: Final = 8
"""Requests of each client."""
WRITES_PER_S: Final = 1
STALE_S: Final = 1.0
PATIENCE_S: Final = 120.0
NODE: Final = "X-Noeud"
"""Which nodes were asked for an answer; the last one gave it."""
SITE: Final = Path(__file__).parents[1] / "deploy" / "nginx.conf"


def main() -> None:
    report = Report.from_command_line("nodes", seed=SEED, about=str(__doc__))
    if shutil.which("nginx") is None:
        raise SystemExit("no nginx on this machine: apt-get install nginx-light")
    try:
        with tempfile.TemporaryDirectory(prefix="vivier-nodes-") as folder, machines(N_NODES) as places:
            Path(folder).chmod(0o755)
            with serving("shared_buffers=256MB", host=DATABASE, clients=CLIENTS) as server:
                run(report, Path(folder), places, server, each_s=4 if report.quick else 20)
    except Missing as missing:
        raise SystemExit(str(missing)) from None
    report.finish()


def run(report: Report, folder: Path, places: list[Machine], server: Server, each_s: float) -> None:
    shared = folder / "shared"
    people = world(shared, server)
    proxy_port = free_port()
    environment = {
        **UNLIMITED,
        "VIVIER_DATA_DIR": str(shared),
        "VIVIER_DATABASE_URL": server.url("vivier"),
        "VIVIER_PUBLIC_URL": f"http://127.0.0.1:{proxy_port}",
        "VIVIER_ALLOWED_HOSTS": "*",
        "VIVIER_TRUSTED_PROXIES": PROXY,
        "VIVIER_STALE_AFTER_S": str(STALE_S),
        "VIVIER_LOG_LEVEL": "warning",
        "OMP_NUM_THREADS": "1",
    }
    secret = told(environment, "access", "clients", "create", "Mesures", "--role", "service", "--json")
    nodes = [Node(place, folder / f"node-{place.number}", environment) for place in places]
    with contextlib.ExitStack() as stack:
        for node in nodes:
            stack.callback(node.kill)
            node.start()
        for node in nodes:
            report.figure(f"start_of_node_{node.place.number}_s", node.wait_until(200))
        stack.enter_context(proxied(folder, proxy_port, [place.address for place in places]))
        signed = token(proxy_port, str(secret["client_id"]), str(secret["client_secret"]))
        write_lags(report, nodes, signed, 10 if report.quick else 60)
        agree(report, "at_the_start", nodes, people, signed)
        traffic = Traffic(proxy_port, signed, people[:12])
        with traffic:
            faults(report, traffic, nodes, server, environment, each_s)
        waited(lambda: len({node.state() for node in nodes}) == 1, "one state", 30)
        agree(report, "at_the_end", nodes, people, signed)
    traffic.tell(report)


def world(shared: Path, server: Server) -> list[str]:
    """A small world in the database, indexed in the shared folder; ids of some of its people."""
    shared.mkdir()
    server.create("vivier")
    store = Store.open(server.url("vivier"), keys_in(shared))
    to_store(World(sample_world_facts(), SIZES, SEED, dt.datetime.now(dt.UTC).date()), store)
    reference = sample_reference()
    reference.save(shared / "reference")
    build(store, reference, published_models(), shared, now=dt.datetime.now(dt.UTC))
    people = [each.id for each in store.page(Profile, 0, 60) if each.projects[0].rome_code]
    store.close()
    return people


def told(environment: dict[str, str], *command: str) -> dict[str, object]:
    """What a command of the deployment prints."""
    line = [sys.executable, "-m", "api.cli.main", *command]
    done = subprocess.run(line, env={**os.environ, **environment}, check=True, capture_output=True, text=True)
    found: dict[str, object] = json.loads(done.stdout)
    return found


@dataclass
class Node:
    """The service on one machine."""

    place: Machine
    own: Path
    environment: dict[str, str]
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        serve = ("-m", "api.cli.main", "serve", "--host", self.place.address, "--port", str(PORT), "--json")
        with (self.own.parent / f"{self.own.name}.log").open("ab") as log:
            self.process = subprocess.Popen(
                self.place.inside(sys.executable, *serve),
                env={**os.environ, **self.environment, "VIVIER_LOCAL_DIR": str(self.own)},
                stdout=subprocess.DEVNULL,
                stderr=log,
            )

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(60)

    def status(self) -> tuple[int, dict[str, object]]:
        """Of its readiness check; 0 where it cannot be reached."""
        try:
            with contextlib.closing(http.client.HTTPConnection(self.place.address, PORT, timeout=1)) as line:
                line.request("GET", "/health/ready")
                answer = line.getresponse()
                return answer.status, json.loads(answer.read())
        except (OSError, ValueError, http.client.HTTPException):
            return 0, {}

    def state(self) -> object:
        """What it would make answers from."""
        told = self.status()[1].get("noeud")
        return told.get("etat") if isinstance(told, dict) else None

    def wait_until(self, status: int, patience_s: float = PATIENCE_S) -> float:
        """Seconds until its readiness check says so."""
        return waited(lambda: self.status()[0] == status, f"node {self.place.number}: {status}", patience_s)

    def finds(self, path: str, signed: dict[str, str]) -> bool:
        with contextlib.closing(http.client.HTTPConnection(self.place.address, PORT, timeout=5)) as line:
            line.request("GET", path, headers=signed)
            answer = line.getresponse()
            answer.read()
            return answer.status in (200, 204, 206)


def waited(done: Callable[[], bool], what: str, patience_s: float = PATIENCE_S) -> float:
    began = time.monotonic()
    while not done():
        if time.monotonic() - began > patience_s:
            raise RuntimeError(f"did not come within {patience_s:g} s: {what}")
        time.sleep(0.01)
    return time.monotonic() - began


@contextlib.contextmanager
def proxied(folder: Path, port: int, addresses: list[str]) -> Iterator[None]:
    """nginx with the file that ships, the addresses and the way to listen changed."""
    site = SITE.read_text()
    for number, address in enumerate(addresses):
        site = site.replace(f"10.0.0.{11 + number}:8000", f"{address}:{PORT}")
    kept = [line for line in site.splitlines() if not line.strip().startswith(("ssl_certificate", "server_name"))]
    site = "\n".join(kept).replace("listen 443 ssl;", f"listen 127.0.0.1:{port};")
    for name in ("body", "proxy"):
        (folder / name).mkdir()
    paths = f"client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; access_log off;"
    main_file = folder / "nginx.conf"
    main_file.write_text(
        f"daemon off; user root; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/nginx.log warn;\n"
        f"events {{ worker_connections 512; }}\nhttp {{ {paths}\nadd_header {NODE} $upstream_addr always;\n{site}\n}}\n"
    )
    process = subprocess.Popen(["nginx", "-c", str(main_file)], stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.terminate()
        process.wait(30)


def token(port: int, client: str, secret: str) -> dict[str, str]:
    """The header of a machine that signed in, through the proxy."""
    form = urllib.parse.urlencode({"grant_type": "client_credentials", "client_id": client, "client_secret": secret})
    kind = {"Content-Type": "application/x-www-form-urlencoded"}

    def ask() -> str | None:
        with contextlib.suppress(OSError), contextlib.closing(http.client.HTTPConnection("127.0.0.1", port)) as line:
            line.request("POST", "/connexion/oauth2/access_token?realm=%2Fvivier", form, kind)
            answer = line.getresponse()
            said = json.loads(answer.read())
            return said.get("access_token") if answer.status == 200 else None
        return None

    got: list[str] = []

    def have() -> bool:
        given = ask()
        got.extend([] if given is None else [given])
        return given is not None

    waited(have, "a token", 30)
    return {"Authorization": f"Bearer {got[0]}"}


def write_lags(report: Report, nodes: list[Node], signed: dict[str, str], n_writes: int) -> None:
    """From the moment a write is acknowledged by one node to the moment when each of the others finds it."""
    lags: list[float] = []
    for number in range(n_writes):
        by, others = nodes[number % N_NODES], [node for node in nodes if node is not nodes[number % N_NODES]]
        key = f"mesure-{number}"
        with contextlib.closing(http.client.HTTPConnection(by.place.address, PORT, timeout=10)) as line:
            line.request("PUT", f"/v1/profils/{key}", profile(key), {**signed, "Content-Type": "application/json"})
            status = line.getresponse().status
        if status != 201:
            raise RuntimeError(f"a write was answered {status}")
        acknowledged = time.monotonic()
        for node in others:
            waited(lambda node=node, key=key: node.finds(f"/v1/profils/{key}/offres", signed), key)  # type: ignore[misc]
            lags.append((time.monotonic() - acknowledged) * 1000)
    report.figure("seen_by_other_nodes_ms_median", statistics.median(lags), 1)
    report.figure("seen_by_other_nodes_ms_most", max(lags), 1)
    report.figure("writes_measured", n_writes)


def profile(key: str) -> str:
    return json.dumps({"id": key, "projets": [{"codeROME": "J1501"}]})


@dataclass
class Phase:
    """What was counted while something went on."""

    asked: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    how: Counter[str] = field(default_factory=Counter)
    """Answers that were none, by status and type."""
    unanswered: int = 0
    stale: int = 0
    from_memory: int = 0
    slowest_ms: float = 0.0
    writes: Counter[int] = field(default_factory=Counter)
    writes_how: Counter[str] = field(default_factory=Counter)

    @property
    def failed(self) -> int:
        return self.unanswered + sum(n for status, n in self.statuses.items() if status not in (200, 204, 206))


class Traffic:
    """Clients that ask through the proxy without a pause, at a bounded rate, and one that writes."""

    def __init__(self, port: int, signed: dict[str, str], people: list[str]) -> None:
        self._port, self._signed, self._people = port, signed, people
        self._lock = threading.Lock()
        self._written: list[tuple[str, float]] = []
        self._stopping = threading.Event()
        self.phases: dict[str, Phase] = defaultdict(Phase)
        self.phase = "calm"
        self._answers: dict[tuple[str, str], dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
        self._threads = [
            *(threading.Thread(target=self._read, args=(number,)) for number in range(CLIENTS_AT_ONCE)),
            threading.Thread(target=self._write),
        ]

    def __enter__(self) -> "Traffic":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        for thread in self._threads:
            thread.join()

    def _read(self, number: int) -> None:
        draw = random.Random(SEED + number)
        while not self._stopping.wait(draw.expovariate(PER_S)):
            began, phase = time.monotonic(), self.phases[self.phase]
            with self._lock:
                old = [key for key, at in self._written[-40:] if began - at > STALE_S]
            fresh = draw.choice(old) if old and draw.random() < 0.5 else None
            what = draw.choice(("offres", "formations"))
            path = f"/v1/profils/{fresh or draw.choice(self._people)}/{'offres' if fresh else what}?range=0-9"
            answer = self._ask("GET", path)
            took_ms = (time.monotonic() - began) * 1000
            with self._lock:
                phase.asked += 1
                phase.slowest_ms = max(phase.slowest_ms, took_ms)
                if answer is None:
                    phase.unanswered += 1
                    continue
                status, headers, content = answer
                if status == 404 and fresh is not None:
                    phase.stale += 1
                    continue
                phase.statuses[status] += 1
                if status not in (200, 204, 206):
                    phase.how[f"{status} {kind_of(content)}"] += 1
                phase.from_memory += "age" in headers
                state, node = headers.get("vivier-etat"), node_of(headers.get(NODE.lower(), ""))
                if status in (200, 206) and state is not None:
                    self._answers[path, state][hashlib.sha256(content).hexdigest()].add(node)

    def _write(self) -> None:
        number = 0
        while not self._stopping.wait(1 / WRITES_PER_S):
            number += 1
            key, phase = f"trafic-{number}", self.phases[self.phase]
            answer = self._ask("PUT", f"/v1/profils/{key}", profile(key))
            with self._lock:
                phase.writes[0 if answer is None else answer[0]] += 1
                if answer is not None and answer[0] not in (200, 201):
                    phase.writes_how[f"{answer[0]} {kind_of(answer[2])}"] += 1
                if answer is not None and answer[0] in (200, 201):
                    self._written.append((key, time.monotonic()))

    def _ask(self, method: str, path: str, body: str | None = None) -> tuple[int, dict[str, str], bytes] | None:
        headers = self._signed if body is None else {**self._signed, "Content-Type": "application/json"}
        try:
            with contextlib.closing(http.client.HTTPConnection("127.0.0.1", self._port, timeout=40)) as line:
                line.request(method, path, body, headers)
                answer = line.getresponse()
                return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
        except (OSError, http.client.HTTPException):
            return None

    def tell(self, report: Report) -> None:
        for name, phase in self.phases.items():
            report.figure(f"{name}: asked", phase.asked)
            report.figure(f"{name}: failed", phase.failed)
            if phase.failed:
                report.figure(f"{name}: how", ", ".join(f"{n} x {why}" for why, n in phase.how.items()))
            report.figure(f"{name}: stale beyond {STALE_S:g} s", phase.stale)
            report.figure(f"{name}: from memory", phase.from_memory)
            report.figure(f"{name}: slowest_ms", phase.slowest_ms, 0)
            report.figure(f"{name}: writes", sum(phase.writes.values()))
            report.figure(f"{name}: writes not taken", sum(n for s, n in phase.writes.items() if s not in (200, 201)))
            if phase.writes_how:
                report.figure(f"{name}: how writes", ", ".join(f"{n} x {why}" for why, n in phase.writes_how.items()))
        several = [found for found in self._answers.values() if len(set().union(*found.values())) > 1]
        report.figure("answers_compared_between_nodes", len(several))
        report.figure("answers_that_differ_at_one_state", sum(len(found) > 1 for found in self._answers.values()))


def kind_of(content: bytes) -> str:
    """The type of a problem; what is none is named by its beginning."""
    try:
        return str(json.loads(content)["type"])
    except (ValueError, KeyError, TypeError):
        return repr(content[:40])


def node_of(said: str) -> str:
    """The address of the node that answered, of all that were asked."""
    asked = re.findall(r"\d+\.\d+\.\d+\.\d+", said)
    return asked[-1] if asked else ""


def agree(report: Report, when: str, nodes: list[Node], people: list[str], signed: dict[str, str]) -> None:
    """Ask the same of every node, at the same state, and compare bytes."""
    paths = [f"/v1/profils/{key}/{what}?range=0-19" for key in people for what in ("offres", "formations")]
    compared = differ = 0
    for path in paths:
        told: dict[str, set[bytes]] = defaultdict(set)
        for node in nodes:
            with contextlib.closing(http.client.HTTPConnection(node.place.address, PORT, timeout=10)) as line:
                line.request("GET", path, headers=signed)
                answer = line.getresponse()
                told[str(answer.getheader("Vivier-Etat"))].add(answer.read())
        compared += len(told) == 1
        differ += any(len(bodies) > 1 for bodies in told.values())
    report.figure(f"lists_compared_on_all_nodes_{when}", compared)
    report.figure(f"lists_that_differ_{when}", differ)


def faults(
    report: Report,
    traffic: Traffic,
    nodes: list[Node],
    server: Server,
    environment: dict[str, str],
    each_s: float,
) -> None:
    first, second, third = nodes

    def during(phase: str) -> None:
        traffic.phase = phase
        print(f"-- {phase}", flush=True)

    time.sleep(each_s)

    during("one node unplugged")
    first.place.unplug()
    time.sleep(each_s)
    first.place.plug()
    report.figure("ready_after_plugging_in_s", first.wait_until(200))

    during("one node without the database")
    first.place.lose(DATABASE)
    report.figure("not_ready_after_losing_the_database_s", first.wait_until(503))
    time.sleep(each_s)
    first.place.find(DATABASE)
    report.figure("ready_after_finding_the_database_s", first.wait_until(200))

    during("one node killed")
    second.kill()
    time.sleep(each_s)
    second.start()
    report.figure("ready_after_a_kill_s", second.wait_until(200))

    during("one node restarted")
    third.stop()
    third.start()
    report.figure("ready_after_a_restart_s", third.wait_until(200))

    during("a merge")
    told(environment, "index", "merge", "--json")
    generation = (Path(environment["VIVIER_DATA_DIR"]) / "indexes" / "CURRENT").read_text()
    for node in nodes:
        waited(lambda node=node: told_generation(node) == generation, "the new generation")  # type: ignore[misc]
    time.sleep(each_s / 2)

    during("the database stopped")
    server.stop()
    time.sleep(each_s)
    server.start()
    for node in nodes:
        node.wait_until(200)
    during("calm again")
    time.sleep(each_s / 2)


def told_generation(node: Node) -> object:
    index = node.status()[1].get("index", {})
    return index.get("generation") if isinstance(index, dict) else None


if __name__ == "__main__":
    main()
