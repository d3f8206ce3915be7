"""The sessions that a person's paths are made of: those of their list, and those that teach what others presume."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import msgspec
import numpy as np
import re2
from numpy.typing import NDArray

from features.text import normalise
from features.training_words import Basics
from matching.doors import Doors, doors_of
from matching.facts import unproven
from matching.filters.training_terms import any_bit
from matching.openings import Opening, openings_among
from matching.openness import Taught
from matching.paths.aim import Aim
from matching.payload import record_part
from matching.rows.session import SessionCard
from matching.schema import Collection
from matching.selection import select
from matching.session_search import Search
from matching.sides import columns_of, one_of

EACH: Final = 3
"""Paths of one kind that are told."""
_MANNER: Final = re2.compile(r"^Formation : | \(certification.*\)$| - en alternance.*$")
"""What providers write around the same title."""
_SESSION: Final = msgspec.json.Decoder(SessionCard)


@dataclass(frozen=True, eq=False)
class Steps:
    """k sessions of one search, and the doors that they open."""

    search: Search
    aim: Aim
    rows: NDArray[np.int64]
    doors: Doors
    """The offers of a project's occupation or one near it: others count for no path."""
    training: NDArray[np.int64]
    """(k,) position in `doors.trainings`."""
    level: NDArray[np.int8]
    """(k,) of the certification, 0 for none."""
    entry: NDArray[np.int8]
    start: NDArray[np.int32]
    end: NDArray[np.int32]
    hours: NDArray[np.float32]
    teaches: NDArray[np.uint8]
    lacks: NDArray[np.uint8]
    """(k,) `Basics` that are presumed and not shown."""
    short_of_level: NDArray[np.bool_]
    taught: Taught
    scores: NDArray[np.float32]
    """(k,) as the list of trainings ranks them, the best over the projects; 0 for what it does not hold."""
    counts: NDArray[np.int64]
    """(k,) offers that each opens; 0 for what would be a step down."""

    @classmethod
    def of(cls, search: Search, aim: Aim) -> "Steps":
        """The steps of a search."""
        background = search.background
        catalogue = search.engine.catalogue(Collection.SESSIONS)
        listed = search.found().scored
        found = np.concatenate([item.rows for item in listed])
        basics = any_bit("basics", Basics.READING | Basics.DIGITAL | Basics.FRENCH | Basics.TRADE)
        first_steps = [
            select(catalogue, [basics, *search.asked, *search.own_conditions(one_of(search.columns, project))]).rows
            for project in range(search.n_projects)
        ]
        rows = np.unique(np.concatenate([found, *first_steps]))
        read = columns_of(catalogue, rows)
        doors = doors_of(search.engine, search.columns, background, rows, among=aim.taken)
        taught = Taught.reading(read)
        scores = np.zeros(len(rows), dtype=np.float32)
        np.maximum.at(scores, np.searchsorted(rows, found), np.concatenate([item.scores for item in listed]))
        known = np.array([int(unproven(bits, background)) for bits in range(32)], dtype=np.uint8)
        training = doors.of_sessions(read("training"))
        counts = np.count_nonzero(doors.opened, axis=1)[training]
        counts[aim.is_step_down(taught.occupations, taught.level, background.level)] = 0
        return cls(
            search,
            aim,
            rows,
            doors,
            training,
            taught.level,
            read("entry_level"),
            read("start_day"),
            read("end_day"),
            read("hours"),
            read("basics"),
            known[read("presumes")],
            (read("entry_level") > background.level) & ~search.experience_enters(read),
            taught,
            scores,
            counts,
        )

    def cards(self, *positions: int) -> tuple[SessionCard, ...]:
        """What is told of sessions."""
        catalogue = self.search.engine.catalogue(Collection.SESSIONS)
        payloads = catalogue.payloads_of(self.rows[list(positions)])
        return tuple([_SESSION.decode(record_part(payload)) for payload in payloads])

    def opening(self, opened: NDArray[np.bool_]) -> Opening:
        """What is told of `opened` (n,) offers."""
        home = int(self.search.columns("commune")[0])
        return openings_among(self.search.engine, self.doors, home, opened)

    def occupations_of(self, opened: NDArray[np.bool_]) -> NDArray[np.int16]:
        """The occupations of `opened` (n,) offers, each as often as it has some."""
        return self.doors.standing.asked.occupation[opened]

    def distinct(self, order: Sequence[int], besides: frozenset[str] = frozenset()) -> list[int]:
        """The first `EACH` sessions of an order, no title or certification (RNCP code) twice, for many give the same
        one, and none of those told already."""
        told = set(besides)
        kept = []
        for at in order:
            (card,) = self.cards(at)
            names = set(_names_of(card))
            if told.isdisjoint(names):
                kept.append(at)
            told |= names
            if len(kept) == EACH:
                break
        return kept


def _names_of(card: SessionCard) -> Iterator[str]:
    yield normalise(_MANNER.sub("", card.training.title))
    if card.training.rncp is not None:
        yield card.training.rncp
