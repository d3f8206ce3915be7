"""Rows in a cluster: the same ids as the exact oracle whatever is asked, and nothing lost on the way there.

Everything runs on Milvus Lite, the library's engine inside this process; `benchmarks/milvus.py` asks a server the same.
"""

import json
import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from features.reference import Reference
from matching.build import build
from matching.engine import Engine
from matching.errors import ClusterUnreachable, NotReady
from matching.filters import consent, place
from matching.filters.base import Condition, Context, Placed
from matching.filters.registry import filters_for, parse
from matching.index import cluster as cluster_module
from matching.index import milvus as module
from matching.index.base import MaskSelection, best
from matching.index.clauses import FEW_RUNS, NOTHING, clause_of, with_few_runs
from matching.index.cluster import Cluster, Table, aliases, collections
from matching.index.codes import FILTERED, Codes
from matching.index.milvus import FILE, MilvusBackend, MilvusIndex, settle
from matching.index.registry import backend
from matching.lookups import Lookups
from matching.schema import SCHEMAS, Collection
from matching.selection import select
from models.published import published_models
from tests.matching.conftest import NOW, TODAY, House
from tests.matching.made import offer, write
from tests.matching.random_shelves import DIM, Shelf, conditions_of, country_of, shelf_of
from tests.milvus_lite import lite_cluster

SEARCHED = (Collection.PROFILES, Collection.OFFERS, Collection.SESSIONS)
PLAIN = re.compile(r"[a-z_0-9 \[\](),<>=!]*")
"""Names, whole numbers and operators: all that a clause is made of."""
NOT_SAID = {"exclure"}
"""Parameters that the cluster is told nothing of: its rows are put to them afterwards."""


@pytest.fixture(scope="module")
def lite(tmp_path_factory: pytest.TempPathFactory) -> Cluster:
    return lite_cluster(tmp_path_factory.mktemp("lite"))


@pytest.fixture(scope="module")
def country(reference: Reference) -> Lookups:
    return country_of(reference)


@pytest.fixture(scope="module")
def both(
    lite: Cluster, country: Lookups, tmp_path_factory: pytest.TempPathFactory
) -> dict[Collection, tuple[Shelf, Shelf]]:
    """The same rows, written and added, under the exact index and in the cluster."""
    return {
        collection: (
            shelf_of(collection, 300, 60, country, tmp_path_factory.mktemp(collection.value)),
            shelf_of(collection, 300, 60, country, tmp_path_factory.mktemp(collection.value), "milvus", lite),
        )
        for collection in SEARCHED
    }


def index_of(shelf: Shelf) -> MilvusIndex:
    index = shelf.catalogue.index
    assert isinstance(index, MilvusIndex)
    return index


def codes_of(shelf: Shelf) -> Codes:
    codes = index_of(shelf)._codes
    assert codes is not None
    return codes


def held(shelf: Shelf, clause: str) -> set[int]:
    """The rows of the cluster that meet a clause."""
    table = index_of(shelf)._table
    assert table is not None
    return set(table.search(np.ones(DIM, np.float32), clause, 10_000).rows.tolist())


@pytest.mark.parametrize("collection", SEARCHED)
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_the_cluster_finds_the_rows_that_the_oracle_finds(
    collection: Collection, both: dict[Collection, tuple[Shelf, Shelf]], data: st.DataObject
) -> None:
    exact, clustered = both[collection]
    conditions = data.draw(conditions_of(exact))
    k, seed = data.draw(st.sampled_from([1, 7, 60, 1000])), data.draw(st.integers(0, 1000))
    query = np.random.default_rng(seed).normal(size=DIM).astype(np.float32)
    mine = clustered.catalogue.index.search(query, k, select(clustered.catalogue, conditions))
    oracle = exact.catalogue.index.search(query, k, select(exact.catalogue, conditions))
    assert exact.expected(conditions)[mine.rows].all()
    np.testing.assert_allclose(mine.scores, oracle.scores, atol=2e-6)
    certain = np.append(np.abs(np.diff(oracle.scores)) > 1e-5, len(oracle.rows) < k)[: len(oracle.rows)]
    certain[1:] &= certain[:-1].copy()
    np.testing.assert_array_equal(mine.rows[certain], oracle.rows[certain])
    assert len(set(mine.rows.tolist())) == len(mine.rows)


@pytest.mark.parametrize("collection", SEARCHED)
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_clause_lets_through_every_row_that_is_allowed(
    collection: Collection, both: dict[Collection, tuple[Shelf, Shelf]], data: st.DataObject
) -> None:
    exact, clustered = both[collection]
    conditions = data.draw(conditions_of(exact))
    clause = clause_of(conditions, codes_of(clustered))
    assert PLAIN.fullmatch(clause)
    allowed = set(np.flatnonzero(exact.expected(conditions)[: exact.catalogue.n_written]).tolist())
    assert allowed <= (set() if clause == NOTHING else held(clustered, clause))


def examples(collection: Collection, lookups: Lookups) -> dict[str, Condition]:
    """What each public filter asks by its example, and what services ask besides, by name."""
    context = Context(collection, lookups, TODAY)
    found: dict[str, Condition] = {}
    for item in filters_for(collection):
        parameters = [each for each in item.parameters[collection] if not each.instead_of]
        found[parameters[0].name] = parse({each.name: each.example for each in parameters}, context)[0]
    if collection is Collection.PROFILES:
        found["visible"] = consent.visible_to_employers
    if collection is Collection.OFFERS:
        found["near home"] = place.near_home(lookups, 0, 100.0)
    if collection is Collection.SESSIONS:
        found["or remote"] = place.within_or_remote(lookups, 0, 100.0)
    return found


@pytest.mark.parametrize("collection", SEARCHED)
def test_every_public_filter_is_said_to_the_cluster_exactly(
    collection: Collection, both: dict[Collection, tuple[Shelf, Shelf]], country: Lookups
) -> None:
    exact, clustered = both[collection]
    written = exact.catalogue.view(np.arange(exact.catalogue.n_written))
    for name, condition in examples(collection, country).items():
        clause = clause_of([condition], codes_of(clustered))
        if name in NOT_SAID:
            assert clause == "", name
            continue
        expected = set(np.flatnonzero(condition(written)).tolist())
        if isinstance(condition, Placed):  # gaps of a few communes are filled
            found = set() if clause == NOTHING else held(clustered, clause)
            assert expected <= found, (name, clause)
            continue
        assert (set() if clause == NOTHING else held(clustered, clause)) == expected, (name, clause)


def test_one_s_own_reach_is_said_by_bands(both: dict[Collection, tuple[Shelf, Shelf]], country: Lookups) -> None:
    """Kilometres of one column against kilometres between two places: the cluster cannot compare them."""
    exact, clustered = both[Collection.PROFILES]
    condition = place.in_own_reach(country, 0)
    written = exact.catalogue.view(np.arange(exact.catalogue.n_written))
    allowed = set(np.flatnonzero(condition(written)).tolist())
    found = held(clustered, clause_of([condition], codes_of(clustered)))
    assert allowed <= found
    assert len(found) < exact.catalogue.n_written / 2


@given(st.lists(st.booleans(), min_size=1, max_size=80))
def test_gaps_are_filled_until_the_runs_are_few(marks: list[bool]) -> None:
    mask = np.array(marks)
    filled = with_few_runs(mask)
    assert (filled | ~mask).all()
    runs = [int(np.count_nonzero(np.diff(np.append(False, each).astype(int)) == 1)) for each in (mask, filled)]
    assert runs[1] == min(runs[0], FEW_RUNS)
    assert np.flatnonzero(filled)[[0, -1]].tolist() == np.flatnonzero(mask)[[0, -1]].tolist() if mask.any() else True


def test_columns_that_filters_read_are_those_that_are_told(country: Lookups) -> None:
    for collection in SEARCHED:
        names = {column.name for column in SCHEMAS[collection]}
        assert set(FILTERED[collection]) <= names


def test_a_condition_on_two_columns_at_once_is_left_to_the_rows(both: dict[Collection, tuple[Shelf, Shelf]]) -> None:
    codes = codes_of(both[Collection.OFFERS][1])
    unheard: list[Condition] = [
        lambda view: view.column("contract") == view.column("working_time"),
        lambda view: view.column("shown") > 3,
        lambda view: view.column("words")[:, 0] > 3,
        lambda view: view.keys() > 0,
        lambda view: np.ones(len(view), dtype=np.bool_),
    ]
    for condition in unheard:
        assert clause_of([condition], codes) == ""


def test_places_name_the_parts_of_the_country(both: dict[Collection, tuple[Shelf, Shelf]], country: Lookups) -> None:
    clause = clause_of([place.within(country, [0], 30.0)], codes_of(both[Collection.OFFERS][1]))
    assert clause.startswith("region in [")
    everywhere = clause_of([place.within(country, [0], 2000.0)], codes_of(both[Collection.OFFERS][1]))
    assert "region" not in everywhere or everywhere.count(",") > 10


# ---------------------------------------------------------------- generations of the cluster


def halves(n: int, seed: int = 0) -> NDArray[np.float16]:
    return np.random.default_rng(seed).normal(size=(n, DIM)).astype(np.float16)


def written(cluster: Cluster, root: Path, generation: str, vectors: NDArray[np.float16]) -> str:
    """Write a generation of one collection; the name of the collection."""
    folder = root / generation / "offres"
    folder.mkdir(parents=True)
    MilvusBackend(cluster).write(folder, DIM, len(vectors), lambda: iter([vectors]))
    (root / "CURRENT").write_text(generation)
    return str(json.loads((folder / FILE).read_text())["collection"])


def test_the_alias_follows_the_generation_in_force_and_old_rows_go(lite: Cluster, tmp_path: Path) -> None:
    cluster = replace(lite, prefix="swapped")
    first = written(cluster, tmp_path, "000001", halves(30, 1))
    settle(tmp_path, cluster)
    assert aliases(cluster) == {"swapped_rows": first}
    second = written(cluster, tmp_path, "000002", halves(40, 2))
    assert aliases(cluster) == {"swapped_rows": first}
    settle(tmp_path, cluster)
    assert aliases(cluster) == {"swapped_rows": second}
    assert set(collections(cluster)) == {first, second}
    shutil.rmtree(tmp_path / "000001")
    settle(tmp_path, cluster)
    assert collections(cluster) == [second]
    assert Table(cluster, second, DIM).count() == 40


def test_others_collections_are_left_alone(lite: Cluster, tmp_path: Path) -> None:
    mine, theirs = replace(lite, prefix="mine"), replace(lite, prefix="mineandmore")
    kept = written(theirs, tmp_path / "theirs", "000001", halves(5, 3))
    written(mine, tmp_path / "mine", "000001", halves(5, 4))
    shutil.rmtree(tmp_path / "mine" / "000001")
    settle(tmp_path / "mine", mine)
    assert collections(mine) == []
    assert collections(theirs) == [kept]


def test_rows_that_are_there_already_are_not_loaded_again(
    lite: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cluster = replace(lite, prefix="again")
    name = written(cluster, tmp_path, "000001", halves(30, 5))
    with monkeypatch.context() as patch:
        patch.setattr(Table, "create", lambda *_: pytest.fail("loaded again"))
        assert written(cluster, tmp_path, "000002", halves(30, 5)) == name
    Table(cluster, name, DIM).delete(np.array([3, 4]))
    with pytest.raises(NotReady, match="holds 28 rows, not 30"):
        MilvusBackend(cluster).load(tmp_path / "000002" / "offres")
    assert written(cluster, tmp_path, "000003", halves(30, 5)) == name
    assert len(MilvusBackend(cluster).load(tmp_path / "000003" / "offres")) == 30


def test_rows_are_loaded_anew_after_a_build_that_was_cut_before_their_index(
    lite: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = cluster_module.asked

    def cut(cluster: Cluster, function: str, *arguments: Any, **options: Any) -> Any:
        if function == "create_index":
            raise KeyboardInterrupt
        return asked(cluster, function, *arguments, **options)

    cluster = replace(lite, prefix="cut")
    with monkeypatch.context() as patch:
        patch.setattr(cluster_module, "asked", cut)
        with pytest.raises(KeyboardInterrupt):
            written(cluster, tmp_path, "000001", halves(30, 11))
    [name] = collections(cluster)
    table = Table(cluster, name, DIM)
    assert not table.has_index()
    with pytest.raises(ClusterUnreachable, match="serveur de vecteurs"):
        table.finish()
    assert written(cluster, tmp_path, "000002", halves(30, 11)) == name
    index = MilvusBackend(cluster).load(tmp_path / "000002" / "offres")
    np.testing.assert_array_equal(index.vectors(np.arange(30)), halves(30, 11).astype(np.float32))


def test_rows_whose_index_the_cluster_gave_up_are_loaded_anew(
    lite: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, calls = cluster_module.asked, list[str]()

    def failed(cluster: Cluster, function: str, *arguments: Any, **options: Any) -> Any:
        calls.append(function)
        answer = asked(cluster, function, *arguments, **options)
        is_old = function == "describe_index" and "create_index" not in calls
        return {**answer, "state": "Failed"} if is_old else answer

    cluster = replace(lite, prefix="failed")
    name = written(cluster, tmp_path, "000001", halves(30, 12))
    monkeypatch.setattr(cluster_module, "asked", failed)
    assert written(cluster, tmp_path, "000002", halves(30, 12)) == name
    assert calls.index("drop_collection") < calls.index("create_index") < calls.index("insert")
    assert len(MilvusBackend(cluster).load(tmp_path / "000002" / "offres")) == 30


def test_a_batch_whose_answer_was_lost_is_there_once(
    lite: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, lost = cluster_module.asked, []

    def losing(cluster: Cluster, function: str, *arguments: Any, **options: Any) -> Any:
        answer = asked(cluster, function, *arguments, **options)
        if function == "insert":
            lost.append(function)
            raise ClusterUnreachable(cluster.uri, "the connection was reset")
        return answer

    monkeypatch.setattr(cluster_module, "asked", losing)
    cluster = replace(lite, prefix="lost")
    table = Table(cluster, written(cluster, tmp_path, "000001", halves(30, 6)), DIM)
    assert (table.count(), lost) == (30, ["insert"])


def test_rows_are_held_for_searches_once_their_index_is_built(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is held without an index is searched by a makeshift one, which misses rows."""
    told: list[dict[str, Any]] = [
        {"state": "Finished", "pending_index_rows": rows, "indexed_rows": 900 - rows} for rows in (900, 900, 400, 0)
    ]
    calls: list[str] = []

    def asked(_cluster: Cluster, function: str, *_: object, **__: object) -> Any:
        calls.append(function)
        return told.pop(0) if function == "describe_index" else None

    monkeypatch.setattr(cluster_module, "asked", asked)
    monkeypatch.setattr(cluster_module, "sleep", lambda _seconds: None)
    Table(Cluster("http://127.0.0.1:9"), "rows", DIM).finish()
    assert calls == ["flush", *4 * ["describe_index"], "load_collection"]


@pytest.mark.parametrize(("state", "pending", "said"), [("Failed", 0, "could not be built"), ("None", 7, "at 7 rows")])
def test_an_index_that_is_not_built_is_told(
    monkeypatch: pytest.MonkeyPatch, state: str, pending: int, said: str
) -> None:
    def asked(_cluster: Cluster, function: str, *_: object, **__: object) -> Any:
        assert function != "load_collection"
        return {"state": state, "pending_index_rows": pending}

    monkeypatch.setattr(cluster_module, "asked", asked)
    monkeypatch.setattr(cluster_module, "sleep", lambda _seconds: None)
    monkeypatch.setattr(cluster_module, "STANDSTILL_S", 0.0)
    with pytest.raises(ClusterUnreachable) as raised:
        Table(Cluster("http://127.0.0.1:9"), "rows", DIM).finish()
    assert said in raised.value.reason


def test_few_rows_are_all_looked_at_whatever_was_chosen(lite: Cluster, tmp_path: Path) -> None:
    """An engine guesses at segments that are too small for lists and graphs."""
    cluster = replace(lite, prefix="few", index="IVF_FLAT")
    written(cluster, tmp_path, "000001", halves(30, 9))
    table = MilvusBackend(cluster).load(tmp_path / "000001" / "offres")._table
    assert table is not None
    assert table.cluster.index == "FLAT"
    assert cluster.of_size(cluster_module.FEW_ROWS).index == "IVF_FLAT"


def test_a_collection_is_searched_as_it_was_made(
    lite: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever is chosen since, and however few rows are few now. Older folders do not say how: the choice is taken."""
    cluster = replace(lite, prefix="made", index="IVF_FLAT")
    with monkeypatch.context() as patch:
        patch.setattr(cluster_module, "FEW_ROWS", 0)
        written(cluster, tmp_path, "000001", halves(30, 13))
    folder = tmp_path / "000001" / "offres"

    def kind(chosen: Cluster) -> str:
        table = MilvusBackend(chosen).load(folder)._table
        assert table is not None
        return table.cluster.index

    assert [kind(cluster), kind(replace(cluster, index="FLAT"))] == ["IVF_FLAT", "IVF_FLAT"]
    told = json.loads((folder / FILE).read_text())
    del told["index"]
    (folder / FILE).write_text(json.dumps(told))
    assert [kind(cluster), kind(replace(cluster, index="FLAT"))] == ["IVF_FLAT", "FLAT"]


def test_rows_that_are_asked_for_by_number_are_exact_under_lists(
    lite: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster_module, "FEW_ROWS", 0)
    cluster, vectors = replace(lite, prefix="lists", index="IVF_FLAT", effort=1), halves(400, 10)
    written(cluster, tmp_path, "000001", vectors)
    index = MilvusBackend(cluster).load(tmp_path / "000001" / "offres")
    mask = np.arange(400) % 2 == 0
    query = np.ones(DIM, np.float32)
    found = index.search(query, 150, MaskSelection(mask))
    exact = best(vectors[mask].astype(np.float32) @ query, np.flatnonzero(mask), 150)
    np.testing.assert_allclose(found.scores, exact.scores, rtol=1e-5)
    assert set(found.rows.tolist()) == set(exact.rows.tolist())


def test_rows_are_replaced_and_taken_out(lite: Cluster, tmp_path: Path) -> None:
    cluster = replace(lite, prefix="changed")
    vectors = halves(30, 7).astype(np.float32)
    table = Table(cluster, written(cluster, tmp_path, "000001", halves(30, 7)), DIM)
    table.upsert(np.array([4]), {"region": np.array([0])}, 9 * vectors[4:5])
    np.testing.assert_array_equal(table.vectors(np.array([4, 5])), [9 * vectors[4], vectors[5]])
    table.delete(np.array([4, 5, 99]))
    assert table.count() == 28
    with pytest.raises(IndexError):
        table.vectors(np.array([4]))


def test_buried_rows_are_not_answered_whatever_the_cluster_holds(both: dict[Collection, tuple[Shelf, Shelf]]) -> None:
    clustered = both[Collection.OFFERS][1].catalogue
    buried = np.flatnonzero(~clustered.alive[: clustered.n_written])
    assert len(buried)
    assert set(buried.tolist()) <= held(both[Collection.OFFERS][1], "")
    found = clustered.index.search(np.ones(DIM, np.float32), len(clustered), select(clustered, []))
    assert not set(buried.tolist()) & set(found.rows.tolist())
    assert len(found.rows) == np.count_nonzero(clustered.alive)


@pytest.mark.parametrize("most", [70, 100])
def test_few_allowed_among_many_are_found_however_few_the_cluster_gives_at_once(
    both: dict[Collection, tuple[Shelf, Shelf]], monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    """More are asked for, then the allowed rows by their numbers."""
    monkeypatch.setattr(module, "MOST_ROWS", most)
    exact, clustered = both[Collection.OFFERS]
    conditions: list[Condition] = [lambda view: (view.column("contract") == 1) & (view.column("working_time") > 20)]
    query = np.ones(DIM, np.float32)
    mine = clustered.catalogue.index.search(query, 20, select(clustered.catalogue, conditions))
    oracle = exact.catalogue.index.search(query, 20, select(exact.catalogue, conditions))
    np.testing.assert_array_equal(mine.rows, oracle.rows)


def test_of_many_equal_scores_the_lowest_rows_are_kept(lite: Cluster, tmp_path: Path) -> None:
    """More of them than are asked for, behind some that are nearer, and not all of them allowed."""
    cluster = replace(lite, prefix="equal")
    vectors = np.zeros((900, DIM), dtype=np.float16)
    vectors[:, 0], vectors[[880, 7], 0] = 0.5, 1.0
    written(cluster, tmp_path, "000001", vectors)
    index = MilvusBackend(cluster).load(tmp_path / "000001" / "offres")
    mask = np.arange(900) % 3 != 0
    mask[7] = True

    class Unsaid(MaskSelection):
        @property
        def conditions(self) -> tuple[()]:  # type: ignore[override]
            return ()

    query = np.eye(DIM, dtype=np.float32)[0]
    found = index.search(query, 12, Unsaid(mask))
    expected = [7, 880, *[row for row in np.flatnonzero(mask).tolist() if row not in (7, 880)][:10]]
    assert found.rows.tolist() == expected
    assert found.scores.tolist() == [1.0] * 2 + [0.5] * 10


def test_no_cluster_and_no_library_say_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    index = backend("milvus")(DIM)
    index.add(np.eye(DIM, dtype=np.float32))
    assert index.search(np.ones(DIM, np.float32), 2, MaskSelection(np.ones(DIM, np.bool_))).rows.tolist() == [0, 1]
    with pytest.raises(NotReady, match="VIVIER_CLUSTER_URI"):
        backend("milvus").write(tmp_path, DIM, 1, lambda: iter([halves(1)]))
    monkeypatch.setattr(cluster_module, "find_spec", lambda _name: None)
    with pytest.raises(NotReady, match=r"vivier\[cluster\]"):
        collections(Cluster(str(tmp_path / "never.db")))


def test_a_cluster_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(ClusterUnreachable) as told:
        collections(Cluster("http://127.0.0.1:9", timeout_s=0.3))
    assert told.value.uri == "http://127.0.0.1:9"
    assert "serveur de vecteurs" in str(told.value)
    assert "127.0.0.1" not in str(told.value)


def test_a_silent_cluster_is_left_alone_for_a_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    """A request in a while waits for it, the others are told at once."""
    lasts = [0.0]
    calls: list[str] = []
    now = [100.0]

    def silent(cluster: Cluster, function: str, *_: object, **__: object) -> None:
        calls.append(function)
        now[0] += lasts[0]
        raise ClusterUnreachable(cluster.uri, "deadline exceeded")

    monkeypatch.setattr(cluster_module, "asked", silent)
    monkeypatch.setattr(cluster_module, "_resting", {})
    monkeypatch.setattr(cluster_module, "monotonic", lambda: now[0])
    table = Table(Cluster("http://127.0.0.1:9"), "rows", DIM)
    for lasts[0], asked_again in ((0.9, 2), (0.1, 5)):
        calls.clear()
        cluster_module._resting.clear()
        for seconds in (0.0, 2.0, 4.9, 7.0, 9.0):
            now[0] = 100.0 + seconds
            with pytest.raises(ClusterUnreachable):
                table.search(np.ones(DIM, np.float32), "", 3)
        assert len(calls) == asked_again, "one that refuses at once is asked again at once"


def test_a_merge_takes_changes_in_and_its_generation_is_adopted(
    lite: Cluster, new_house: Callable[[str], House], reference: Reference
) -> None:
    house, cluster = new_house("elsewhere"), replace(lite, prefix="merged")
    models = published_models()
    build(house.store, reference, models, house.data_dir, now=NOW, backend_name="milvus", cluster=cluster)
    engine = Engine.open(house.store, reference, models, house.data_dir, clock=lambda: TODAY, cluster=cluster)
    assert collections(cluster) == []
    write(engine, *(offer(f"o{number}", title) for number, title in enumerate(["Soudeur", "Infirmier", "Serveur"])))
    write(engine, offer("o1", "Boulanger"))
    before = offers_by_id(engine)
    engine.merge(NOW)
    adopted = engine.read_changes()
    assert isinstance(adopted, Engine)
    engine.apply(adopted)
    offers = engine.catalogue(Collection.OFFERS)
    assert (offers.n_written, len(offers)) == (3, 3)
    assert sorted(aliases(cluster)) == ["merged_offres"]
    after = offers_by_id(engine)
    assert before.keys() == after.keys() == {"o0", "o1", "o2"}
    for key, vector in before.items():
        np.testing.assert_array_equal(after[key], vector)
        found = offers.index.search(vector, 1, select(offers, []))
        assert offers.id_of(int(found.rows[0])) == key


def offers_by_id(engine: Engine) -> dict[str, NDArray[np.float32]]:
    """The vector of each live offer."""
    offers = engine.catalogue(Collection.OFFERS)
    rows = np.flatnonzero(offers.alive)
    return dict(zip(map(offers.id_of, rows.tolist()), offers.index.vectors(rows), strict=True))
