"""A way to more doors: its kind, its steps, what it opens, and the project that it serves."""

from enum import StrEnum

import msgspec

from features.records import Offer
from features.training_words import Basics
from matching.openings import Opening
from matching.rows.session import SessionCard


class Way(StrEnum):
    """The kinds of paths."""

    ONE_STEP = "formation"
    TWO_STEPS = "deux_etapes"
    BEFORE_HIRING = "poei"
    BY_EXPERIENCE = "vae"


class Served(msgspec.Struct, frozen=True, gc=False):
    """The project that a path serves."""

    occupation: int
    """Row of the occupation that the person aims at."""
    itself: bool
    """Whether the path opens offers of that very occupation; else of occupations near it alone."""


class Path(msgspec.Struct, frozen=True, gc=False):
    """One way, and what it opens of the person's projects and the occupations near them."""

    way: Way
    opening: Opening
    serves: Served
    steps: tuple[SessionCard, ...] = ()
    """In order."""
    because: Basics | None = None
    """Of two steps, the need that the first answers: the basics that the second presumes and the person does not show;
    `Basics(0)`: its level of entry."""
    offer: Offer | None = None
    """Of a POEI: the offer it would lead to."""
    certification: int = -1
    """Of a VAE: row of the certification."""
    worked_as: tuple[int, int] | None = None
    """Of a VAE: (occupation row, months)."""
