"""A PostgreSQL server of one's own, on loopback, gone at the end; from Debian's packages."""

import contextlib
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import sqlalchemy as sa


def binaries() -> Path | None:
    """The folder of the newest server that is installed; None where there is none."""
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4]))
    if installed:
        return installed[-1].parent
    found = shutil.which("initdb")
    return None if found is None else Path(found).parent


@contextlib.contextmanager
def postgres(*settings: str) -> Iterator[sa.URL]:
    """The URL of its database; it does not flush, and takes more `settings` ("name=value"). Raises RuntimeError where
    none is installed."""
    found = binaries()
    if found is None:
        raise RuntimeError("no PostgreSQL server on this machine: sudo apt-get install postgresql")
    folder = Path(tempfile.mkdtemp(prefix="vivier-postgres-"))
    user = None
    if os.geteuid() == 0:  # the server refuses to run as root
        user = "postgres"
        shutil.chown(folder, user)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    def run(name: str, *arguments: str) -> None:
        command = [str(found / name), "-D", str(folder / "data"), *arguments]
        subprocess.run(command, check=True, user=user, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/")

    try:
        run("initdb", "-A", "trust", "-U", "vivier", "-E", "UTF8", "--no-sync")
        options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off"
        options += "".join(f" -c {setting}" for setting in settings)
        run("pg_ctl", "-o", options, "-l", str(folder / "log"), "-w", "start")
        try:
            yield sa.URL.create("postgresql+psycopg", "vivier", host="127.0.0.1", port=port, database="postgres")
        finally:
            run("pg_ctl", "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
