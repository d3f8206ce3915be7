"""Finding an occupation, an appellation or a skill by what someone types."""

from bisect import bisect_left
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

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


class LabelIndex:
    """Words of all labels, sorted, so that the beginning of a word finds them."""

    def __init__(
        self,
        entries: Sequence[Entry],
        vocabulary: list[str],
        offsets: NDArray[np.int64],
        postings: NDArray[np.int32],
        positions: NDArray[np.int16],
        lengths: NDArray[np.int16],
    ) -> None:
        self._entries = entries
        self._vocabulary = vocabulary
        self._offsets = offsets
        self._postings = postings
        self._positions = positions
        self._lengths = lengths
        self._preference = np.array([_PREFERENCE[entry[0]] for entry in entries], dtype=np.float32)
        self._kinds = np.array([entry[0].value for entry in entries])

    @classmethod
    def build(cls, entries: Sequence[Entry]) -> "LabelIndex":
        words: list[str] = []
        owners: list[int] = []
        positions: list[int] = []
        lengths = np.zeros(len(entries), dtype=np.int16)
        for number, entry in enumerate(entries):
            mine = _words(entry[2])
            lengths[number] = len(mine)
            words.extend(mine)
            owners.extend([number] * len(mine))
            positions.extend(range(len(mine)))
        vocabulary = sorted(set(words))
        number_of = {word: number for number, word in enumerate(vocabulary)}
        tokens = np.array([number_of[word] for word in words], dtype=np.int64)
        order = np.argsort(tokens, kind="stable")
        offsets = np.searchsorted(tokens[order], np.arange(len(vocabulary) + 1))
        return cls(
            entries,
            vocabulary,
            offsets.astype(np.int64),
            np.array(owners, dtype=np.int32)[order],
            np.array(positions, dtype=np.int16)[order],
            lengths,
        )

    def search(self, text: str, limit: int, kinds: Collection[str]) -> list[Hit]:
        """At most `limit` hits of these kinds, best first; then by shorter label, then by label."""
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
        if found.size > limit:
            floor = np.partition(scores[found], found.size - limit)[found.size - limit]
            found = found[scores[found] >= floor]
        ranked = sorted(found.tolist(), key=lambda row: (-scores[row], len(self._entries[row][2]), self._entries[row]))
        return [Hit(*self._entries[row], score=round(float(scores[row]), 4)) for row in ranked[:limit]]

    def _scores(self, asked: list[str]) -> NDArray[np.float32]:
        """How well each entry answers the words asked, 0 to 1.

        Each word gives 1 where a label has it whole, 0.85 where it begins one of the label's words. A label that
        misses a word of the query keeps a third of its score at most, so that full answers always come first.
        """
        n = len(self._entries)
        total = np.zeros(n, dtype=np.float32)
        missing = np.zeros(n, dtype=np.int16)
        opening = np.zeros(n, dtype=np.float32)
        for rank, word in enumerate(asked):
            quality, first = self._match(word)
            total += quality
            missing += quality == 0
            if rank == 0:
                opening = np.where(first, 1.0, 0.0).astype(np.float32)
        share_asked = total / len(asked)
        share_label = np.minimum(1.0, total / np.maximum(1, self._lengths))
        score = share_asked * (0.55 + 0.25 * opening + 0.2 * share_label)
        keep = missing <= len(asked) // 2
        return np.where(keep, np.where(missing == 0, score, score / 3), 0.0).astype(np.float32)

    def _match(self, word: str) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        """Quality of the best word of each entry for `word`, and whether it is the entry's first word."""
        quality = np.zeros(len(self._entries), dtype=np.float32)
        first = np.zeros(len(self._entries), dtype=np.bool_)
        stems = [word] if len(word) < 4 or word[-1] not in "sx" else [word, word[:-1]]
        for stem in stems:
            start = bisect_left(self._vocabulary, stem)
            stop = bisect_left(self._vocabulary, stem + _LAST_PREFIX)
            if start == stop:
                continue
            span = slice(int(self._offsets[start]), int(self._offsets[stop]))
            rows = self._postings[span]
            quality[rows] = np.maximum(quality[rows], 0.85)
            first[rows[self._positions[span] == 0]] = True
            if self._vocabulary[start] == stem:
                whole = slice(int(self._offsets[start]), int(self._offsets[start + 1]))
                quality[self._postings[whole]] = 1.0
        return quality, first


def _words(label: str) -> list[str]:
    words = normalise(label).split()
    kept = [word for word in words if word not in _EMPTY_WORDS]
    return kept or words
