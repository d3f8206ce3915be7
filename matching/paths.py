"""Ways to more doors: one training, two in a row, a training before hiring (POEI), or a title by experience (VAE).

**Two in a row**: where one enters the second only with what the first gives (its level, or the basics that it
presumes), and the first ends before the second starts.

**POEI** (*préparation opérationnelle à l'emploi individuelle*, Code du travail, art. L6326-1 and L6326-2): at most
`POEI_HOURS` of training paid for by France Travail before a hiring. Since décret n° 2024-561 of 18 June 2024, which
took in the former AFPR: for a CDI, also *intérimaire*, a CDD of six months or more, a seasonal one of four months or
more, or temporary work of six months. Told for live offers that are closed today and that a short training opens.

**VAE** (Code du travail, art. L6411-1, as law n° 2022-1598 of 21 December 2022 rewrote it, and décret n° 2023-1275): a
title for an activity in direct relation with its content. The law no longer asks for a least duration; `VAE_MONTHS` is
our own prudence, for a jury judges what was learned.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from features.bits import CONTRACT_BIT
from features.records import Contract, Offer
from features.rome.referential import Relation, Rome, UnknownRomeCode
from features.text import normalise
from features.training_words import Basics
from matching.doors import Doors, doors_before, doors_of
from matching.engine import Engine
from matching.explain.wording import quoted
from matching.facts import unproven
from matching.filters.training_terms import any_bit
from matching.lookups import Lookups
from matching.openings import Opening, openings_among
from matching.openness import Taught
from matching.payload import record_part
from matching.relaxing import without_each
from matching.rows.offer import OfferCard
from matching.rows.session import SessionCard
from matching.schema import NO_DAY, OCCUPATION_WIDTH, Collection
from matching.selection import select
from matching.sides import columns_of, one_of
from matching.titles import closeness, gives
from matching.trainings import Search, search_of

POEI_HOURS: Final = 400
VAE_MONTHS: Final = 12
SAME_TITLE: Final = 0.75
"""Least cosine, of the encoder that ships, between a title and the occupation that it is said to be of."""
EACH: Final = 3
"""Paths of one kind that are told."""
PAIRED: Final = 40
"""Second steps whose pairs are counted: those that open most alone."""

_POEI_CONTRACTS: Final = np.uint16(
    CONTRACT_BIT[Contract.CDI]
    | CONTRACT_BIT[Contract.CDI_INTERIM]
    | CONTRACT_BIT[Contract.CDD]
    | CONTRACT_BIT[Contract.SEASONAL]
    | CONTRACT_BIT[Contract.INTERIM]
)
_LEAST_MONTHS: Final = {Contract.CDD: 6.0, Contract.SEASONAL: 4.0, Contract.INTERIM: 6.0}
_MANNER: Final = re.compile(r"^Formation : | \(certification.*\)$| - en alternance.*$")
"""What providers write around the same title."""
_OFFER: Final = msgspec.json.Decoder(OfferCard)
_SESSION: Final = msgspec.json.Decoder(SessionCard)


class Way(StrEnum):
    """The kinds of paths."""

    ONE_STEP = "formation"
    TWO_STEPS = "deux_etapes"
    BEFORE_HIRING = "poei"
    BY_EXPERIENCE = "vae"


class Path(msgspec.Struct, frozen=True, gc=False):
    """One way, and what it opens."""

    way: Way
    opening: Opening
    steps: tuple[SessionCard, ...] = ()
    """In order."""
    because: Basics | None = None
    """Of two steps: the basics that the first teaches for the second; `Basics(0)`: its level."""
    offer: Offer | None = None
    """Of a POEI: the offer it would lead to."""
    certification: int = -1
    """Of a VAE: row of the certification."""
    worked_as: tuple[int, int] | None = None
    """Of a VAE: (occupation row, months)."""


def paths(engine: Engine, profile_id: str, parameters: Mapping[str, str]) -> tuple[Path, ...]:
    """The best ways of each kind, those that open most first; sessions pass the filters of `parameters`.

    Raises NotFound, UnknownParameter, BadParameter.
    """
    search = search_of(engine, profile_id, parameters)
    ways = _Ways.of(search)
    found = [*ways.single(), *ways.in_two_steps(), *ways.before_hiring(), *by_experience(search)]
    return tuple(sorted(found, key=lambda path: -path.opening.offers))


def placed(engine: Engine, profile_id: str) -> bool:
    """Whether it is known where the person looks from."""
    profiles = engine.catalogue(Collection.PROFILES)
    return bool((profiles.take("commune", profiles.rows_of(profile_id)) >= 0).any())


def profiled(engine: Engine, profile_id: str) -> bool:
    """Whether the person agreed that their background serves recommendations."""
    profiles = engine.catalogue(Collection.PROFILES)
    return bool(profiles.take("profiling", profiles.rows_of(profile_id)[:1]).any())


def no_path(engine: Engine, profile_id: str, parameters: Mapping[str, str]) -> str:
    """Why there is no path, in French, and the filter that would bring some, with their number."""
    relaxed = without_each(parameters, lambda others: len(paths(engine, profile_id, others)))
    if relaxed:
        (name, count), *_ = relaxed
        return f"Aucun parcours avec ces filtres. Sans {quoted(name)}, il y en aurait {count}."
    return (
        "Aucun parcours n'ouvre d'offre de plus en ce moment : ce qui est en ligne à votre portée vous est déjà "
        "accessible, ou demande une expérience que seule la pratique donne. Élargir votre rayon ou vos métiers en "
        "ajoute."
    )


@dataclass(frozen=True, eq=False)
class _Ways:
    """The sessions of one search, and the doors they were ranked by; k sessions."""

    search: Search
    rows: NDArray[np.int64]
    doors: Doors
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

    @classmethod
    def of(cls, search: Search) -> "_Ways":
        engine, background = search.engine, search.background
        catalogue = engine.catalogue(Collection.SESSIONS)
        listed = search.found().scored
        found = np.concatenate([item.rows for item in listed])
        basics = any_bit("basics", Basics.READING | Basics.DIGITAL | Basics.FRENCH | Basics.TRADE)
        first_steps = [
            select(catalogue, [basics, *search.asked, *search.own_conditions(one_of(search.columns, project))]).rows
            for project in range(search.n_projects)
        ]
        rows = np.unique(np.concatenate([found, *first_steps]))
        read = columns_of(catalogue, rows)
        doors = doors_of(engine, search.columns, background, rows)
        taught = Taught.reading(read)
        scores = np.zeros(len(rows), dtype=np.float32)
        np.maximum.at(scores, np.searchsorted(rows, found), np.concatenate([item.scores for item in listed]))
        presumed = read("presumes")
        known = np.array([int(unproven(bits, background)) for bits in range(32)], dtype=np.uint8)
        return cls(
            search,
            rows,
            doors,
            doors.of_sessions(read("training")),
            taught.level,
            read("entry_level"),
            read("start_day"),
            read("end_day"),
            read("hours"),
            read("basics"),
            known[presumed],
            (read("entry_level") > background.level) & ~search.experience_enters(read),
            taught,
            scores,
        )

    def _cards(self, *positions: int) -> tuple[SessionCard, ...]:
        catalogue = self.search.engine.catalogue(Collection.SESSIONS)
        payloads = catalogue.payloads_of(self.rows[list(positions)])
        return tuple([_SESSION.decode(record_part(payload)) for payload in payloads])

    def _opening(self, opened: NDArray[np.bool_]) -> Opening:
        return openings_among(self.search.engine, self.doors, int(self.search.columns("commune")[0]), opened)

    def single(self) -> list[Path]:
        """The sessions one may enter today that open something, as the list of trainings ranks them."""
        counts = self.doors.counts[self.training]
        open_to = np.flatnonzero(~self.short_of_level & (counts > 0))
        best = self._distinct(open_to[np.argsort(-self.scores[open_to], kind="stable")].tolist())
        return [Path(Way.ONE_STEP, self._opening(self.doors.opened[self.training[at]]), self._cards(at)) for at in best]

    def _distinct(self, order: Sequence[int]) -> list[int]:
        """The first `EACH` sessions of an order, none of whose titles is said twice: many give the same one."""
        titles: set[str] = set()
        kept = []
        for at in order:
            (card,) = self._cards(at)
            title = normalise(_MANNER.sub("", card.training.title))
            if title not in titles:
                titles.add(title)
                kept.append(at)
            if len(kept) == EACH:
                break
        return kept

    def in_two_steps(self) -> list[Path]:
        """Pairs whose second step one enters with what the first gives, and that open more than any one training."""
        counts = self.doors.counts[self.training]
        after = np.flatnonzero((self.short_of_level | (self.lacks > 0)) & (counts > 0))
        after = after[np.argsort(-counts[after], kind="stable")][:PAIRED]
        before = np.flatnonzero(~self.short_of_level & (self.lacks == 0) & (self.end != NO_DAY))
        if len(after) == 0 or len(before) == 0:
            return []
        in_order = self.end[before][:, None] <= self.start[after]
        gives_level = self.level[before][:, None] >= self.entry[after]
        gives_basics = (self.lacks[after] & ~self.teaches[before][:, None]) == 0
        other = self.training[before][:, None] != self.training[after]
        fits = in_order & other & (gives_level | ~self.short_of_level[after]) & gives_basics
        fits &= self._lead_on(before, after) | (self.teaches[before] != 0)[:, None]
        pairs = self._shortest(before, after, fits)
        if not pairs:
            return []
        firsts, seconds = np.array(pairs).T
        together = self.taught.at(firsts).then(self.taught.at(seconds))
        opened = self.doors.standing.opened_by(together)
        opened |= self.doors.opened[self.training[firsts]] | self.doors.opened[self.training[seconds]]
        totals = np.count_nonzero(opened, axis=1)
        alone = int(counts[~self.short_of_level].max(initial=0))
        order = np.argsort(-totals, kind="stable")
        order = order[totals[order] > alone]
        shown = self._distinct(seconds[order].tolist())
        best = [int(order[(seconds[order] == at).argmax()]) for at in shown]
        return [
            Path(
                Way.TWO_STEPS,
                self._opening(opened[at]),
                self._cards(int(firsts[at]), int(seconds[at])),
                Basics(0) if self.short_of_level[seconds[at]] else Basics(int(self.lacks[seconds[at]])),
            )
            for at in best
        ]

    def _lead_on(self, before: NDArray[np.int64], after: NDArray[np.int64]) -> NDArray[np.bool_]:
        """(b, a) whether two sessions are of one professional domain, or of akin occupations."""
        lookups = self.search.engine.lookups
        n = lookups.reference.rome.n_occupations
        together = np.zeros((n + 1, n + 1), dtype=np.bool_)
        together[:n, :n] = lookups.akin[:n] | (lookups.reference.rome.relation >= Relation.DOMAIN)
        one, other = self.taught.occupations[before], self.taught.occupations[after]
        met = together[one[:, None, :, None], other[None, :, None, :]]
        led: NDArray[np.bool_] = np.logical_or.reduce(met, axis=(2, 3))
        return led

    def _shortest(
        self, before: NDArray[np.int64], after: NDArray[np.int64], fits: NDArray[np.bool_]
    ) -> list[tuple[int, int]]:
        """For each second step that has any, its shortest first step."""
        hours = np.where(np.isnan(self.hours[before]), np.float32(1e6), self.hours[before])
        cost = np.where(fits, hours[:, None], np.inf)
        best = cost.argmin(axis=0)
        reached = np.flatnonzero(np.isfinite(cost[best, np.arange(len(after))]))
        return [(int(before[best[at]]), int(after[at])) for at in reached.tolist()]

    def before_hiring(self) -> list[Path]:
        """Live offers that a training of at most `POEI_HOURS` opens, under a contract that the measure takes, at a
        firm that is named; the offers whose trade is hardest to recruit first."""
        engine = self.search.engine
        short = np.flatnonzero((self.hours <= POEI_HOURS) & ~self.short_of_level & (self.lacks == 0))
        if len(short) == 0:
            return []
        offers = engine.catalogue(Collection.OFFERS)
        read = columns_of(offers, self.doors.rows)
        eligible = ((read("contract") & _POEI_CONTRACTS) != 0) & (read("firm") >= 0)
        opened = self.doors.opened[self.training[short]] & eligible
        reached = np.flatnonzero(np.logical_or.reduce(opened, axis=0))
        order = reached[np.argsort(-np.nan_to_num(self.doors.tension[reached]), kind="stable")]
        found: list[Path] = []
        firms: set[int] = set()
        for offer_at in order.tolist():
            firm = int(read("firm")[offer_at])
            if firm in firms:
                continue
            offer = _OFFER.decode(record_part(offers.payload_of(int(self.doors.rows[offer_at])))).offer
            if not taken_by_poei(offer):
                continue
            openers = short[opened[:, offer_at]]
            shortest = int(openers[np.lexsort((self.start[openers], self.hours[openers]))[0]])
            one = np.zeros(len(self.doors.rows), dtype=np.bool_)
            one[offer_at] = True
            found.append(Path(Way.BEFORE_HIRING, self._opening(one), self._cards(shortest), offer=offer))
            firms.add(firm)
            if len(found) == EACH:
                break
        return found


def taken_by_poei(offer: Offer) -> bool:
    """Whether the contract of an offer is one that the POEI may prepare for; a fixed term that is not told is not."""
    if offer.contract in (Contract.CDI, Contract.CDI_INTERIM):
        return True
    least = None if offer.contract is None else _LEAST_MONTHS.get(offer.contract)
    return least is not None and offer.contract_months is not None and offer.contract_months >= least


def by_experience(search: Search) -> list[Path]:
    """Titles that past work may give, those that open most offers first; none to who refused that it be read."""
    engine, background = search.engine, search.background
    reference = engine.lookups.reference
    certifications, rome = reference.certifications, reference.rome
    worked = {
        certification: (occupation, months)
        for occupation, months in reversed(background.past)
        if months >= VAE_MONTHS and not background.certified[occupation]
        for certification in certifications.for_occupation(rome.codes[occupation])
        if certifications.active[certification]
        and certifications.codes[certification].startswith("RNCP")
        and 3 <= certifications.levels[certification] <= max(background.level + 1, 4)
    }
    rows = _in_direct_relation(engine.lookups, {row: occupation for row, (occupation, _) in worked.items()})
    if len(rows) == 0:
        return []
    led_to = np.full((len(rows), OCCUPATION_WIDTH), -1, dtype=np.int16)
    for at, row in enumerate(rows.tolist()):
        occupations = [each for code in certifications.rome_codes[row] for each in _resolved(rome, code)]
        label = certifications.labels[row]
        given = [each for each in dict.fromkeys(occupations) if gives(engine.lookups, label, each)][:OCCUPATION_WIDTH]
        led_to[at, : len(given)] = given
    taught = Taught.titles_alone(led_to, certifications.levels[rows])
    doors = doors_before(engine, search.columns, background, taught)
    counts = np.count_nonzero(doors.opened, axis=1)
    order = np.lexsort((rows, certifications.levels[rows], -counts))
    home = int(search.columns("commune")[0])
    return [
        Path(
            Way.BY_EXPERIENCE,
            openings_among(engine, doors, home, doors.opened[at]),
            certification=int(rows[at]),
            worked_as=worked[int(rows[at])],
        )
        for at in order[:EACH].tolist()
        if counts[at] > 0
    ]


def _in_direct_relation(lookups: Lookups, worked: Mapping[int, int]) -> NDArray[np.int64]:
    """Of certifications (rows) by the occupation (row) that was worked in, those whose title says that very work: the
    register files them under v3 codes, each of which holds several occupations. Ascending."""
    labels = lookups.reference.certifications.labels
    kept = [row for row, occupation in worked.items() if closeness(lookups, labels[row], occupation) >= SAME_TITLE]
    return np.array(sorted(kept), dtype=np.int64)


def _resolved(rome: Rome, code: str) -> Sequence[int]:
    try:
        return rome.resolve(code)
    except UnknownRomeCode:
        return ()
