"""The names by which an occupation goes: what ROME calls it, what people say, what ESCO calls it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.rome.gender import forms
from features.rome.referential import Rome
from features.text import normalise
from models.encoder import TextEncoder

SAME_NAME = 0.95
"""Cosine from which a name is taken for another of an appellation, rather than of its fiche."""
LONGEST = 120
"""Characters of a name; what is longer is a sentence."""


@dataclass(frozen=True, eq=False)
class Names:
    """Names in order of fiche; a name that two fiches share is there twice."""

    texts: tuple[str, ...]
    fiches: NDArray[np.int64]
    """(names,) occupation row."""
    appellations: NDArray[np.int64]
    """(names,) the appellation that the name is, or comes nearest to in its fiche."""
    vectors: NDArray[np.float32]
    """(names, dim) unit rows."""
    starts: NDArray[np.int64]
    """(fiches + 1,) names of fiche i are `starts[i]:starts[i + 1]`."""

    @classmethod
    def of(
        cls,
        encoder: TextEncoder,
        rome: Rome,
        others: Iterable[tuple[str, str]] = (),
        without: frozenset[int] = frozenset(),
    ) -> "Names":
        """Labels and appellations in both genders, and `others`, (ROME code, name) pairs.

        A name of `others` whose code this version of ROME does not have is left out, and so are one that ROME gives to
        other fiches alone, and one worded like an appellation of `without`, the rows held out for evaluation.
        """
        hidden = {normalise(form) for row in without for form in written(rome.appellation_labels[row])}
        found: dict[tuple[int, str], tuple[str, int]] = {}
        for row, label in enumerate(rome.appellation_labels):
            if row not in without:
                fiche = int(rome.appellation_occupation[row])
                for text in written(label):
                    if normalise(text) not in hidden:
                        found.setdefault((fiche, normalise(text)), (text, row))
        for fiche, label in enumerate(rome.labels):
            for text in written(label):
                if normalise(text) not in hidden:
                    found.setdefault((fiche, normalise(text)), (text, -1))
        of_rome: dict[str, set[int]] = {}
        for fiche, key in found:
            of_rome.setdefault(key.replace(" ", ""), set()).add(fiche)
        for code, text in others:
            key = normalise(text)
            elsewhere = of_rome.get(key.replace(" ", ""))
            if not rome.contains(code) or key in hidden or not key or len(text) > LONGEST:
                continue
            if elsewhere is None or rome.row_of(code) in elsewhere:
                found.setdefault((rome.row_of(code), key), (text, -1))
        kept = sorted((fiche, text, row) for (fiche, _), (text, row) in found.items())
        fiches = np.array([fiche for fiche, _, _ in kept], dtype=np.int64)
        vectors = encoder.encode([text for _, text, _ in kept])
        appellations = np.array([row for _, _, row in kept], dtype=np.int64)
        starts = np.searchsorted(fiches, np.arange(rome.n_occupations + 1))
        _attach(appellations, vectors, starts, rome)
        return cls(tuple(text for _, text, _ in kept), fiches, appellations, vectors, starts)


def written(label: str) -> Sequence[str]:
    """A label in both genders, with and without what it explains in brackets, and its acronym."""
    found = []
    for form in forms(label):
        plain, brackets = _unbracketed(form)
        found += [form, plain, *(text for text in brackets if text.isupper() and 3 <= len(text) <= 8)]
    return [text for text in dict.fromkeys(found) if normalise(text)]


def _unbracketed(text: str) -> tuple[str, list[str]]:
    """`text` without its bracketed parts, and those parts."""
    outside, inside = [], []
    rest = text
    while "(" in rest:
        before, _, after = rest.partition("(")
        bracket, closed, rest = after.partition(")")
        outside.append(before)
        inside.append(bracket.strip())
        if not closed:
            break
    outside.append(rest if "(" not in rest else "")
    return " ".join(" ".join(outside).split()), inside


def _attach(
    appellations: NDArray[np.int64], vectors: NDArray[np.float32], starts: NDArray[np.int64], rome: Rome
) -> None:
    """Give every name without an appellation the one of its fiche that it is close to, else the main one."""
    for fiche in range(rome.n_occupations):
        span = slice(int(starts[fiche]), int(starts[fiche + 1]))
        rows = appellations[span]
        known, unknown = np.flatnonzero(rows >= 0), np.flatnonzero(rows < 0)
        own = rows[known] if len(known) else rome.appellations_of(fiche)
        if not len(unknown):
            continue
        main = own[np.argmax(rome.appellation_main[own])] if len(own) else -1
        rows[unknown] = main
        if len(known):
            cosines = vectors[span][unknown] @ vectors[span][known].T
            nearest = rows[known[np.argmax(cosines, axis=1)]]
            rows[unknown] = np.where(cosines.max(axis=1) >= SAME_NAME, nearest, main)
