"""All occupations as one person stands to them, and the order that this makes of those that are possible.

An occupation is weighed by what of its *cœur de métier* the person has (`SKILLS_SHARE`), how near ROME holds it to
their past work and projects (`NEARNESS_SHARE`), how many live offers of it are in their reach (`OFFERS_SHARE`) and
how hard employers find it to recruit there (`TENSION_SHARE`); the four parts add up to the score. Those whose title
the law requires and the person lacks are shown like the others, with what that takes. One occupation of a v3 family is
shown, and `OF_A_DOMAIN` of a domain at most, declared projects apart: ten cooks would be no choice.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from features.pairs.base import NO_SKILL
from features.rome.referential import Relation
from matching.background import Background
from matching.engine import Engine
from matching.openings import Opening
from matching.openness import Asked, Standing
from matching.reach import offers_in_reach
from matching.rows.session import SessionCard
from matching.schema import Collection
from matching.sides import ColumnReader, columns_of

SKILLS_SHARE: Final = 0.40


NEARNESS_SHARE: Final = 0.20


OFFERS_SHARE: Final = 0.25


TENSION_SHARE: Final = 0.15


LEAST_SKILLS: Final = 0.35
"""Share of the *cœur de métier* from which an occupation is possible whatever ROME's links say."""


PLENTY: Final = 30.0
"""Offers in reach from which more add nothing."""


UNKNOWN_TENSION: Final = 0.5


OF_A_DOMAIN: Final = 3


SOURCE_MONTHS: Final = 6
"""Months of work from which an occupation is one that the person comes from."""


_NEARNESS: Final = np.array([0, 0, 0.1, 0.5, 0.85, 1.0], dtype=np.float32)
"""Worth of each `Relation`."""


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


Kept = Callable[["Field"], NDArray[np.bool_]]
"""What parameters keep of the occupations."""


@dataclass(frozen=True, eq=False)
class Field:
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
