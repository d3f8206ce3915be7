"""Lexical evidence: which known names share words with a text, spelling faults forgiven.

A text's word counts for the words of a name that it equals, once gender and number are taken off; a word that no name
has counts, in part, for those that look like it (soft TF-IDF: Cohen, Ravikumar and Fienberg, IJCAI 2003).
"""

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from models.stems import stems

MOST_WORDS = 40
ALIKE = 0.55
"""Dice coefficient of letter trigrams from which an unknown word is taken for a known one."""
MOST_ALIKE = 6
KEPT_WORDS = 20_000
_K1, _B = 1.2, 0.75

Weighted = tuple[NDArray[np.int64], NDArray[np.float32]]


@dataclass(frozen=True, eq=False)
class WordIndex:
    """Names and fiches by the stems of their words."""

    numbers: dict[str, int]
    """Stem -> word number."""
    idf: NDArray[np.float32]
    """(words,) over fiches."""
    unknown_idf: float
    names_of: tuple[NDArray[np.int32], NDArray[np.int32]]
    """CSR word -> names: offsets, names."""
    name_weight: NDArray[np.float32]
    """(names,) sum of the idf of a name's words."""
    fiches_of: tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.float32]]
    """CSR word -> fiches: offsets, fiches, and the word's BM25 weight in the fiche."""
    n_fiches: int
    _known: dict[str, Weighted] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, names: Sequence[str], fiche_of: NDArray[np.int64], sentences: Sequence[Sequence[str]]) -> "WordIndex":
        """`fiche_of` (names,) is the fiche of each name; `sentences` what else is written in each fiche."""
        n_fiches = len(sentences)
        numbers: dict[str, int] = {}
        name_rows, name_words = _numbered(names, numbers)
        distinct = list(dict.fromkeys(sentence for texts in sentences for sentence in texts))
        place = {sentence: row for row, sentence in enumerate(distinct)}
        sentence_rows, sentence_words = _numbered(distinct, numbers)
        bounds = np.searchsorted(sentence_rows, np.arange(len(distinct) + 1)).tolist()
        told = [
            np.concatenate(
                [*(sentence_words[bounds[row] : bounds[row + 1]] for row in map(place.__getitem__, texts)), []]
            )
            for texts in sentences
        ]
        rows = np.concatenate([np.repeat(np.arange(n_fiches), [len(words) for words in told]), fiche_of[name_rows]])
        pairs = rows * max(len(numbers), 1) + np.concatenate([*told, name_words]).astype(np.int64)
        present, times = np.unique(pairs, return_counts=True)
        fiche_rows, fiche_words = np.divmod(present, max(len(numbers), 1))
        idf = np.log((n_fiches + 1) / (np.bincount(fiche_words, minlength=len(numbers)) + 0.5)).astype(np.float32)
        lengths = np.bincount(rows, minlength=n_fiches).astype(np.float64)
        typical = max(float(lengths.mean()), 1.0) if n_fiches else 1.0
        strength = times * (_K1 + 1) / (times + _K1 * (1 - _B + _B * lengths[fiche_rows] / typical))
        offsets, order = _inverted(fiche_words, len(numbers))
        name_offsets, name_order = _inverted(name_words, len(numbers))
        return cls(
            numbers,
            idf,
            math.log((n_fiches + 1) / 0.5) / 2,
            (name_offsets, name_rows[name_order].astype(np.int32)),
            np.bincount(name_rows, weights=idf[name_words], minlength=len(names)).astype(np.float32) + np.float32(1e-6),
            (offsets, fiche_rows[order].astype(np.int32), strength[order].astype(np.float32)),
            n_fiches,
        )

    def overlap(self, text: str) -> tuple[NDArray[np.float32], NDArray[np.float32], float]:
        """What a text shares with each name (names,) and each fiche (fiches,), in idf, and the text's own idf."""
        shared = np.zeros(len(self.name_weight), dtype=np.float32)
        offsets, names = self.names_of
        total = 0.0
        words = stems(text)[:MOST_WORDS]
        fiches = np.zeros(self.n_fiches, dtype=np.float32)
        for word in words:
            like, weights = self._like(word)
            total += self._weight(like)
            for number, weight in zip(like.tolist(), weights.tolist(), strict=True):
                shared[names[offsets[number] : offsets[number + 1]]] += self.idf[number] * np.float32(weight)
                self._add(fiches, number, weight)
        return shared, fiches, max(total, 1e-6)

    def resemblance(self, text: str) -> NDArray[np.float32]:
        """(fiches,) BM25 of a long text's known words against what is written in each fiche, per unit of idf."""
        fiches = np.zeros(self.n_fiches, dtype=np.float32)
        words = np.array([self.numbers[word] for word in stems(text) if word in self.numbers], dtype=np.int64)
        offsets, rows, strength = self.fiches_of
        sizes = offsets[words + 1] - offsets[words]
        held = np.repeat(offsets[words] - (np.cumsum(sizes) - sizes), sizes) + np.arange(sizes.sum())
        np.add.at(fiches, rows[held], np.repeat(self.idf[words], sizes) * strength[held])
        return fiches / np.float32(sum(self.idf[words].tolist(), start=1e-6))

    def _add(self, fiches: NDArray[np.float32], number: int, weight: float) -> None:
        offsets, rows, strength = self.fiches_of
        span = slice(offsets[number], offsets[number + 1])
        fiches[rows[span]] += self.idf[number] * np.float32(weight) * strength[span]

    def _weight(self, like: NDArray[np.int64]) -> float:
        return float(self.idf[like].max()) if len(like) else self.unknown_idf

    def _like(self, word: str) -> Weighted:
        found = self._known.get(word)
        if found is None:
            found = self._search(word)
            if len(self._known) >= KEPT_WORDS:
                self._known.clear()
            self._known[word] = found
        return found

    def _search(self, word: str) -> Weighted:
        number = self.numbers.get(word)
        if number is not None:
            return np.array([number]), np.ones(1, dtype=np.float32)
        grams = _trigrams(word)
        holders = [self._holders[gram] for gram in grams if gram in self._holders]
        if not holders or len(word) < 4:
            return np.empty(0, np.int64), np.empty(0, np.float32)
        common = np.bincount(np.concatenate(holders), minlength=len(self.numbers))
        dice = 2 * common / (len(grams) + self._sizes)
        best = np.argsort(-dice, kind="stable")[:MOST_ALIKE]
        best = best[dice[best] >= ALIKE]
        return best, (dice[best] ** 2).astype(np.float32)

    @cached_property
    def _holders(self) -> dict[str, NDArray[np.int64]]:
        holders: defaultdict[str, list[int]] = defaultdict(list)
        for word, number in self.numbers.items():
            for gram in _trigrams(word):
                holders[gram].append(number)
        return {gram: np.array(numbers) for gram, numbers in holders.items()}

    @cached_property
    def _sizes(self) -> NDArray[np.int64]:
        return np.array([len(_trigrams(word)) for word in self.numbers])


def _trigrams(word: str) -> set[str]:
    padded = f" {word} "
    return {padded[start : start + 3] for start in range(len(padded) - 2)}


def _numbered(texts: Sequence[str], numbers: dict[str, int]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Row of the text and number of the word, for each word of each text; `numbers` learns the new words."""
    words = [[numbers.setdefault(word, len(numbers)) for word in stems(text)] for text in texts]
    rows = np.repeat(np.arange(len(texts)), [len(found) for found in words])
    return rows, np.array([number for found in words for number in found], dtype=np.int64)


def _inverted(words: NDArray[np.int64], n_words: int) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    order = np.argsort(words, kind="stable")
    return np.searchsorted(words[order], np.arange(n_words + 1)).astype(np.int32), order
