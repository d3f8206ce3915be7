"""Vectors of occupations: by hand on a two-dimensional encoder, and on the sample referential."""

import numpy as np

from features.rome.referential import Rome
from models.corpus import rome_corpus
from models.encoder import Encoder
from models.occupations import occupation_vectors
from tests.models.made import Spelled, bakery

HAND = Spelled({"Fournier": (1, 0), "Boulanger": (0, 1), "Fait le pain": (1, 0), "Pétrir": (0, -1), "Soudeur": (-1, 0)})


def test_an_occupation_is_the_weighted_mean_of_its_texts() -> None:
    """Appellation 1, label 2, definition 1, core skills 1: (1, 0) + 2 (0, 1) + (1, 0) + (0, -1) = (2, 1)."""
    np.testing.assert_allclose(occupation_vectors(HAND, bakery()), [[2 / 5**0.5, 1 / 5**0.5], [-1, 0]], atol=1e-6)


def test_rows_are_those_of_the_referential_and_have_unit_length(encoder: Encoder, rome: Rome) -> None:
    vectors = occupation_vectors(encoder, rome)
    assert vectors.shape == (rome.n_occupations, encoder.dim)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_the_corpus_has_every_text_but_those_held_out(rome: Rome) -> None:
    whole, without = rome_corpus(rome), rome_corpus(rome, without=frozenset({0, 5}))
    assert len(whole.texts) == len(whole.occupations) == len(whole.weights) == len(without.texts) + 2
    assert set(whole.occupations.tolist()) == set(range(rome.n_occupations))
    assert whole.occupations[:3].tolist() == rome.appellation_occupation[:3].tolist()
    assert all(whole.texts)
