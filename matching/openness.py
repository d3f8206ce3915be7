"""Which offers are open to a person, and which would be after a training: one rule, counted exactly.

An offer is *open* when the person meets what it asks for and could not be put off:

* **the trade**: the person holds at least `TRADE_KNOWN` of the skills it requires, by weight (of its whole list where
  it requires none), or has worked `WORKED_MONTHS` in its family of occupations, or holds a title that leads to its
  occupation. Where the law sets who may do the work (ROME's *métier réglementé*), skills alone do not do;
* **the diploma**: the level it requires, or above; a person who declares none meets no required level;
* **the licences** that it requires;
* **the experience** that it requires (*exigée*): as many months in its family of occupations;
* **the languages** that it requires, French apart.

A training can bring the skills that it teaches, the title, the level and the licences that it leads to; it brings no
experience and no language. It opens only offers of the occupations that it prepares for, and of those that are akin
to them (`Lookups.akin`): a skill that half of all occupations share opens no door far from it.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from features.bits import language_bits
from features.pairs.base import NO_SKILL
from features.pairs.skills_required import REQUIRED_WEIGHT
from matching.background import Background
from matching.lookups import Lookups
from matching.sides import ColumnReader

TRADE_KNOWN: Final = 0.6
"""Share of what an offer asks, by weight, that makes its trade known."""
WORKED_MONTHS: Final = 6
"""Months of work in a family of occupations that make its trades known."""
UNTOLD_MONTHS: Final = 12
"""Experience that an offer asks where it requires some and says not how much."""
SHARES_AT_ONCE: Final = 1 << 17
"""Pairs of a training and an offer whose shares are added up together: they stay in the processor's cache."""

_REQUIRED_EXPERIENCE: Final = 3
_FRENCH: Final = np.uint64(language_bits(["fr"]))
_ENOUGH: Final = TRADE_KNOWN - 1e-4
"""float16 weights add up with an error."""

Flags = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Asked:
    """What n offers ask."""

    occupation: NDArray[np.int16]
    skills: NDArray[np.uint16]
    """(n, width) what is required, else the whole list; padded with `NO_SKILL`."""
    weights: NDArray[np.float32]
    """(n, width) adding up to 1 for each offer that asks any; 0 at padding."""
    level: NDArray[np.int8]
    licences: NDArray[np.uint32]
    languages: NDArray[np.uint64]
    months: NDArray[np.float32]
    """Of required experience; 0 where none is."""

    def __len__(self) -> int:
        return len(self.occupation)

    @classmethod
    def reading(cls, read: ColumnReader) -> "Asked":
        """What the offers that `read` reads ask."""
        skills, weights = _skills_asked(read("skills"), read("skill_weights").astype(np.float32))
        required = read("experience_demand") == _REQUIRED_EXPERIENCE
        told = np.nan_to_num(read("experience_months"), nan=UNTOLD_MONTHS)
        return cls(
            read("occupation"),
            skills,
            weights,
            read("education_required"),
            read("licences_required"),
            read("languages_required") & ~_FRENCH,
            np.where(required, told, 0).astype(np.float32),
        )


def _titled(bits: NDArray[np.uint8], width: int) -> Flags:
    """(m, width) the bits of each, the lowest first."""
    marked: Flags = ((bits[:, None] >> np.arange(width, dtype=np.uint8)) & 1).astype(np.bool_)
    return marked


def _skills_asked(
    skills: NDArray[np.uint16], weights: NDArray[np.float32]
) -> tuple[NDArray[np.uint16], NDArray[np.float32]]:
    listed = skills != NO_SKILL
    required = listed & (weights >= REQUIRED_WEIGHT)
    asked = np.where(required.any(axis=1)[:, None], required, listed)
    width = int(np.flatnonzero(asked.any(axis=0)).max(initial=0)) + 1
    kept = np.where(asked, weights, 0)[:, :width]
    total = kept.sum(axis=1, keepdims=True)
    return (
        np.where(asked, skills, np.uint16(NO_SKILL))[:, :width],
        np.divide(kept, total, out=np.zeros_like(kept), where=total > 0),
    )


@dataclass(frozen=True, eq=False)
class Taught:
    """What m trainings bring."""

    occupations: NDArray[np.int16]
    """(m, width) that each leads to, -1 for none."""
    skills: NDArray[np.uint16]
    """(m, width)"""
    level: NDArray[np.int8]
    """Of the certification that it leads to; 0 for none."""
    licences: NDArray[np.uint32]
    titles: NDArray[np.int16]
    """(m, width) occupations whose title it gives (`matching.titles`), -1 for none: who holds it is of the trade."""

    def __len__(self) -> int:
        return len(self.level)

    @classmethod
    def reading(cls, read: ColumnReader) -> "Taught":
        """What the sessions that `read` reads bring."""
        certifies = read("certification") > 0
        return cls(
            read("occupations"),
            read("skills"),
            np.where(certifies, read("level"), 0).astype(np.int8),
            read("licences"),
            np.where(_titled(read("titled"), read("occupations").shape[1]), read("occupations"), np.int16(-1)),
        )

    @classmethod
    def titles_alone(cls, occupations: NDArray[np.int16], level: NDArray[np.int8]) -> "Taught":
        """What m titles bring without a lesson: (m, width) occupations, -1 padding, and (m,) levels."""
        nothing = np.full((len(level), 1), NO_SKILL, dtype=np.uint16)
        return cls(occupations, nothing, level, np.zeros(len(level), dtype=np.uint32), occupations)

    def at(self, positions: NDArray[np.int64]) -> "Taught":
        """The trainings at `positions`."""
        return Taught(
            self.occupations[positions],
            self.skills[positions],
            self.level[positions],
            self.licences[positions],
            self.titles[positions],
        )

    def then(self, after: "Taught") -> "Taught":
        """What each of these brings with the one of `after` (as many) that follows it."""
        return Taught(
            np.concatenate([self.occupations, after.occupations], axis=1),
            np.concatenate([self.skills, after.skills], axis=1),
            np.maximum(self.level, after.level),
            self.licences | after.licences,
            np.concatenate([self.titles, after.titles], axis=1),
        )


@dataclass(frozen=True, eq=False)
class Standing:
    """One person before n offers."""

    background: Background
    asked: Asked
    lookups: Lookups

    @cached_property
    def share_held(self) -> NDArray[np.float32]:
        """(n,) share, by weight, of what each offer asks that the person holds."""
        held = self.background.skills[np.minimum(self.asked.skills, len(self.background.skills) - 1)]
        share: NDArray[np.float32] = np.where(held, self.asked.weights, np.float32(0)).sum(axis=1)
        return share

    @cached_property
    def regulated(self) -> Flags:
        """(n,) offers of regulated occupations."""
        rome = self.lookups.reference.rome
        marked: Flags = rome.regulated[self.asked.occupation] & (self.asked.occupation >= 0)
        return marked

    @cached_property
    def months(self) -> NDArray[np.float32]:
        """(n,) months that the person has worked in each offer's family of occupations."""
        worked: NDArray[np.float32] = self.background.family_months[
            self.lookups.reference.rome.family_of[self.asked.occupation]
        ]
        return worked

    @cached_property
    def knows_trade(self) -> Flags:
        """(n,)"""
        proven = (self.months >= WORKED_MONTHS) | self.background.certified[self.asked.occupation]
        known: Flags = proven | (~self.regulated & (self.share_held >= _ENOUGH))
        return known

    @cached_property
    def has_level(self) -> Flags:
        """(n,)"""
        enough: Flags = self.asked.level <= self.background.level
        return enough

    @cached_property
    def licences_lacking(self) -> NDArray[np.uint32]:
        """(n,) bits of the licences that are required and not held."""
        lacking: NDArray[np.uint32] = self.asked.licences & ~np.uint32(self.background.licences)
        return lacking

    @cached_property
    def barred(self) -> Flags:
        """(n,) offers that ask for experience or a language that no training brings."""
        languages = (self.asked.languages & ~np.uint64(self.background.languages)) != 0
        short: Flags = languages | (self.asked.months > self.months)
        return short

    @cached_property
    def open(self) -> Flags:
        """(n,) offers that are open today."""
        ready: Flags = self.knows_trade & self.has_level & (self.licences_lacking == 0) & ~self.barred
        return ready

    def opened_by(self, taught: Taught) -> Flags:
        """(m, n) offers that are not open today and would be after each training."""
        closed = np.flatnonzero(~self.open & ~self.barred & (self.asked.occupation >= 0))
        if len(closed) == 0 or len(taught) == 0:
            return np.zeros((len(taught), len(self.asked)), dtype=np.bool_)
        occupations, place = np.unique(self.asked.occupation[closed], return_inverse=True)
        akin, certified = _prepared_for(taught, occupations, self.lookups)
        reached = np.logical_or.reduce(akin, axis=0)[place]
        closed, place = closed[reached], place[reached]
        first, kind = self._kinds(closed, place)
        asked, place_of_kind = closed[first], place[first]
        brought = akin[:, place_of_kind]
        brought &= self.asked.level[asked] <= np.maximum(taught.level, self.background.level)[:, None]
        brought &= (self.licences_lacking[asked] & ~taught.licences[:, None]) == 0
        certain = brought & certified[:, place_of_kind]
        learning = ~self.knows_trade[closed]
        never = np.zeros((len(taught), 1), dtype=np.bool_)
        column = np.full(len(self.asked), 2 * len(first), dtype=np.int64)
        column[closed] = kind + learning * len(first)
        opened: Flags = np.concatenate([brought, certain, never], axis=1).take(column, axis=1)
        learning &= np.logical_or.reduce(brought, axis=0)[kind]
        hopeful, learned = self._trade_learned(closed[learning], taught)
        opened[:, closed[learning][hopeful]] |= learned & brought[:, kind[learning][hopeful]]
        return opened

    def _kinds(
        self, offers: NDArray[np.int64], place: NDArray[np.int64]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Offers alike in occupation (told by `place`), level and licences that are lacking: the position of the first
        of each kind, and the kind of each of `offers`. There are few: what a training brings is asked of kinds."""
        alike = (place << 40) | (self.asked.level[offers].astype(np.int64) << 32) | self.licences_lacking[offers]
        _, first, kind = np.unique(alike, return_index=True, return_inverse=True)
        return first, kind

    def _trade_learned(self, offers: NDArray[np.int64], taught: Taught) -> tuple[NDArray[np.int64], Flags]:
        """Positions of the h `offers` whose trade some of the trainings could make known with what is held, never that
        of a regulated one; and (m, h) whether each training does."""
        n_skills = len(self.background.skills) - 1
        teachable = np.unique(taught.skills)
        teachable = teachable[teachable < n_skills]
        teachable = teachable[~self.background.skills[teachable]]
        column = np.full(n_skills + 1, len(teachable), dtype=np.int64)
        column[teachable] = np.arange(len(teachable))
        wanted = column[np.minimum(self.asked.skills[offers], n_skills)]
        gains = np.where(wanted < len(teachable), self.asked.weights[offers], np.float32(0))
        held = self.share_held[offers]
        hopeful = np.flatnonzero((held + gains.sum(axis=1) >= _ENOUGH) & ~self.regulated[offers])
        if len(hopeful) == 0:
            return hopeful, np.zeros((len(taught), 0), dtype=np.bool_)
        teaches = np.zeros((len(teachable) + 1, len(taught)), dtype=np.float32)
        lessons = column[np.minimum(taught.skills, n_skills)]
        teaches[lessons, np.arange(len(taught))[:, None]] = 1
        teaches[-1] = 0
        learned = np.empty((len(hopeful), len(taught)), dtype=np.bool_)
        at_once = max(SHARES_AT_ONCE // len(taught), 1)
        for start in range(0, len(hopeful), at_once):
            part = hopeful[start : start + at_once]
            share = np.repeat(held[part, None], len(taught), axis=1)
            for position in range(wanted.shape[1]):
                gained = np.flatnonzero(gains[part, position] > 0)
                if len(gained):
                    rows = part[gained]
                    share[gained] += gains[rows, position, None] * teaches[wanted[rows, position]]
            learned[start : start + at_once] = share >= _ENOUGH
        return hopeful, learned.T


def _prepared_for(taught: Taught, occupations: NDArray[np.int16], lookups: Lookups) -> tuple[Flags, Flags]:
    """(m, n_occupations) each: the occupations (rows, all known) that each training prepares for or that are akin to
    those, and those whose title it gives."""
    akin = np.zeros((len(taught), len(occupations)), dtype=np.bool_)
    titled = np.zeros_like(akin)
    for led_to in taught.occupations.T:  # a few columns, whatever the number of trainings
        akin |= lookups.akin[led_to[:, None], occupations]
        akin |= led_to[:, None] == occupations
    for title in taught.titles.T:
        titled |= title[:, None] == occupations
    return akin, titled
