"""The message that an employer sends to a person whom it may not reach otherwise: plain words, no way round."""

from typing import Final

from features.adverts.discrimination import wordings
from features.adverts.grounds import GROUND_NAMES
from features.contact_details import way_round
from features.text import one_line, plain

MOST: Final = 1500
"""Characters of a message."""


def cleaned(message: str) -> str:
    """`message` without markup and control characters, its line ends kept, other white space as spaces."""
    spaced = "".join(" " if letter.isspace() and letter != "\n" else letter for letter in plain(message))
    words = "".join(letter for letter in spaced if letter == "\n" or letter.isprintable())
    return "\n".join(one_line(line) for line in words.splitlines()).strip()


def objection(message: str) -> str | None:
    """Why a cleaned message cannot be sent, in French; None where it can."""
    found = way_round(message)
    if found is not None:
        return f"Le texte contient {found} : les coordonnées s'échangent par le service, quand la personne a accepté."
    for wording in wordings(message):
        if wording.forbidden:
            ground = GROUND_NAMES[wording.ground]
            return f"« {wording.passage} » évoque {ground}, ce que la loi interdit (art. L1132-1). {wording.rewriting}"
    return None
