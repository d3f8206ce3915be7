"""Reading an occupation off a job title: ROME's own job names found in it, else the nearest one by meaning.

A gazetteer is right when it speaks: "aide soignante de nuit" holds the name "aide soignante", whatever an encoder
makes of "de nuit". What no name covers is left to the encoder, above a floor, and otherwise to nobody.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.rome.gender import forms
from features.rome.referential import Rome
from features.text import normalise, without_gender_marks
from models.encoder import Encoder
from models.occupations import OccupationVectors

MOST_WORDS = 9
FLOOR = 0.8
"""Cosine to a text of ROME under which a title is left without an occupation. With it the reader speaks of 56 % of real
offer titles and gives 60 % of those their v3 family (`python -m benchmarks.encoder`)."""

STEM = 4
SHARED_WORDS = 0.6

_ACRONYM = re.compile(r"\(([A-Z]{3,6})\)|-([A-Z]{3,6})-")
_BRACKETS = re.compile(r"\([^()]*\)|-[A-Z]{2,}-")


@dataclass(frozen=True)
class TitleReader:
    """Occupation rows of titles."""

    names: dict[str, int]
    """Of `job_names`."""
    stems: tuple[frozenset[str], ...]
    """For each occupation, the beginnings of the words of its names."""
    encoder: Encoder
    occupations: OccupationVectors

    @classmethod
    def of(cls, encoder: Encoder, occupations: OccupationVectors, rome: Rome) -> "TitleReader":
        """A reader that knows every job name of the referential."""
        return cls(job_names(rome), name_stems(rome), encoder, occupations)

    def read(self, titles: Sequence[str]) -> NDArray[np.int64]:
        """(len(titles),) occupation row of each title, -1 where neither a name nor a near enough text tells."""
        rows = np.array([self.named(title) for title in titles], dtype=np.int64)
        unnamed = np.flatnonzero(rows < 0)
        if len(unnamed):
            vectors = self.encoder.encode([without_gender_marks(titles[position]) for position in unnamed.tolist()])
            nearest, cosines = self.occupations.nearest(vectors)
            for position, row, cosine in zip(unnamed.tolist(), nearest.tolist(), cosines.tolist(), strict=True):
                if cosine >= FLOOR and self._shares_words(titles[position], row):
                    rows[position] = row
        return rows

    def _shares_words(self, title: str, occupation: int) -> bool:
        """Whether most words of the title begin like words of the occupation's names.

        A cosine is relative: a title of one unknown letter, or "AS de nuit", has a nearest text too.
        """
        words = _stems(title)
        return len(words) > 0 and len(words & self.stems[occupation]) >= SHARED_WORDS * len(words)

    def named(self, title: str) -> int:
        """The occupation of the longest ROME job name in the title, of equal ones the first; -1 when it has none."""
        words = normalise(without_gender_marks(title)).split()[:40]
        for length in range(min(MOST_WORDS, len(words)), 0, -1):
            for start in range(len(words) - length + 1):
                row = self.names.get(" ".join(words[start : start + length]))
                if row is not None:
                    return row
        return -1


def job_names(rome: Rome, without: frozenset[int] = frozenset()) -> dict[str, int]:
    """Normalised job name -> occupation row: every appellation in both genders, without its brackets, and its acronym.

    Names that several occupations share are left out; `without` holds out appellation rows for evaluation.
    """
    found: dict[str, set[int]] = {}
    for row, (label, occupation) in enumerate(
        zip(rome.appellation_labels, rome.appellation_occupation.tolist(), strict=True)
    ):
        if row not in without:
            for name in _names(label):
                found.setdefault(name, set()).add(occupation)
    return {name: next(iter(rows)) for name, rows in found.items() if len(rows) == 1}


def name_stems(rome: Rome) -> tuple[frozenset[str], ...]:
    """For each occupation row, the beginnings of the words of its label and appellations."""
    stems = [set(_stems(label)) for label in rome.labels]
    for label, occupation in zip(rome.appellation_labels, rome.appellation_occupation.tolist(), strict=True):
        stems[occupation] |= _stems(label)
    return tuple(frozenset(words) for words in stems)


def _stems(text: str) -> frozenset[str]:
    return frozenset(word[:STEM] for word in normalise(without_gender_marks(text)).split() if len(word) >= 3)


def _names(label: str) -> set[str]:
    plain = _BRACKETS.sub(" ", label)
    names = {normalise(form) for text in (label, plain) for form in forms(text)}
    names.update(normalise(group) for match in _ACRONYM.finditer(label) for group in match.groups() if group)
    return {name for name in names if len(name) >= 3}
