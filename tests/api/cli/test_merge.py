"""`vivier index merge`: a new generation of what is live, one at a time, and nothing else touched."""

import fcntl
import itertools
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from typer.testing import CliRunner, Result

from api.cli.main import app
from features.records import Profile
from features.store import Kind, Store
from matching.schema import Collection
from tests.matching.unpacked import contents

Json = dict[str, Any]


def run(data_dir: Path, *arguments: str) -> Result:
    return CliRunner().invoke(app, ["index", *arguments], env={"VIVIER_DATA_DIR": str(data_dir)})


def answer(data_dir: Path, *arguments: str) -> Json:
    result = run(data_dir, *arguments, "--json")
    assert (result.exit_code, result.stderr) == (0, ""), result.output
    found: Json = json.loads(result.stdout)
    return found


@contextmanager
def store_of(data_dir: Path) -> Iterator[Store]:
    store = Store.open(f"sqlite:///{data_dir / 'vivier.db'}")
    yield store
    store.close()


def listing(folder: Path) -> dict[str, tuple[int, int]]:
    """All there is below a folder, with times and sizes."""
    return {
        str(path.relative_to(folder)): (path.stat().st_mtime_ns, path.stat().st_size)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def files_that_hold(folder: Path, word: str) -> set[str]:
    return {Path(name).name for name, content in contents(folder).items() if word.encode() in content}


def ids(generation: Path) -> dict[Collection, list[str]]:
    """The records of each collection of a generation, sorted."""
    found = {}
    for collection in Collection:
        text = (generation / collection.value / "ids.bin").read_bytes()
        starts = np.load(generation / collection.value / "id_starts.npy").tolist()
        found[collection] = sorted(text[first:last].decode() for first, last in itertools.pairwise(starts))
    return found


@pytest.mark.slow
def test_when_nothing_has_changed_the_new_generation_holds_the_same(deployment: Path) -> None:
    before = answer(deployment, "status")
    merged = answer(deployment, "merge")
    assert (merged["merged"], merged["changed"]) == (True, 0)
    after = answer(deployment, "status")
    assert (before["generation"], after["generation"]) == ("000001", "000002")
    assert (after["watermark"], after["behind"], after["refused_generation"]) == (before["watermark"], 0, None)
    assert after["built_at"] == merged["built_at"]
    kept = {"store", "fingerprint", "backend"}
    assert {name: after[name] for name in kept} == {name: before[name] for name in kept}
    records = ids(deployment / "indexes" / "000002")
    assert records == ids(deployment / "indexes" / "000001")
    assert merged["records"] == {collection.value: len(found) for collection, found in records.items()}
    assert min(merged["records"].values()) > 0
    assert all(item["ok"] for item in answer(deployment, "verify").values())


@pytest.mark.slow
def test_after_writes_the_new_generation_is_level_and_what_was_deleted_is_in_no_file(deployment: Path) -> None:
    old, new = (deployment / "indexes" / name for name in ("000001", "000002"))
    with store_of(deployment) as store:
        before = store.watermark()
        gone, kept, *_ = store.page(Profile, 0, 10)
        assert files_that_hold(old, gone.id) == {"ids.bin", "payloads.bin"}
        store.delete(Kind.PROFILE, [gone.id])
        store.upsert([msgspec.structs.replace(kept, id="ecrit-depuis")], "test")
        head = store.watermark()
    assert answer(deployment, "status")["behind"] == head - before > 0
    merged = answer(deployment, "merge")
    assert merged["changed"] > 0
    status = answer(deployment, "status")
    assert (status["generation"], status["watermark"], status["behind"]) == ("000002", head, 0)
    assert files_that_hold(new, gone.id) == set()
    assert files_that_hold(new, kept.id) == {"ids.bin", "payloads.bin"}
    was, is_ = ids(old), ids(new)
    assert set(is_[Collection.PROFILES]) == {*was[Collection.PROFILES], "ecrit-depuis"} - {gone.id}
    assert {**is_, Collection.PROFILES: []} == {**was, Collection.PROFILES: []}


@pytest.mark.slow
def test_while_another_merge_is_under_way_nothing_is_written(deployment: Path) -> None:
    with (deployment / "indexes" / ".merging").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_SH)  # enough to keep out who wants it alone
        before = listing(deployment / "indexes")
        assert answer(deployment, "merge") == {"merged": False}
        result = run(deployment, "merge")
        assert (result.exit_code, result.stdout) == (0, "Another merge is under way.\n")
        before.pop(".merging")
        after = listing(deployment / "indexes")
        after.pop(".merging")
        assert after == before
    assert answer(deployment, "merge")["merged"] is True
    with (deployment / "indexes" / ".merging").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)  # the command has let go of it


def one_line(result: Result) -> str:
    """What a command that failed says."""
    assert (result.exit_code, result.stdout) == (1, "")
    (line,) = result.stderr.splitlines()
    assert line.startswith("vivier: ")
    return line


def test_on_nothing_it_says_what_to_run_and_makes_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "none"
    assert "vivier index build" in one_line(run(folder, "merge", "--json"))
    assert not folder.exists()


def test_without_a_generation_it_says_what_to_run_and_lets_go_of_the_lock(deployment: Path) -> None:
    (deployment / "indexes" / "CURRENT").unlink()
    for _ in range(2):
        assert "vivier index build" in one_line(run(deployment, "merge"))
    with (deployment / "indexes" / ".merging").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)


@pytest.mark.slow
def test_what_a_merge_that_was_killed_left_is_cleared_away(deployment: Path) -> None:
    left = deployment / "indexes" / f".writing-{_no_process()}-0123abcd"
    left.mkdir()
    (left / "vectors.npy").write_bytes(b"half")
    watermark = answer(deployment, "status")["watermark"]
    result = run(deployment, "merge")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == f"Merged 0 changed rows, up to sequence {watermark} of the store.\n"
    assert not left.exists()
    assert {path.name for path in (deployment / "indexes").iterdir()} == {"CURRENT", "000001", "000002", ".merging"}


def _no_process() -> int:
    """An id that no process has."""
    child = os.posix_spawn("/bin/true", ["true"], {})
    os.waitpid(child, 0)
    return child
