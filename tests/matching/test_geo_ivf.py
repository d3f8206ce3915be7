"""The index by place and by meaning, at a size where it has many clusters to choose from, against the exact one."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from matching.index import geo_ivf
from matching.index.base import Blocks, Found, MaskSelection, whole
from matching.index.exact import ExactIndex
from matching.index.geo_ivf import GeoIvfIndex
from matching.index.runs import rows_in

N, DIM = 30_000, 32
ROUNDING = 1e-5
ROWS_PER_CLUSTER, SAMPLE_PER_CLUSTER = 150, 100
"""Many clusters, learnt from some of the rows."""
IN_ORDER = "in their order"
WAYS = ["_ByPlace", "_ByMeaning", IN_ORDER]
"""How a search comes by the rows that it scores; in their order, few in reach are all put to the filters."""
TWINS = np.sort(np.random.default_rng(5).permutation(N)[:1000])
"""Rows that have one and the same vector."""


@dataclass(frozen=True)
class Spanned(MaskSelection):
    """A mask whose allowed rows are known to lie in some runs of rows, and what was put to it."""

    runs: NDArray[np.int64] = field(default_factory=lambda: whole(N))
    tested: list[int] = field(default_factory=list)

    @property
    def spans(self) -> NDArray[np.int64]:
        return self.runs

    def test(self, rows: NDArray[np.int64], in_spans: bool = False) -> NDArray[np.bool_]:
        self.tested.append(len(rows))
        assert not in_spans or np.isin(rows, rows_in(self.runs)).all()
        return self.mask[rows]


def made_vectors() -> NDArray[np.float16]:
    """Unit vectors around 300 centres, as those of occupations are."""
    draw = np.random.default_rng(0)
    centres = draw.normal(size=(300, DIM))
    vectors = centres[draw.integers(len(centres), size=N)] + 0.6 * draw.normal(size=(N, DIM))
    vectors[TWINS] = vectors[TWINS[0]]
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float16)


def blocks_of(vectors: NDArray[np.float16], size: int = 7000) -> Blocks:
    return lambda: (vectors[start : start + size] for start in range(0, len(vectors), size))


@pytest.fixture(scope="module")
def vectors() -> NDArray[np.float16]:
    return made_vectors()


@pytest.fixture(scope="module")
def folder(vectors: NDArray[np.float16], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Both indexes of the vectors: one file is theirs in common."""
    place = tmp_path_factory.mktemp("index")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(geo_ivf, "ROWS_PER_CLUSTER", ROWS_PER_CLUSTER)
        patch.setattr(geo_ivf, "SAMPLE_PER_CLUSTER", SAMPLE_PER_CLUSTER)
        GeoIvfIndex.write(place, DIM, N, blocks_of(vectors))
    return place


@pytest.fixture
def index(folder: Path) -> GeoIvfIndex:
    return GeoIvfIndex.load(folder)


@pytest.fixture
def exact(folder: Path) -> ExactIndex:
    return ExactIndex.load(folder)


@pytest.fixture
def ways(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Notes which of the two ways each search takes."""
    taken: list[str] = []

    def noting(name: str, source: Any) -> Any:
        def made(*parts: Any) -> Any:
            taken.append(name)
            return source(*parts)

        return made

    for source in (geo_ivf._ByPlace, geo_ivf._ByMeaning):
        monkeypatch.setattr(geo_ivf, source.__name__, noting(source.__name__, source))
    return taken


def some_queries(vectors: NDArray[np.float16], n: int) -> NDArray[np.float32]:
    """Unit vectors near stored ones."""
    draw = np.random.default_rng(9)
    near = vectors[draw.integers(N, size=n)].astype(np.float32) + 0.1 * draw.normal(size=(n, DIM)).astype(np.float32)
    return near / np.linalg.norm(near, axis=1, keepdims=True)


def clumps() -> NDArray[np.int64]:
    """Forty runs that hold half of the rows."""
    firsts = np.arange(40) * (N // 40)
    return np.stack([firsts, firsts + N // 80], axis=1)


def selection_of(share: float, runs: NDArray[np.int64]) -> Spanned:
    """That share of the rows of `runs`."""
    mask = np.zeros(N, dtype=np.bool_)
    held = rows_in(runs)
    mask[held[np.random.default_rng(3).random(len(held)) < share]] = True
    return Spanned(mask, runs)


def assert_same(found: Found, expected: Found) -> None:
    """The same rows in the same order, with the same scores."""
    np.testing.assert_allclose(found.scores, expected.scores, atol=ROUNDING)
    apart = np.abs(np.diff(expected.scores)) > ROUNDING
    certain = np.append(True, apart) & np.append(apart, True) if len(expected.rows) else np.empty(0, np.bool_)
    np.testing.assert_array_equal(found.rows[certain], expected.rows[certain])
    assert sorted(found.rows.tolist()) == sorted(expected.rows.tolist())


def recall(found: Found, expected: Found) -> float:
    return len(np.intersect1d(found.rows, expected.rows)) / len(expected.rows)


def prefer(way: str, patch: pytest.MonkeyPatch) -> NDArray[np.int64]:
    """Runs for which the planner takes that way at this small size, whatever the number wanted; the clusters of these
    vectors are more blurred than those of occupations, and more rows are seen."""
    patch.setattr(geo_ivf, "ENOUGH", 2000)
    patch.setattr(geo_ivf, "FEW_IN_REACH", N + 1000 if way == IN_ORDER else 0)
    patch.setattr(geo_ivf, "MEANING_NS", 0.1 if way == "_ByMeaning" else 1e9)
    return whole(N) if way == "_ByMeaning" else clumps()


def test_the_country_is_searched_by_meaning_and_a_part_of_it_by_place(
    index: GeoIvfIndex, vectors: NDArray[np.float16], ways: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """By what the two ways cost, with nothing changed but the number of rows that is enough."""
    monkeypatch.setattr(geo_ivf, "ENOUGH", 300)
    monkeypatch.setattr(geo_ivf, "FEW_IN_REACH", 1000)
    (query,) = some_queries(vectors, 1)
    index.search(query, 10, selection_of(0.5, whole(N)))
    index.search(query, 10, selection_of(0.5, np.array([[1000, 4000]])))
    assert ways == ["_ByMeaning", "_ByPlace"]


@pytest.mark.parametrize("share", [0.001, 0.01, 0.1, 0.4, 1.0])
@pytest.mark.parametrize("way", WAYS)
def test_what_is_nearest_is_found_under_any_filter(
    index: GeoIvfIndex,
    exact: ExactIndex,
    vectors: NDArray[np.float16],
    ways: list[str],
    monkeypatch: pytest.MonkeyPatch,
    way: str,
    share: float,
) -> None:
    """Of these vectors, blurred on purpose, the first hundred go beyond the two thousand rows that are enough."""
    selection = selection_of(share, prefer(way, monkeypatch))
    queries = some_queries(vectors, 40)
    for k, least in ((10, 0.99), (100, 0.99 if share <= 0.1 else 0.96)):
        recalls = []
        for query in queries:
            found, expected = index.search(query, k, selection), exact.search(query, k, selection)
            assert len(found.rows) == len(expected.rows) == min(k, int(selection.mask.sum()))
            assert selection.mask[found.rows].all()
            assert (np.lexsort((found.rows, -found.scores)) == np.arange(len(found.rows))).all()
            products = vectors[found.rows].astype(np.float32) @ query
            np.testing.assert_allclose(found.scores, products, atol=ROUNDING)
            recalls.append(recall(found, expected))
        assert np.mean(recalls) >= least
    assert set(ways) == {way} - {IN_ORDER}


def test_selections_of_the_same_runs_have_them_read_once(
    index: GeoIvfIndex, vectors: NDArray[np.float16], ways: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    wide = selection_of(0.8, prefer("_ByPlace", monkeypatch))
    narrow = Spanned(wide.mask & (np.arange(N) % 5 == 0), wide.spans)
    for query in some_queries(vectors, 10):
        ways.clear()
        both = index.search_each(query, 100, [narrow, wide])
        assert ways == ["_ByPlace"]
        for found, selection in zip(both, (narrow, wide), strict=True):
            alone = index.search(query, 100, selection)
            np.testing.assert_array_equal(found.rows, alone.rows)
            np.testing.assert_array_equal(found.scores, alone.scores)


@pytest.mark.parametrize("way", ["_ByPlace", "_ByMeaning"])
def test_most_rows_are_never_put_to_the_filters(
    index: GeoIvfIndex, vectors: NDArray[np.float16], monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    selection = selection_of(0.5, prefer(way, monkeypatch))
    n_reach = len(rows_in(selection.spans))
    for query in some_queries(vectors, 10):
        selection.tested.clear()
        index.search(query, 100, selection)
        assert geo_ivf.ENOUGH <= sum(selection.tested) < 0.6 * n_reach


@pytest.mark.parametrize(("way", "most_steps"), [("_ByPlace", geo_ivf.MOST_PICKS), ("_ByMeaning", 10)])
def test_rows_that_thin_out_away_from_the_query_are_not_sought_in_many_small_steps(
    index: GeoIvfIndex, vectors: NDArray[np.float16], monkeypatch: pytest.MonkeyPatch, way: str, most_steps: int
) -> None:
    """A family's rows are in the nearest clusters: what those let through says little of the others."""
    (query,) = some_queries(vectors, 1)
    runs = prefer(way, monkeypatch)
    selection = selection_of(0.02, runs)
    held = rows_in(runs)
    selection.mask[held[np.argsort(-(vectors[held].astype(np.float32) @ query))[:1500]]] = True
    assert len(index.search(query, 50, selection).rows) == 50
    assert 1 <= len(selection.tested) <= most_steps


def test_rows_out_of_reach_are_left_out_by_meaning_too(
    index: GeoIvfIndex,
    exact: ExactIndex,
    vectors: NDArray[np.float16],
    ways: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Lists of clusters know nothing of places: their rows are not known to lie in the spans."""
    prefer("_ByMeaning", monkeypatch)
    selection = selection_of(0.8, clumps())
    for query in some_queries(vectors, 10):
        found = index.search(query, 50, selection)
        assert selection.mask[found.rows].all()
        assert recall(found, exact.search(query, 50, selection)) > 0.9
    assert set(ways) == {"_ByMeaning"}


def test_few_rows_in_reach_are_all_seen(
    index: GeoIvfIndex, exact: ExactIndex, vectors: NDArray[np.float16], ways: list[str]
) -> None:
    selection = selection_of(0.7, np.array([[10, 900], [1500, 2000], [29_900, N]]))
    for query in some_queries(vectors, 10):
        assert_same(index.search(query, 100, selection), exact.search(query, 100, selection))
    assert ways == []


def farthest_clusters(index: GeoIvfIndex, query: NDArray[np.float32], n: int) -> NDArray[np.bool_]:
    """(N,) rows of the n clusters that are farthest from the query."""
    ranks = index._meaning.ranks(query)
    assert len(ranks) == N // ROWS_PER_CLUSTER
    return np.isin(index._meaning.clusters, ranks[-n:])


@pytest.mark.parametrize("k", [10, 40, 200])
@pytest.mark.parametrize("n_allowed", [1, 40, 150])
@pytest.mark.parametrize("way", WAYS)
def test_rows_as_far_from_the_query_as_can_be_are_found_all_the_same(
    index: GeoIvfIndex,
    exact: ExactIndex,
    vectors: NDArray[np.float16],
    ways: list[str],
    monkeypatch: pytest.MonkeyPatch,
    way: str,
    n_allowed: int,
    k: int,
) -> None:
    """A filter that lets through nothing of what the query means costs time, never an answer."""
    runs = prefer(way, monkeypatch)
    for query in some_queries(vectors, 5):
        mask = farthest_clusters(index, query, 8)
        mask[np.setdiff1d(np.arange(N), rows_in(runs))] = False
        mask[np.flatnonzero(mask)[n_allowed:]] = False
        assert mask.sum() == n_allowed
        selection = Spanned(mask, runs)
        found = index.search(query, k, selection)
        assert len(found.rows) == min(k, n_allowed)
        assert_same(found, exact.search(query, k, selection))
    assert set(ways) == {way} - {IN_ORDER}


@pytest.mark.parametrize("k", [1, 100, 400, 999])
@pytest.mark.parametrize("way", WAYS)
def test_of_a_thousand_equal_vectors_the_lowest_rows_come_first(
    index: GeoIvfIndex, vectors: NDArray[np.float16], monkeypatch: pytest.MonkeyPatch, way: str, k: int
) -> None:
    selection = selection_of(0.9, prefer(way, monkeypatch))
    allowed = TWINS[selection.mask[TWINS]]
    found = index.search(vectors[TWINS[0]].astype(np.float32), k, selection)
    n_equal = min(k, len(allowed))
    np.testing.assert_array_equal(found.rows[:n_equal], allowed[:n_equal])
    assert len(set(found.scores[:n_equal].tolist())) == 1
    assert (found.scores[n_equal:] < found.scores[0]).all()


@pytest.mark.parametrize("way", WAYS)
def test_rows_added_since_are_found_with_the_written_ones(
    index: GeoIvfIndex, exact: ExactIndex, vectors: NDArray[np.float16], monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    written = prefer(way, monkeypatch)
    queries = some_queries(vectors, 20)
    more = np.concatenate([queries, -queries, vectors[:460].astype(np.float32)])
    for each in (index, exact):
        each.add(more[:100])
        each.add(more[100:])
    mask = np.append(selection_of(0.5, written).mask, np.arange(len(more)) % 3 > 0)
    selection = Spanned(mask, np.concatenate([written, [[N, N + len(more)]]]))
    for number, query in enumerate(queries):
        found, expected = index.search(query, 50, selection), exact.search(query, 50, selection)
        assert (found.rows[0] == N + number) == (number % 3 > 0)
        added = expected.rows[expected.rows >= N]
        np.testing.assert_array_equal(found.rows[found.rows >= N][: len(added)], added)
        assert recall(found, expected) >= 0.85
        assert selection.mask[found.rows].all()


def test_an_answer_is_the_same_each_time_and_from_several_threads(
    index: GeoIvfIndex, vectors: NDArray[np.float16]
) -> None:
    selections = [selection_of(0.3, whole(N)), selection_of(0.8, clumps()), selection_of(1.0, np.array([[0, 900]]))]
    asked = [(query, selection) for query in some_queries(vectors, 30) for selection in selections]

    def answer(question: tuple[NDArray[np.float32], Spanned]) -> tuple[bytes, bytes]:
        found = index.search(question[0], 100, question[1])
        return found.rows.tobytes(), found.scores.tobytes()

    alone = [answer(question) for question in asked]
    assert alone == [answer(question) for question in reversed(asked)][::-1]
    with ThreadPoolExecutor(4) as pool:
        rounds = [pool.map(answer, asked) for _ in range(4)]
        for answers in rounds:
            assert list(answers) == alone


ANOTHER = """
import sys
from pathlib import Path
import numpy as np
from matching.index.base import MaskSelection
from matching.index.geo_ivf import GeoIvfIndex

index = GeoIvfIndex.load(Path(sys.argv[1]))
mask = np.random.default_rng(3).random(len(index)) < 0.3
for row in range(20):
    found = index.search(index.vectors(np.array([row * 1000]))[0], 100, MaskSelection(mask))
    print(found.rows.tobytes().hex(), found.scores.tobytes().hex())
"""


def test_two_processes_give_the_same_answers(folder: Path) -> None:
    command = [sys.executable, "-c", ANOTHER, str(folder)]
    with (
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as one,
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as other,
    ):
        told = [process.communicate()[0] for process in (one, other)]
    assert told[0] == told[1]
    assert len(told[0].splitlines()) == 20


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_the_same_vectors_written_twice_are_the_same_files(
    folder: Path, vectors: NDArray[np.float16], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the blocks they come in."""
    monkeypatch.setattr(geo_ivf, "ROWS_PER_CLUSTER", ROWS_PER_CLUSTER)
    monkeypatch.setattr(geo_ivf, "SAMPLE_PER_CLUSTER", SAMPLE_PER_CLUSTER)
    GeoIvfIndex.write(tmp_path, DIM, N, blocks_of(vectors, size=1111))
    assert contents(tmp_path) == contents(folder)


def test_every_row_is_in_one_list(index: GeoIvfIndex) -> None:
    meaning = index._meaning
    np.testing.assert_array_equal(np.sort(meaning.lists), np.arange(N))
    for cluster in range(len(meaning.centroids)):
        rows = meaning.lists[meaning.starts[cluster] : meaning.starts[cluster + 1]]
        assert (meaning.clusters[rows] == cluster).all()
        assert (np.diff(rows) > 0).all()


@pytest.fixture(scope="module", params=["all of one", "mostly nothing"])
def odd(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Vectors that cannot be clustered: all equal; three rows among zeros."""
    rows = np.zeros((3000, DIM), dtype=np.float16)
    rows[:, 0] = 1 if request.param == "all of one" else 0
    rows[[5, 1700, 2999], 1] = 1
    place = tmp_path_factory.mktemp("odd")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(geo_ivf, "ROWS_PER_CLUSTER", 100)
        GeoIvfIndex.write(place, DIM, len(rows), blocks_of(rows))
    return place


def test_vectors_that_cannot_be_clustered_are_searched_all_the_same(odd: Path) -> None:
    index, exact = GeoIvfIndex.load(odd), ExactIndex.load(odd)
    selection = MaskSelection(np.arange(3000) % 2 == 1)
    for axis in (0, 1):
        query = np.eye(DIM, dtype=np.float32)[axis]
        found, expected = (each.search(query, 60, selection) for each in (index, exact))
        np.testing.assert_array_equal(found.rows, expected.rows)
        np.testing.assert_array_equal(found.scores, expected.scores)
