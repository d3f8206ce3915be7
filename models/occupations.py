"""One vector for each ROME occupation."""

import numpy as np
from numpy.typing import NDArray

from features.rome.referential import Rome
from models.corpus import rome_corpus
from models.encoder import TextEncoder, unit


def occupation_vectors(encoder: TextEncoder, rome: Rome) -> NDArray[np.float32]:
    """(n_occupations, dim) unit rows in ROME row order: the mean of what each fiche says, by weight.

    Appellations, label, definition and core skills count as `rome_corpus` weighs them.
    """
    corpus = rome_corpus(rome)
    sums = np.zeros((rome.n_occupations, encoder.dim), dtype=np.float32)
    np.add.at(sums, corpus.occupations, encoder.encode(corpus.texts) * corpus.weights[:, None])
    return unit(sums)
