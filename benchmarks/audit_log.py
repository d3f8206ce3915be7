"""What the audit log costs: a request on the event loop, a change in its transaction, lines written and verified.

    python -m benchmarks.audit_log [--quick] [--json FILE]

The request is one that shows twenty people; it is timed through the middleware and without, in turn. Lines are written
to SQLite with full synchronisation, in batches as they form in 50 ms at 400 requests a second.
"""

import asyncio
import datetime as dt
import statistics
import tempfile
import time
import tracemalloc
from pathlib import Path

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.auditing.call import Call
from api.auditing.log import AuditLog
from api.auditing.middleware import Audited
from api.security.actor import Actor, Role
from benchmarks.report import Report
from features.audit.actions import Action
from features.audit.chain import Chain
from features.audit.key import AuditKey
from features.audit.line import Entry
from features.audit.verify import verify
from features.audit.witness import Witness
from features.records import Offer, OfferSource
from features.store import Store, along

PEOPLE = tuple(f"profil-{number:06d}" for number in range(20))
ACTOR = Actor("compte-7f3a", Role.EMPLOYER, frozenset())
BATCH = 20


class Route:
    path = "/v1/profils/recherche"


async def answering(scope: Scope, _receive: Receive, send: Send) -> None:
    """An endpoint that shows twenty people and does nothing else."""
    scope["route"] = Route
    scope["path_params"] = {}
    scope["state"] = {"actor": ACTOR, "seen": PEOPLE, "model": "vivier-profils/3", "trace_id": "0" * 32}
    await send({"type": "http.response.start", "status": 206, "headers": []})
    await send({"type": "http.response.body", "body": b"{}"})


async def nothing_to_receive() -> Message:
    return {"type": "http.request", "body": b"", "more_body": False}


async def dropped(_message: Message) -> None:
    return


async def microseconds(app: ASGIApp, calls: int) -> float:
    """Of one call."""
    start = time.perf_counter_ns()
    for _ in range(calls):
        scope = {"type": "http", "method": "POST", "path": "/v1/profils/recherche", "headers": []}
        await app(scope, nothing_to_receive, dropped)
    return (time.perf_counter_ns() - start) / calls / 1e3


def entry(number: int) -> Entry:
    return Entry(
        1_780_000_000.0 + number,
        Action.SEARCHED,
        "POST /v1/profils/recherche",
        "profils",
        f"compte-{number % 50}",
        "employeur",
        people=tuple(f"profil-{(number * 7 + each) % 100_000:06d}" for each in range(20)),
        status=206,
        model="vivier-profils/3",
        trace=f"{number:032x}",
    )


def offer(number: int) -> Offer:
    source = OfferSource(name="b", id=str(number))
    return Offer(id=f"offre-{number}", title="Soudeur", source=source, published_on=dt.date(2026, 1, 2))


def main() -> None:
    report = Report.from_command_line("audit_log", about=__doc__ or "")
    rounds, calls, lines = report.repeats(15, 5), 2000, report.repeats(60_000, 5_000)
    with tempfile.TemporaryDirectory() as folder:
        store = Store.open(f"sqlite:///{folder}/vivier.db")
        chain = Chain(store, AuditKey(b"x" * 32), Witness(Path(folder) / "audit"))
        log = AuditLog(chain, 10**9)
        bare, audited = [], []
        for _ in range(rounds):
            bare.append(asyncio.run(microseconds(answering, calls)))
            audited.append(asyncio.run(microseconds(Audited(answering, log), calls)))
        report.figure("bare_request_us", statistics.median(bare), 1)
        report.figure("audited_request_us", statistics.median(audited), 1)
        cost = statistics.median([one - other for one, other in zip(audited, bare, strict=True)])
        report.figure("cost_per_request_us", cost, 1)
        report.figure("target_us", 30)

        def change_ms(number: int) -> float:
            start = time.perf_counter_ns()
            store.upsert([offer(number)], "b")
            return (time.perf_counter_ns() - start) / 1e6

        plain, noted = [], []
        for number in range(rounds * 20):
            plain.append(change_ms(2 * number))
            scope = {"type": "http", "method": "PUT", "path": "", "headers": [], "state": {"actor": ACTOR}}
            token = along.set(Call(scope | {"route": OfferRoute, "path_params": {"id": "x"}}, log))
            noted.append(change_ms(2 * number + 1))
            along.reset(token)
        report.figure("change_ms", statistics.median(plain))
        report.figure("change_with_its_line_ms", statistics.median(noted))

        batches = []
        start, cpu = time.perf_counter(), time.process_time()
        for first in range(0, lines, BATCH):
            before = time.perf_counter_ns()
            chain.write([entry(number) for number in range(first, first + BATCH)])
            batches.append((time.perf_counter_ns() - before) / 1e6)
        report.figure("batch_of_20_lines_ms", statistics.median(batches))
        report.figure("written_lines_per_s", lines / (time.perf_counter() - start), 0)
        report.figure("cpu_per_line_us", (time.process_time() - cpu) / lines * 1e6, 0)
        size = Path(folder, "vivier.db").stat().st_size + Path(folder, "vivier.db-wal").stat().st_size
        report.figure("bytes_per_line", size / lines, 0)

        start = time.perf_counter()
        found = verify(store, chain.witness, chain.key.public)
        report.figure("lines", found.n_lines)
        report.figure("verified_lines_per_s", found.n_lines / (time.perf_counter() - start), 0)
        report.figure("chain_is_whole", found.fault is None)
        tracemalloc.start()
        verify(store, chain.witness, chain.key.public, max(1, found.last - 10_000))
        short = tracemalloc.get_traced_memory()[1]
        tracemalloc.reset_peak()
        verify(store, chain.witness, chain.key.public)
        report.figure("verify_peak_mib", tracemalloc.get_traced_memory()[1] / 2**20, 1)
        report.figure("verify_peak_of_the_last_10000_mib", short / 2**20, 1)
        store.close()
    report.finish()


class OfferRoute:
    path = "/v1/offres/{id}"


if __name__ == "__main__":
    main()
