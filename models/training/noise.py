"""Names as people type them: slips, short forms, missing words, and what adverts put around a job's name.

Training copies of a text with its meaning kept, so that an encoder learns what to overlook. Everything is drawn from
one `random.Random`, so that a seed gives the same copies.
"""

import random
import re
from collections.abc import Sequence

from features.text import without_accents
from features.world.wording import shortened

LONGEST = 200
"""Characters of a text from which it is a sentence, and is left as it is."""

_BEFORE = (
    "CDI", "CDD", "Alternance", "Alternant", "Stage", "Apprenti", "URGENT", "Intérim", "Recrute", "Offre d'emploi",
    "Poste de", "Apprentissage", "Contrat pro", "Freelance", "Job étudiant", "Recherche", "Un", "Une",
)  # fmt: skip
_AFTER = (
    "CDI", "CDD", "en CDI", "en CDD 6 mois", "temps plein", "temps partiel", "confirmé", "junior", "senior",
    "débutant accepté", "expérimenté", "en alternance", "en intérim", "freelance", "(remplacement)", "saisonnier",
    "35h", "de nuit", "de jour", "week-end", "polyvalent", "urgent", "H/F", "(H/F)", "F/H", "H/F/X", "m/f/d",
    "#REF{number}", "ref {number}", "{number} h", "dans le {departement}", "{departement}", "CDI - {place}",
    "- {place}", "à {place}", "{place}", "sur {place}", "secteur {place}", "- {place} ({departement})",
    "basé à {place}", "expérimentés",
)  # fmt: skip
_NEIGHBOURS = {
    "a": "zq", "b": "vn", "c": "xv", "d": "sf", "e": "zr", "f": "dg", "g": "fh", "h": "gj", "i": "uo", "j": "hk",
    "k": "jl", "l": "km", "m": "l", "n": "b", "o": "ip", "p": "o", "q": "as", "r": "et", "s": "qd", "t": "ry",
    "u": "yi", "v": "cb", "w": "x", "x": "wc", "y": "tu", "z": "ae",
}  # fmt: skip
_LONG_WORD = re.compile(r"[^\W\d_]{4,}")


def noised(text: str, places: Sequence[str], draw: random.Random) -> str:
    """A copy of a name as someone might type it; `places` are names of communes. A sentence stays as it is."""
    if len(text) > LONGEST:
        return text
    kind = draw.random()
    if kind < 0.35:
        return dressed(text, places, draw)
    if kind < 0.61:
        return slipped(text, draw)
    if kind < 0.68:
        return slipped(slipped(text, draw), draw)
    if kind < 0.78:
        return shortened(text)
    words = text.split()
    if kind < 0.87:
        if len(words) > 2:
            del words[draw.randrange(1, len(words))]
    elif kind < 0.93:
        draw.shuffle(words)
    else:
        words = words[:3]
    typed = " ".join(words)
    return without_accents(typed).upper() if draw.random() < 0.1 else typed


def dressed(text: str, places: Sequence[str], draw: random.Random) -> str:
    """A name with what adverts put around it: contract, place, reference, gender mark."""
    if draw.random() < 0.4:
        text = draw.choice(_BEFORE) + draw.choice((" ", " - ", " : ")) + text
    if draw.random() < 0.8:
        ending = draw.choice(_AFTER)
        text += " " + ending.format(
            number=draw.randrange(10, 99999), departement=draw.randrange(1, 96), place=draw.choice(places)
        )
    return text.upper() if draw.random() < 0.1 else text


def slipped(text: str, draw: random.Random) -> str:
    """`text` with one slip in a word of four letters or more: letters swapped, lost, doubled, a neighbouring key."""
    words = list(_LONG_WORD.finditer(text))
    if not words:
        return text
    word = draw.choice(words)
    at = draw.randrange(word.start() + 1, word.end() - 1)
    letter, following = text[at], text[at + 1]
    slip = draw.choice(
        (
            following + letter,
            following,
            letter + letter + following,
            draw.choice(_NEIGHBOURS.get(letter.lower(), letter)) + following,
        )
    )
    return text[:at] + slip + text[at + 2 :]
