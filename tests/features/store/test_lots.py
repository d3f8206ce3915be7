"""Lots that a run holds: nobody else's meanwhile, and free once its process is gone."""

import subprocess
import sys
from pathlib import Path

import pytest

from features.store.digests import buckets_of_shard
from features.store.engine import open_engine
from features.store.lots import Busy, held_in_database, held_in_file

ROOT = Path(__file__).parents[3]
KILLED = """
import os, signal, sys
from pathlib import Path
from features.store.lots import held_in_file
with held_in_file(Path(sys.argv[1]), [1, 2]):
    os.kill(os.getpid(), signal.SIGKILL)
"""
OTHER = """
import sys
from pathlib import Path
from features.store.lots import Busy, held_in_file
try:
    with held_in_file(Path(sys.argv[1]), map(int, sys.argv[2:])):
        print("free")
except Busy:
    print("busy")
"""


def other(script: str, path: Path, *lots: int) -> str:
    command = [sys.executable, "-c", script, str(path), *map(str, lots)]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT).stdout.strip()


def test_a_file_holds_them_for_one_process(tmp_path: Path) -> None:
    path = tmp_path / "var" / "x.lock"
    with held_in_file(path, buckets_of_shard(1, 2)):
        assert other(OTHER, path, 1, 2) == "busy"
        assert other(OTHER, path, *buckets_of_shard(2, 2)) == "free"
    assert other(OTHER, path, 1, 2) == "free"
    other(KILLED, path)
    with held_in_file(path, [1, 2]):
        pass


def test_a_database_holds_them_for_one_connection(database_url: str) -> None:
    engine = open_engine(database_url)
    if engine.dialect.name != "postgresql":
        engine.dispose()
        pytest.skip("SQLite is of one machine: a file holds the lots there")
    elsewhere = open_engine(database_url)
    with held_in_database(engine, 1, buckets_of_shard(1, 2)):
        with pytest.raises(Busy, match="another run"), held_in_database(elsewhere, 1, [5, 2]):
            pass
        with held_in_database(elsewhere, 1, buckets_of_shard(2, 2)), held_in_database(elsewhere, 2, [2]):
            pass
    with held_in_database(elsewhere, 1, range(256)):
        pass
    engine.dispose()
    elsewhere.dispose()
