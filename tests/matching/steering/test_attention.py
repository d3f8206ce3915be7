"""How attention is shared out: known by hand, and against the lists themselves."""

import datetime as dt

import numpy as np
import pytest

from features.records import Event, EventKind
from matching.answer import Window
from matching.engine import Engine
from matching.schema import Collection
from matching.steering.attention import FIRST, attention_of, of_events, offers_shown, people_shown
from matching.subscriptions import offers_for_profile
from tests.matching.made import offer, profile, write


def test_a_few_places_by_hand() -> None:
    found = attention_of(np.array([1, 1, 2, 4, 12]), n_lists=5, n_items=10)
    assert (found.places, found.coverage, found.best_coverage, found.largest_load) == (20, 0.5, 1.0, 12)
    assert found.histogram == (2, 1, 1, 0, 1)
    # sum of (2 i - n - 1) load / (n × total), i = 1..5: (-4×1 -2×1 +0×2 +2×4 +4×12) / 100
    assert found.gini == pytest.approx(0.5)
    assert found.of_best == 0.5


def test_nothing_shown_is_nothing_covered() -> None:
    found = attention_of(np.empty(0, dtype=np.int64), n_lists=3, n_items=10)
    assert (found.coverage, found.best_coverage, found.gini, found.largest_load) == (0.0, 0.0, None, 0)
    assert found.of_best is None
    assert attention_of(np.empty(0, dtype=np.int64), n_lists=0, n_items=0).coverage == 0.0


def test_lists_are_those_that_people_get(local: Engine) -> None:
    write(local, *(profile(f"p{number}") for number in range(6)))
    write(local, *(offer(f"o{number}", title=f"Aide-soignant de nuit {number}") for number in range(14)))
    found = offers_shown(local, 100, seed=3)  # everybody
    loads: dict[str, int] = {}
    for number in range(6):
        for match in offers_for_profile(local, f"p{number}", {}, Window(0, FIRST - 1)).matches:
            loads[match.id] = loads.get(match.id, 0) + 1
    assert (found.lists, found.items) == (6, local.catalogue(Collection.OFFERS).n_records)
    assert found.places == sum(loads.values()) == 60
    assert found.largest_load == max(loads.values())
    assert found.coverage == len(loads) / found.items


def test_people_shown_are_among_those_who_may_be_seen(engine: Engine) -> None:
    found = people_shown(engine, 30, seed=3)
    assert 0 < found.places <= 300
    assert found.items < engine.catalogue(Collection.PROFILES).n_records
    assert people_shown(engine, 30, seed=3) == found


def test_who_is_told_to_stop_stops(engine: Engine) -> None:
    left = iter([True, True, False])
    assert offers_shown(engine, 30, seed=3, go_on=lambda: next(left)).lists == 2


def test_what_events_say_was_shown(local: Engine) -> None:
    assert of_events(local) is None
    write(local, profile("p"), *(offer(f"o{number}", title=f"Aide-soignant {number}") for number in range(20)))
    assert of_events(local) is None
    noon = dt.datetime.combine(local.today(), dt.time(12), dt.UTC)
    seen = [("o0", 6), ("o1", 2)]
    events = [
        Event(id=f"e-{key}-{time}", kind=EventKind.SHOWN, at=noon, profile_id="p", offer_id=key)
        for key, times in seen
        for time in range(times)
    ]
    write(local, *events)
    found = of_events(local)
    assert found is not None
    assert (found.offers, found.covered) == (20, 0.1)
    assert found.top_tenth == pytest.approx(1.0)  # two offers of twenty had it all
