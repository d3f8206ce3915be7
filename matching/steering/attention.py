"""Coverage and crowding: how the places of lists are shared out, in lists made now and in what was shown of late.

The lists are those of people and offers drawn by lot, asked for by the functions that answer them and ranked by what is
in force. A few hundred of them cannot cover a whole market: what they cover is told beside what they could have.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from features.behaviour import SHOWN_HALF_LIFE, decayed
from matching.answer import Match, Window
from matching.catalogue import Catalogue
from matching.engine import Engine
from matching.errors import VivierError
from matching.lookups import day_number
from matching.schema import Collection
from matching.sourcing import profiles_for_offer
from matching.subscriptions import offers_for_profile
from models.metrics.base import Exposure
from models.metrics.coverage import COVERAGE
from models.metrics.gini import GINI
from models.metrics.largest_load import LARGEST_LOAD

FIRST: Final = 10
"""Results of a list that count: the first screen."""
BUCKETS: Final = (1, 2, 3, 5, 10)
"""Times shown at which a bar of the histogram begins; the last is open."""
_SCREEN: Final = Window(0, FIRST - 1)


@dataclass(frozen=True)
class Attention:
    """How the first screens of some lists were shared out."""

    lists: int
    """Made; those whose answer was empty included."""
    places: int
    items: int
    """That could have been shown."""
    coverage: float
    """Share of the items that were shown at least once."""
    best_coverage: float
    """What it could have been, had each place gone to another item."""
    gini: float | None
    """Of how often the shown ones were; 0: all alike."""
    largest_load: int
    """Lists that had the item which most lists had."""
    histogram: tuple[int, ...]
    """Items shown so many times, by `BUCKETS`."""

    @property
    def of_best(self) -> float | None:
        """Coverage over the best there was; None where nothing could be shown."""
        return self.coverage / self.best_coverage if self.best_coverage else None


@dataclass(frozen=True)
class Shown:
    """What events say was shown of late; older ones count for less (half after `SHOWN_HALF_LIFE` days)."""

    offers: int
    """Live offers."""
    covered: float
    """Share of them that were shown at least once."""
    top_tenth: float
    """Share of what was shown that went to the tenth of the offers that were shown most; 0.1: alike for all."""


def offers_shown(engine: Engine, n_lists: int, seed: int, go_on: Callable[[], bool] = lambda: True) -> Attention:
    """Of the offers of people drawn by lot. `go_on` is asked before each list: who says no gets those made so far."""
    profiles, offers = engine.catalogue(Collection.PROFILES), engine.catalogue(Collection.OFFERS)
    keys = _drawn(profiles, n_lists, seed)
    return _attention(keys, offers, go_on, lambda key: offers_for_profile(engine, key, {}, _SCREEN).matches)


def people_shown(engine: Engine, n_lists: int, seed: int, go_on: Callable[[], bool] = lambda: True) -> Attention:
    """Of the people of offers drawn by lot, among those whom employers may see."""
    profiles, offers = engine.catalogue(Collection.PROFILES), engine.catalogue(Collection.OFFERS)
    keys = _drawn(offers, n_lists, seed)
    visible = int(np.unique(profiles.keys(np.flatnonzero(profiles.alive & profiles.column("visible")))).size)
    return _attention(keys, profiles, go_on, lambda key: profiles_for_offer(engine, key, {}, _SCREEN).matches, visible)


def of_events(engine: Engine) -> Shown | None:
    """What events told of live offers; None where nothing was shown."""
    offers = engine.catalogue(Collection.OFFERS)
    rows = np.flatnonzero(offers.alive)
    loads = decayed(
        offers.take("shown", rows), offers.take("shown_day", rows), day_number(engine.today()), SHOWN_HALF_LIFE
    )
    if not len(rows) or not loads.sum():
        return None
    tenth = max(len(rows) // 10, 1)
    most = np.sort(loads)[::-1][:tenth]
    return Shown(len(rows), float(np.mean(loads > 0)), float(most.sum() / loads.sum()))


def attention_of(loads: NDArray[np.int64], n_lists: int, n_items: int) -> Attention:
    """Of how often each of the items that were shown was; `n_items`: those that could have been."""
    shown = loads[loads > 0]
    exposure = Exposure(np.concatenate([shown, np.zeros(max(n_items - len(shown), 0), dtype=np.int64)]))
    coverage, gini = COVERAGE.compute(exposure), GINI.compute(Exposure(shown))
    places = int(shown.sum())
    ends = (*BUCKETS[1:], np.inf)
    return Attention(
        lists=n_lists,
        places=places,
        items=n_items,
        coverage=0.0 if np.isnan(coverage) else coverage,
        best_coverage=min(places / n_items, 1.0) if n_items else 0.0,
        gini=None if np.isnan(gini) else gini,
        largest_load=int(LARGEST_LOAD.compute(exposure)),
        histogram=tuple(
            int(((shown >= begin) & (shown < end)).sum()) for begin, end in zip(BUCKETS, ends, strict=True)
        ),
    )


def _drawn(catalogue: Catalogue, n: int, seed: int) -> list[str]:
    """Ids of `n` different live records, or of all where there are fewer."""
    rows = np.random.default_rng(seed).permutation(np.flatnonzero(catalogue.alive))
    found: dict[str, None] = {}
    for row in rows[: 4 * n].tolist():
        found.setdefault(catalogue.id_of(row))
        if len(found) == n:
            break
    return list(found)


def _attention(
    keys: list[str],
    items: Catalogue,
    go_on: Callable[[], bool],
    listed: Callable[[str], Sequence[Match[Any]]],
    n_items: int | None = None,
) -> Attention:
    loads: dict[str, int] = {}
    made = 0
    for key in keys:
        if not go_on():
            break
        made += 1
        try:
            matches = listed(key)
        except VivierError:  # gone meanwhile, or nothing can be searched for
            continue
        for match in matches:
            loads[match.id] = loads.get(match.id, 0) + 1
    counts = np.array(list(loads.values()), dtype=np.int64)
    return attention_of(counts, made, items.n_records if n_items is None else n_items)
