"""Ranking one list of labels against another, for people who align nomenclatures.

By the encoder's cosine alone: on appellations held out of everything, adding a TF-IDF cosine of character n-grams
found the right ESCO occupation less often at every weight tried (.405 first without it, .386 at a fifth, .298 alone).
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from features.rome.gender import forms
from features.text import without_gender_marks
from models.encoder import TextEncoder, unit

BLOCK = 256
MOST_COSINES = 20_000_000
"""Cosines held at once: 80 MB, whatever the corpus."""


def label_vectors(labels: Sequence[str], encoder: TextEncoder) -> NDArray[np.float32]:
    """Unit vectors of labels, float32 (len(labels), dim); one in two genders is the mean of both."""
    pairs = [forms(without_gender_marks(label)) for label in labels]
    return unit(encoder.encode([first for first, _ in pairs]) + encoder.encode([second for _, second in pairs]))


def nearest(
    queries: NDArray[np.float32], corpus: NDArray[np.float32], k: int
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Rows of the corpus, best first, and their cosines: int64 and float32, (queries, min(k, corpus)).

    Ties keep the order of the corpus. A label without a word has cosine 0 with everything.
    """
    depth = min(k, len(corpus))
    rows = np.empty((len(queries), depth), dtype=np.int64)
    scores = np.empty((len(queries), depth), dtype=np.float32)
    block = max(1, min(BLOCK, MOST_COSINES // max(1, len(corpus))))
    for start in range(0, len(queries) if depth else 0, block):
        for row, cosines in enumerate(queries[start : start + block] @ corpus.T, start):
            last = np.partition(cosines, len(cosines) - depth)[len(cosines) - depth]
            near = np.flatnonzero(cosines >= last)
            rows[row] = near[np.argsort(-cosines[near], kind="stable")[:depth]]
            scores[row] = cosines[rows[row]]
    return rows, scores


def rank(
    queries: Sequence[str], corpus: Sequence[str], encoder: TextEncoder, k: int
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """The `k` labels of `corpus` nearest to each query: `nearest` of their `label_vectors`."""
    return nearest(label_vectors(queries, encoder), label_vectors(corpus, encoder), k)
