"""The encoder: unit vectors that survive the disk, and what fitting promises."""

from pathlib import Path

import numpy as np
import pytest

from features.rome.referential import Rome
from models.encoder import BATCH, Encoder, bag, unit
from models.encoder_fit import Corpus, fit, rome_corpus

TINY = Corpus(
    ("boulanger", "boulangère", "pâtissier", "soudeur", "soudeuse TIG", "chaudronnier"),
    np.array([0, 0, 0, 1, 1, 1]),
    np.ones(6, dtype=np.float32),
)


def test_rows_have_unit_length(encoder: Encoder, rome: Rome) -> None:
    vectors = encoder.encode(rome.appellation_labels[:300])
    assert vectors.shape == (300, encoder.dim)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_a_text_without_a_word_is_a_row_of_zeros(encoder: Encoder) -> None:
    vectors = encoder.encode(["", "soudeur", " -- ", "!?"])
    assert not vectors[[0, 2, 3]].any()
    assert vectors[1].any()
    assert encoder.encode([]).shape == (0, encoder.dim)


def test_a_batch_is_its_texts_one_by_one(encoder: Encoder, rome: Rome) -> None:
    batch = [*rome.labels, "", *rome.definitions][:120]
    together = encoder.encode(batch)
    for position, text in enumerate(batch):
        np.testing.assert_allclose(encoder.encode([text])[0], together[position], atol=1e-6)


def test_more_texts_than_a_block(encoder: Encoder) -> None:
    batch = ["aide soignante", "maçon", "comptable"] * (BATCH // 3 + 2)
    vectors = encoder.encode(batch)
    np.testing.assert_array_equal(vectors[:3], vectors[-3:])
    np.testing.assert_array_equal(vectors[BATCH - 1], vectors[(BATCH - 1) % 3])


def test_what_is_saved_is_loaded(encoder: Encoder, tmp_path: Path) -> None:
    encoder.save(tmp_path)
    loaded = Encoder.load(tmp_path)
    texts = ["aide soignante de nuit", "dév. web", ""]
    np.testing.assert_array_equal(loaded.encode(texts), encoder.encode(texts))
    assert loaded.fingerprint == encoder.fingerprint


def test_the_fingerprint_changes_with_the_vectors(encoder: Encoder) -> None:
    table = encoder.table.copy()
    table[0, 0] += 1
    assert Encoder.of(table, encoder.weights).fingerprint != encoder.fingerprint
    assert Encoder.of(encoder.table, encoder.weights + 1).fingerprint != encoder.fingerprint
    assert Encoder.of(encoder.table, encoder.weights).fingerprint == encoder.fingerprint


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    first, second = (fit(TINY, dim=8, n_buckets=512, seed=3) for _ in range(2))
    assert first.fingerprint == second.fingerprint
    for name, each in (("a", first), ("b", second)):
        (tmp_path / name).mkdir()
        each.save(tmp_path / name)
    assert (tmp_path / "a" / "encoder.npz").read_bytes() == (tmp_path / "b" / "encoder.npz").read_bytes()


def test_dimensions_are_fewer_than_occupations(rome: Rome) -> None:
    assert fit(TINY, dim=64, n_buckets=512).dim == 1


@pytest.mark.parametrize("occupations", [[], [0, 0, 0]])
def test_one_occupation_teaches_nothing(occupations: list[int]) -> None:
    rows = np.array(occupations, dtype=np.int64)
    corpus = Corpus(("soudeur",) * len(rows), rows, np.ones(len(rows), dtype=np.float32))
    with pytest.raises(ValueError, match="two occupations"):
        fit(corpus, dim=8, n_buckets=512)


def test_words_never_seen_are_read_through_their_letters(encoder: Encoder) -> None:
    """Spelling faults and endings share n-grams with the right form."""
    typed = encoder.encode(["infirmiere", "infirmeir", "infirmiére de nuit", "chauffeur poids lourd"])
    right = encoder.encode(["infirmier"])[0]
    cosines = typed @ right
    assert (cosines[:3] > cosines[3] + 0.2).all()


def test_texts_of_one_occupation_are_closer_than_others(encoder: Encoder, rome: Rome) -> None:
    vectors = encoder.encode(rome.appellation_labels)
    same = rome.appellation_occupation[:, None] == rome.appellation_occupation[None, :]
    np.fill_diagonal(same, False)
    cosines = vectors @ vectors.T
    assert cosines[same].mean() > cosines[~same].mean() + 0.3


def test_the_corpus_has_every_text_of_rome_but_those_held_out(rome: Rome) -> None:
    whole, without = rome_corpus(rome), rome_corpus(rome, without=frozenset({0, 5}))
    assert len(whole.texts) == len(whole.occupations) == len(whole.weights)
    assert len(whole.texts) == len(without.texts) + 2
    assert set(whole.occupations.tolist()) == set(range(rome.n_occupations))
    assert whole.occupations[:3].tolist() == rome.appellation_occupation[:3].tolist()


def test_a_bag_counts_in_logarithms() -> None:
    weights = np.full(64, 2, dtype=np.float32)
    once, thrice = bag(["ab"], 64), bag(["ab ab ab"], 64)
    np.testing.assert_allclose(thrice.toarray()[once.toarray() == 1], 1 + np.log(3), rtol=1e-6)
    np.testing.assert_allclose(bag(["ab"], 64, weights).toarray(), 2 * once.toarray())
    assert bag([], 64).shape == (0, 64)


def test_unit_leaves_zeros_and_its_argument() -> None:
    given = np.array([[3, 4], [0, 0]], dtype=np.float32)
    np.testing.assert_allclose(unit(given), [[0.6, 0.8], [0, 0]])
    np.testing.assert_array_equal(given, [[3, 4], [0, 0]])
