"""The encoder that ships with numpy alone: unit vectors that survive the disk."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

import models.encoder
from features.rome.referential import Rome
from models.encoder import BLOCK, FEW, LAYER, Encoder, Layer, unit
from models.words import Hashing, distinct_words
from tests.models.made import BUCKETS, DIM, random_encoder

WORDLESS = ["", "  ", "!?", "😀😀", "\x00\x01"]
TITLES = ["boulanger", "", "aide soignante de nuit", "C++", "!!", "chauffeur PL"]


def test_rows_have_unit_length(encoder: Encoder, rome: Rome) -> None:
    vectors = encoder.encode(rome.appellation_labels)
    assert vectors.shape == (rome.n_appellations, DIM)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_a_text_without_a_word_is_a_row_of_zeros(encoder: Encoder) -> None:
    vectors = encoder.encode([*WORDLESS, "soudeur"])
    assert not vectors[:-1].any()
    assert vectors[-1].any()
    assert encoder.encode([]).shape == (0, DIM)


@given(st.lists(st.sampled_from([*TITLES, *WORDLESS]), max_size=12))
@settings(max_examples=30)
def test_a_batch_is_its_texts_one_by_one(encoder: Encoder, texts: list[str]) -> None:
    together = encoder.encode(texts)
    for row, text in enumerate(texts):
        np.testing.assert_allclose(encoder.encode([text])[0], together[row], atol=1e-6)


def test_more_texts_than_a_block(encoder: Encoder) -> None:
    vectors = encoder.encode(["aide soignante", "maçon", "comptable"] * (BLOCK // 3 + 2))
    np.testing.assert_allclose(vectors[3:], vectors[:-3], atol=1e-6)


def test_texts_are_the_sums_of_their_words_in_order(encoder: Encoder) -> None:
    """Few texts are added one by one, many by a matrix: to the same numbers, to the bit."""
    texts = [f"{title} {place} équipe du soir" for place in range(9) for title in TITLES]
    words = [distinct_words(text) for text in texts]
    assert len(words) > FEW
    expected = np.zeros((len(words), DIM), np.float32)
    for row, told in enumerate(words):
        for word in told:
            expected[row] += encoder.word(word)
    np.testing.assert_array_equal(encoder._sums(words), expected)
    np.testing.assert_array_equal(np.concatenate([encoder._sums([told]) for told in words]), expected)
    assert not encoder._sums([[]] * (FEW + 1)).any()


def test_a_text_by_hand() -> None:
    """Two buckets, no layer: "a" is twice in bucket 0, as " a " and as a whole, "b" twice in bucket 1."""
    hashing = Hashing(n_buckets=2)
    assert (hashing.buckets("a").tolist(), hashing.buckets("b").tolist()) == ([0, 0], [1, 1])
    encoder = Encoder.of(np.array([[1.0, 0.0], [0.0, 2.0]]), hashing)
    np.testing.assert_allclose(encoder.word("b"), [0, 4], rtol=1e-3)
    np.testing.assert_allclose(encoder.encode(["B", "b, A"]), [[0, 1], [1 / 5**0.5, 2 / 5**0.5]], rtol=1e-3)


def test_the_layer_by_hand() -> None:
    """outer · relu(inner · v + inner bias) + outer bias, the second unit shut: 3 · (1 + 0.5) + (0, 1)."""
    layer = Layer(
        np.array([[1, 0], [-1, 0]], np.float32),
        np.array([0.5, 0.5], np.float32),
        np.array([[3, 9], [0, 9]], np.float32),
        np.array([0, 1], np.float32),
    )
    np.testing.assert_allclose(layer(np.array([[1, 0]], np.float32)), [[4.5, 1]])
    np.testing.assert_array_equal(Layer.none(2)(np.array([[1, 0]], np.float32)), [[0, 0]])


@given(st.text(alphabet="abcdé /-", min_size=1, max_size=120), st.integers(2, 50))
@example("Conductrice de travaux du bâtiment", 200)
def test_a_title_said_many_times_has_the_vector_of_the_title_said_once(
    encoder: Encoder, title: str, times: int
) -> None:
    once, many = encoder.encode([title, " ".join([title] * times)])
    np.testing.assert_array_equal(once, many)


@given(st.integers(0, 2**32 - 1), st.floats(0.05, 100))
@settings(max_examples=40)
def test_rounding_is_within_half_a_step(seed: int, spread: float) -> None:
    """The scale is itself a float16, hence the margin."""
    table = np.random.default_rng(seed).normal(scale=spread, size=(20, 6))
    table[3] = 0
    found = Encoder.of(table)
    error = np.abs(found.vectors * found.scales[:, None] - table)
    assert (error <= found.scales[:, None] * 0.6).all()
    assert not found.vectors[3].any()
    assert np.abs(found.vectors).max(axis=1)[[0, 1, 2]].tolist() == [127, 127, 127]


def test_what_is_saved_is_loaded(encoder: Encoder, tmp_path: Path) -> None:
    encoder.save(tmp_path)
    loaded = Encoder.load(tmp_path)
    np.testing.assert_array_equal(loaded.encode(TITLES), encoder.encode(TITLES))
    assert loaded.fingerprint == encoder.fingerprint
    assert loaded.hashing == encoder.hashing


@pytest.mark.parametrize("part", ["inner", "inner_bias", "outer", "outer_bias"])
def test_the_fingerprint_changes_with_any_array_of_the_layer(part: str) -> None:
    table = np.eye(BUCKETS, DIM)
    layer = random_encoder().layer
    changed: NDArray[np.float32] = getattr(layer, part).copy()
    changed.flat[0] += 1
    given_prints = {
        Encoder.of(table, layer=each).fingerprint for each in (layer, layer, replace(layer, **{part: changed}))
    }
    assert len(given_prints) == 2


def test_the_fingerprint_changes_with_the_table_its_scales_and_the_hashing() -> None:
    table = np.random.default_rng(0).normal(size=(8, 4))
    flipped = table.copy()
    flipped[0] *= -1
    louder = table.copy()
    louder[0] *= 2
    encoders = [
        Encoder.of(table),
        Encoder.of(flipped),
        Encoder.of(louder),
        Encoder.of(table, Hashing(n_buckets=8, longest=4)),
    ]
    assert len({each.fingerprint for each in encoders}) == 4


def test_words_kept_are_bounded_and_forgetting_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [f"mot{number} mot{number % 3}" for number in range(40)]
    expected = random_encoder().encode(texts)
    monkeypatch.setattr(models.encoder, "KEPT_WORDS", 5)
    forgetful = random_encoder()
    np.testing.assert_array_equal(forgetful.encode(texts), expected)
    assert 0 < len(forgetful._words) <= 5


@pytest.mark.parametrize("shape", [{"n_buckets": 512}, {"dim": 8}])
def test_files_that_do_not_belong_together_are_refused(tmp_path: Path, shape: dict[str, int]) -> None:
    random_encoder(**shape).save(tmp_path)
    of_another = (tmp_path / LAYER).read_bytes()
    random_encoder().save(tmp_path)
    (tmp_path / LAYER).write_bytes(of_another)
    with pytest.raises(ValueError, match=f"{BUCKETS} buckets"):
        Encoder.load(tmp_path)


def test_a_table_of_another_size_than_its_hashing_is_refused() -> None:
    with pytest.raises(ValueError, match="32 buckets"):
        Encoder.of(np.zeros((16, 4)), Hashing(n_buckets=32))


def test_hostile_texts_are_answered(encoder: Encoder) -> None:
    vectors = encoder.encode(["a" * 1_000_000, "soudeur " * 1_000_000, "\x00soudeur\x07", "﷽" * 1000])
    np.testing.assert_allclose(vectors[2], vectors[1], atol=1e-6)
    assert np.isfinite(vectors).all()


def test_unit_leaves_zeros_and_its_argument() -> None:
    given_rows = np.array([[3, 4], [0, 0]], dtype=np.float32)
    np.testing.assert_allclose(unit(given_rows), [[0.6, 0.8], [0, 0]])
    np.testing.assert_array_equal(given_rows, [[3, 4], [0, 0]])
