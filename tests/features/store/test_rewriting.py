"""A database's files keep pieces of what was deleted, until they are written anew: then they keep nothing."""

import random
import re
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa

from features.records import Profile, Project
from features.store import Kind, Store
from features.store.rewriting import empty_journal, rewrite, size_of

WORD = re.compile(r"zq[0-9a-f]{16}")


def words_in(folder: Path) -> set[str]:
    """The marks in all files of a folder; read by another process, for SQLite's locks are lost to one that opens and
    closes its files."""
    script = (
        "import pathlib, re, sys\n"
        "found = set()\n"
        "for path in pathlib.Path(sys.argv[1]).iterdir():\n"
        "    found |= set(re.findall(rb'zq[0-9a-f]{16}', path.read_bytes()))\n"
        "print(b' '.join(found).decode())"
    )
    done = subprocess.run([sys.executable, "-c", script, str(folder)], check=True, capture_output=True, text=True)
    return set(done.stdout.split())


def marked(draw: random.Random, length: int) -> Profile:
    key, said = f"zq{draw.getrandbits(64):016x}", f"zq{draw.getrandbits(64):016x}"
    return Profile(id=key, projects=(Project(label=said + "x" * length),))


@pytest.mark.slow
def test_nothing_deleted_is_left_once_the_file_is_written_anew(tmp_path: Path) -> None:
    """Ids drawn at random, so that pages split everywhere; long and short texts; some rows updated, some deleted."""
    draw = random.Random(4)
    store = Store.open(f"sqlite:///{tmp_path / 'vivier.db'}")
    alive: dict[str, Profile] = {}
    for _ in range(12):
        fresh = [marked(draw, draw.choice((0, 40, 400, 5000))) for _ in range(300)]
        alive |= {each.id: each for each in fresh}
        store.upsert(fresh, "essai")
        gone = draw.sample(sorted(alive), 150)
        store.delete(Kind.PROFILE, gone)
        for key in gone:
            del alive[key]
    with store.writing() as writer:
        writer.connection.execute(sa.text("delete from change_log where record_id not in (select id from profile)"))
    wanted = set(alive) | {WORD.findall(each.projects[0].label or "")[0] for each in alive.values()}
    assert words_in(tmp_path) - wanted, "nothing was left before: the test proves nothing"
    empty_journal(store.engine)
    before = size_of(store.engine)
    rewrite(store.engine)
    assert words_in(tmp_path) == wanted
    assert size_of(store.engine) < before
    assert store.count(Kind.PROFILE) == len(alive)
    store.close()


def test_rewriting_works_on_each_engine(store: Store) -> None:
    store.upsert([Profile(id="p1", projects=())], "essai")
    store.delete(Kind.PROFILE, ["p1"])
    empty_journal(store.engine)
    rewrite(store.engine)
    assert store.count(Kind.PROFILE) == 0
    assert size_of(store.engine) > 0
