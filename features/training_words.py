"""What the words of a training say besides its codes: the licences it leads to, the basics it teaches or presumes.

Providers write these in sentences, not in fields. Only what is said in so many words is read; silence is nothing.
"""

from collections.abc import Mapping
from enum import IntFlag
from functools import lru_cache
from typing import Any, Final

import re2

from features.bits import held_licence_bits
from features.records import Licence, Training
from features.text import normalise


class Basics(IntFlag):
    """What training presumes of nearly everyone: bits of the columns `basics` (taught) and `presumes` (asked)."""

    READING = 1
    """Reading, writing and counting."""
    DIGITAL = 2
    """A computer, a telephone, the web."""
    FRENCH = 4
    """Speaking and understanding French."""
    TRADE = 8
    """A first acquaintance with the trade: *préqualification*, *préparatoire*."""
    INSTEAD = 16
    """Of `presumes` alone: experience of the trade stands for the level of entry."""


_TEACHES: Final[Mapping[Basics, Any]] = {
    Basics.READING: re2.compile(
        r"\b(?:clea|savoirs? (?:de base|fondamentaux)|competences (?:de base|cles)"
        r"|socle de (?:connaissances|competences)|remise a niveau|illettrisme|lire ecrire|lutte contre l illettrisme)\b"
    ),
    Basics.DIGITAL: re2.compile(
        r"\b(?:clea numerique|(?:bases?|initiation|competences|outils) (?:du |en |au |a l |de l )?(?:numeriques?|"
        r"informatiques?|bureautiques?)|bureautique|pix|illectronisme)\b"
    ),
    Basics.FRENCH: re2.compile(
        r"\b(?:francais langue|fle|fli|alphabetisation|francais a visee professionnelle|diplome d etudes en langue "
        r"francaise|delf)\b"
    ),
    Basics.TRADE: re2.compile(r"\b(?:pre ?qualifi\w*|preparatoire|decouverte des? metiers?)\b"),
}
_PRESUMES: Final[Mapping[Basics, Any]] = {
    Basics.READING: re2.compile(r"\b(?:lire|lecture|savoirs? de base|savoirs fondamentaux|ecrire et compter)\b"),
    Basics.DIGITAL: re2.compile(r"\b(?:informatiques?|numeriques?|bureautiques?|ordinateur|internet)\b"),
    Basics.FRENCH: re2.compile(r"\b(?:francais|langue francaise)\b"),
    Basics.INSTEAD: re2.compile(r"\bou (?:une? )?(?:premiere )?experience\b"),
}
_NOTHING_ASKED: Final = re2.compile(r"^(?:aucun|pas de|sans)\b.{0,20}\b(?:prerequis|pre requis|niveau)?")

_LICENCE: Final = re2.compile(
    r"(?i:permis)(?i: de conduire)?(?i:,? cat[eé]gories?)? "
    r"(?:(AM|A1|A2|B1|BE|B|C1E|C1|CE|C|D1E|D1)(?:$|[^\w'’])|(A|DE|D)(?:\s*$|\s*[,;:/()+&.-]))"
)
"""The letters as the law writes them: « permis de chasse » and « permis d'exploitation » are no licences to drive."""
_HEAVY: Final[tuple[tuple[Any, Licence], ...]] = (
    (re2.compile(r"\btransport routier de marchandises sur tous vehicules\b|\bpermis super lourd\b"), Licence.CE),
    (re2.compile(r"\btransport routier de marchandises sur porteur\b|\bpermis poids lourds?\b"), Licence.C),
    (
        re2.compile(r"\bconduct\w+ (?:de |du )?transports? (?:routier )?(?:en commun|interurbain|de voyageurs)\b"),
        Licence.D,
    ),
)
"""Titles that give the licence of the vehicle they teach to drive (arrêtés of the *titres professionnels*)."""


def basics_taught(training: Training) -> Basics:
    """The basics that the title says are taught."""
    return _found(_TEACHES, training.title)


def basics_presumed(training: Training) -> Basics:
    """The basics that the entry requirements ask for; none where nothing is said."""
    asked = training.entry_requirements
    if asked is None or _NOTHING_ASKED.match(normalise(asked)) is not None:
        return Basics(0)
    return _found(_PRESUMES, asked)


@lru_cache(maxsize=8192)
def licences_led_to(title: str) -> int:
    """Bits of the driving licences that a training of this title leads to, those they imply included; 0 for none."""
    words = normalise(title)
    named = [Licence(found.group(1) or found.group(2)) for found in _LICENCE.finditer(title)]
    named += [licence for pattern, licence in _HEAVY if pattern.search(words) is not None]
    return held_licence_bits(named)


@lru_cache(maxsize=8192)
def _words(text: str) -> str:
    return normalise(text)


def _found(patterns: Mapping[Basics, Any], text: str) -> Basics:
    words = _words(text)
    found = Basics(0)
    for basics, pattern in patterns.items():
        if pattern.search(words) is not None:
            found |= basics
    return found
