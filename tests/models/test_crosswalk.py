"""Ranking one list of labels against another."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.crosswalk import BLOCK, label_vectors, nearest, rank
from models.encoder import Encoder, unit

CORPUS = np.array([[1, 0], [0, 1], [0.6, 0.8], [1, 0]], dtype=np.float32)


def test_nearest_comes_first_and_ties_keep_the_order_of_the_corpus() -> None:
    rows, cosines = nearest(np.array([[1, 0], [0, 1], [0, 0]], dtype=np.float32), CORPUS, 4)
    assert rows.tolist() == [[0, 3, 2, 1], [1, 2, 0, 3], [0, 1, 2, 3]]
    np.testing.assert_allclose(cosines, [[1, 1, 0.6, 0], [1, 0.8, 0, 0], [0, 0, 0, 0]], atol=1e-6)
    assert (rows.dtype, cosines.dtype) == (np.int64, np.float32)


@pytest.mark.parametrize(("k", "depth"), [(0, 0), (1, 1), (4, 4), (100, 4)])
def test_no_more_than_the_corpus_is_given(k: int, depth: int) -> None:
    rows, cosines = nearest(CORPUS[:2], CORPUS, k)
    assert rows.shape == cosines.shape == (2, depth)


def test_nothing_asked_and_nothing_to_find() -> None:
    assert nearest(CORPUS[:0], CORPUS, 2)[0].shape == (0, 2)
    assert nearest(CORPUS, CORPUS[:0], 2)[0].shape == (4, 0)


@given(st.integers(0, 1000), st.integers(1, 9))
@settings(max_examples=30)
def test_rows_are_those_of_a_stable_sort(seed: int, k: int) -> None:
    """Whole numbers: many ties, exact sums."""
    draw = np.random.default_rng(seed)
    queries, corpus = (draw.integers(-1, 2, size=(n, 3)).astype(np.float32) for n in (4, 7))
    rows, cosines = nearest(queries, corpus, k)
    for row, query in enumerate(queries):
        scores = (corpus @ query).tolist()
        expected = sorted(range(7), key=lambda place: (-scores[place], place))[:k]
        assert rows[row].tolist() == expected
        assert cosines[row].tolist() == [scores[place] for place in expected]


def test_more_queries_than_a_block() -> None:
    rows, _ = nearest(np.tile(CORPUS[:2], (BLOCK, 1)), CORPUS, 1)
    assert rows[:, 0].tolist() == [0, 1] * BLOCK


def test_a_label_in_two_genders_is_the_mean_of_both(encoder: Encoder) -> None:
    both = label_vectors(["Boulanger / Boulangère (H/F)"], encoder)
    np.testing.assert_allclose(both, unit(encoder.encode(["Boulanger"]) + encoder.encode(["Boulangère"])), atol=1e-6)
    np.testing.assert_allclose(label_vectors(["Fleuriste"], encoder), encoder.encode(["Fleuriste"]), atol=1e-6)


def test_labels_find_themselves_and_one_without_a_word_nothing(encoder: Encoder) -> None:
    labels = ["Boulanger / Boulangère", "Soudeur / Soudeuse", "Fleuriste"]
    rows, cosines = rank([*labels, "!!"], labels, encoder, 1)
    assert rows[:, 0].tolist() == [0, 1, 2, 0]
    np.testing.assert_allclose(cosines[:, 0], [1, 1, 1, 0], atol=1e-5)
