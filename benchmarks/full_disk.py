"""A disk that fills: what is answered, what is kept, and how it goes on when there is room again.

A small deployment lives on a file system of its own (a tmpfs, which needs root to be mounted). It is filled while the
service answers: every write has to be refused with a problem that says what to do, every search answered. Then the
indexes are published, a file imported, digests sent and a backup taken with little room, and a little more. After each
the database, the published folders and the audit chain are looked at. Exit code 1 when anything is wrong.
"""

import datetime as dt
import errno
import http.client
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final

from api.examples import EXAMPLES
from benchmarks.crashes import checks
from benchmarks.crashes.house import House, made, write_feed
from benchmarks.crashes.letters import Letters, mail_server
from benchmarks.crashes.processes import Processes
from benchmarks.http_client import SIGNED
from benchmarks.report import Report
from features.artifacts import current_id
from features.border.registry import BORDERS
from features.store import Kind

SEED: Final = 1
SIZE_MB: Final = 96
STEPS: Final = (0, 4, 12, 32, 64, 128, 256, 384, 512, 768, 1024, 1536, 2048, 4096, 8192)
"""Kilobytes that are left, in turn, to each command."""
QUICK: Final = (0, 64, 512, 8192)
RECOVERS_S: Final = 60.0
JSON: Final = "application/json"
PROBLEM: Final = "application/problem+json"


class Disk:
    """A file system that is filled and emptied."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self._ballast = place / "ballast"

    def leave(self, kilobytes: int) -> None:
        """Fill it but for so much, or for what there is where that is less."""
        self.empty()
        with self._ballast.open("wb") as file:
            while (size := self._free() - kilobytes * 1024) > 0:
                try:
                    os.posix_fallocate(file.fileno(), 0, size)
                except OSError as error:
                    if error.errno != errno.ENOSPC:
                        raise  # else somebody wrote in between: what is left now is looked at
                else:
                    return

    def _free(self) -> int:
        free = os.statvfs(self.place)
        return free.f_bavail * free.f_frsize

    def empty(self) -> None:
        self._ballast.unlink(missing_ok=True)


@contextmanager
def mounted(place: Path) -> Iterator[Disk]:
    """A small file system at `place`. Raises CalledProcessError for who may not mount one."""
    place.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE_MB}m,mode=700", "tmpfs", str(place)], check=True)
    try:
        yield Disk(place)
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)


class Client:
    """Asks one service, as a machine of the network."""

    def __init__(self, port: int) -> None:
        self._port = port

    def ask(
        self, method: str, path: str, body: str | None = None, kind: str = "application/json"
    ) -> tuple[int, str, Any]:
        """The status, the media type, and the JSON that was answered."""
        headers = SIGNED if body is None else {**SIGNED, "Content-Type": kind}
        with closing(http.client.HTTPConnection("127.0.0.1", self._port, timeout=120)) as connection:
            connection.request(method, path, None if body is None else body.encode(), headers)
            response = connection.getresponse()
            content = response.read()
            media = response.headers.get("Content-Type") or ""
            return response.status, media, json.loads(content) if content and "json" in media else {}


def writes() -> list[tuple[str, str, str | None, str]]:
    """One write of each kind: records created or replaced, deleted, sent in bulk."""
    found: list[tuple[str, str, str | None, str]] = []
    for kind in (Kind.OFFER, Kind.PROFILE, Kind.TRAINING, Kind.ESTABLISHMENT):
        path = f"/v1/{BORDERS[kind].path}"
        example = EXAMPLES[kind]
        key = example.get("siret", f"plein-{kind.value}")
        body = json.dumps(example if "siret" in example else {**example, "id": key})
        found.append(("PUT", f"{path}/{key}", body, JSON))
        found.append(("POST", path, body, JSON))
        found.append(("POST", f"{path}/lot", body + "\n", "application/x-ndjson"))
    person = json.dumps({**EXAMPLES[Kind.SUBSCRIPTION], "id": "plein-abonnement", "profil": checks.ANCHOR})
    found.append(("POST", "/v1/abonnements", person, JSON))
    found.append(("DELETE", "/v1/offres/plein-a-effacer", None, ""))
    found.append(("DELETE", "/v1/profils/plein-a-effacer", None, ""))
    return found


def refused_writes(client: Client, seen: Counter[str]) -> list[str]:
    """What is wrong with the answers to writes, the disk being full."""
    wrong = []
    for method, path, body, kind in writes():
        status, media, told = client.ask(method, path, body, kind)
        seen[f"writes_answered_{status}"] += 1
        if (
            status not in (503, 507)
            or not media.startswith(PROBLEM)
            or "rien n'a été écrit" not in told.get("detail", "")
        ):
            wrong.append(f"{method} {path} answered {status} {media}: {told}")
    for path in (f"/v1/profils/{checks.ANCHOR}/offres", f"/v1/profils/{checks.ANCHOR}/formations", "/health/live"):
        status, _, told = client.ask("GET", path)
        seen["reads_answered"] += 1
        if status not in (200, 204, 206):
            wrong.append(f"GET {path} answered {status}: {told}")
    return wrong


def recovered(client: Client) -> tuple[float, list[str]]:
    """The seconds until the service is ready again, and what it refuses then."""
    began = time.monotonic()
    while client.ask("GET", "/health/ready")[0] != 200:
        if time.monotonic() - began > RECOVERS_S:
            return RECOVERS_S, ["the service did not become ready again"]
        time.sleep(0.1)
    lasted = time.monotonic() - began
    wrong = []
    for method, path, body, kind in writes():
        status, _, told = client.ask(method, path, body, kind)
        if status not in (200, 201, 204, 409):
            wrong.append(f"with room again, {method} {path} answered {status}: {told}")
    return lasted, wrong


def commands(house: House, backups: Path) -> dict[str, tuple[str, ...]]:
    """What writes besides the service."""
    return {
        "merge": ("index", "merge", "--json"),
        "build": ("index", "build", "--json"),
        "import": ("import", "profils", str(house.feed), "--source", "partenaire", "--json"),
        "digests": ("subscriptions", "run", "--at", "12:00", "--json"),
        "backup": ("backup", str(backups), "--json"),
    }


def starved(house: House, disk: Disk, processes: Processes, steps: Sequence[int], seen: Counter[str]) -> list[str]:
    """Each command with less and less room, and what was wrong after it."""
    wrong = []
    for name, arguments in commands(house, disk.place / "backups").items():
        for number, kilobytes in enumerate(steps):
            write_feed(house, number)
            before = current_id(house.data_dir / "indexes")
            said = len(processes.said())
            disk.leave(kilobytes)
            process = processes.start(*arguments)
            process.join(300)
            disk.empty()
            code, told = process.exitcode, processes.said()[said:]
            seen[f"{name}_{'done' if code == 0 else 'refused'}"] += 1
            if code not in (0, 1) or "Traceback" in told:
                wrong.append(f"{name} with {kilobytes} kB ended with {code}: {told[-600:]}")
            if code == 1 and current_id(house.data_dir / "indexes") != before:
                wrong.append(f"{name} with {kilobytes} kB failed and left another generation in force")
            left = [path.name for path in (house.data_dir / "indexes").glob(".*") if path.name != ".merging"]
            wrong += [
                f"{name} with {kilobytes} kB left {each}" for each in left if each.startswith((".writing", ".CURRENT"))
            ]
            wrong += [f"{name} with {kilobytes} kB: {fault}" for fault in checks.faults(house)]
            with closing(house.open_store()) as store:
                half = checks.half_imported(store)
                wrong += [] if half is None else [f"{name} with {kilobytes} kB: {half}"]
            shutil.rmtree(disk.place / "backups", ignore_errors=True)
        wrong += [f"after {name}: {each}" for each in checks.unlike_rebuilt(house)]
    return wrong


def trial(disk: Disk, letters: Letters, source: House, steps: Sequence[int], seen: Counter[str]) -> list[str]:
    """The service on a full disk, then the commands; what was wrong."""
    house = House(disk.place / "house")
    shutil.copytree(source.root, house.root)
    log = source.root / "said.log"
    processes = Processes(house.environment(letters.port), log, training=False)
    with processes.serving() as (port, _):
        client = Client(port)
        for border, kind in (("offres", Kind.OFFER), ("profils", Kind.PROFILE)):
            example = {**EXAMPLES[kind], "id": "plein-a-effacer"}
            client.ask("PUT", f"/v1/{border}/plein-a-effacer", json.dumps(example))
        client.ask("PUT", f"/v1/profils/{checks.ANCHOR}", json.dumps(EXAMPLES[Kind.PROFILE]))
        disk.leave(0)
        while client.ask("PUT", "/v1/offres/comble", json.dumps({**EXAMPLES[Kind.OFFER], "id": "comble"}))[0] < 500:
            client.ask("DELETE", "/v1/offres/comble")  # what room SQLite's own files still have
        wrong = refused_writes(client, seen)
        wrong += [f"full: {fault}" for fault in checks.faults(house)]
        disk.empty()
        lasted_s, refused = recovered(client)
        seen["ready_again_after_ms"] = round(lasted_s * 1000)
        wrong += refused
    wrong += [f"after the service: {fault}" for fault in checks.faults(house)]
    return wrong + starved(house, disk, processes, steps, seen)


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code 0 when nothing was wrong."""
    report = Report.from_command_line("full_disk", SEED, arguments, about=__doc__ or "")
    seen: Counter[str] = Counter()
    with tempfile.TemporaryDirectory(prefix="vivier-full-") as folder, mail_server() as letters:
        source = made(Path(folder) / "source", SEED, dt.datetime.now(dt.UTC).date())
        with mounted(Path(folder) / "disk") as disk:
            wrong = trial(disk, letters, source, QUICK if report.quick else STEPS, seen)
    for name in sorted(seen):
        report.figure(name, seen[name])
    report.figure("faults", len(wrong))
    report.finish()
    for each in wrong[:30]:
        print(each, file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
