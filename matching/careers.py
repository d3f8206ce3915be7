"""*Métiers possibles*: occupations near what a person knows that recruit where they look, the shortest way first.

An occupation is weighed by what of its *cœur de métier* the person has (`SKILLS_SHARE`), how near ROME holds it to
their past work and projects (`NEARNESS_SHARE`), how many live offers of it are in their reach (`OFFERS_SHARE`) and
how hard employers find it to recruit there (`TENSION_SHARE`); the four parts add up to the score. Those whose title
the law requires and the person lacks are shown like the others, with what that takes. One occupation of a v3 family is
shown, and `OF_A_DOMAIN` of a domain at most, declared projects apart: ten cooks would be no choice.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from features.pairs.base import NO_SKILL
from features.rome.referential import Relation
from matching.answer import Window
from matching.background import Background, background_of
from matching.doors import doors_at
from matching.engine import Engine
from matching.errors import BadParameter, NotFound, UnknownParameter
from matching.filters.base import Condition, Parameter, parse_flag, parse_integer
from matching.filters.occupation import in_occupations
from matching.filters.registry import nearest_name
from matching.jobs import profile_at
from matching.openings import Opening, openings_among
from matching.openness import Asked, Standing, Taught
from matching.payload import record_part
from matching.reach import offers_in_reach
from matching.relaxing import without_each
from matching.rows.session import SessionCard
from matching.schema import Collection
from matching.selection import select
from matching.sides import ColumnReader, columns_of, one_of
from matching.titles import SAID, closeness
from matching.trainings import Search, search_of

SKILLS_SHARE: Final = 0.40
NEARNESS_SHARE: Final = 0.20
OFFERS_SHARE: Final = 0.25
TENSION_SHARE: Final = 0.15
LEAST_SKILLS: Final = 0.35
"""Share of the *cœur de métier* from which an occupation is possible whatever ROME's links say."""
PLENTY: Final = 30.0
"""Offers in reach from which more add nothing."""
LOOKED_AT: Final = 10
"""Sessions looked at for one whose title says the occupation."""
UNKNOWN_TENSION: Final = 0.5
OF_A_DOMAIN: Final = 3
SOURCE_MONTHS: Final = 6
"""Months of work from which an occupation is one that the person comes from."""
_NEARNESS: Final = np.array([0, 0, 0.1, 0.5, 0.85, 1.0], dtype=np.float32)
"""Worth of each `Relation`."""
PARAMETERS: Final = (
    Parameter("nouveaux", "true : sans les métiers que la personne vise déjà.", "true"),
    Parameter("grandDomaine", "Lettres de grands domaines du ROME, séparées par des virgules.", "J,K"),
    Parameter("offresMin", "Au moins ce nombre d'offres en ligne à portée de la personne.", "5"),
)
_CARD: Final = msgspec.json.Decoder(SessionCard)

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Career:
    """One possible occupation (row)."""

    occupation: int
    is_project: bool
    """The person declares it as a project."""
    parts: tuple[float, float, float, float]
    """Of the score: skills, nearness, offers, tension."""
    came_from: int
    """The past occupation or project (row) that it is nearest to."""
    relation: Relation
    """Of that one with it."""
    core_held: int
    core_total: int
    missing: tuple[int, ...]
    """Skills (rows) of its *cœur de métier* that are not known, the first of them."""
    offers: int
    """Live offers in reach."""
    open_offers: int
    """Those that are open today."""
    tension: float | None
    pay_median: float | None
    """Gross euros a month, around there."""
    regulated: bool
    certified: bool
    best: SessionCard | None = None
    """The session that opens most of its offers."""
    best_opens: Opening | None = None

    @property
    def score(self) -> float:
        return sum(self.parts)


@dataclass(frozen=True)
class Careers:
    """A page of possible occupations, best first."""

    shown: tuple[Career, ...]
    total: int
    placed: bool
    profiled: bool
    relaxed: tuple[tuple[str, int], ...] = ()
    """Of an empty answer: the parameters that would fill it, left out alone, and what they would bring."""


def careers(engine: Engine, profile_id: str, parameters: Mapping[str, str], window: Window) -> Careers:
    """The occupations that a person could move to. Raises NotFound, UnknownParameter, BadParameter.

    `nouveaux` leaves declared projects out, `grandDomaine` keeps those of some *grands domaines*, `offresMin` those
    with as many live offers in reach.
    """
    kept = _parse(engine, parameters)
    profiles = engine.catalogue(Collection.PROFILES)
    projects = profiles.rows_of(profile_id)
    if len(projects) == 0:
        raise NotFound("Le profil", profile_id)
    columns = columns_of(profiles, projects)
    background = background_of(profile_at(engine, int(projects[0])), columns, engine.lookups)
    field = _Field(engine, columns, background)
    ordered = field.ordered(kept)
    shown = ordered[window.first : window.last + 1]
    relaxed = without_each(parameters, lambda others: len(field.ordered(_parse(engine, others)))) if not ordered else ()
    best = _best_sessions(search_of(engine, profile_id, {}), shown)
    return Careers(
        tuple([field.career(occupation, *best.get(occupation, (None, None))) for occupation in shown]),
        len(ordered),
        bool((columns("commune") >= 0).any()),
        background.profiled,
        relaxed,
    )


Kept = Callable[["_Field"], NDArray[np.bool_]]
"""What parameters keep of the occupations."""


def _parse(engine: Engine, given: Mapping[str, str]) -> Kept:
    names = [parameter.name for parameter in PARAMETERS]
    for name in given:
        if name not in names:
            raise UnknownParameter(name, nearest_name(name, names))
    rome = engine.lookups.reference.rome
    only_new = "nouveaux" in given and parse_flag("nouveaux", given["nouveaux"])
    least = parse_integer("offresMin", given["offresMin"], 1, 100_000) if "offresMin" in given else 1
    letters = [each.strip().upper() for each in given.get("grandDomaine", "").split(",") if each.strip()]
    for letter in letters:
        if letter not in rome.grand_domains:
            raise BadParameter("grandDomaine", letter, f"l'une des lettres {', '.join(sorted(rome.grand_domains))}")
    of_domain = np.array([not letters or code[:1] in letters for code in rome.codes], dtype=np.bool_)

    def kept(field: "_Field") -> NDArray[np.bool_]:
        enough = field.offers >= least
        if "offresMin" not in given:
            enough = enough | field.is_project
        marked: NDArray[np.bool_] = of_domain & enough & ~(field.is_project & only_new)
        return marked

    return kept


@dataclass(frozen=True, eq=False)
class _Field:
    """All n occupations as one person stands to them."""

    engine: Engine
    columns: ColumnReader
    background: Background

    @cached_property
    def is_project(self) -> NDArray[np.bool_]:
        """(n,)"""
        marked = np.zeros(self.engine.lookups.reference.rome.n_occupations, dtype=np.bool_)
        marked[self.columns("occupation")] = True
        return marked

    @cached_property
    def sources(self) -> NDArray[np.int64]:
        """Occupations that the person comes from or aims at."""
        past = [occupation for occupation, months in self.background.past if months >= SOURCE_MONTHS]
        return np.array(list(dict.fromkeys([*past, *self.columns("occupation").tolist()])), dtype=np.int64)

    @cached_property
    def core(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """(n,) skills of each *cœur de métier* that are known, and all of them."""
        table = self.engine.lookups.core_skills[:-1]
        listed = table != NO_SKILL
        known = self.background.skills[np.minimum(table, len(self.background.skills) - 1)] & listed
        return np.count_nonzero(known, axis=1), np.count_nonzero(listed, axis=1)

    @cached_property
    def skills(self) -> Floats:
        """(n,) share of the *cœur de métier* that is known."""
        held, whole = self.core
        share: Floats = (held / np.maximum(whole, 1)).astype(np.float32)
        return share

    @cached_property
    def relations(self) -> NDArray[np.uint8]:
        """(s, n) from each source."""
        relations: NDArray[np.uint8] = self.engine.lookups.reference.rome.relation[self.sources]
        return relations

    @cached_property
    def nearness(self) -> Floats:
        """(s, n) how near each source is to each occupation, 0..1."""
        worth = np.maximum(_NEARNESS[self.relations], np.minimum(self.engine.lookups.affinity[self.sources] * 2, 1))
        return worth.astype(np.float32)

    @cached_property
    def _offer_rows(self) -> NDArray[np.int64]:
        return offers_in_reach(self.engine, self.columns)

    @cached_property
    def _by_occupation(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """(n,) live offers in reach, and those that are open."""
        read = columns_of(self.engine.catalogue(Collection.OFFERS), self._offer_rows)
        standing = Standing(self.background, Asked.reading(read), self.engine.lookups)
        known = read("occupation") >= 0
        n = len(self.is_project)
        every = np.bincount(read("occupation")[known], minlength=n)
        return every, np.bincount(read("occupation")[known & standing.open], minlength=n)

    @property
    def offers(self) -> NDArray[np.int64]:
        """(n,) live offers in reach."""
        return self._by_occupation[0]

    @cached_property
    def tension(self) -> Floats:
        """(n,) share of hirings judged difficult around there; NaN unknown."""
        lookups = self.engine.lookups
        shares: Floats = lookups.tension[:, lookups.area_of_commune[int(self.columns("commune")[0])]]
        return shares

    @cached_property
    def parts(self) -> Floats:
        """(n, 4) of the score: skills, nearness, offers, tension."""
        many = np.log1p(np.minimum(self.offers, PLENTY)) / np.log1p(PLENTY)
        return np.stack(
            [
                SKILLS_SHARE * self.skills,
                NEARNESS_SHARE * self.nearness.max(axis=0),
                OFFERS_SHARE * many,
                TENSION_SHARE * np.nan_to_num(self.tension, nan=UNKNOWN_TENSION),
            ],
            axis=1,
        ).astype(np.float32)

    def ordered(self, kept: Kept) -> list[int]:
        """The possible occupations (rows) that are kept, best first, no two of a family and few of a domain."""
        linked = (self.relations >= Relation.MOBILITY).any(axis=0)
        possible = linked | (self.skills >= LEAST_SKILLS) | self.is_project
        rows = np.flatnonzero(possible & kept(self))
        scores = self.parts[rows].sum(axis=1)
        rome = self.engine.lookups.reference.rome
        families: set[str] = set()
        domains: Counter[str] = Counter()
        chosen = []
        for row in rows[np.argsort(-scores, kind="stable")].tolist():
            family, domain = rome.parents[row], rome.codes[row][:3]
            if not self.is_project[row] and (family in families or domains[domain] >= OF_A_DOMAIN):
                continue
            families.add(family)
            domains[domain] += 1
            chosen.append(row)
        return chosen

    def career(self, row: int, best: SessionCard | None, opens: Opening | None) -> Career:
        """All that is told of one occupation."""
        engine, rome = self.engine, self.engine.lookups.reference.rome
        nearest = int(self.nearness[:, row].argmax())
        core = [skill for skill in engine.lookups.core_skills[row].tolist() if skill != NO_SKILL]
        area = int(engine.lookups.area_of_commune[int(self.columns("commune")[0])])
        pay = float("nan") if engine.pay_medians.size == 0 else float(engine.pay_medians[row, area])
        tension = float(self.tension[row])
        skills, near, offers, tense = self.parts[row].tolist()
        return Career(
            row,
            bool(self.is_project[row]),
            (skills, near, offers, tense),
            int(self.sources[nearest]),
            Relation(int(self.relations[nearest, row])),
            int(self.core[0][row]),
            int(self.core[1][row]),
            tuple([skill for skill in core if not self.background.skills[skill]]),
            int(self.offers[row]),
            int(self._by_occupation[1][row]),
            None if np.isnan(tension) else tension,
            None if np.isnan(pay) else pay,
            bool(rome.regulated[row]),
            bool(self.background.certified[row]),
            best,
            opens,
        )


def _best_sessions(search: Search, occupations: list[int]) -> dict[int, tuple[SessionCard, Opening]]:
    """For each occupation (row) the session, among those in reach that lead to it and that one may enter, that opens
    most offers of it; the shorter, then the sooner, of equal ones. Occupations that none opens are left out."""
    engine = search.engine
    catalogue = engine.catalogue(Collection.SESSIONS)
    wanted = np.zeros(engine.lookups.reference.rome.n_occupations + 1, dtype=np.bool_)
    wanted[occupations] = True
    leading: Condition = in_occupations(wanted)
    each = [
        select(catalogue, [leading, *search.own_conditions(one_of(search.columns, project))]).rows
        for project in range(search.n_projects)
    ]
    rows = np.unique(np.concatenate(each))
    read = columns_of(catalogue, rows)
    enterable = (read("entry_level") <= search.background.level) | search.experience_enters(read)
    rows = rows[enterable]
    if len(rows) == 0:
        return {}
    read = columns_of(catalogue, rows)
    hours = np.nan_to_num(read("hours"), nan=np.inf)
    home = int(search.columns("commune")[0])
    reached = offers_in_reach(engine, search.columns, wanted)
    recruited = engine.catalogue(Collection.OFFERS).take("occupation", reached)
    found: dict[int, tuple[SessionCard, Opening]] = {}
    for occupation in occupations:  # of one page
        leads = np.flatnonzero((read("occupations") == occupation).any(axis=1))
        numbers, first, training = np.unique(read("training")[leads], return_index=True, return_inverse=True)
        taught = Taught.reading(columns_of(catalogue, rows[leads[first]]))
        doors = doors_at(engine, reached[recruited == occupation], search.background, taught, numbers)
        counts = np.count_nonzero(doors.opened, axis=1)[training]
        if counts.max(initial=0) == 0:
            continue
        order = np.lexsort((read("start_day")[leads], hours[leads], -counts))
        for at in order[: np.count_nonzero(counts)][:LOOKED_AT].tolist():
            card = _CARD.decode(record_part(catalogue.payload_of(int(rows[leads[at]]))))
            if closeness(engine.lookups, card.training.title, occupation) >= SAID:
                found[occupation] = (card, openings_among(engine, doors, home, doors.opened[training[at]]))
                break
    return found
