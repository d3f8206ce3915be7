"""The encoder on true ROME texts: job titles it never saw find their occupation more often than by shared letters."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer

from features.rome.archive import read_archive
from features.text import without_gender_marks
from models.encoder import Encoder, unit
from models.encoder_fit import Corpus, fit, rome_corpus

pytestmark = [pytest.mark.open_data, pytest.mark.slow]

ONE_IN = 3
"""Occupations that are kept, so that fitting takes seconds: one in three, with all their texts."""
HELD_OUT = 600


class HeldOut:
    """A third of ROME without some of its appellations, and those appellations with their occupation."""

    def __init__(self, archive: Path) -> None:
        rome = read_archive(archive)
        kept = np.flatnonzero(rome.appellation_occupation % ONE_IN == 0)
        held = np.random.default_rng(0).permutation(kept)[:HELD_OUT]
        whole = rome_corpus(rome, without=frozenset(held.tolist()))
        rows = np.flatnonzero(whole.occupations % ONE_IN == 0)
        self.corpus = Corpus(
            tuple(whole.texts[row] for row in rows), whole.occupations[rows] // ONE_IN, whole.weights[rows]
        )
        self.titles = [without_gender_marks(rome.appellation_labels[row]) for row in held.tolist()]
        self.truth: NDArray[np.int64] = rome.appellation_occupation[held].astype(np.int64) // ONE_IN
        self.encoder: Encoder = fit(self.corpus, dim=128)


@pytest.fixture(scope="module")
def held_out(open_data: Path) -> HeldOut:
    return HeldOut(open_data / "rome")


def test_titles_never_seen_find_their_occupation(held_out: HeldOut) -> None:
    """Measured .70 first and .88 in five; character TF-IDF .68 first (standard error .019)."""
    vectors = held_out.encoder.encode(held_out.corpus.texts) * held_out.corpus.weights[:, None]
    sums = np.zeros((held_out.corpus.occupations.max() + 1, held_out.encoder.dim), dtype=np.float32)
    np.add.at(sums, held_out.corpus.occupations, vectors)
    ranked = np.argsort(-(held_out.encoder.encode(held_out.titles) @ unit(sums).T), axis=1)
    assert (ranked[:, 0] == held_out.truth).mean() > 0.65
    assert (ranked[:, :5] == held_out.truth[:, None]).any(axis=1).mean() > 0.83


def test_the_nearest_text_is_right_more_often_than_by_shared_letters(held_out: HeldOut) -> None:
    corpus = held_out.corpus
    nearest = np.argmax(held_out.encoder.encode(held_out.titles) @ held_out.encoder.encode(corpus.texts).T, axis=1)
    letters = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), strip_accents="unicode", sublinear_tf=True)
    table = letters.fit_transform(corpus.texts)
    by_letters = np.argmax((letters.transform(held_out.titles) @ table.T).toarray(), axis=1)
    right = (corpus.occupations[nearest] == held_out.truth).mean()
    assert right > 0.67
    assert right > (corpus.occupations[by_letters] == held_out.truth).mean()
