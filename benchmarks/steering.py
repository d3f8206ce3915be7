"""How long the pages of whoever steers keep a server, and what is computed beside the requests for them.

    python -m benchmarks.steering [--quick] [--json FILE] [--rows N]

A page's time is what its process works for it (processor time, so that a busy machine does not count), over the sample
world of `vivier demo`, its figures being kept already; the target is that of all pages. `people_by_cell` counts people
by occupation and area over the rows of `benchmarks.workload`: what is done once a minute, in a thread, when somebody
looks. Baseline, in the same run: the same counts by pandas' `groupby`.
"""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before numpy: one computation is one thread, as in the service

import asyncio
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
from starlette.testclient import TestClient

from api.app import create_app
from api.cli.demo import prepare
from api.pages.static import files, packed
from api.service import Service
from api.settings import Settings
from benchmarks.options import rows_option
from benchmarks.our_index import OurIndex
from benchmarks.report import Report, median_ms
from benchmarks.workload import Workload
from matching.steering.market import people_by_cell

SEED: Final = 1
TARGET_MS: Final = 30.0
PAGES: Final = {
    "market": "/pilotage",
    "domain": "/pilotage?domaine=J&tri=offres",
    "lists": "/pilotage/recommandations",
    "service": "/pilotage/service",
    "indicators_json": "/v1/indicateurs",
    "indicators_csv": "/v1/indicateurs/export",
}
SCRIPTS: Final = ("vega/vega.min.js", "vega/vega-lite.min.js", "vega/vega-interpreter.js", "charts.js")


def main() -> None:
    sizes, arguments = rows_option(sys.argv[1:], most=1)
    report = Report.from_command_line("steering", seed=SEED, arguments=arguments, about=__doc__ or "")
    _pages(report)
    _counts(report, sizes[0] if sizes else report.repeats(1_000_000, quick=200_000))
    report.finish()


def _pages(report: Report) -> None:
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(
            data_dir=Path(folder),
            demo_identities=True,
            allowed_hosts="testserver",
            rate_limit="none",
            rate_limit_machines="none",
            rate_limit_address="none",
        )
        prepare(settings)
        service = Service.open(settings)
        with TestClient(create_app(service), headers={"Authorization": "Bearer demo:pilote"}) as client:
            board = service.board
            parts = (board.market, board.indicators, board.attention, board.contacts, board.models, board.fairness)
            for part in parts:
                asyncio.run(part.get())
                part.join()
            for name, path in PAGES.items():
                answer = client.get(path, headers={"Accept-Encoding": "identity"})
                if answer.status_code not in (200, 206):
                    raise RuntimeError(f"{path} answered {answer.status_code}")
                times = []
                for _ in range(report.repeats(60, quick=15)):
                    started = time.process_time()
                    client.get(path)
                    times.append((time.process_time() - started) * 1e3)
                report.figure(f"{name}_cpu_p50_ms", statistics.median(times))
                report.figure(f"{name}_kb", len(answer.content) / 1e3)
            started = time.process_time()
            board._attention()
            report.figure("attention_cpu_s", time.process_time() - started)
    report.figure("target_ms", TARGET_MS)
    report.figure("scripts_of_charts_kb", sum(len(files()[name]) for name in SCRIPTS) / 1e3)
    report.figure("scripts_of_charts_sent_kb", sum(len(packed(name) or files()[name]) for name in SCRIPTS) / 1e3)


def _counts(report: Report, rows: int) -> None:
    index = OurIndex.open(Workload.open(rows))
    catalogue, lookups = index.catalogue, index.lookups
    found = people_by_cell(catalogue, lookups)
    report.figure("people_by_cell_rows", len(catalogue))
    report.figure("people_by_cell_people", int(found.sum()))
    report.figure(
        "people_by_cell_ms", median_ms(lambda: people_by_cell(catalogue, lookups), report.repeats(5, quick=3))
    )

    def baseline() -> "pd.Series[int]":
        every = np.flatnonzero(catalogue.alive)
        family = lookups.reference.rome.family_of[catalogue.take("occupation", every)]
        area = lookups.area_of_commune[catalogue.take("commune", every)]
        table = pd.DataFrame({"family": family, "area": area, "key": catalogue.keys(every)})
        counted: pd.Series[int] = table[table.family >= 0].drop_duplicates().groupby(["family", "area"]).size()
        return counted

    if int(baseline().sum()) != int(found.sum()):
        raise RuntimeError("the baseline counts other people")
    report.figure("baseline_pandas_ms", median_ms(baseline, report.repeats(3, quick=1)))


if __name__ == "__main__":
    main()
