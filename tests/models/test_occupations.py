"""Vectors of occupations, by hand on a two-dimensional encoder, and by sense on the sample world."""

import numpy as np
from numpy.typing import NDArray

from features.rome.parts import AppellationRow, OccupationRow, RomeParts, SkillKind, SkillLinkRow, SkillRow
from features.rome.referential import Rome
from models.encoder import Encoder
from models.encoder_fit import rome_corpus
from models.occupations import OccupationVectors


def small_rome() -> Rome:
    return Rome.from_parts(
        RomeParts(
            version="test",
            occupations=[
                OccupationRow("A1101", "Boulanger", "A1101", "Fait le pain"),
                OccupationRow("A1102", "Soudeur", "A1102"),
            ],
            appellations=[AppellationRow("1", "Fournier", "Fournier", "A1101")],
            skills=[SkillRow("10", "Pétrir", SkillKind.KNOW_HOW), SkillRow("11", "Vendre", SkillKind.KNOW_HOW)],
            skill_links=[SkillLinkRow("A1101", "10", core=True), SkillLinkRow("A1101", "11")],
        )
    )


class Spelled:
    """Stands for an encoder: each known text has a vector written by hand."""

    dim = 2

    def __init__(self, vectors: dict[str, tuple[float, float]]) -> None:
        self.vectors = vectors

    def encode(self, texts: tuple[str, ...]) -> NDArray[np.float32]:
        return np.array([self.vectors[text] for text in texts], dtype=np.float32)


HAND = Spelled({"Fournier": (1, 0), "Boulanger": (0, 1), "Fait le pain": (1, 0), "Pétrir": (0, -1), "Soudeur": (-1, 0)})


def test_an_occupation_is_the_weighted_mean_of_its_texts() -> None:
    """Appellation 1, label 2, definition 1, core skills 1: (1, 0) + 2 (0, 1) + (1, 0) + (0, -1) = (2, 1)."""
    found = OccupationVectors.of(HAND, small_rome())  # type: ignore[arg-type]
    np.testing.assert_allclose(found.vectors, [[2 / 5**0.5, 1 / 5**0.5], [-1, 0]], atol=1e-6)
    assert len(found.texts) == len(found.occupation_of_text) == 5


def test_nearest_is_the_occupation_of_the_closest_text() -> None:
    """The mean of an occupation is not asked: "pétrir" is the baker's although the welder's mean is no further."""
    found = OccupationVectors.of(HAND, small_rome())  # type: ignore[arg-type]
    rows, cosines = found.nearest(np.array([[0, -1], [-0.6, 0.8], [-0.8, 0.6]], dtype=np.float32))
    assert rows.tolist() == [0, 0, 1]
    np.testing.assert_allclose(cosines, [1, 0.8, 0.8], atol=1e-6)


def test_nearest_of_nothing_and_of_many() -> None:
    found = OccupationVectors.of(HAND, small_rome())  # type: ignore[arg-type]
    rows, cosines = found.nearest(np.empty((0, 2), dtype=np.float32))
    assert rows.shape == cosines.shape == (0,)
    rows, _ = found.nearest(np.tile(np.array([[0, 1], [-1, 0]], dtype=np.float32), (1500, 1)))
    assert rows.tolist() == [0, 1] * 1500


def test_every_text_of_rome_finds_its_occupation(encoder: Encoder, rome: Rome) -> None:
    found = OccupationVectors.of(encoder, rome)
    assert found.vectors.shape == (rome.n_occupations, encoder.dim)
    np.testing.assert_allclose(np.linalg.norm(found.vectors, axis=1), 1, atol=1e-5)
    corpus = rome_corpus(rome)
    rows, cosines = found.nearest(encoder.encode(corpus.texts))
    assert (rows == corpus.occupations).mean() > 0.97  # a few texts stand under two occupations
    assert cosines.min() > 0.999
