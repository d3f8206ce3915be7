"""Vectors of ROME occupations, and the occupation nearest to a text."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.rome.referential import Rome
from models.encoder import Encoder, unit
from models.encoder_fit import rome_corpus


@dataclass(frozen=True)
class OccupationVectors:
    """`vectors` float32 (n_occupations, dim), unit rows in ROME row order."""

    vectors: NDArray[np.float32]

    @classmethod
    def of(cls, encoder: Encoder, rome: Rome) -> "OccupationVectors":
        """Each occupation is the weighted mean of its appellations, label, definition and core skills."""
        corpus = rome_corpus(rome)
        sums = np.zeros((rome.n_occupations, encoder.dim), dtype=np.float32)
        np.add.at(sums, corpus.occupations, encoder.encode(corpus.texts) * corpus.weights[:, None])
        return cls(unit(sums))

    def nearest(self, vectors: NDArray[np.float32]) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """For each row of `vectors` (n, dim): the row of the closest occupation, and the cosine."""
        cosines = vectors @ self.vectors.T
        best = np.argmax(cosines, axis=1)
        return best, cosines[np.arange(len(best)), best]
