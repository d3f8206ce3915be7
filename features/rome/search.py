"""Finding an occupation, an appellation or a skill by what someone types."""

from bisect import bisect_left
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from features import packed
from features.text import normalise, without_gender_marks


class HitKind(StrEnum):
    OCCUPATION = "metier"
    APPELLATION = "appellation"
    SKILL = "competence"


ALL_KINDS = frozenset(kind.value for kind in HitKind)

_EMPTY_WORDS = frozenset(
    {"a", "au", "aux", "avec", "d", "dans", "de", "des", "du", "en", "et", "f", "h", "l", "la", "le"}
)
_EMPTY_WORDS |= {"les", "ou", "par", "pour", "s", "sur", "un", "une"}
_LAST_PREFIX = "\uffff"
_PREFERENCE = {HitKind.OCCUPATION: 1.0, HitKind.APPELLATION: 0.97, HitKind.SKILL: 0.9}


@dataclass(frozen=True, slots=True)
class Hit:
    """One label found."""

    kind: HitKind
    code: str
    label: str
    rome_code: str | None
    """The occupation of a métier or an appellation; a skill belongs to many, hence None."""
    score: float
    """0 to 1, higher is better; comparable within one answer only."""


Entry = tuple[HitKind, str, str, str | None]


@dataclass(frozen=True, eq=False)
class LabelWords:
    """The words of a list of labels, inverted: which labels hold each word, and whether they open with it."""

    vocabulary: tuple[str, ...]
    """Distinct words, sorted."""
    offsets: NDArray[np.int32]
    """Word i is in labels `owners[offsets[i]:offsets[i + 1]]`."""
    owners: NDArray[np.int32]
    opens: NDArray[np.bool_]
    """Beside `owners`: the word is the first of the label, or of its feminine form."""
    lengths: NDArray[np.int32]
    """Words of each label, in one gender."""

    @classmethod
    def build(cls, labels: Iterable[str]) -> "LabelWords":
        words: list[str] = []
        owners: list[int] = []
        opens: list[bool] = []
        lengths: list[int] = []
        for number, label in enumerate(labels):
            length = 0
            for form in label.split(" / "):
                mine = _words(form)
                length = len(mine)
                words.extend(mine)
                owners.extend([number] * length)
                opens.extend(position == 0 for position in range(length))
            lengths.append(length)
        vocabulary = sorted(set(words))
        number_of = {word: number for number, word in enumerate(vocabulary)}
        tokens = np.array([number_of[word] for word in words], dtype=np.int32)
        order = np.argsort(tokens, kind="stable")
        return cls(
            tuple(vocabulary),
            np.searchsorted(tokens[order], np.arange(len(vocabulary) + 1)).astype(np.int32),
            np.array(owners, dtype=np.int32)[order],
            np.array(opens, dtype=np.bool_)[order],
            np.array(lengths, dtype=np.int32),
        )

    def columns(self) -> dict[str, packed.Column]:
        return {
            "words_vocabulary": self.vocabulary,
            "words_offsets": self.offsets,
            "words_owners": self.owners,
            "words_opens": self.opens,
            "words_lengths": self.lengths,
        }

    @classmethod
    def from_columns(cls, columns: packed.Packed) -> "LabelWords":
        return cls(
            columns.strings("words_vocabulary"),
            columns.int32("words_offsets"),
            columns.int32("words_owners"),
            columns.flags("words_opens"),
            columns.int32("words_lengths"),
        )


class LabelIndex:
    """Finds labels by the beginnings of their words."""

    def __init__(self, entries: Sequence[Entry], words: LabelWords) -> None:
        self._entries = entries
        self._words = words
        self._preference = np.array([_PREFERENCE[entry[0]] for entry in entries], dtype=np.float32)
        self._label_sizes = np.array([len(entry[2]) for entry in entries], dtype=np.int32)
        self._kinds = np.array([entry[0].value for entry in entries])

    def search(self, text: str, limit: int, kinds: Collection[str]) -> list[Hit]:
        """At most `limit` hits of these kinds, best first; then by shorter label."""
        unknown = set(kinds) - ALL_KINDS
        if unknown:
            raise ValueError(f"unknown kind {min(unknown)!r}: expected among {', '.join(sorted(ALL_KINDS))}")
        asked = list(dict.fromkeys(_words(without_gender_marks(text))))
        if not asked or limit <= 0 or not self._entries:
            return []
        scores = self._scores(asked) * self._preference
        if set(kinds) != ALL_KINDS:
            scores[~np.isin(self._kinds, list(kinds))] = 0.0
        found = np.flatnonzero(scores > 0)
        best = found[np.lexsort((found, self._label_sizes[found], -scores[found]))[:limit]]
        return [
            Hit(kind, code, label, rome_code, round(float(scores[row]), 4))
            for row in best.tolist()
            for kind, code, label, rome_code in [self._entries[row]]
        ]

    def _scores(self, asked: list[str]) -> NDArray[np.float32]:
        """How well each entry answers the words asked, 0 to 1.

        Each word gives 1 where a label has it whole, 0.85 where it begins one of the label's words. A label that
        misses a word of the query keeps a third of its score at most, so that full answers always come first.
        """
        n = len(self._entries)
        total = np.zeros(n, dtype=np.float32)
        missing = np.zeros(n, dtype=np.int32)
        opening = np.zeros(n, dtype=np.float32)
        for rank, word in enumerate(asked):
            quality, first = self._match(word)
            total += quality
            missing += quality == 0
            if rank == 0:
                opening = np.where(first, 1.0, 0.0).astype(np.float32)
        share_asked = total / len(asked)
        share_label = np.minimum(1.0, total / np.maximum(1, self._words.lengths))
        score = share_asked * (0.55 + 0.25 * opening + 0.2 * share_label)
        keep = missing <= len(asked) // 2
        return np.where(keep, np.where(missing == 0, score, score / 3), 0.0).astype(np.float32)

    def _match(self, word: str) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        """Quality of the best word of each entry for `word`, and whether it is the entry's first word."""
        quality = np.zeros(len(self._entries), dtype=np.float32)
        first = np.zeros(len(self._entries), dtype=np.bool_)
        stems = [word] if len(word) < 4 or word[-1] not in "sx" else [word, word[:-1]]
        vocabulary, offsets = self._words.vocabulary, self._words.offsets
        for stem in stems:
            start = bisect_left(vocabulary, stem)
            stop = bisect_left(vocabulary, stem + _LAST_PREFIX)
            if start == stop:
                continue
            span = slice(int(offsets[start]), int(offsets[stop]))
            rows = self._words.owners[span]
            quality[rows] = np.maximum(quality[rows], 0.85)
            first[rows[self._words.opens[span]]] = True
            if vocabulary[start] == stem:
                quality[self._words.owners[offsets[start] : offsets[start + 1]]] = 1.0
        return quality, first


def _words(label: str) -> list[str]:
    words = normalise(label).split()
    kept = [word for word in words if word not in _EMPTY_WORDS]
    return kept or words
