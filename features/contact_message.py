"""The message that an employer sends to a person whom it may not reach otherwise: plain words, no way round."""

from typing import Final

import re2

from features.adverts.discrimination import GROUND_NAMES, wordings
from features.text import folded, one_line, plain

MOST: Final = 1500
"""Characters of a message."""
_WAYS_ROUND: Final = (
    (re2.compile(r"[a-z0-9._%+-]+ ?(?:@|\(at\)|\[at\]| arobase ) ?[a-z0-9.-]+"), "une adresse électronique"),
    (re2.compile(r"(?:\+ ?\d{2}|\b0) ?[1-9](?:[ .\-/]?\d{2}){4}\b"), "un numéro de téléphone"),
    (re2.compile(r"https?:|www\.|\b[a-z0-9-]+\.(?:fr|com|org|net|eu|io|info)\b"), "une adresse de site"),
)


def cleaned(message: str) -> str:
    """`message` without markup and control characters, its line ends kept, other white space as spaces."""
    spaced = "".join(" " if letter.isspace() and letter != "\n" else letter for letter in plain(message))
    words = "".join(letter for letter in spaced if letter == "\n" or letter.isprintable())
    return "\n".join(one_line(line) for line in words.splitlines()).strip()


def objection(message: str) -> str | None:
    """Why a cleaned message cannot be sent, in French; None where it can."""
    text = folded(message)
    for pattern, what in _WAYS_ROUND:
        if pattern.search(text):
            return (
                f"Le texte contient {what} : les coordonnées s'échangent par le service, quand la personne a accepté."
            )
    for wording in wordings(message):
        if wording.forbidden:
            ground = GROUND_NAMES[wording.ground]
            return f"« {wording.passage} » évoque {ground}, ce que la loi interdit (art. L1132-1). {wording.rewriting}"
    return None
