"""The new offers that could be in each digest, found from whichever side is the cheaper: the same ones from both.

What may be in a digest is stricter than what a list may show: an occupation that ROME holds near the project, not only
words that sound alike. So it can be asked of the offers (which people would take this one?) as well as of the people.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from matching.catalogue import Catalogue
from matching.digests.orders import Orders
from matching.engine import Engine
from matching.filters import freshness
from matching.filters.base import Condition
from matching.filters.occupation import in_occupations
from matching.lookups import day_number
from matching.retrieve import kinship_from
from matching.reverse import people_for_offers
from matching.schema import Collection
from matching.selection import select
from matching.sides import columns_of, one_of
from matching.subscriptions import open_conditions

QUESTION_MS: Final = 0.4
ROW_MS: Final = 3.5e-6
"""What a question costs from either side, and what each row of the collection that is asked adds to it
(`benchmarks/digests.py`)."""


@dataclass(frozen=True, eq=False)
class Candidates:
    """n pairs of an order and an offer, by order, then offer, then project."""

    order: NDArray[np.int64]
    offers: NDArray[np.int64]
    """Rows of the offers."""
    projects: NDArray[np.int64]
    """Rows of the profiles."""
    closeness: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.order)

    def at(self, kept: NDArray[np.bool_] | NDArray[np.int64] | slice) -> "Candidates":
        return Candidates(self.order[kept], self.offers[kept], self.projects[kept], self.closeness[kept])


def candidates_of(engine: Engine, orders: Orders) -> Candidates:
    """The candidates of all orders on the engine's day."""
    rows = new_offers(engine, orders)
    people, offers = len(engine.catalogue(Collection.PROFILES)), len(engine.catalogue(Collection.OFFERS))
    if len(rows) * (QUESTION_MS + ROW_MS * people) < len(orders.rows) * (QUESTION_MS + ROW_MS * offers):
        return by_offers(engine, orders, rows)
    return by_people(engine, orders)


def new_offers(engine: Engine, orders: Orders) -> NDArray[np.int64]:
    """Rows of the offers that are new for any order and open."""
    if len(orders) == 0:
        return np.empty(0, dtype=np.int64)
    today = day_number(engine.today())
    conditions = [freshness.not_expired(today), *_published(int(orders.since.min()), today)]
    return select(engine.catalogue(Collection.OFFERS), conditions).rows


def by_people(
    engine: Engine, orders: Orders, which: NDArray[np.int64] | None = None, open_since: int | None = None
) -> Candidates:
    """The candidates of the orders at `which` (None: all), each project asked for its offers: those open today, or on
    any day from `open_since` (since 1970) to today."""
    profiles, offers = engine.catalogue(Collection.PROFILES), engine.catalogue(Collection.OFFERS)
    today = day_number(engine.today())
    found: list[Candidates] = []
    for order in range(len(orders)) if which is None else which.tolist():
        rows = orders.projects(order)
        columns, vectors = columns_of(profiles, rows), profiles.index.vectors(rows)
        window = _published(int(orders.since[order]), today)
        for place, project in enumerate(rows.tolist()):
            read = one_of(columns, place)
            near = in_occupations(kinship_from(engine.lookups, int(read("occupation")[0])).near)
            own = open_conditions(
                engine.lookups,
                read,
                today if open_since is None else open_since,
                float(orders.least_reach_km[order]),
                bool(orders.elsewhere[order]),
            )
            taken = select(offers, [near, *window, *own, *orders.conditions[order]]).rows
            if len(taken):
                closeness = np.vecdot(offers.index.vectors(taken), vectors[place]).astype(np.float32)
                found.append(Candidates(np.full(len(taken), order), taken, np.full(len(taken), project), closeness))
    return _near_enough(engine, orders, _sorted(found))


def by_offers(engine: Engine, orders: Orders, rows: NDArray[np.int64]) -> Candidates:
    """The candidates of all orders, each new offer (`rows`) asked for its people; orders that the place of their
    person does not tell about are asked the other way."""
    offers = engine.catalogue(Collection.OFFERS)
    from_offers = np.flatnonzero(~orders.anywhere)
    found = _near_enough(engine, orders, _meeting(offers, orders, _expanded(engine, orders, rows, from_offers)))
    others = np.flatnonzero(orders.anywhere)
    return found if len(others) == 0 else _sorted([found, by_people(engine, orders, others)])


def _published(since: int, today: int) -> list[Condition]:
    return [freshness.published_since(since), freshness.published_by(today)]


def _expanded(engine: Engine, orders: Orders, rows: NDArray[np.int64], which: NDArray[np.int64]) -> Candidates:
    """Pairs of the orders at `which` and the offers at `rows` that their people would take, before the criteria."""
    profiles, offers = engine.catalogue(Collection.PROFILES), engine.catalogue(Collection.OFFERS)
    lengths = np.diff(orders.starts)[which]
    of_row = np.repeat(which, lengths)
    asked = orders.rows[np.isin(np.repeat(np.arange(len(orders)), np.diff(orders.starts)), which)]
    by_row = np.argsort(asked, kind="stable")
    asked, of_row = asked[by_row], of_row[by_row]
    placed = rows[(offers.take("commune", rows) >= 0) | (offers.take("departement", rows) >= 0)]
    published = np.zeros(len(offers), dtype=np.int64)
    published[placed] = offers.take("published_day", placed)
    among = np.zeros(len(profiles), dtype=np.bool_)
    among[asked] = True
    parts: list[Candidates] = []
    for pairs in people_for_offers(engine.lookups, profiles, offers, placed, among):
        first, last = (np.searchsorted(asked, pairs.profiles, side=side) for side in ("left", "right"))
        times = last - first
        each = np.repeat(np.arange(len(pairs)), times)
        within = np.arange(len(each)) - np.repeat(np.cumsum(times) - times, times)
        order = of_row[first[each] + within]
        new = published[pairs.offers[each]] >= orders.since[order]
        each, order = each[new], order[new]
        parts.append(Candidates(order, pairs.offers[each], pairs.profiles[each], pairs.closeness[each]))
    return _sorted(parts)


def _meeting(offers: Catalogue, orders: Orders, found: Candidates) -> Candidates:
    """Those that meet the conditions of their order."""
    kept = np.ones(len(found), dtype=np.bool_)
    for order, span in spans(found.order):
        if not orders.conditions[order]:
            continue
        view = offers.view(found.offers[span])
        for condition in orders.conditions[order]:
            kept[span] &= condition(view)
    return found.at(kept)


def _near_enough(engine: Engine, orders: Orders, found: Candidates) -> Candidates:
    """Those that are no further from home than the criteria allow; what is known by its département alone is."""
    limits = orders.most_reach_km[found.order]
    limited = np.flatnonzero(np.isfinite(limits))
    if len(limited) == 0:
        return found
    homes = engine.catalogue(Collection.PROFILES).take("commune", found.projects[limited])
    places = engine.catalogue(Collection.OFFERS).take("commune", found.offers[limited])
    kept = np.ones(len(found), dtype=np.bool_)
    kept[limited] = ~(engine.lookups.distances_along(homes, places) > limits[limited])
    return found.at(kept)


def spans(order: NDArray[np.int64]) -> Iterator[tuple[int, slice]]:
    """Each value of a sorted array, with where it stands; nothing of an empty one."""
    if len(order) == 0:
        return
    starts = np.flatnonzero(np.diff(order, prepend=-1))
    for start, stop in zip(starts.tolist(), [*starts[1:].tolist(), len(order)], strict=True):
        yield int(order[start]), slice(start, stop)


def _sorted(parts: list[Candidates]) -> Candidates:
    nothing = np.empty(0, dtype=np.int64)
    whole = Candidates(
        np.concatenate([nothing, *[part.order for part in parts]]),
        np.concatenate([nothing, *[part.offers for part in parts]]),
        np.concatenate([nothing, *[part.projects for part in parts]]),
        np.concatenate([np.empty(0, dtype=np.float32), *[part.closeness for part in parts]]),
    )
    return whole.at(np.lexsort((whole.projects, whole.offers, whole.order)))
