"""Wordings of an offer that the law forbids or that keep people away, with a neutral one for each (`grounds`).

What is written against discrimination ("sans distinction d'âge", "poste ouvert aux personnes en situation de handicap")
is left alone. Matched by RE2, whose time is linear whatever the text.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import re2

from features.adverts.grounds import RULES, Ground
from features.adverts.passages import apart
from features.text import folded


@dataclass(frozen=True)
class Wording:
    """A passage of a text that speaks of a ground."""

    ground: Ground
    start: int
    end: int
    passage: str
    forbidden: bool
    """False: it keeps people away without being forbidden as such."""
    rewriting: str
    """A neutral wording or what to do instead, in French."""
    exception: str | None = None


_AGAINST: Final = re2.compile(
    r"sans (?:aucune )?(?:distinction|discrimination|consideration|condition|critere|limite) d"
    r"|quel(?:le)?s? que soi(?:t|en?t)"
    r"|lutte contre|contre (?:toutes? )?(?:les )?(?:formes? de )?discrimination|egalite des chances|diversite"
    r"|independamment d|toutes? (?:les )?candidatures?|n.est pas un critere|ne (?:sont"
    r"|constituent?) pas des? criteres?"
    r"|a competences? egales?"
)
"""Sentences that speak against discrimination."""

_SENTENCE_END: Final = re2.compile(r"[.!?;\n•]+(?:\s|$)|\n")


def wordings(text: str) -> list[Wording]:
    """Passages of a text that speak of a ground, in order, none overlapping another."""
    plain = folded(text)
    found: list[Wording] = []
    for start, end in _sentences(plain):
        sentence = plain[start:end]
        if _AGAINST.search(sentence):
            continue
        for rule in RULES:
            if rule.unless is not None and rule.unless.search(sentence):
                continue
            for match in rule.pattern.finditer(sentence):
                first, last = _trimmed(sentence, *match.span(min(rule.pattern.groups, 1)))
                passage = text[start + first : start + last]
                wording = Wording(
                    rule.ground,
                    start + first,
                    start + last,
                    passage,
                    rule.forbidden,
                    rule.rewriting,
                    rule.exception,
                )
                found.append(wording)
    return apart(found)


def _sentences(plain: str) -> Iterator[tuple[int, int]]:
    start = 0
    for match in _SENTENCE_END.finditer(plain):
        if match.start() > start:
            yield start, match.start()
        start = match.end()
    if start < len(plain):
        yield start, len(plain)


def _trimmed(sentence: str, start: int, end: int) -> tuple[int, int]:
    while start < end and sentence[start] == " ":
        start += 1
    while end > start and sentence[end - 1] == " ":
        end -= 1
    return start, end
