"""Server time and weight of the pages for people, on the sample world or one that is there.

    python -m benchmarks.pages [--quick] [--json FILE] [--home FOLDER]

A server is started on a free loopback port with a world of its own in a temporary folder, or over the deployment of
`--home` (`benchmarks.france_deployments`: all of France), where those who open the pages are written first. Each page
is opened over a kept-alive connection by whom the front page offers to be. Its first opening after the start is told
apart. Where a page answers questions that the API answers too, these are asked after it: the difference is what the
page itself costs. `cpu_ms` is processor time of the server, which a busy machine does not change. The targets, of
processor time: 30 ms over the search itself; and 100 kB with the style sheet and the script, as they are sent.
"""

import argparse
import http.client
import json
import os
import re
import tempfile
import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

from api.examples import EXAMPLES
from api.security.demo import TEAM
from benchmarks.http_client import demo_world, introduce, served
from benchmarks.report import Report
from features.store import Kind

SEED: Final = 1
TARGET_OVER_SEARCH_MS: Final = 30.0
TARGET_BYTES: Final = 100_000
NEED: Final = "aide-soignante à Paris 12e, CDI, permis B, 2 ans d'expérience"
_IDENTITY: Final = re.compile(r'name="identite" value="(demo:([a-z]+)[^"]*)"')
_FILE: Final = re.compile(r'(?:href|src)="(/static/[^"]+\.(?:css|js))"')


COUNSELLOR: Final = "conseiller-des-pages"
WRITTEN: Final = {
    "demandeur": f"demo:demandeur:{EXAMPLES[Kind.PROFILE]['id']}",
    "employeur": f"demo:employeur:{EXAMPLES[Kind.ESTABLISHMENT]['siret']}",
    "conseiller": f"demo:conseiller:{COUNSELLOR}",
    "pilote": "demo:pilote",
}
"""The identities of those whom `_introduce` writes."""

Ask = tuple[str, str | None]
"""An address, and the body that is posted to it."""


@dataclass(frozen=True)
class Opened:
    """A page, who opens it, and the questions that it answers, where the API has them."""

    name: str
    role: str | None
    path: str
    questions: tuple[Ask, ...] = ()


def pages(who: Mapping[str, str], need: str) -> tuple[Opened, ...]:
    """`who` has the id of somebody of each role; `need` is the employer's, as it was read."""
    person, counsellor = f"/v1/profils/{who['demandeur']}", json.dumps({"conseiller": who["conseiller"]})
    return (
        Opened("front", None, "/"),
        Opened("offers", "demandeur", "/espace", ((f"{person}/offres?range=0-9", None),)),
        Opened("trainings", "demandeur", "/espace/formations", ((f"{person}/formations?range=0-9", None),)),
        Opened("careers", "demandeur", "/espace/metiers", ((f"{person}/metiers?range=0-9", None),)),
        Opened("gap", "demandeur", "/espace/metiers/ecart", ((f"{person}/ecarts", None),)),
        Opened("profile", "demandeur", "/espace/profil"),
        Opened("subscriptions", "demandeur", "/espace/abonnements"),
        Opened("requests", "demandeur", "/espace/demandes"),
        Opened("data", "demandeur", "/espace/donnees"),
        Opened(
            "recruit",
            "employeur",
            f"/recruter?{urlencode({'texte': NEED})}",
            (
                ("/v1/besoins/lecture", json.dumps({"texte": NEED})),
                ("/v1/profils/recherche?range=0-9", need),
                ("/v1/offres/diagnostic", need),
            ),
        ),
        Opened("advert", "employeur", "/recruter/annonce"),
        Opened("pools", "employeur", "/recruter/viviers"),
        Opened("firms", "conseiller", "/prospection", (("/v1/prospection/cibles?range=0-9", counsellor),)),
        Opened("portfolio", "conseiller", "/prospection/portefeuille"),
        Opened("market", "pilote", "/pilotage"),
    )


def main() -> None:
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("--home", type=Path)
    options, arguments = parser.parse_known_args()
    report = Report.from_command_line("pages", seed=SEED, arguments=arguments, about=__doc__ or "")
    with tempfile.TemporaryDirectory() as folder:
        home = options.home or demo_world(folder)
        with (
            served({"VIVIER_DATA_DIR": str(home)}, patience_s=300) as (port, pid),
            closing(_connected(port)) as connection,
        ):
            if options.home is not None:
                _introduce(connection)
            _measure(report, connection, pid, None if options.home is None else WRITTEN)
    report.finish()


def _introduce(connection: http.client.HTTPConnection) -> None:
    """Write who opens the pages, known to searches when this returns."""
    person = {**EXAMPLES[Kind.PROFILE], "conseiller": COUNSELLOR}
    firm = EXAMPLES[Kind.ESTABLISHMENT]
    offer = {**EXAMPLES[Kind.OFFER], "entreprise": {"siret": firm["siret"]}}  # who has none open looks at nobody
    path = f"/v1/profils/{person['id']}"
    records = {
        f"/v1/etablissements/{firm['siret']}": firm,
        f"/v1/offres/{offer['id']}": offer,
        path: person,
    }
    introduce(connection, records, f"{path}/offres?range=0-0")


def _connected(port: int) -> http.client.HTTPConnection:
    return http.client.HTTPConnection("127.0.0.1", port)


def _measure(
    report: Report, connection: http.client.HTTPConnection, pid: int, people: Mapping[str, str] | None
) -> None:
    """`people`: the identity of each role; None: those whom the front page offers to be."""
    first_ms, front = _timed(connection, ("/", None), None)
    report.figure("front_first_ms", first_ms, digits=1)
    if people is None:
        people = {role: token for token, role in reversed(_IDENTITY.findall(front))}
    who = {role: token.split(":")[-1].partition(TEAM)[0] for role, token in people.items()}
    files = sum(_sent_bytes(connection, path) for path in dict.fromkeys(_FILE.findall(front)))
    report.figure("style_and_script_bytes", files)
    read = _timed(connection, ("/v1/besoins/lecture", json.dumps({"texte": NEED})), people["employeur"])[1]
    heaviest, most_over = 0, 0.0
    repeats = report.repeats(100, quick=30)
    for page in pages(who, json.dumps(json.loads(read)["besoin"])):
        token = None if page.role is None else people[page.role]
        if page.path != "/":
            report.figure(f"{page.name}_first_ms", _timed(connection, (page.path, None), token)[0], digits=1)
        times, before = [], _cpu_ms(pid)
        for _ in range(repeats):
            took_ms, text = _timed(connection, (page.path, None), token)
            times.append(took_ms)
        page_cpu = (_cpu_ms(pid) - before) / repeats
        before = _cpu_ms(pid)
        for _ in range(repeats if page.questions else 0):
            for question in page.questions:
                _timed(connection, question, token)
        search_cpu = (_cpu_ms(pid) - before) / repeats
        times.sort()
        report.figure(f"{page.name}_p50_ms", times[len(times) // 2], digits=1)
        report.figure(f"{page.name}_p95_ms", times[int(len(times) * 0.95)], digits=1)
        report.figure(f"{page.name}_cpu_ms", page_cpu, digits=1)
        if page.questions:
            report.figure(f"{page.name}_over_search_cpu_ms", page_cpu - search_cpu, digits=1)
        report.figure(f"{page.name}_bytes", len(text.encode()))
        heaviest = max(heaviest, len(text.encode()) + files)
        most_over = max(most_over, page_cpu - search_cpu)
    report.figure("heaviest_with_style_and_script_bytes", heaviest)
    report.figure("most_over_search_cpu_ms", most_over, digits=1)
    report.figure("within_30_ms_over_search", most_over < TARGET_OVER_SEARCH_MS)
    report.figure("within_100_kb", heaviest < TARGET_BYTES)


def _cpu_ms(pid: int) -> float:
    """Processor time that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * 1000 / os.sysconf("SC_CLK_TCK")


def _sent_bytes(connection: http.client.HTTPConnection, path: str) -> int:
    """Of a file, as browsers get it."""
    connection.request("GET", path, headers={"Accept-Encoding": "gzip"})
    return len(connection.getresponse().read())


def _timed(connection: http.client.HTTPConnection, ask: Ask, token: str | None) -> tuple[float, str]:
    """Milliseconds until the whole answer is there, and its text. Raises RuntimeError for a refusal."""
    path, body = ask
    headers = {"Accept": "text/html" if body is None and not path.startswith("/v1/") else "application/json"}
    if token is not None:
        headers["Authorization"] = f"Bearer {token}"
    if body is not None:
        headers["Content-Type"] = "application/json"
    start = time.perf_counter_ns()
    connection.request("GET" if body is None else "POST", path, body, headers=headers)
    answer = connection.getresponse()
    content = answer.read()
    took_ms = (time.perf_counter_ns() - start) / 1e6
    if answer.status not in (200, 204, 206):
        raise RuntimeError(f"{path} answered {answer.status}: {content[:300]!r}")
    return took_ms, content.decode()


if __name__ == "__main__":
    main()
