"""Reverse search: new offers matched to all the people who would take them, under each person's own conditions.

A digest asks for the offers of millions of people; there are far fewer new offers than people. So each new offer is
asked for its people, among those whose reach, contracts, working time, licences and pay floor it meets: the same
conditions, seen from the other side, and therefore the same pairs.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from matching.catalogue import Catalogue
from matching.filters import contract, departement, licence, pay, place, working_time
from matching.filters.base import Condition
from matching.filters.occupation import in_occupations
from matching.lookups import Lookups
from matching.retrieve import kinship_to
from matching.selection import select
from matching.sides import ColumnReader, columns_of

AT_ONCE: Final = 2_000_000
"""Pairs given at once, about: memory stays flat however many there are."""


@dataclass(frozen=True, eq=False)
class Pairs:
    """n pairs of a person's project and an offer that it would take, in order of offer, then of profile row."""

    offers: NDArray[np.int64]
    profiles: NDArray[np.int64]
    closeness: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.offers)


def accepted_by(lookups: Lookups, job: ColumnReader) -> list[Condition]:
    """What people said they will not go beyond, of the one offer that `job` reads; and the licences it requires.

    An offer known by its département alone is taken by the people who live there; one without a place by anyone.
    """
    conditions: list[Condition] = []
    workplace, area = int(job("commune")[0]), int(job("departement")[0])
    if workplace >= 0:
        conditions.append(place.in_own_reach(lookups, workplace))
    elif area >= 0:
        conditions.append(departement.in_departements(lookups, {area}))
    conditions += [
        licence.holding(int(job("licences_required")[0])),
        pay.floor_at_most(float(job("pay_max")[0])),
    ]
    if job("contract")[0]:
        conditions.append(contract.of_contracts(int(job("contract")[0])))
    if job("working_time")[0]:
        conditions.append(working_time.not_against(int(job("working_time")[0])))
    return conditions


def people_for_offers(
    lookups: Lookups,
    profiles: Catalogue,
    offers: Catalogue,
    rows: NDArray[np.int64],
    among: NDArray[np.bool_] | None = None,
) -> Iterator[Pairs]:
    """The pairs of the offers at `rows` with every project of a near occupation that would take them.

    All such projects, not the nearest few hundred: which of its offers a person is shown is decided on the person's
    side. Offers of no known occupation give no pair. `among`: (n,) by row of the profiles, those that count; None: all.
    """
    waiting: list[Pairs] = []
    vectors = offers.index.vectors(rows)
    for row, vector in zip(rows.tolist(), vectors, strict=True):
        job = columns_of(offers, np.array([row]))
        occupation = int(job("occupation")[0])
        if occupation < 0:
            continue
        near = in_occupations(kinship_to(lookups, occupation).near)
        found = select(profiles, [near, *accepted_by(lookups, job)]).rows
        if among is not None:
            found = found[among[found]]
        if len(found):
            closeness = np.vecdot(profiles.index.vectors(found), vector).astype(np.float32)
            waiting.append(Pairs(np.full(len(found), row, dtype=np.int64), found, closeness))
        if sum(map(len, waiting)) >= AT_ONCE:
            yield _joined(waiting)
            waiting = []
    if waiting:
        yield _joined(waiting)


def _joined(parts: list[Pairs]) -> Pairs:
    return Pairs(
        np.concatenate([part.offers for part in parts]),
        np.concatenate([part.profiles for part in parts]),
        np.concatenate([part.closeness for part in parts]),
    )
