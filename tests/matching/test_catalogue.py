"""The catalogue against a dictionary: whatever is applied, in whatever order, saved and loaded in between."""

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from features.artifacts import ArtifactError
from matching import catalogue as catalogue_module
from matching import writer as writer_module
from matching import written as written_module
from matching.catalogue import Catalogue, Rows
from matching.index.base import MaskSelection
from matching.index.registry import BACKENDS, backend
from matching.keys import key_number
from matching.schema import BANDS, SCHEMAS, WITHOUT_VECTORS, Collection
from matching.writer import CollectionWriter

DIM = 4
KEYS = ("a", "b", "c", "d", "é")

PLACES = np.random.default_rng(3).permutation(100).astype(np.int32)
"""Communes along the curve: any order will do."""

State = dict[str, tuple[int, ...]]
"""Id -> one number a row: the content of the row."""


def rows_of(state: Mapping[str, tuple[int, ...]], collection: Collection = Collection.PROFILES) -> Rows:
    """Rows whose every column, vector and payload follow from their number."""
    ids = tuple(key for key, numbers in state.items() for _ in numbers)
    numbers = np.array([number for numbers in state.values() for number in numbers], dtype=np.int64)
    columns: dict[str, Any] = {}
    for column in SCHEMAS[collection]:
        shape = (len(ids), column.width) if column.width else (len(ids),)
        spread = numbers.reshape(-1, 1) if column.width else numbers
        columns[column.name] = np.broadcast_to(spread % 100, shape).astype(column.dtype)
    width = 0 if collection in WITHOUT_VECTORS else DIM
    return Rows(ids, columns, vectors_of(numbers)[:, :width], tuple(f"{key}{numbers}".encode() for key in ids))


def vectors_of(numbers: np.ndarray[Any, Any]) -> Any:
    """Unit vectors, different for different numbers under 100."""
    angle = numbers[:, None] * np.array([[0.01, 0.02, 0.03, 0.05]])
    return np.cos(angle).astype(np.float32) / 2


def empty(collection: Collection = Collection.PROFILES, name: str = "exact") -> Catalogue:
    return Catalogue(collection, None if collection in WITHOUT_VECTORS else backend(name)(DIM))


def write(catalogue: Catalogue, folder: Path, name: str) -> None:
    """Write what is live as a merge does."""
    writer = CollectionWriter(folder, catalogue.collection, PLACES, name, DIM)
    for rows in catalogue.chunks():
        writer.add(rows)
    writer.finish()


def written_again(catalogue: Catalogue, folder: Path, name: str = "exact") -> Catalogue:
    """The catalogue over what `write` wrote; the folder may go."""
    write(catalogue, folder, name)
    return Catalogue.load(folder, catalogue.collection, name, PLACES)


def assert_holds(catalogue: Catalogue, state: State) -> None:
    """The catalogue says exactly what `state` says."""
    assert catalogue.n_records == len(state)
    assert int(catalogue.alive.sum()) == sum(len(numbers) for numbers in state.values())
    for key in KEYS:
        rows = catalogue.rows_of(key)
        assert (key in catalogue) == (key in state)
        assert len(rows) == len(state.get(key, ()))
        if not len(rows):
            continue
        expected = rows_of({key: state[key]}, catalogue.collection)
        assert catalogue.alive[rows].all()
        assert [catalogue.id_of(row) for row in rows.tolist()] == [key] * len(rows)
        assert set(catalogue.keys(rows).tolist()) == {key_number(key)}
        assert set(catalogue.view(rows).keys().tolist()) == {key_number(key)}
        for column in SCHEMAS[catalogue.collection]:
            np.testing.assert_array_equal(catalogue.take(column.name, rows), expected.columns[column.name])
            np.testing.assert_array_equal(catalogue.column(column.name)[rows], expected.columns[column.name])
        if catalogue.collection not in WITHOUT_VECTORS:
            stored = catalogue.index.vectors(rows)
            np.testing.assert_allclose(stored, expected.vectors, atol=1e-3)


class CatalogueMachine(RuleBasedStateMachine):
    """Applies, upserts, removals, saves and loads, beside a dictionary."""

    collection = Collection.PROFILES

    @initialize(name=st.sampled_from(sorted(BACKENDS)))
    def start(self, name: str) -> None:
        self.backend_name = name
        self.catalogue = empty(self.collection, name)
        self.state: State = {}
        self.payloads: dict[str, bytes] = {}

    @rule(
        fresh=st.dictionaries(
            st.sampled_from(KEYS), st.lists(st.integers(0, 99), min_size=1, max_size=3).map(tuple), max_size=4
        ),
        removed=st.lists(st.sampled_from([*KEYS, "nobody"]), max_size=3),
    )
    def apply(self, fresh: State, removed: list[str]) -> None:
        rows = rows_of(fresh, self.collection)
        self.catalogue.apply(rows, removed)
        for key in removed:
            self.state.pop(key, None)
        self.state.update(fresh)
        self.payloads.update(zip(rows.ids, rows.payloads, strict=True))

    @rule(key=st.sampled_from(KEYS), value=st.integers(0, 99))
    def set_value(self, key: str, value: int) -> None:
        """Writing a value in place and back changes nothing else."""
        before = [int(self.catalogue.column("commune")[row]) for row in self.catalogue.rows_of(key)]
        self.catalogue.set_value(key, "commune", value)
        assert all(self.catalogue.column("commune")[row] == value for row in self.catalogue.rows_of(key))
        for row, old in zip(self.catalogue.rows_of(key), before, strict=True):
            written = row < self.catalogue.n_written
            columns = self.catalogue.written.columns if written and self.catalogue.written else self.catalogue._added
            columns["commune"][row if written else row - self.catalogue.n_written] = old

    @rule()
    def save_and_load(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            self.catalogue = written_again(self.catalogue, Path(folder), self.backend_name)

    @invariant()
    def holds(self) -> None:
        assert_holds(self.catalogue, self.state)
        for key in self.state:
            assert all(self.catalogue.payload_of(row) == self.payloads[key] for row in self.catalogue.rows_of(key))

    @invariant()
    def search_finds_the_living(self) -> None:
        if self.collection in WITHOUT_VECTORS:
            return
        found = self.catalogue.index.search(
            np.ones(DIM, dtype=np.float32), 100, MaskSelection(self.catalogue.alive.copy())
        )
        expected = sorted(row for key in self.state for row in self.catalogue.rows_of(key))
        assert sorted(found.rows.tolist()) == expected


class FirmsMachine(CatalogueMachine):
    """A collection without vectors."""

    collection = Collection.ESTABLISHMENTS


class SessionsMachine(CatalogueMachine):
    """A collection with wide columns of other types."""

    collection = Collection.SESSIONS


TestCatalogue = CatalogueMachine.TestCase
TestFirms = FirmsMachine.TestCase
TestSessions = SessionsMachine.TestCase
for _case in (TestCatalogue, TestFirms, TestSessions):
    _case.settings = settings(max_examples=25, stateful_step_count=12)


def test_a_record_written_twice_in_a_row_survives_the_disk(tmp_path: Path) -> None:
    """Its buried rows stand just before its live ones."""
    catalogue = empty()
    catalogue.apply(rows_of({"a": (1, 2)}), ())
    catalogue.apply(rows_of({"a": (3,)}), ())
    assert_holds(written_again(catalogue, tmp_path), {"a": (3,)})


def test_many_rows_one_by_one() -> None:
    """Growing keeps what is there."""
    catalogue = empty()
    for number in range(2500):
        catalogue.apply(rows_of({f"k{number}": (number % 97,)}), ())
    assert len(catalogue) == catalogue.n_records == 2500
    assert catalogue.column("commune").tolist() == [number % 97 for number in range(2500)]


def test_the_rows_of_a_record_stand_together() -> None:
    catalogue = empty()
    apart = rows_of({"a": (1,), "b": (2,), "c": (3,)})
    with pytest.raises(ValueError, match="stand together"):
        catalogue.apply(Rows(("a", "b", "a"), apart.columns, apart.vectors, apart.payloads), ())
    assert_holds(catalogue, {})


def test_an_apply_that_fails_changes_nothing() -> None:
    catalogue = empty()
    catalogue.apply(rows_of({"a": (1,)}), ())
    fresh = rows_of({"a": (5,), "b": (6,)})
    with pytest.raises(ValueError, match="shape"):
        catalogue.apply(Rows(fresh.ids, fresh.columns, fresh.vectors[:, :2], fresh.payloads), ["a"])
    with pytest.raises(KeyError):
        catalogue.apply(Rows(fresh.ids, {}, fresh.vectors, fresh.payloads), ["a"])
    assert_holds(catalogue, {"a": (1,)})
    assert len(catalogue) == len(catalogue.index) == len(catalogue._added_payloads) == 1


def test_readers_of_columns_taken_before_see_no_change() -> None:
    """A question that holds its arrays is answered from the state it began with."""
    catalogue = empty()
    catalogue.apply(rows_of({"a": (1,)}), ())
    before = catalogue.column("commune")
    catalogue.apply(rows_of({"a": (9,)}), ())
    assert before.tolist() == [1]
    assert catalogue.column("commune").tolist() == [1, 9]


def test_a_collection_without_vectors_has_no_index() -> None:
    with pytest.raises(TypeError, match="etablissements"):
        _ = empty(Collection.ESTABLISHMENTS).index


def test_what_is_shared_by_the_rows_of_a_record_is_written_once(tmp_path: Path) -> None:
    catalogue = empty()
    fresh = rows_of({"a": (1, 2, 3), "b": (4,)})
    catalogue.apply(Rows(fresh.ids, fresh.columns, fresh.vectors, (b"xxxx", b"xxxx", b"xxxx", b"y")), ())
    again = written_again(catalogue, tmp_path)
    assert again.written is not None
    assert again.written.payloads_of(np.arange(len(again.written.payloads))) == [b"xxxx", b"y"]
    assert [again.payload_of(row) for row in again.rows_of("a").tolist()] == [b"xxxx"] * 3


def test_a_damaged_record_is_refused_and_the_others_are_read(tmp_path: Path) -> None:
    catalogue = empty()
    catalogue.apply(rows_of({"a": (1,), "b": (2,)}), ())
    write(catalogue, tmp_path, "exact")
    blob = bytearray((tmp_path / "payloads.bin").read_bytes())
    blob[0] ^= 1
    (tmp_path / "payloads.bin").write_bytes(bytes(blob))
    again = Catalogue.load(tmp_path, Collection.PROFILES, "exact", PLACES)
    with pytest.raises(ArtifactError, match="profils"):
        again.payload_of(int(again.rows_of("a")[0]))
    assert again.payload_of(int(again.rows_of("b")[0])) == b"b[1 2]"


def test_two_records_of_one_id_are_refused(tmp_path: Path) -> None:
    writer = CollectionWriter(tmp_path, Collection.PROFILES, PLACES, "exact", DIM)
    writer.add(rows_of({"a": (1,)}))
    writer.add(rows_of({"b": (1,), "a": (2,)}))
    with pytest.raises(ValueError, match="one id: a"):
        writer.finish()


def test_rows_stand_by_band_then_place_then_occupation(tmp_path: Path) -> None:
    """And the table of offsets says where."""
    catalogue = empty()
    draw = np.random.default_rng(0)
    catalogue.apply(rows_of({f"k{number}": (number % 97,) for number in range(300)}), ())
    for name, values in (("radius_km", [5, 15, 200]), ("commune", [-1, 3, 50, 99]), ("visible", [False, True])):
        catalogue._added[name][:300] = draw.choice(values, 300)
    again = written_again(catalogue, tmp_path)
    assert again.written is not None
    rank = {int(commune): number for number, commune in enumerate(PLACES)} | {-1: len(PLACES)}
    bands = BANDS[Collection.PROFILES].of(again.column)
    order = [
        (int(band), rank[int(commune)], int(occupation))
        for band, commune, occupation in zip(bands, again.column("commune"), again.column("occupation"), strict=True)
    ]
    assert order == sorted(order)
    for band, place, _ in order:
        first, last = again.written.offsets[band, place : place + 2]
        assert all(item[:2] == (band, place) for item in order[first:last])
    assert again.written.offsets[-1, -1] == 300


def test_rows_of_one_value_are_found_written_added_and_not_buried(tmp_path: Path) -> None:
    catalogue = empty()
    catalogue.apply(rows_of({f"k{number}": (number % 10,) for number in range(60)}), ())
    again = written_again(catalogue, tmp_path)
    again.apply(rows_of({"k3": (4,), "new": (3, 3)}), ["k13"])
    rows = again.rows_where("counsellor", 3)
    assert sorted(again.id_of(row) for row in rows.tolist()) == ["k23", "k33", "k43", "k53", "new", "new"]
    assert len(again.rows_where("counsellor", 77)) == 0


# ---------------------------------------------------------------- records in chunks


@pytest.mark.parametrize("at_once", [1, 2, 3, 1000])
def test_written_records_come_whole_whatever_the_chunks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    state: State = {"a": (1, 2, 3), "b": (4,), "c": (5, 6), "d": (7, 8, 9)}
    catalogue = empty()
    catalogue.apply(rows_of(state), ())
    again = written_again(catalogue, tmp_path)
    monkeypatch.setattr(catalogue_module, "MERGED_AT_ONCE", at_once)
    (tmp_path / "more").mkdir()
    assert_holds(written_again(again, tmp_path / "more"), state)
    ids = [set(rows.ids) for rows in again.chunks()]
    assert sum(len(each) for each in ids) == len(state)


@pytest.mark.parametrize("at_once", [2, 4])
def test_added_records_come_whole_whatever_the_chunks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    """A record in two pieces would be two records of one id, which the writer refuses: no merge could end well."""
    state: State = {"a": (1, 2, 3), "b": (4,), "c": (5, 6), "d": (7, 8, 9)}
    catalogue = empty()
    catalogue.apply(rows_of(state), ())
    monkeypatch.setattr(catalogue_module, "MERGED_AT_ONCE", at_once)
    assert_holds(written_again(catalogue, tmp_path), state)


# ---------------------------------------------------------------- ids that have one number


@pytest.fixture
def alike(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ids of one first letter have one number, as two in ten million might."""
    for module in (catalogue_module, writer_module, written_module):
        monkeypatch.setattr(module, "key_number", lambda text: key_number(text[:1]))


@pytest.mark.usefixtures("alike")
def test_two_ids_of_one_number_are_not_written_as_one(tmp_path: Path) -> None:
    writer = CollectionWriter(tmp_path, Collection.PROFILES, PLACES, "exact", DIM)
    writer.add(rows_of({"b": (1,), "anne": (1,)}))
    writer.add(rows_of({"alma": (2,)}))
    with pytest.raises(ValueError, match=r"profils.*(anne|alma)"):
        writer.finish()


@pytest.mark.usefixtures("alike")
def test_an_id_is_not_taken_for_another_of_its_number(tmp_path: Path) -> None:
    catalogue = empty()
    catalogue.apply(rows_of({"anne": (1,), "bob": (2,)}), ())
    again = written_again(catalogue, tmp_path)
    assert again.written is not None
    assert again.written.record_of("anne") == 0
    for stranger in ("alma", "a", "", "zoe"):
        assert again.written.record_of(stranger) is None
        assert stranger not in again
        assert len(again.rows_of(stranger)) == 0
    again.apply(rows_of({}), ["alma", "b"])
    again.set_value("alma", "commune", 77)
    assert again.n_records == 2
    assert 77 not in again.column("commune").tolist()


@pytest.mark.parametrize("lost", ["a", "b", "c"])
def test_a_payload_that_is_damaged_says_whose_it_is(tmp_path: Path, lost: str) -> None:
    """The record's number, and its collection; a payload of nothing is read too."""
    catalogue = empty()
    fresh = rows_of({"a": (1,), "b": (2, 2), "c": (3,), "d": (4,)})
    catalogue.apply(Rows(fresh.ids, fresh.columns, fresh.vectors, (b"aaaa", b"bbbb", b"bbbb", b"cccc", b"")), ())
    write(catalogue, tmp_path, "exact")
    blob = (tmp_path / "payloads.bin").read_bytes()
    assert blob.count(lost.encode() * 4) == 1
    (tmp_path / "payloads.bin").write_bytes(blob.replace(lost.encode() * 4, b"x" * 4))
    again = Catalogue.load(tmp_path, Collection.PROFILES, "exact", PLACES)
    assert again.written is not None
    for number, (key, payload) in enumerate({"a": b"aaaa", "b": b"bbbb", "c": b"cccc", "d": b""}.items()):
        if key == lost:
            with pytest.raises(ArtifactError, match=f"payloads.bin of profils is damaged at record {number};"):
                again.written.payloads_of(np.array([number]))
        else:
            assert again.payload_of(int(again.rows_of(key)[0])) == payload
