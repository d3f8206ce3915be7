"""Every record source of the registry, without being named here: what an importer promises."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from features.records import Record
from features.reference import Reference
from features.sample.reference import sample_reference
from features.sources.base import RecordSource, WrongFile
from features.sources.reading import LINE_LIMIT
from features.sources.registry import RECORD_SOURCES, REFERENCE_SOURCES, UnknownSource, source_named
from features.sources.run import Imported, import_records
from features.store import RECORD_TYPES, Kind, Store, Writer

FIELDS = {"line", "field", "value", "reason", "remedy"}


@pytest.fixture(scope="module")
def reference() -> Reference:
    return sample_reference()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(f"sqlite:///{tmp_path / 'vivier.db'}")
    yield opened
    opened.close()


@pytest.fixture(params=RECORD_SOURCES, ids=lambda source: source.name)
def source(request: pytest.FixtureRequest) -> RecordSource:
    chosen: RecordSource = request.param
    return chosen


@pytest.fixture
def good(source: RecordSource, tmp_path: Path) -> Path:
    folder = tmp_path / "good"
    folder.mkdir()
    return source.example(folder)


def everything(store: Store) -> dict[Kind, list[Record]]:
    return {
        kind: [record for batch in store.scan(record_type) for record in batch]
        for kind, record_type in RECORD_TYPES.items()
    }


def spoiled(source: RecordSource, good: Path, folder: Path, bad: str | None = None) -> Path:
    text = good.read_text(encoding="utf-8")
    before, after = source.spoil
    assert text.count(before) >= 1, f"{source.name}: its example does not have {before!r}"
    path = folder / f"spoiled-{good.name}"
    path.write_text(text.replace(before, after if bad is None else bad, 1), encoding="utf-8")
    return path


def run(store: Store, reference: Reference, source: RecordSource, path: Path, complete: bool = False) -> Imported:
    rejects = Path(str(store.engine.url.database)).parent / "rejects"
    return import_records(store, reference, source, [path], rejects, complete=complete)


def test_names_are_unique_and_found() -> None:
    names = [source.name for source in REFERENCE_SOURCES] + [source.name for source in RECORD_SOURCES]
    assert len(set(names)) == len(names)
    assert all(source_named(name).name == name for name in names)
    with pytest.raises(UnknownSource, match="offres-ft"):
        source_named("offre-ft")


def test_origin_says_where_the_file_is(source: RecordSource) -> None:
    assert all((source.origin.title, source.origin.publisher, source.origin.file_name, source.origin.licence))


def test_a_good_file_is_imported(store: Store, reference: Reference, source: RecordSource, good: Path) -> None:
    done = run(store, reference, source, good)
    assert done.rejects == 0
    assert done.rejects_file.read_bytes() == b""
    assert done.total.inserted > 0
    assert all(store.count(kind) == counts.inserted for kind, counts in done.counts.items())
    assert set(done.counts) == set(source.kinds)


@pytest.mark.parametrize("complete", [False, True])
def test_the_same_file_again_changes_nothing(
    store: Store, reference: Reference, source: RecordSource, good: Path, complete: bool
) -> None:
    first = run(store, reference, source, good)
    mark = store.watermark()
    again = run(store, reference, source, good, complete=complete)
    assert again.unchanged
    assert again.total.unchanged == first.total.inserted
    assert store.watermark() == mark


def test_a_bad_row_is_listed_with_its_remedy_and_the_others_are_taken(
    store: Store, reference: Reference, source: RecordSource, good: Path, tmp_path: Path
) -> None:
    expected = run(store, reference, source, good).total.inserted
    store.delete(source.kinds[0], [str(record.id) for record in everything(store)[source.kinds[0]]])  # type: ignore[attr-defined]
    for kind in source.kinds[1:]:
        store.delete(kind, [str(record.id) for record in everything(store)[kind]])  # type: ignore[attr-defined]
    done = run(store, reference, source, spoiled(source, good, tmp_path))
    rows = [msgspec.json.decode(line) for line in done.rejects_file.read_bytes().splitlines()]
    assert len(rows) == done.rejects == 1
    assert set(rows[0]) >= FIELDS
    assert rows[0]["line"] >= 1
    assert rows[0]["value"] == source.spoil[1][:80]
    assert all(isinstance(rows[0][name], str) and rows[0][name] for name in FIELDS - {"line"})
    assert done.total.inserted == expected - 1


def test_a_complete_feed_keeps_what_a_bad_row_spoke_of(
    store: Store, reference: Reference, source: RecordSource, good: Path, tmp_path: Path
) -> None:
    first = run(store, reference, source, good)
    bad = spoiled(source, good, tmp_path)
    if first.total.inserted == 1:
        with pytest.raises(WrongFile, match="nothing was deleted"):
            run(store, reference, source, bad, complete=True)
    else:
        assert run(store, reference, source, bad, complete=True).total.deleted == 0
    assert sum(map(len, everything(store).values())) == first.total.inserted


def test_a_file_of_another_shape_is_refused_before_any_write(
    store: Store, reference: Reference, source: RecordSource, tmp_path: Path
) -> None:
    wrong = tmp_path / "wrong.csv"
    wrong.write_text("colonne_a,colonne_b\n1,2\n", encoding="utf-8")
    with pytest.raises(WrongFile, match=r"wrong\.csv"):
        run(store, reference, source, wrong)
    assert store.watermark() == 0
    assert not (tmp_path / "rejects" / f"{source.name}-rejects.ndjson").exists()


@pytest.mark.parametrize(
    "content", [b"", b"\x00\x01\x02\xff" * 100, b"\x1f\x8b not really gzip", b"PK\x03\x04 not a zip"]
)
def test_a_file_that_cannot_be_read_is_refused(
    store: Store, reference: Reference, source: RecordSource, tmp_path: Path, content: bytes
) -> None:
    wrong = tmp_path / "wrong.bin"
    wrong.write_bytes(content)
    with pytest.raises(WrongFile, match=r"wrong\.bin"):
        run(store, reference, source, wrong)
    with pytest.raises(WrongFile, match="nowhere"):
        run(store, reference, source, tmp_path / "nowhere")
    assert store.watermark() == 0


def test_a_huge_field_is_refused(
    store: Store, reference: Reference, source: RecordSource, good: Path, tmp_path: Path
) -> None:
    huge = spoiled(source, good, tmp_path, bad="9" * (LINE_LIMIT + 1_000_000))
    try:
        done = run(store, reference, source, huge)
    except WrongFile:
        assert store.watermark() == 0
    else:
        assert done.rejects == 1
        assert done.rejects_file.stat().st_size < 1000


def test_interrupted_while_reading_leaves_nothing_and_a_rerun_completes(
    store: Store, reference: Reference, source: RecordSource, good: Path
) -> None:
    def interrupt(_rows: int) -> None:
        raise KeyboardInterrupt

    rejects = good.parent / "rejects"
    with pytest.raises(KeyboardInterrupt):
        import_records(store, reference, source, [good], rejects, progress=interrupt)
    assert store.watermark() == 0
    assert list(rejects.iterdir()) == []
    assert run(store, reference, source, good).total.inserted > 0


def test_interrupted_while_writing_leaves_nothing_and_a_rerun_completes(
    store: Store, reference: Reference, source: RecordSource, good: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = Writer.log

    def interrupt(*arguments: object) -> None:
        log(*arguments)  # type: ignore[arg-type]
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Writer, "log", interrupt)
        with pytest.raises(KeyboardInterrupt):
            run(store, reference, source, good)
    assert store.watermark() == 0
    assert all(not records for records in everything(store).values())
    assert run(store, reference, source, good).total.inserted > 0


def test_another_partner_of_the_same_shape_has_its_own_records(
    store: Store, reference: Reference, source: RecordSource, good: Path
) -> None:
    run(store, reference, source, good)
    partner = replace(source, name="partenaire")  # type: ignore[type-var]
    done = run(store, reference, partner, good)
    assert done.source == "partenaire"
    assert all(
        store.source_of(kind, record.id) == "partenaire"
        for kind in source.kinds
        for record in everything(store)[kind]
        if "partenaire" in record.id
    )  # type: ignore[attr-defined]


KILLED = """
import os, signal, sys
from pathlib import Path
from features.sample.reference import sample_reference
from features.sources.registry import source_named
from features.sources.run import import_records
from features.store import Store, Writer
log = Writer.log
def die(*arguments):
    log(*arguments)
    os.kill(os.getpid(), signal.SIGKILL)
Writer.log = die
folder = Path(sys.argv[1])
store = Store.open(f"sqlite:///{folder / 'vivier.db'}")
source = source_named("offres-ft")
import_records(store, sample_reference(), source, [source.example(folder)], folder / "rejects")
"""


@pytest.mark.slow
def test_killed_while_writing_leaves_nothing_and_a_rerun_completes(tmp_path: Path, reference: Reference) -> None:
    child = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path)], check=False, env=dict(os.environ))
    assert child.returncode == -signal.SIGKILL
    store = Store.open(f"sqlite:///{tmp_path / 'vivier.db'}")
    assert store.watermark() == 0
    assert store.count(Kind.OFFER) == 0
    source = source_named("offres-ft")
    done = import_records(store, reference, source, [tmp_path / "offres.json"], tmp_path / "rejects")  # type: ignore[arg-type]
    assert done.total.inserted == 2
    store.close()
