"""A PostgreSQL server of one's own, from Debian's packages, gone at the end: for tests, and as it serves."""

import contextlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from benchmarks.http_client import free_port


class Missing(RuntimeError):
    """Something that has to be installed first; the message says what."""


@dataclass(frozen=True)
class Server:
    """A server that stops and starts."""

    binaries: Path
    folder: Path
    host: str
    port: int
    user: str | None
    settings: tuple[str, ...]

    def url(self, database: str) -> str:
        return f"postgresql+psycopg://vivier@{self.host}:{self.port}/{database}"

    def start(self) -> None:
        options = f"-p {self.port} -k {self.folder} -c listen_addresses={self.host}"
        options += "".join(f" -c {setting}" for setting in self.settings)
        self._run("pg_ctl", "-D", self._data, "-o", options, "-l", str(self.folder / "log"), "-w", "start")

    def stop(self, mode: str = "fast") -> None:
        self._run("pg_ctl", "-D", self._data, "-m", mode, "-w", "stop")

    def create(self, database: str) -> None:
        self._run("createdb", "-h", self.host, "-p", str(self.port), "-U", "vivier", database)

    def init(self, clients: str) -> None:
        self._run("initdb", "-D", self._data, "-A", "trust", "-U", "vivier", "-E", "UTF8", "--no-sync")
        with (self.folder / "data" / "pg_hba.conf").open("a") as rules:
            rules.write(f"host all vivier {clients} trust\n")

    @property
    def _data(self) -> str:
        return str(self.folder / "data")

    def _run(self, name: str, *arguments: str) -> None:
        quiet = subprocess.DEVNULL
        subprocess.run(
            [str(self.binaries / name), *arguments], check=True, user=self.user, stdout=quiet, stderr=quiet, cwd="/"
        )


def binaries() -> Path | None:
    """The folder of the newest server that is installed; None where there is none."""
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4]))
    if installed:
        return installed[-1].parent
    found = shutil.which("initdb")
    return None if found is None else Path(found).parent


@contextlib.contextmanager
def serving(*settings: str, host: str = "127.0.0.1", clients: str = "127.0.0.1/32") -> Iterator[Server]:
    """A server with `settings` ("name=value") that listens on `host` and lets `clients` in. Raises Missing."""
    found = binaries()
    if found is None:
        raise Missing("no PostgreSQL server on this machine: sudo apt-get install postgresql")
    folder = Path(tempfile.mkdtemp(prefix="vivier-postgres-"))
    user = None
    if os.geteuid() == 0:  # the server refuses to run as root
        user = "postgres"
        shutil.chown(folder, user)
    server = Server(found, folder, host, free_port(), user, settings)
    try:
        server.init(clients)
        server.start()
        try:
            yield server
        finally:
            with contextlib.suppress(subprocess.CalledProcessError):  # stopped on purpose
                server.stop("immediate")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def postgres(*settings: str) -> Iterator[sa.URL]:
    """The URL of a database on loopback, which does not flush. Raises Missing."""
    with serving("fsync=off", *settings) as server:
        yield sa.make_url(server.url("postgres"))
