"""The public questions over HTTP with all of France loaded: latency, growth, load time and memory.

    python -m benchmarks.api_latency [--quick] [--json FILE]

Serves the deployments of `benchmarks.france_deployments` (kept in FRANCE_DEPLOYMENTS, by default `vivier-france` in the
system's temporary folder; those that are missing are written first, an hour for all of France) one after the other, and
asks each of many people, offers, needs in plain words and counsellors drawn at random, so that most records are seen
for the first time. 20 results a page, with reasons. Beside every figure of one client stands that of `/health/live` in
the same minute: what HTTP and the machine's noise cost. `--quick` serves the smallest deployment alone, and
FRANCE_SHARES=1 all of France alone (shares of it, separated by commas).
"""

import json
import os
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from benchmarks.france_deployments import SHARES, times_of, write_deployments
from benchmarks.http_client import Ask, served, timings, together
from benchmarks.questions import FOUR, Askers, mixed, questions
from benchmarks.report import Report
from features.reference import Reference
from matching.generations import INDEX_ROOT
from matching.lookups import Lookups
from matching.payload import record_part
from matching.schema import Collection
from matching.written import Written
from models.published import published_models

SEED: Final = 1
CLIENTS: Final = (1, 2, 4, 8, 16)
POOL: Final = 3000
"""Different requests of each kind."""
SLOW_MS: Final = 50.0
FOLDER: Final = Path(os.environ.get("FRANCE_DEPLOYMENTS", Path(tempfile.gettempdir()) / "vivier-france"))


def main() -> None:
    report = Report.from_command_line("api_latency", seed=SEED, about=__doc__ or "")
    shares = SHARES[:1] if report.quick else asked_shares()
    homes = write_deployments(FOLDER, shares)
    for share in shares:
        _measure(report, homes[share], last=share == shares[-1])
    report.finish()


def asked_shares() -> tuple[float, ...]:
    """The shares of FRANCE_SHARES, else all."""
    given = os.environ.get("FRANCE_SHARES")
    return SHARES if given is None else tuple(map(float, given.split(",")))


def _measure(report: Report, home: Path, last: bool) -> None:
    """The figures of one deployment; concurrency and workers of the last one alone."""
    name = home.name
    pools = questions(askers(home, POOL))
    report.figure(f"{name}_times_each_person_stands", times_of(home))
    started = time.perf_counter()
    with served({"VIVIER_DATA_DIR": str(home)}, patience_s=600) as (port, pid):
        report.figure(f"{name}_start_to_ready_s", time.perf_counter() - started, digits=1)
        repeats = report.repeats(800, quick=300)
        for question in FOUR:
            _one_client(report, f"{name}_{question}", port, pools[question], repeats)
        _one_client(report, f"{name}_no_op", port, [Ask("/health/live")], repeats)
        for figure, value in memory_mib([pid]).items():
            report.figure(f"{name}_{figure}_mib", value, digits=0)
        if last:
            _many_clients(report, name, port, pools, repeats)
        for question in [other for other in pools if other not in FOUR]:
            _one_client(report, f"{name}_{question}", port, pools[question], report.repeats(300, quick=100))
    if last and not report.quick:
        _workers(report, name, home, pools)


def _one_client(report: Report, label: str, port: int, pool: Sequence[Ask], repeats: int) -> None:
    times = sorted(timings(port, pool, repeats, SEED))
    report.figure(f"{label}_p50_ms", statistics.median(times))
    report.figure(f"{label}_p99_ms", times[int(len(times) * 0.99)])


def _many_clients(report: Report, name: str, port: int, pools: dict[str, list[Ask]], repeats: int) -> None:
    """Requests a second of the mixed questions, and the most at a p99 of `SLOW_MS`."""
    asked = mixed(pools)
    best = 0.0
    for clients in CLIENTS:
        times, per_s = together(port, asked, repeats, clients)
        p99 = times[int(len(times) * 0.99)]
        report.figure(f"{name}_{clients}_clients_p50_ms", times[len(times) // 2])
        report.figure(f"{name}_{clients}_clients_p99_ms", p99)
        report.figure(f"{name}_{clients}_clients_per_s", per_s, digits=0)
        best = max(best, per_s) if p99 <= SLOW_MS else best
    report.figure(f"{name}_per_s_at_p99_of_{SLOW_MS:.0f}_ms", best, digits=0)


def _workers(report: Report, name: str, home: Path, pools: dict[str, list[Ask]]) -> None:
    """Two workers: what a second one adds in requests and in memory of its own."""
    with served({"VIVIER_DATA_DIR": str(home)}, "--workers", "2", patience_s=600) as (port, pid):
        time.sleep(20)  # the second worker may still be opening
        times, per_s = together(port, mixed(pools), 1500, 8)
        report.figure(f"{name}_2_workers_8_clients_p99_ms", times[int(len(times) * 0.99)])
        report.figure(f"{name}_2_workers_8_clients_per_s", per_s, digits=0)
        children = [int(found) for found in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
        serving = [child for child in children if memory_mib([child])["private"] > 100]
        report.figure(f"{name}_2_workers_serving", len(serving))
        if serving:
            report.figure(f"{name}_private_of_each_worker_mib", memory_mib(serving)["private"] / len(serving), digits=0)


def askers(home: Path, n: int) -> Askers:
    """People, offers, needs and counsellors of the deployment, drawn at random."""
    lookups = Lookups(Reference.load(home / "reference"), published_models())
    generation = home / INDEX_ROOT / (home / INDEX_ROOT / "CURRENT").read_text().strip()
    draw = np.random.default_rng(SEED)

    def drawn(collection: Collection) -> list[tuple[str, dict[str, Any]]]:
        written = Written.load(generation / collection.value, collection, lookups.place_order)
        records = draw.choice(written.n_records, min(n, written.n_records), replace=False)
        kept = zip(map(written.id_of, records.tolist()), written.payloads_of(records), strict=True)
        return [(key, json.loads(record_part(payload))) for key, payload in kept]

    communes = lookups.reference.communes
    people, offers = drawn(Collection.PROFILES), [(key, card["offer"]) for key, card in drawn(Collection.OFFERS)]
    placed = [offer for _, offer in offers if offer.get("commune_insee")]
    portfolios = {
        profile["counsellor_id"]: profile["commune_insee"]
        for _, profile in people
        if profile.get("counsellor_id") and profile.get("commune_insee")
    }
    return Askers(
        people=[key for key, _ in people],
        offers=[key for key, _ in offers],
        needs=[{"intitule": offer["title"], "lieuTravail": {"commune": offer["commune_insee"]}} for offer in placed],
        portfolios={
            key: commune for key, commune in portfolios.items() if not np.isnan(communes.lat[communes.row_of(commune)])
        },
        places=[communes.names[communes.row_of(offer["commune_insee"])] for offer in placed],
    )


def memory_mib(pids: Sequence[int]) -> dict[str, float]:
    """What Linux says that the processes hold together: resident, and private to them."""
    totals = {"resident": 0.0, "private": 0.0}
    for pid in pids:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
        sizes = {line.split(":")[0]: int(line.split()[1]) / 1024 for line in lines}
        totals["resident"] += sizes["Rss"]
        totals["private"] += sizes["Private_Clean"] + sizes["Private_Dirty"]
    return totals


if __name__ == "__main__":
    main()
