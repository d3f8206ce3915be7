from itertools import permutations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.encoder import ModelUnusable
from models.oblivious import MOST_DEPTH, TREES, ObliviousTrees


def made(seed: int, n_trees: int = 5, depth: int = 3, n_features: int = 4, missing: bool = True) -> ObliviousTrees:
    generator = np.random.default_rng(seed)
    features = generator.integers(-1 if missing else 0, n_features, (n_trees, depth)).astype(np.int16)
    return ObliviousTrees(
        names=tuple(f"f{column}" for column in range(n_features)),
        features=features,
        borders=np.round(generator.normal(size=(n_trees, depth)), 1).astype(np.float32),
        missing_high=generator.random(n_features) < 0.5,
        leaves=generator.normal(size=(n_trees, 2**depth)),
        covers=generator.integers(0, 5, (n_trees, 2**depth)).astype(np.float32),
        bias=0.25,
    )


def matrix_of(seed: int, n: int, n_features: int = 4) -> np.ndarray:
    generator = np.random.default_rng([seed, 1])
    matrix = np.round(generator.normal(size=(n, n_features)), 1).astype(np.float32)
    matrix[generator.random(matrix.shape) < 0.2] = np.nan
    return matrix


def answers(trees: ObliviousTrees, tree: int, row: np.ndarray) -> list[int]:
    """The bit of each level, by the words of the contract."""
    bits = []
    for column, border in zip(trees.features[tree], trees.borders[tree], strict=True):
        if column < 0:
            bits.append(0)
        elif np.isnan(row[column]):
            bits.append(int(trees.missing_high[column]))
        else:
            bits.append(int(row[column] > border))
    return bits


def worth(trees: ObliviousTrees, tree: int, row: np.ndarray, known: set[int]) -> float:
    """A walk from the first question (the last level) to the leaves: known features answer, others are averaged."""
    bits = answers(trees, tree, row)

    def walk(level: int, leaf: int) -> tuple[float, float]:
        """(value, weight) below a node."""
        if level < 0:
            return float(trees.leaves[tree, leaf]), float(trees.covers[tree, leaf])
        if trees.features[tree, level] < 0:
            return walk(level - 1, leaf)
        (low, low_weight), (high, high_weight) = walk(level - 1, leaf), walk(level - 1, leaf + 2**level)
        total = low_weight + high_weight
        if int(trees.features[tree, level]) in known:
            return (high if bits[level] else low), total
        share = high_weight / total if total else 0.5
        return share * high + (1 - share) * low, total

    return walk(trees.features.shape[1] - 1, 0)[0]


def shapley_by_permutations(trees: ObliviousTrees, row: np.ndarray) -> np.ndarray:
    orders = list(permutations(range(len(trees.names))))
    found = np.zeros(len(trees.names))
    for tree in range(trees.n_trees):
        for order in orders:
            known: set[int] = set()
            for feature in order:
                before = worth(trees, tree, row, known)
                known.add(feature)
                found[feature] += (worth(trees, tree, row, known) - before) / len(orders)
    return found


def test_one_tree_by_hand() -> None:
    trees = ObliviousTrees(
        names=("a", "b"),
        features=np.array([[0, 1]], np.int16),
        borders=np.array([[0.5, 2.0]], np.float32),
        missing_high=np.array([False, True]),
        leaves=np.array([[1.0, 2.0, 10.0, 20.0]]),
        covers=np.array([[1, 1, 1, 1]], np.float32),
        bias=100.0,
    )
    matrix = np.array([[0, 0], [1, 0], [0.5, 3], [1, 3], [np.nan, np.nan]], np.float32)
    assert trees.margins(matrix).tolist() == [101, 102, 110, 120, 110]
    assert trees.expected == 100 + 33 / 4
    # a = 1, b = 3: mean 8.25; knowing a first 11 then 20, knowing b first 15 then 20
    brought = ((11 - 8.25) + (20 - 15)) / 2, ((15 - 8.25) + (20 - 11)) / 2
    assert np.allclose(trees.contributions(matrix)[3], brought)


@pytest.mark.parametrize("seed", range(6))
def test_contributions_are_the_shapley_values_of_the_definition(seed: int) -> None:
    trees, matrix = made(seed), matrix_of(seed, 4)
    wanted = np.array([shapley_by_permutations(trees, row) for row in matrix])
    assert np.allclose(trees.contributions(matrix), wanted)
    assert trees.expected == pytest.approx(trees.bias + sum(worth(trees, t, matrix[0], set()) for t in range(5)))


@settings(max_examples=40)
@given(st.integers(0, 10_000), st.integers(0, 7), st.integers(0, 5), st.integers(0, 4))
def test_contributions_add_up_to_the_margin(seed: int, n: int, n_trees: int, depth: int) -> None:
    trees, matrix = made(seed, n_trees, depth), matrix_of(seed, n)
    margins = trees.margins(matrix)
    leaf = [
        [sum(bit << level for level, bit in enumerate(answers(trees, t, row))) for t in range(n_trees)]
        for row in matrix
    ]
    assert np.allclose(margins, [0.25 + sum(trees.leaves[t, place] for t, place in enumerate(row)) for row in leaf])
    assert np.allclose(trees.contributions(matrix).sum(axis=1) + trees.expected, margins)
    assert (np.abs(trees.contributions(matrix)) <= trees.most + 1e-9).all()


@settings(max_examples=25)
@given(st.integers(0, 10_000), st.floats(-2, 2), st.integers(0, 4))
def test_margins_of_a_blend_add_up(seed: int, weight: float, depth: int) -> None:
    one, other = made(seed), made(seed + 1, depth=depth)
    other = ObliviousTrees(
        other.names, other.features, other.borders, one.missing_high, other.leaves, other.covers, 1.0
    )
    both = ObliviousTrees.blend([(one, 1.0), (other, weight)])
    matrix = matrix_of(seed, 6)
    assert np.allclose(both.margins(matrix), one.margins(matrix) + weight * other.margins(matrix))
    wanted = one.contributions(matrix) + weight * other.contributions(matrix)
    assert np.allclose(both.contributions(matrix), wanted)


def test_a_blend_reads_the_features_of_all() -> None:
    one = made(1)
    other = ObliviousTrees(
        ("new", "f1"), one.features.clip(-1, 1), one.borders, one.missing_high[[0, 1]], one.leaves, one.covers, 0.0
    )
    both = ObliviousTrees.blend([(one, 1.0), (other, 1.0)])
    assert both.names == ("f0", "f1", "f2", "f3", "new")
    matrix = matrix_of(3, 8, 5)
    assert np.allclose(both.margins(matrix), one.margins(matrix[:, :4]) + other.margins(matrix[:, [4, 1]]))


def test_a_blend_that_cannot_be_is_refused() -> None:
    one = made(1)
    flipped = ObliviousTrees(one.names, one.features, one.borders, ~one.missing_high, one.leaves, one.covers, 0.0)
    with pytest.raises(ValueError, match="f0 counts as high in one"):
        ObliviousTrees.blend([(one, 1.0), (flipped, 1.0)])
    with pytest.raises(ValueError, match="at least one"):
        ObliviousTrees.blend([])


def test_columns_in_another_order_are_read() -> None:
    trees, matrix = made(2), matrix_of(2, 9)
    wider = np.column_stack([matrix[:, 3], np.zeros(9, np.float32), matrix[:, [1, 0, 2]]])
    read = trees.reading(["f3", "other", "f1", "f0", "f2"])
    _ = trees.expected
    carried = trees.reading(["f3", "other", "f1", "f0", "f2"])
    assert carried._shapley is trees._shapley, "what was reckoned is not reckoned again"
    np.testing.assert_array_equal(read._shapley[0], carried._shapley[0])
    assert np.array_equal(read.margins(wider), trees.margins(matrix))
    with pytest.raises(ValueError, match="'f3'"):
        trees.reading(["f0", "f1", "f2"])


def test_a_matrix_of_another_width_is_refused() -> None:
    with pytest.raises(ValueError, match="4 features are read"):
        made(0).margins(np.zeros((2, 3), np.float32))


def test_saved_and_loaded(tmp_path: Path) -> None:
    trees, matrix = made(4), matrix_of(4, 20)
    trees.save(tmp_path)
    back = ObliviousTrees.load(tmp_path)
    assert back.names == trees.names
    assert np.array_equal(back.margins(matrix), trees.margins(matrix))
    assert np.array_equal(back.contributions(matrix), trees.contributions(matrix))


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("features", np.full((5, 3), 4, np.int16), "columns outside"),
        ("features", np.full((5, 3), -2, np.int16), "columns outside"),
        ("features", np.zeros((5, 3), np.int32), "int32 instead of int16"),
        ("features", np.zeros(3, np.int16), "1 dimensions"),
        ("features", np.zeros((5, MOST_DEPTH + 1), np.int16), "depth 9"),
        ("borders", np.full((5, 3), np.nan, np.float32), "borders has a value that is not finite"),
        ("borders", np.zeros((5, 2), np.float32), "borders has the shape"),
        ("missing_high", np.zeros(3, np.bool_), "missing_high has the shape"),
        ("leaves", np.full((5, 8), np.inf), "leaves has a value"),
        ("leaves", np.zeros((4, 8)), "leaves has the shape"),
        ("covers", np.full((5, 8), -1, np.float32), "negative"),
        ("bias", np.float64(np.nan), "bias has a value"),
        ("bias", np.zeros(2), "bias is not one"),
        ("names", np.array(["a", "a", "b", "c"]), "told twice"),
        ("names", np.array(["a", "", "b", "c"]), "empty"),
        ("names", np.arange(4), "not a list of words"),
        ("names", np.array(["a", "b", "c", None], dtype=object), "allow_pickle"),
        ("leaves", None, "leaves"),
    ],
)
def test_a_file_that_is_not_whole_is_refused(tmp_path: Path, name: str, value: object, said: str) -> None:
    trees = made(4)
    trees.save(tmp_path)
    with np.load(tmp_path / TREES) as read:
        arrays = dict(read)
    arrays.pop(name)
    if value is not None:
        arrays[name] = value
    np.savez(tmp_path / TREES, **arrays)
    with pytest.raises(ModelUnusable, match=said):
        ObliviousTrees.load(tmp_path)


def test_damaged_bytes_are_refused_or_harmless(tmp_path: Path) -> None:
    made(4).save(tmp_path)
    file = tmp_path / TREES
    whole = file.read_bytes()
    generator = np.random.default_rng(0)
    for place in generator.integers(0, len(whole), 150).tolist():
        damaged = bytearray(whole)
        damaged[place] ^= int(generator.integers(1, 256))
        file.write_bytes(damaged if generator.random() < 0.8 else damaged[:place])
        try:
            trees = ObliviousTrees.load(tmp_path)
        except ModelUnusable:
            continue
        assert np.isfinite(trees.margins(np.zeros((3, len(trees.names)), np.float32))).all()


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(ModelUnusable, match=TREES):
        ObliviousTrees.load(tmp_path)
