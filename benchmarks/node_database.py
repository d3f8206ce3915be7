"""A PostgreSQL server as it serves (it flushes), for machines of a network, which stops and starts; gone at the end."""

import contextlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.http_client import free_port
from benchmarks.postgres import binaries

INSTALL: Final = "apt-get install postgresql"


class Missing(Exception):
    """Something that has to be installed first; the message says what."""


@dataclass(frozen=True)
class Server:
    """A server that runs."""

    binaries: Path
    folder: Path
    host: str
    port: int
    user: str | None

    def url(self, database: str) -> str:
        return f"postgresql+psycopg://vivier@{self.host}:{self.port}/{database}"

    def start(self) -> None:
        options = f"-p {self.port} -k {self.folder} -c listen_addresses={self.host} -c shared_buffers=256MB"
        self._run("pg_ctl", "-D", self._data, "-o", options, "-l", str(self.folder / "log"), "-w", "start")

    def stop(self) -> None:
        self._run("pg_ctl", "-D", self._data, "-m", "fast", "-w", "stop")

    def create(self, database: str) -> None:
        self._run("createdb", "-h", self.host, "-p", str(self.port), "-U", "vivier", database)

    def init(self, clients: str) -> None:
        self._run("initdb", "-D", self._data, "-A", "trust", "-U", "vivier", "-E", "UTF8", "--locale=C")
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


@contextlib.contextmanager
def serving(host: str = "127.0.0.1", clients: str = "127.0.0.1/32") -> Iterator[Server]:
    """A server that listens on `host` and lets `clients` in. Raises Missing."""
    installed = binaries()
    if installed is None:
        raise Missing(f"no PostgreSQL server on this machine: {INSTALL}")
    folder = Path(tempfile.mkdtemp(prefix="vivier-postgres-"))
    user = None
    if os.geteuid() == 0:  # the server refuses to run as root
        user = "postgres"
        shutil.chown(folder, user)
    server = Server(installed, folder, host, free_port(), user)
    try:
        server.init(clients)
        server.start()
        try:
            yield server
        finally:
            with contextlib.suppress(subprocess.CalledProcessError):  # stopped on purpose
                server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
