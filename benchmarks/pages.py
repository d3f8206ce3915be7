"""Server time and weight of the pages for people, on the sample world.

    python -m benchmarks.pages [--quick] [--json FILE]

A server is started on a free loopback port with a world of its own in a temporary folder. Each page is opened over a
kept-alive connection by whom the front page offers to be. Its first opening after the start is told apart. Where a page
answers a question that the API answers too, that question is asked in turn with the page: the difference is what the
page itself costs. The targets: 30 ms over the search itself, and 100 kB with its style sheet and script, uncompressed.
"""

import http.client
import os
import re
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from benchmarks.http_client import served
from benchmarks.report import Report

SEED: Final = 1
TARGET_OVER_SEARCH_MS: Final = 30.0
TARGET_BYTES: Final = 100_000
NEED: Final = "aide-soignante à Paris 12e, CDI, permis B, 2 ans d'expérience"
_IDENTITY: Final = re.compile(r'name="identite" value="(demo:([a-z]+)[^"]*)"')
_FILE: Final = re.compile(r'(?:href|src)="(/static/[^"]+\.(?:css|js))"')


@dataclass(frozen=True)
class Opened:
    """A page, who opens it, and the question that it answers, where the API has it."""

    name: str
    role: str | None
    path: str
    search: str | None = None


PAGES: Final = (
    Opened("front", None, "/"),
    Opened("offers", "demandeur", "/espace", "/v1/profils/{who}/offres?range=0-9"),
    Opened("trainings", "demandeur", "/espace/formations", "/v1/profils/{who}/formations?range=0-9"),
    Opened("careers", "demandeur", "/espace/metiers", "/v1/profils/{who}/metiers?range=0-9"),
    Opened("gap", "demandeur", "/espace/metiers/ecart", "/v1/profils/{who}/ecarts"),
    Opened("profile", "demandeur", "/espace/profil"),
    Opened("subscriptions", "demandeur", "/espace/abonnements"),
    Opened("requests", "demandeur", "/espace/demandes"),
    Opened("data", "demandeur", "/espace/donnees"),
    Opened("recruit", "employeur", f"/recruter?{urlencode({'texte': NEED})}"),
    Opened("advert", "employeur", "/recruter/annonce"),
    Opened("pools", "employeur", "/recruter/viviers"),
    Opened("firms", "conseiller", "/prospection"),
    Opened("portfolio", "conseiller", "/prospection/portefeuille"),
)


def main() -> None:
    report = Report.from_command_line("pages", seed=SEED, about=__doc__ or "")
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "VIVIER_DATA_DIR": folder, "OMP_NUM_THREADS": "1"}
        vivier = [sys.executable, "-m", "api.cli.main"]
        subprocess.run([*vivier, "demo", "--build-only"], env=environment, check=True, stderr=subprocess.DEVNULL)
        with served({"VIVIER_DATA_DIR": folder}) as (port, _), closing(_connected(port)) as connection:
            _measure(report, connection)
    report.finish()


def _connected(port: int) -> http.client.HTTPConnection:
    return http.client.HTTPConnection("127.0.0.1", port)


def _measure(report: Report, connection: http.client.HTTPConnection) -> None:
    first_ms, front = _timed(connection, "/", None)
    report.figure("front_first_ms", first_ms, digits=1)
    people = {role: token for token, role in reversed(_IDENTITY.findall(front))}
    files = sum(len(_timed(connection, path, None)[1].encode()) for path in dict.fromkeys(_FILE.findall(front)))
    report.figure("style_and_script_bytes", files)
    heaviest, slowest = 0, 0.0
    for page in PAGES:
        token = None if page.role is None else people[page.role]
        search = None if page.search is None or token is None else page.search.format(who=token.rpartition(":")[2])
        if page.path != "/":
            report.figure(f"{page.name}_first_ms", _timed(connection, page.path, token)[0], digits=1)
        text, times, over = "", [], []
        for _ in range(report.repeats(200, quick=30)):
            page_ms, text = _timed(connection, page.path, token)
            times.append(page_ms)
            over.append(page_ms - (0.0 if search is None else _timed(connection, search, token)[0]))
        times.sort()
        over.sort()
        report.figure(f"{page.name}_p50_ms", times[len(times) // 2], digits=1)
        report.figure(f"{page.name}_p95_ms", times[int(len(times) * 0.95)], digits=1)
        if search is not None:
            report.figure(f"{page.name}_over_search_p50_ms", over[len(over) // 2], digits=1)
        report.figure(f"{page.name}_bytes", len(text.encode()))
        heaviest = max(heaviest, len(text.encode()) + files)
        slowest = max(slowest, over[len(over) // 2])
    report.figure("heaviest_with_style_and_script_bytes", heaviest)
    report.figure("most_over_search_p50_ms", slowest, digits=1)
    report.figure("within_30_ms_over_search", slowest < TARGET_OVER_SEARCH_MS)
    report.figure("within_100_kb", heaviest < TARGET_BYTES)


def _timed(connection: http.client.HTTPConnection, path: str, token: str | None) -> tuple[float, str]:
    """Milliseconds until the whole answer is there, and its text. Raises RuntimeError for a refusal."""
    headers = {"Accept": "text/html"} | ({} if token is None else {"Authorization": f"Bearer {token}"})
    start = time.perf_counter_ns()
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    content = answer.read()
    took_ms = (time.perf_counter_ns() - start) / 1e6
    if answer.status not in (200, 204, 206):
        raise RuntimeError(f"{path} answered {answer.status}: {content[:300]!r}")
    return took_ms, content.decode()


if __name__ == "__main__":
    main()
