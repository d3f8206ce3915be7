"""The texts of the referential that say what each occupation is."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.rome.referential import Rome
from features.text import without_gender_marks


@dataclass(frozen=True)
class Corpus:
    """Texts with the occupation row each belongs to (int64) and its weight in the occupation's vector (float32)."""

    texts: tuple[str, ...]
    occupations: NDArray[np.int64]
    weights: NDArray[np.float32]


def rome_corpus(rome: Rome, without: frozenset[int] = frozenset()) -> Corpus:
    """The referential's texts; `without` holds out appellation rows for evaluation."""
    rows: list[tuple[str, int, float]] = [
        (label, int(occupation), 1.0)
        for row, (label, occupation) in enumerate(
            zip(rome.appellation_labels, rome.appellation_occupation, strict=True)
        )
        if row not in without
    ]
    for occupation in range(rome.n_occupations):
        skills, core = rome.skills_of(occupation)
        rows.append((rome.labels[occupation], occupation, 2.0))
        rows.append((rome.definitions[occupation], occupation, 1.0))
        rows.append((" ".join(rome.skill_labels[skill] for skill in skills[core]), occupation, 1.0))
    kept = [row for row in rows if row[0]]
    return Corpus(
        tuple(without_gender_marks(text) for text, _, _ in kept),
        np.array([occupation for _, occupation, _ in kept], dtype=np.int64),
        np.array([weight for _, _, weight in kept], dtype=np.float32),
    )
