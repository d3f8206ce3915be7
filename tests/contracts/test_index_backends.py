"""Every index backend of the registry, without being named here: what an index promises, judged by brute force."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from matching.index.base import Found, Index, MaskSelection, search_batch
from matching.index.cluster import Cluster
from matching.index.registry import BACKENDS, DEFAULT, ON_CLUSTER, Backend, backend
from tests.milvus_lite import HalfWritten, lite_cluster

DIM = 16
TOLERANCE = 2e-6
"""Float32 sums of 16 products may be taken in any order."""


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Cluster:
    return lite_cluster(tmp_path_factory.mktemp("lite"))


@pytest.fixture(params=[*BACKENDS, *ON_CLUSTER])
def kind(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Backend:
    if request.param in ON_CLUSTER:
        return HalfWritten(request.getfixturevalue("cluster"), tmp_path_factory.mktemp("written"))
    return backend(request.param)


def half(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """What is left of vectors kept as float16."""
    return vectors.astype(np.float16).astype(np.float32)


def unit_rows(n: int, seed: int = 0, dim: int = DIM) -> NDArray[np.float32]:
    vectors = np.random.default_rng(seed).normal(size=(n, dim)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def whole_numbers(n: int, seed: int) -> NDArray[np.float32]:
    """Few different products, all exact in float32: many ties."""
    return np.random.default_rng(seed).integers(-1, 2, size=(n, DIM)).astype(np.float32)


def filled(kind: Backend, vectors: NDArray[np.float32]) -> Index:
    if isinstance(kind, HalfWritten):
        return kind.filled(vectors)
    index = kind(vectors.shape[1])
    index.add(vectors)
    return index


def brute_force(vectors: NDArray[np.float32], query: NDArray[np.float32], k: int, mask: NDArray[np.bool_]) -> Found:
    """The answer by definition: best score first, equal scores by row."""
    scores = (half(vectors).astype(np.float64) @ query.astype(np.float64)).astype(np.float32)
    ordered = sorted(np.flatnonzero(mask).tolist(), key=lambda row: (-scores[row], row))[:k]
    rows = np.array(ordered, dtype=np.int64)
    return Found(rows, scores[rows])


def everything(n: int) -> MaskSelection:
    return MaskSelection(np.ones(n, dtype=np.bool_))


def assert_well_formed(found: Found, expected: Found) -> None:
    assert found.rows.dtype == np.int64
    assert found.scores.dtype == np.float32
    assert found.rows.shape == found.scores.shape == expected.rows.shape


@given(
    seed=st.integers(0, 2**32 - 1),
    n=st.integers(0, 200),
    k=st.integers(0, 220),
    share=st.floats(0, 1),
)
@settings(max_examples=60)
@pytest.mark.parametrize("name", BACKENDS)
def test_finds_what_brute_force_finds(name: str, seed: int, n: int, k: int, share: float) -> None:
    vectors = unit_rows(n, seed)
    query = unit_rows(1, seed + 1)[0]
    mask = np.random.default_rng(seed + 2).random(n) < share
    index = filled(backend(name), vectors)
    found = index.search(query, k, MaskSelection(mask))
    expected = brute_force(vectors, query, k, mask)
    assert_well_formed(found, expected)
    assert mask[found.rows].all()
    assert len(set(found.rows.tolist())) == len(found.rows)
    np.testing.assert_allclose(found.scores, expected.scores, atol=TOLERANCE)
    true_scores = half(vectors[found.rows]) @ query if len(found.rows) else found.scores
    np.testing.assert_allclose(found.scores, true_scores, atol=TOLERANCE)
    apart = np.abs(np.diff(expected.scores)) > 4 * TOLERANCE
    certain = np.append(True, apart) & np.append(apart, k >= mask.sum()) if len(expected.rows) else np.array([], bool)
    np.testing.assert_array_equal(found.rows[certain], expected.rows[certain])


@given(seed=st.integers(0, 2**32 - 1), n=st.integers(1, 120), k=st.integers(1, 130), share=st.floats(0.1, 1))
@settings(max_examples=60)
@pytest.mark.parametrize("name", BACKENDS)
def test_equal_scores_come_by_row_and_the_lowest_rows_are_kept(
    name: str, seed: int, n: int, k: int, share: float
) -> None:
    vectors = whole_numbers(n, seed)
    query = whole_numbers(1, seed + 1)[0]
    mask = np.random.default_rng(seed + 2).random(n) < share
    found = filled(backend(name), vectors).search(query, k, MaskSelection(mask))
    expected = brute_force(vectors, query, k, mask)
    np.testing.assert_array_equal(found.rows, expected.rows)
    np.testing.assert_array_equal(found.scores, expected.scores)


def test_the_same_vector_many_times_gives_the_lowest_rows(kind: Backend) -> None:
    """Offers of one title have one vector: which of them are retrieved does not depend on the backend."""
    vectors = np.repeat(unit_rows(3, 5, dim=199), 700, axis=0)
    found = filled(kind, vectors).search(vectors[0], 400, everything(len(vectors)))
    np.testing.assert_array_equal(found.rows, np.arange(400))
    assert len(set(found.scores.tolist())) == 1


def test_several_selections_at_once_are_those_selections_one_by_one(kind: Backend) -> None:
    vectors, query = unit_rows(400), unit_rows(1, 9)[0]
    index = filled(kind, vectors)
    selections = [MaskSelection(np.random.default_rng(seed).random(400) < share) for seed, share in ((1, 0.1), (2, 1))]
    for found, selection in zip(index.search_each(query, 20, selections), selections, strict=True):
        alone = index.search(query, 20, selection)
        np.testing.assert_array_equal(found.rows, alone.rows)
        np.testing.assert_array_equal(found.scores, alone.scores)
    assert index.search_each(query, 20, []) == []


def test_nothing_allowed_or_nothing_asked_gives_nothing(kind: Backend) -> None:
    index = filled(kind, unit_rows(20))
    query = unit_rows(1, 9)[0]
    for k, mask in ((5, np.zeros(20, bool)), (0, np.ones(20, bool)), (0, np.zeros(20, bool))):
        found = index.search(query, k, MaskSelection(mask))
        assert_well_formed(found, Found(np.empty(0, np.int64), np.empty(0, np.float32)))


def test_an_empty_index_answers_nothing(kind: Backend) -> None:
    index = kind(DIM)
    assert (len(index), index.dim) == (0, DIM)
    assert len(index.search(unit_rows(1)[0], 3, everything(0)).rows) == 0
    index.add(np.empty((0, DIM), dtype=np.float32))
    assert len(index) == 0


def test_more_asked_than_allowed_gives_all_that_is_allowed(kind: Backend) -> None:
    vectors = unit_rows(30)
    mask = np.zeros(30, dtype=np.bool_)
    mask[[3, 7, 29]] = True
    found = filled(kind, vectors).search(vectors[7], 1000, MaskSelection(mask))
    assert set(found.rows.tolist()) == {3, 7, 29}
    assert found.rows[0] == 7


@pytest.mark.parametrize("shape", [(4, DIM + 1), (4, DIM - 1), (DIM,), (2, DIM, 1)])
def test_vectors_of_another_dimension_are_refused(kind: Backend, shape: tuple[int, ...]) -> None:
    index = filled(kind, unit_rows(2))
    with pytest.raises(ValueError, match=str(DIM)):
        index.add(np.zeros(shape, dtype=np.float32))
    assert len(index) == 2


@pytest.mark.parametrize("shape", [(DIM + 1,), (1, DIM), (0,)])
def test_a_query_of_another_dimension_is_refused(kind: Backend, shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=str(DIM)):
        filled(kind, unit_rows(2)).search(np.zeros(shape, dtype=np.float32), 1, everything(2))


@pytest.mark.parametrize("length", [0, 9, 11])
def test_a_selection_of_another_length_is_refused(kind: Backend, length: int) -> None:
    with pytest.raises(ValueError, match="10 rows"):
        filled(kind, unit_rows(10)).search(unit_rows(1)[0], 1, everything(length))


@given(cuts=st.lists(st.integers(0, 90), max_size=6), seed=st.integers(0, 1000))
@settings(max_examples=25)
@pytest.mark.parametrize("name", BACKENDS)
def test_adding_in_pieces_is_adding_at_once(name: str, cuts: list[int], seed: int) -> None:
    vectors = unit_rows(90, seed)
    whole, pieces = filled(backend(name), vectors), backend(name)(DIM)
    for piece in np.split(vectors, sorted(cuts)):
        pieces.add(piece)
    query, selection = unit_rows(1, seed + 1)[0], MaskSelection(np.random.default_rng(seed).random(90) < 0.5)
    first, second = whole.search(query, 20, selection), pieces.search(query, 20, selection)
    np.testing.assert_array_equal(first.rows, second.rows)
    np.testing.assert_array_equal(first.scores, second.scores)
    np.testing.assert_array_equal(whole.vectors(np.arange(90)), pieces.vectors(np.arange(90)))


def test_vectors_come_back_as_float16_kept_them(kind: Backend) -> None:
    vectors = unit_rows(50)
    index = filled(kind, vectors)
    rows = np.array([49, 0, 7, 7], dtype=np.int64)
    assert index.vectors(rows).dtype == np.float32
    np.testing.assert_array_equal(index.vectors(rows), half(vectors[rows]))
    assert index.vectors(np.empty(0, dtype=np.int64)).shape == (0, DIM)


def test_arguments_are_left_as_they_were(kind: Backend) -> None:
    vectors, query, mask = unit_rows(40), unit_rows(1, 3)[0], np.arange(40) % 3 == 0
    before = vectors.copy(), query.copy(), mask.copy()
    index = filled(kind, vectors)
    index.search(query, 10, MaskSelection(mask))
    stored = index.vectors(np.arange(40))
    stored[:] = 0
    np.testing.assert_array_equal(index.vectors(np.arange(40)), half(vectors))
    for after, kept in zip((vectors, query, mask), before, strict=True):
        np.testing.assert_array_equal(after, kept)


@pytest.mark.parametrize("n", [0, 1, 60])
def test_what_is_saved_is_loaded_and_grows_on(kind: Backend, tmp_path: Path, n: int) -> None:
    vectors, more, query = unit_rows(n, 1), unit_rows(17, 2), unit_rows(1, 3)[0]
    index = filled(kind, vectors)
    written = half(vectors).astype(np.float16)
    kind.write(tmp_path, DIM, n, lambda: iter([written[: n // 3], written[n // 3 :]]))
    loaded = kind.load(tmp_path)
    assert (len(loaded), loaded.dim) == (n, DIM)
    np.testing.assert_array_equal(loaded.vectors(np.arange(n)), index.vectors(np.arange(n)))
    for each in (index, loaded):
        each.add(more)
    mask = np.random.default_rng(4).random(n + 17) < 0.7
    one, other = index.search(query, 25, MaskSelection(mask)), loaded.search(query, 25, MaskSelection(mask))
    np.testing.assert_array_equal(one.rows, other.rows)
    elsewhere = isinstance(kind, HalfWritten)  # sums of its own
    np.testing.assert_allclose(one.scores, other.scores, rtol=0, atol=TOLERANCE if elsewhere else 0)
    expected = brute_force(np.concatenate([vectors, more]), query, 25, mask)
    np.testing.assert_allclose(other.scores, expected.scores, atol=TOLERANCE)


@pytest.mark.parametrize("n", [0, 40])
def test_a_batch_is_the_queries_one_by_one(kind: Backend, n: int) -> None:
    index, queries = filled(kind, unit_rows(n)), unit_rows(5, 3)
    selection = MaskSelection(np.random.default_rng(1).random(n) < 0.6)
    together = search_batch(index, queries, 7, selection)
    assert len(together) == 5
    for query, found in zip(queries, together, strict=True):
        alone = index.search(query, 7, selection)
        np.testing.assert_array_equal(found.rows, alone.rows)
        np.testing.assert_array_equal(found.scores, alone.scores)


@pytest.mark.parametrize(("announced", "given"), [(5, (3,)), (5, (3, 3)), (5, (5, 1)), (1, (2,)), (0, (1,)), (3, ())])
def test_another_number_of_vectors_than_announced_is_refused(
    kind: Backend, tmp_path: Path, announced: int, given: tuple[int, ...]
) -> None:
    with pytest.raises(ValueError, match=rf"{sum(given)} vectors were given, {announced} were announced"):
        kind.write(tmp_path, DIM, announced, lambda: (unit_rows(n).astype(np.float16) for n in given))


def test_the_same_vectors_are_written_as_the_same_files(kind: Backend, tmp_path: Path) -> None:
    vectors = unit_rows(200).astype(np.float16)
    folders = tmp_path / "one", tmp_path / "other"
    for folder, size in zip(folders, (200, 33), strict=True):
        folder.mkdir()
        kind.write(folder, DIM, 200, lambda size=size: (vectors[i : i + size] for i in range(0, 200, size)))
    one, other = ({path.name: path.read_bytes() for path in folder.iterdir()} for folder in folders)
    assert one == other


def test_a_row_past_the_end_is_refused(kind: Backend) -> None:
    with pytest.raises((IndexError, ValueError, RuntimeError)):
        filled(kind, unit_rows(5)).vectors(np.array([5]))


def test_names_give_classes_and_a_wrong_name_says_which_there_are() -> None:
    assert DEFAULT in BACKENDS
    for name in (DEFAULT, *ON_CLUSTER):
        with pytest.raises(ValueError, match=name):
            backend("hnsw")
