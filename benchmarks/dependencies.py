"""What the service depends on goes away: how long anyone waits, what goes on meanwhile, how soon all is well again.

    python -m benchmarks.dependencies [--quick] [--json FILE]

PostgreSQL, a mail server, an identity provider, a webhook's receiver and an MLflow server, each on loopback behind a
proxy (`benchmarks.fault_proxy`) that makes it late, resets, swallows everything or breaks off answers, and is mended.
The database is a real server, its service a real command with two workers, under load: lists are asked all the while.
The mail server is aiosmtpd; the other three are stand-ins that answer what is asked of them here. Limits are set low
(`LIMIT_S`), so that the faults can be many: what is measured are waits beside their limits.
"""

import asyncio
import contextlib
import http.client
import json
import os
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

from joserfc.jwk import ECKey

from api.delivery import email, webhook
from api.delivery.base import ChannelClosed, House, Outcome, Recipient, Way
from api.delivery.links import Signer
from api.edge.outages import HEADER
from api.examples import EXAMPLES
from api.security.actor import Role
from api.security.oidc import LoginFailed, RelyingParty
from api.security.providers import Provider
from api.settings import Settings
from benchmarks.fault_proxy import Fault, FaultProxy
from benchmarks.http_client import SIGNED, Ask, demo_world, served
from benchmarks.load_client import Answer, Tally, at_rate
from benchmarks.postgres import postgres
from benchmarks.questions import mixed, questions
from benchmarks.report import Report
from features.records import Channel, Consents, Identity, Profile, Project, Subscription
from features.store import Kind
from features.store.copying import restore_store
from features.store.engine import open_engine
from matching.digests.digest import Digest, Item

SEED: Final = 1
LIMIT_S: Final = 2.0
BROKEN: Final = (Fault.RESET, Fault.HOLE, Fault.CUT)
LATE_S: Final = 0.1
PATIENCE_S: Final = 60.0
LISTS_PER_S: Final = 5.0

Attempt = Callable[[], bool]
"""Uses what is depended on, and says whether that went well; raises nothing that callers do not expect."""


def main() -> None:
    report = Report.from_command_line("dependencies", seed=SEED, about=__doc__ or "")
    report.figure("limit_s", LIMIT_S)
    with mail_server() as port:
        measure(report, "mail", port, lambda way: letter(way, LIMIT_S))
    for name, attempt in (("provider", sign_in), ("webhook", posted)):
        with stand_in() as port:
            measure(report, name, port, lambda way, attempt=attempt: attempt(way, LIMIT_S))  # type: ignore[misc]
    if not report.quick:
        with stand_in() as port:
            measure(report, "mlflow", port, experiments)
    database(report)
    report.finish()


def measure(report: Report, name: str, port: int, attempt_by: Callable[[int], Attempt]) -> None:
    """Waits of one use in each fault, whether it failed as it should, and the time until it goes well again."""
    with FaultProxy("127.0.0.1", port, LATE_S) as way:
        attempt = attempt_by(way.port)
        if not attempt():
            raise RuntimeError(f"{name}: it does not go well without a fault")
        way.become(Fault.LATENCY)
        report.figure(f"{name}_late_goes_well", attempt())
        for fault in BROKEN:
            way.become(fault)
            since = time.monotonic()
            went_well = attempt()
            report.figure(f"{name}_{fault}_waited_s", time.monotonic() - since, 2)
            report.figure(f"{name}_{fault}_refused", not went_well)
            way.become(Fault.NONE)
            report.figure(f"{name}_{fault}_well_again_s", _until(attempt), 2)


def _until(attempt: Attempt) -> float | None:
    """Seconds until it goes well; None: it did not."""
    since = time.monotonic()
    while time.monotonic() - since < PATIENCE_S:
        if attempt():
            return time.monotonic() - since
        time.sleep(0.1)
    return None


def _house(**settings: Any) -> House:
    made = Settings(link_key="k" * 32, public_url="https://vivier.exemple", **settings)
    return House(made, Signer.of(made))


def _delivered(way: Way, house: House, channel: Channel, url: str | None = None) -> bool:
    digest = Digest(
        "d" * 32,
        "s1",
        "p1",
        channel,
        "2026-09-01",
        "2026-09-01",
        (Item(id="o1", title="Soudeur", score=0.8, reasons=("Tout près",)),),
    )
    profile = Profile(id="p1", projects=(Project(label="soudeur"),), consents=Consents(contact_by_email=True))
    subscription = Subscription(id="s1", profile_id="p1", channel=channel, webhook_url=url)
    to = Recipient(subscription, profile, Identity(id="p1", email="camille@exemple.fr"))

    async def deliver() -> bool:
        assert way.open is not None  # noqa: S101 - both ways are open
        async with way.open(house) as sender:
            return (await sender.send(digest, to)).outcome is Outcome.DONE

    try:
        return asyncio.run(deliver())
    except ChannelClosed:
        return False


def letter(port: int, limit_s: float) -> Attempt:
    house = _house(smtp_host="127.0.0.1", smtp_port=port, smtp_security="none", smtp_timeout_s=limit_s)
    return lambda: _delivered(email.WAY, house, Channel.EMAIL)


def posted(port: int, limit_s: float) -> Attempt:
    house = _house(webhook_private_addresses=True, webhook_timeout_s=limit_s)
    return lambda: _delivered(webhook.WAY, house, Channel.WEBHOOK, f"http://127.0.0.1:{port}/recu")


def sign_in(port: int, limit_s: float) -> Attempt:
    """The first half of signing in: what the provider says of itself, its keys."""
    issuer = f"http://127.0.0.1:{port}"
    provider = Provider("Exemple", issuer, "vivier", (Role.JOBSEEKER,), name="exemple")

    def attempt() -> bool:
        party = RelyingParty(provider, "https://vivier.exemple/retour", patience_s=limit_s)
        try:
            asyncio.run(party.authorisation_url("s" * 32, "n" * 32, "v" * 64, None))
        except LoginFailed:
            return False
        return True

    return attempt


def experiments(port: int) -> Attempt:
    from mlflow.exceptions import MlflowException

    from models.training.tracking import client_of

    os.environ.update(MLFLOW_HTTP_REQUEST_TIMEOUT=str(round(LIMIT_S)), MLFLOW_HTTP_REQUEST_MAX_RETRIES="1")
    client = client_of(f"http://127.0.0.1:{port}")

    def attempt() -> bool:
        try:
            client.get_experiment_by_name("vivier")
        except MlflowException:
            return False
        return True

    return attempt


@contextlib.contextmanager
def mail_server() -> Iterator[int]:
    """The port of a mail server that takes every letter."""
    from aiosmtpd.handlers import Sink
    from aiosmtpd.smtp import SMTP

    loop = asyncio.new_event_loop()
    making = loop.create_server(lambda: SMTP(Sink(), loop=loop), "127.0.0.1", 0)
    server = loop.run_until_complete(making)
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        loop.call_soon_threadsafe(server.close)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.run_until_complete(_cancelled(asyncio.all_tasks(loop)))
        loop.close()


async def _cancelled(tasks: set[asyncio.Task[Any]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


_KEY: Final = ECKey.generate_key("P-256").as_dict(private=False)


class _StandIn(BaseHTTPRequestHandler):
    """A receiver that takes everything, a provider that says what it is, an MLflow server that has one experiment."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("content-length", 0)))
        self._answer({})

    def do_GET(self) -> None:
        issuer = f"http://{self.headers['host']}"
        if self.path.startswith("/api/2.0/mlflow/"):
            self._answer({"experiment": {"experiment_id": "1", "name": "vivier", "lifecycle_stage": "active"}})
        elif self.path == "/jwks":
            self._answer({"keys": [_KEY]})
        else:
            ends = {name: f"{issuer}/{name}" for name in ("authorization_endpoint", "token_endpoint")}
            self._answer({"issuer": issuer, "jwks_uri": f"{issuer}/jwks", **ends})

    def _answer(self, told: Mapping[str, Any]) -> None:
        body = json.dumps(told).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        with contextlib.suppress(ConnectionError):  # whoever asked has given up
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextlib.contextmanager
def stand_in() -> Iterator[int]:
    """The port of a server that stands in for others."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _StandIn)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def database(report: Report) -> None:
    """A service over PostgreSQL that goes away under load."""
    with contextlib.ExitStack() as held:
        folder = demo_world(held.enter_context(tempfile.TemporaryDirectory()))
        url = held.enter_context(postgres())
        engine = open_engine(url.render_as_string(hide_password=False))
        restore_store(folder / "vivier.db", engine, replace=True)
        engine.dispose()
        way = held.enter_context(FaultProxy("127.0.0.1", url.port or 0, LATE_S))
        reached = url.set(port=way.port).render_as_string(hide_password=False)
        settings = {"VIVIER_DATA_DIR": str(folder), "VIVIER_DATABASE_URL": reached}
        settings["VIVIER_DATABASE_TIMEOUT_S"] = str(LIMIT_S)
        port, _ = held.enter_context(served(settings, "--workers", "2", patience_s=180))
        time.sleep(report.repeats(20, quick=10))  # the last worker may still be opening
        from benchmarks.api_latency import askers

        pool = mixed(questions(askers(folder, 200)))
        before = _under_load(port, pool, report.repeats(20, quick=5), None)
        report.figure("database_lists_p99_ms_before", before.lists.p_ms(0.99), 1)
        for fault in (Fault.LATENCY, *BROKEN):
            seconds = report.repeats(30, quick=8)
            found = _under_load(port, pool, seconds, way, fault)
            report.figure(f"database_{fault}_lists_served", found.lists.served)
            report.figure(f"database_{fault}_lists_failed", found.lists.failed + found.lists.told_to_wait)
            report.figure(f"database_{fault}_lists_p99_ms", found.lists.p_ms(0.99), 1)
            report.figure(f"database_{fault}_lists_marked", found.lists.versions[b"marked"])
            report.figure(f"database_{fault}_writes_asked", len(found.writes))
            report.figure(f"database_{fault}_writes_refused", sum(each.status == 503 for each in found.writes))
            other = sum(each.status not in (200, 201, 503) for each in found.writes)
            report.figure(f"database_{fault}_writes_otherwise", other)
            report.figure(
                f"database_{fault}_writes_longest_s", max((each.took_s for each in found.writes), default=0.0), 2
            )
            report.figure(f"database_{fault}_ready_longest_s", max(found.ready_s, default=0.0), 2)
            report.figure(f"database_{fault}_well_again_s", found.well_again_s, 2)


@dataclass(frozen=True)
class Write:
    status: int
    took_s: float


@dataclass
class Found:
    """What was seen in one fault."""

    lists: Tally
    writes: list[Write]
    ready_s: list[float]
    """Seconds that each readiness check took."""
    well_again_s: float | None = None


def _under_load(port: int, pool: list[Ask], seconds: float, way: FaultProxy | None, fault: Fault = Fault.NONE) -> Found:
    """Lists at a steady rate, writes one after the other by four writers, and readiness checks, for so long."""
    found, over = Found(Tally(), [], []), threading.Event()
    if way is not None:
        way.become(fault)

    def write() -> None:
        while not over.is_set():
            found.writes.append(_put(port))
            time.sleep(0.2)

    def check() -> None:
        while not over.is_set():
            since = time.monotonic()
            with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)) as line:
                line.request("GET", "/health/ready")
                line.getresponse().read()
            found.ready_s.append(time.monotonic() - since)
            time.sleep(0.5)

    others = [threading.Thread(target=work) for work in (write, write, write, write, check)]
    for thread in others:
        thread.start()
    ends = time.monotonic() + seconds
    asyncio.run(at_rate(port, pool, LISTS_PER_S, lambda: time.monotonic() > ends, found.lists, SEED, mark=_marked))
    over.set()
    for thread in others:
        thread.join()
    if way is not None:
        way.become(Fault.NONE)
        found.well_again_s = _until(lambda: _put(port).status in (200, 201))
        _until(lambda: _is_whole(port))
    return found


def _marked(answer: Answer) -> bytes:
    return b"marked" if HEADER.lower() in answer.headers else b"plain"


def _put(port: int) -> Write:
    offer, since = EXAMPLES[Kind.OFFER], time.monotonic()
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)) as line:
        headers = {**SIGNED, "Content-Type": "application/json"}
        line.request("PUT", f"/v1/offres/{offer['id']}", json.dumps(offer), headers)
        response = line.getresponse()
        response.read()
    return Write(response.status, time.monotonic() - since)


def _is_whole(port: int) -> bool:
    """Whether neither of two workers misses anything, as far as some checks tell."""
    for _ in range(6):
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)) as line:
            line.request("GET", "/health/ready")
            if json.loads(line.getresponse().read())["degrade"]:
                return False
    return True


if __name__ == "__main__":
    main()
