"""What speaks for each fiche that a text may mean: one row of numbers a fiche.

Three kinds of evidence, each weak alone: meaning (cosines of the encoder to the fiche's names, to their mean and to
what the fiche says of the work), words (shared with one name, with any sentence of the fiche), and how much the trade
recruits. `models/tagger.py` weighs them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.rome.gender import forms
from features.rome.referential import Rome
from features.text import without_gender_marks
from models.encoder import TextEncoder, unit
from models.lexical import WordIndex
from models.names import Names

BY_MEANING = 60
BY_WORDS = 40
BY_CONTEXT = 15
CONTEXT_CHARACTERS = 1500

ABSOLUTE = (
    "mean_name", "best_name", "best_words", "both", "recall", "exact", "fiche_words", "work", "popular_names",
    "demand", "names", "context_name", "context_work", "context_words",
)  # fmt: skip
RELATIVE = 9
"""The first columns are also given as their distance to the best of the text's candidates."""
BEST_NAME, EXACT = ABSOLUTE.index("best_name"), ABSOLUTE.index("exact")
OF_CONTEXT = 3
"""The last columns of `ABSOLUTE`, also given as their distance to the best."""
FEATURES = len(ABSOLUTE) + RELATIVE + OF_CONTEXT + 2
CONTEXT_COLUMNS = [
    *range(len(ABSOLUTE) - OF_CONTEXT, len(ABSOLUTE)),
    *range(len(ABSOLUTE) + RELATIVE, len(ABSOLUTE) + RELATIVE + OF_CONTEXT),
    FEATURES - 1,
]


@dataclass(frozen=True, eq=False)
class Evidence:
    """Candidate fiches of one text."""

    fiches: NDArray[np.int64]
    """(candidates,) occupation rows, ascending."""
    appellations: NDArray[np.int64]
    """(candidates,) the appellation of each fiche that fits best."""
    features: NDArray[np.float32]
    """(candidates, FEATURES)."""
    in_context: bool
    """Whether a description or a sector speaks too."""

    def of_title_alone(self) -> NDArray[np.float32]:
        """`features` as they are for the same candidates without a context."""
        features = self.features.copy()
        features[:, CONTEXT_COLUMNS] = 0
        return features


class EvidenceIndex:
    """Everything known of the fiches, ready to be compared with texts."""

    def __init__(
        self,
        encoder: TextEncoder,
        rome: Rome,
        demand: NDArray[np.float32],
        others: Iterable[tuple[str, str]] = (),
        without: frozenset[int] = frozenset(),
    ) -> None:
        """`demand` (fiches,): how much the trade recruits, on any scale; `others` and `without` as `Names.of`."""
        self._encoder = encoder
        names = Names.of(encoder, rome, others, without)
        self._vectors = names.vectors.astype(np.float16)  # rounded, as the weighing was fitted
        self._starts, self._appellations = names.starts, names.appellations
        sentences = [_sentences(rome, fiche) for fiche in range(rome.n_occupations)]
        self._words = WordIndex.of(names.texts, names.fiches, sentences)
        self._centre = _means(names.vectors, names.starts)
        self._work = _mean_of_sentences(encoder, sentences)
        self._demand = demand.astype(np.float32)
        self._sizes = np.diff(names.starts)
        self._log_sizes = (np.log1p(self._sizes) / 4).astype(np.float32)

    def of(self, text: str, context: str = "") -> Evidence | None:
        """Evidence for the likely fiches of a text; None for a text without a word.

        A title in two genders ("Ripeur / Ripeuse") is asked as the mean of both: of appellations held out, .74 find
        their fiche first so, .72 as they are written.
        """
        title, feminine = forms(without_gender_marks(text))
        query = unit(self._encoder.encode(list(dict.fromkeys((title, feminine)))).sum(axis=0, keepdims=True))[0]
        if not query.any():
            return None
        shared, fiche_words, total = self._words.overlap(title)
        fiche_words /= np.float32(total)
        balance = 2 * shared / (np.float32(total) + self._words.name_weight)
        best_balance = _by_fiche(balance, self._starts)
        near = self._centre @ query
        context_columns = self._context(context)
        fiches = self._candidates(near, best_balance + np.float32(0.3) * fiche_words, context_columns)
        names, offsets = self._names_of(fiches)
        cosines = self._vectors[names].astype(np.float32) @ query
        recall = shared[names] / np.float32(total)
        exact = np.where(shared[names] >= self._words.name_weight[names] * np.float32(0.999), recall, 0)
        both = cosines + balance[names]
        sizes = self._sizes[fiches]
        absolute = np.stack(
            [
                near[fiches],
                np.maximum.reduceat(cosines, offsets),
                best_balance[fiches],
                np.maximum.reduceat(both, offsets),
                np.maximum.reduceat(recall, offsets),
                np.maximum.reduceat(exact, offsets),
                fiche_words[fiches],
                self._work[fiches] @ query,
                np.add.reduceat(np.maximum(cosines, 0) ** 4, offsets) / sizes,
                self._demand[fiches],
                self._log_sizes[fiches],
                *(column[fiches] for column in context_columns),
            ],
            axis=1,
        )
        last = len(ABSOLUTE)
        compared = np.concatenate([absolute[:, :RELATIVE], absolute[:, last - OF_CONTEXT :]], axis=1)
        whole = np.full((len(fiches), 2), [min(total / 20, 1.0), float(context_columns[0].any())], dtype=np.float32)
        features = np.concatenate([absolute, compared - compared.max(axis=0), whole], axis=1)
        appellations = self._best_appellations(names, offsets, both)
        return Evidence(fiches, appellations, features.astype(np.float32), bool(context_columns[0].any()))

    def _context(self, context: str) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
        shown = context[:CONTEXT_CHARACTERS]
        if not shown:
            silent = np.zeros(len(self._sizes), np.float32)
            return silent, silent, silent
        query = self._encoder.encode([shown])[0]
        return self._centre @ query, self._work @ query, self._words.resemblance(shown)

    def _candidates(
        self,
        near: NDArray[np.float32],
        worded: NDArray[np.float32],
        context: tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]],
    ) -> NDArray[np.int64]:
        chosen = [_top(near, BY_MEANING), _top(worded, BY_WORDS)]
        if context[0].any():
            chosen.append(_top(sum(context, np.zeros_like(near)), BY_CONTEXT))
        fiches = np.unique(np.concatenate(chosen))
        return fiches[self._sizes[fiches] > 0]

    def _names_of(self, fiches: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Name rows of the fiches, one fiche after the other, and where each begins among them."""
        sizes = self._sizes[fiches]
        offsets = np.concatenate(([0], np.cumsum(sizes)[:-1]))
        rows = np.repeat(self._starts[fiches] - offsets, sizes) + np.arange(sizes.sum())
        return rows, offsets

    def _best_appellations(
        self, names: NDArray[np.int64], offsets: NDArray[np.int64], fit: NDArray[np.float32]
    ) -> NDArray[np.int64]:
        """Of each fiche, the appellation of the name that fits best; of names that fit alike, the first."""
        sizes = np.diff(np.append(offsets, len(names)))
        best = np.flatnonzero(fit == np.repeat(np.maximum.reduceat(fit, offsets), sizes))
        return self._appellations[names[best[np.searchsorted(best, offsets)]]]


def _sentences(rome: Rome, fiche: int) -> list[str]:
    """What the referential says of the work: its definition and its skills, each sentence once."""
    skills, _ = rome.skills_of(fiche)
    return [*filter(None, rome.definitions[fiche].split("\n")), *(rome.skill_labels[skill] for skill in skills)]


def _mean_of_sentences(encoder: TextEncoder, sentences: Sequence[Sequence[str]]) -> NDArray[np.float32]:
    """(fiches, dim): the mean direction of each fiche's sentences; a sentence that several share is encoded once."""
    numbers: dict[str, int] = {}
    told = [[numbers.setdefault(sentence, len(numbers)) for sentence in fiche] for fiche in sentences]
    vectors = encoder.encode(list(numbers))
    return unit(np.stack([vectors[rows].sum(axis=0) for rows in told]))


def _means(vectors: NDArray[np.float32], starts: NDArray[np.int64]) -> NDArray[np.float32]:
    """(groups, dim): the mean direction of each group of rows; zeros for an empty group."""
    sums = np.concatenate([np.zeros((1, vectors.shape[1])), np.cumsum(vectors, axis=0, dtype=np.float64)])
    return unit((sums[starts[1:]] - sums[starts[:-1]]).astype(np.float32))


def _by_fiche(values: NDArray[np.float32], starts: NDArray[np.int64]) -> NDArray[np.float32]:
    """(fiches,): the largest value of each fiche's names; 0 for a fiche without a name."""
    best = np.zeros(len(starts) - 1, dtype=np.float32)
    named = np.flatnonzero(np.diff(starts))
    if len(named):
        best[named] = np.maximum.reduceat(values, starts[named])
    return best


def _top(scores: NDArray[np.float32], count: int) -> NDArray[np.int64]:
    if len(scores) <= count:
        return np.arange(len(scores))
    return np.argpartition(-scores, count)[:count]
