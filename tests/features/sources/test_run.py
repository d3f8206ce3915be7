"""Complete feeds, repeated ids, several files: what the contract suite does not say."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from features.records import Offer
from features.reference import Reference
from features.sources.offers_ft import OffersFt
from features.sources.run import Imported, import_records
from features.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(f"sqlite:///{tmp_path / 'vivier.db'}")
    yield opened
    opened.close()


def feed(folder: Path, name: str, *keys: str, **changes: object) -> Path:
    path = folder / name
    rows = [{"id": key, "intitule": f"Maçon {key}", "dateCreation": "2025-04-01"} | changes for key in keys]
    path.write_text(json.dumps(rows))
    return path


def run(
    store: Store, sample: Reference, folder: Path, *paths: Path, name: str = "a", complete: bool = False
) -> Imported:
    return import_records(store, sample, OffersFt(name=name), paths, folder / "rejects", complete=complete)


def ids(store: Store) -> list[str]:
    return [offer.id for batch in store.scan(Offer) for offer in batch]


def test_a_complete_feed_mirrors_deletions_of_its_own_source_only(
    store: Store, sample: Reference, tmp_path: Path
) -> None:
    run(store, sample, tmp_path, feed(tmp_path, "1.json", "1", "2", "3"))
    run(store, sample, tmp_path, feed(tmp_path, "1.json", "1"), name="b")
    assert run(store, sample, tmp_path, feed(tmp_path, "2.json", "2")).total.deleted == 0
    done = run(store, sample, tmp_path, feed(tmp_path, "2.json", "2", "4"), complete=True)
    assert (done.total.inserted, done.total.deleted, done.total.unchanged) == (1, 2, 1)
    assert ids(store) == ["a:2", "a:4", "b:1"]


def test_an_id_that_comes_twice_is_a_reject_even_across_files(store: Store, sample: Reference, tmp_path: Path) -> None:
    done = run(store, sample, tmp_path, feed(tmp_path, "1.json", "1", "1"), feed(tmp_path, "2.json", "1", "2"))
    assert (done.total.inserted, done.rejects, done.files) == (2, 2, ("1.json", "2.json"))
    rows = [json.loads(line) for line in done.rejects_file.read_text().splitlines()]
    assert [(row["line"], row["field"], row["value"]) for row in rows] == [(2, "id", "a:1"), (1, "id", "a:1")]


def test_a_changed_row_is_an_update(store: Store, sample: Reference, tmp_path: Path) -> None:
    run(store, sample, tmp_path, feed(tmp_path, "1.json", "1", "2"))
    done = run(store, sample, tmp_path, feed(tmp_path, "1.json", "1", "2", nombrePostes=2))
    assert (done.total.updated, done.unchanged) == (2, False)


def test_the_rejects_of_the_last_import_replace_the_former(store: Store, sample: Reference, tmp_path: Path) -> None:
    bad = feed(tmp_path, "1.json", "1", nombrePostes=0)
    assert run(store, sample, tmp_path, bad).rejects == 1
    done = run(store, sample, tmp_path, feed(tmp_path, "1.json", "1"))
    assert done.rejects_file.read_bytes() == b""
    assert [path.name for path in done.rejects_file.parent.iterdir()] == ["a-rejects.ndjson"]
