"""`World`: a whole labour market drawn from a seed, kind by kind and block by block, with flat memory."""

import contextlib
import datetime as dt
import gc
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from features.records import Event, Record
from features.store.kinds import Kind
from features.world.courses import Courses
from features.world.draws import BLOCK
from features.world.events import write_events
from features.world.facts import WorldFacts
from features.world.firms import Firms, draw_firms, write_firms
from features.world.identities import write_identities, write_protected
from features.world.offers import draw_offers
from features.world.people import draw_people
from features.world.profiles import ProfileWriter
from features.world.relations import counsellors_of, write_contacts, write_pool, write_subscriptions
from features.world.stock import Stock, stock_of
from features.world.vacancies import OfferWriter

ORDER: tuple[Kind, ...] = (
    Kind.ESTABLISHMENT,
    Kind.OFFER,
    Kind.TRAINING,
    Kind.SESSION,
    Kind.PROFILE,
    Kind.IDENTITY,
    Kind.PROTECTED,
    Kind.EVENT,
    Kind.CONTACT,
    Kind.SUBSCRIPTION,
    Kind.TALENT_POOL,
)
"""Kinds in the order they are written: what is named by another comes first."""


@dataclass(frozen=True, kw_only=True)
class Sizes:
    """How many of each; the kinds not named here follow from these."""

    profiles: int
    offers: int
    trainings: int
    establishments: int
    events: int = 0

    def __post_init__(self) -> None:
        for name in ("profiles", "offers", "trainings", "establishments", "events"):
            if getattr(self, name) < 0:
                raise ValueError(f"{name} is {getattr(self, name)}: give 0 or more")


class World:
    """The same facts, sizes, seed and day give the same records, whatever is asked first and in whatever portions."""

    def __init__(self, facts: WorldFacts, sizes: Sizes, seed: int, today: dt.date) -> None:
        """`today` is the day that dates are counted from: offers are at most 60 days old on it."""
        if seed < 0:
            raise ValueError(f"seed is {seed}: give 0 or more")
        self.facts = facts
        self.sizes = sizes
        self.seed = seed
        self.today = today

    def blocks(self, kind: Kind, first: int = 0, step: int = 1) -> Iterator[list[Record]]:
        """The records of one kind, in order, in lists of up to a few thousand; nothing for none.

        `first` and `step` leave out blocks that another process draws: 1 and 3 give the second block, the fifth, ...
        Raises ValueError for a `first` under 0 or a `step` under 1.
        """
        if first < 0 or step < 1:
            raise ValueError(f"blocks from {first} by {step}: give first >= 0 and step >= 1")
        blocks = self._blocks(kind, slice(first, None, step))
        while True:
            with collector_paused():
                block = next(blocks, None)
            if block is None:
                return
            yield block

    def _blocks(self, kind: Kind, wanted: slice) -> Iterator[list[Record]]:
        if kind in (Kind.PROFILE, Kind.IDENTITY, Kind.PROTECTED, Kind.SUBSCRIPTION):
            yield from self._people_blocks(kind, wanted)
        elif kind is Kind.ESTABLISHMENT:
            for block, _ in _portions(self.sizes.establishments)[wanted]:
                yield list(write_firms(self.facts, self._firms, self.seed, self.today, block))
        elif kind is Kind.OFFER:
            offers = OfferWriter(self.facts, self._firms, self.seed, self.today)
            for block, last in _portions(self.sizes.offers)[wanted]:
                yield list(offers.write(draw_offers(self.facts, self._firms, self.seed, block), block, last))
        elif kind is Kind.TRAINING:
            for block, last in _portions(self.sizes.trainings)[wanted]:
                yield list(self._courses.trainings(self._courses.draw(block), block, last))
        elif kind is Kind.SESSION:
            for block, last in _portions(self.sizes.trainings)[wanted]:
                yield list(self._courses.sessions(self._courses.draw(block), block, last))
        elif kind is Kind.EVENT:
            yield from self._event_blocks(wanted)
        elif kind is Kind.CONTACT and self.sizes.establishments:
            for block, last in _portions(self.sizes.establishments // 4)[wanted]:
                yield list(write_contacts(self._firms, self._counsellors, self.seed, self.today, block, last))
        elif kind is Kind.TALENT_POOL:
            yield from self._pool_blocks(wanted)

    def records(self, kind: Kind) -> Iterator[Record]:
        """The records of one kind, one by one."""
        for block in self.blocks(kind):
            yield from block

    def expected(self, kind: Kind) -> int:
        """About how many records of a kind there will be, exactly where a size names it: for progress bars."""
        sizes = self.sizes
        return {
            Kind.ESTABLISHMENT: sizes.establishments,
            Kind.OFFER: sizes.offers,
            Kind.TRAINING: sizes.trainings,
            Kind.SESSION: sizes.trainings * 2,
            Kind.PROFILE: sizes.profiles,
            Kind.IDENTITY: sizes.profiles,
            Kind.PROTECTED: sizes.profiles // 12,
            Kind.EVENT: sizes.events,
            Kind.CONTACT: sizes.establishments // 4,
            Kind.SUBSCRIPTION: sizes.profiles // 5,
            Kind.TALENT_POOL: self._n_pools,
        }[kind]

    def _people_blocks(self, kind: Kind, wanted: slice) -> Iterator[list[Record]]:
        writer = ProfileWriter(self.facts, self.seed, self.today, self._counsellors)
        for block, last in _portions(self.sizes.profiles)[wanted]:
            if kind is Kind.PROTECTED:
                yield list(write_protected(self.seed, block, last))
                continue
            people = draw_people(self.facts, self.seed, block)
            if kind is Kind.PROFILE:
                yield list(writer.write(people, block, last))
            elif kind is Kind.IDENTITY:
                yield list(write_identities(self.facts, people, self.seed, self.today, block, last))
            else:
                yield list(write_subscriptions(people, self.seed, block, last))

    def _event_blocks(self, wanted: slice) -> Iterator[list[Record]]:
        """Each block of events is that of one block of people, in turn."""
        if not self.sizes.profiles:
            return
        portions = _portions(self.sizes.profiles)
        for block, last in _portions(self.sizes.events)[wanted]:
            people_block, n_people = portions[block % len(portions)]
            events: Iterator[Event] = write_events(
                self.facts,
                self._stock,
                draw_people(self.facts, self.seed, people_block),
                n_people,
                self.seed,
                self.today,
                block,
                people_block,
            )
            yield [event for _, event in zip(range(last), events, strict=False)]

    def _pool_blocks(self, wanted: slice) -> Iterator[list[Record]]:
        portions = _portions(self.sizes.profiles)
        pools: list[Record] = []
        for number in range(self._n_pools):
            block, n_people = portions[number % len(portions)]
            people = draw_people(self.facts, self.seed, block)
            pools.append(write_pool(self.facts, people, n_people, self._counsellors, self.seed, number, block))
        if pools and wanted.start == 0:
            yield pools

    @property
    def _n_pools(self) -> int:
        return min(max(3, self.sizes.profiles // 500), 400) if self.sizes.profiles else 0

    @cached_property
    def _firms(self) -> Firms:
        return draw_firms(self.facts, self.seed, self.sizes.establishments)

    @cached_property
    def _courses(self) -> Courses:
        return Courses(self.facts, self.seed, self.today)

    @cached_property
    def _counsellors(self) -> NDArray[np.int64]:
        return counsellors_of(self.facts, self.sizes.profiles)

    @cached_property
    def _stock(self) -> Stock:
        return stock_of(self.facts, self._firms, self._courses, self.seed, self.sizes.offers, self.sizes.trainings)


def generate(facts: WorldFacts, sizes: Sizes, seed: int, today: dt.date, kind: Kind) -> Iterator[Record]:
    """The records of one kind of the world of that seed."""
    return World(facts, sizes, seed, today).records(kind)


@contextlib.contextmanager
def collector_paused() -> Iterator[None]:
    """No cycle collection while a block is made: it makes no cycle, and looking for them costs a third of the time."""
    paused = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if paused:
            gc.enable()


def _portions(count: int) -> list[tuple[int, int]]:
    """Block numbers and how many records of each are wanted."""
    return [(block, min(BLOCK, count - block * BLOCK)) for block in range(-(-count // BLOCK))]
