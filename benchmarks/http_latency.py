"""Latency of the public questions over HTTP, from another process, on the sample world.

    python -m benchmarks.http_latency [--quick] [--json FILE]

A server is started on a free loopback port with a world of its own in a temporary folder. Each question is asked over
kept-alive connections for many different people, by one client and then by several at once. The baseline, in the same
run, is `/health/live` of the same server: what HTTP itself costs here.
"""

import http.client
import json
import statistics
import tempfile
import time
from contextlib import closing
from typing import Any

from benchmarks.http_client import SIGNED, Ask, demo_world, served, timings, together
from benchmarks.questions import Askers, questions
from benchmarks.report import Report

SEED = 1
CLIENTS = 8


def main() -> None:
    report = Report.from_command_line("http_latency", seed=SEED, about=__doc__ or "")
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        demo_world(folder)
        report.figure("sample_world_and_index_s", time.perf_counter() - started, digits=1)
        started = time.perf_counter()
        with served({"VIVIER_DATA_DIR": folder}) as (port, _):
            report.figure("start_to_first_answer_s", time.perf_counter() - started, digits=2)
            _measure(report, port)
    report.finish()


def _measure(report: Report, port: int) -> None:
    asks = questions(_askers(port))
    repeats = report.repeats(400, quick=100)
    floor = statistics.median(timings(port, [Ask("/health/live")], repeats, SEED))
    report.figure("baseline_health_live_p50_ms", floor)
    for name, pool in asks.items():
        one = sorted(timings(port, pool, repeats, SEED))
        report.figure(f"{name}_p50_ms", one[len(one) // 2])
        report.figure(f"{name}_p99_ms", one[int(len(one) * 0.99)])
        report.figure(f"{name}_times_baseline", one[len(one) // 2] / floor, digits=1)
        many, per_second = together(port, pool, repeats // 2, CLIENTS)
        report.figure(f"{name}_{CLIENTS}_clients_p50_ms", many[len(many) // 2])
        report.figure(f"{name}_{CLIENTS}_clients_p99_ms", many[int(len(many) * 0.99)])
        report.figure(f"{name}_{CLIENTS}_clients_per_s", per_second, digits=0)


def _askers(port: int) -> Askers:
    """People, offers, needs and counsellors of the world that is served."""
    profiles = _listed(port, "/v1/profils")
    offers = _listed(port, "/v1/offres")
    placed = [offer for offer in offers if offer.get("lieuTravail", {}).get("commune")]
    return Askers(
        people=[profile["id"] for profile in profiles],
        offers=[offer["id"] for offer in offers],
        needs=[
            {"intitule": offer["intitule"], "lieuTravail": {"commune": offer["lieuTravail"]["commune"]}}
            for offer in placed
        ],
        portfolios={profile["conseiller"]: None for profile in profiles if profile.get("conseiller")},
        places=[offer["lieuTravail"].get("libelle", "Guéret") for offer in placed],
    )


def _listed(port: int, path: str) -> list[dict[str, Any]]:
    with closing(http.client.HTTPConnection("127.0.0.1", port)) as connection:
        records: list[dict[str, Any]] = []
        for first in (0, 150):
            connection.request("GET", f"{path}?range={first}-{first + 149}", headers=SIGNED)
            answer = json.loads(connection.getresponse().read())
            records += answer["resultats"]
    return records


if __name__ == "__main__":
    main()
