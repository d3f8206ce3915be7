"""Events of a log: what a deployment would have sent."""

import datetime as dt
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

from features.border.event import EvenementIn, evenement_out
from features.records import Event, EventKind
from features.sample.reference import sample_reference
from features.store import Kind, Store
from models.simulation.attention import REASONS
from models.simulation.log import Log
from models.simulation.policies import as_served, by_score
from models.simulation.records import events
from models.simulation.replay import play
from tests.models.simulation import made


@lru_cache(maxsize=1)
def some_log() -> Log:
    """A short list for everybody, so that there are not too many events."""
    return play(made.market(), made.truth(), by_score(as_served, 3), made.WEEKS, made.SEED)


@lru_cache(maxsize=1)
def some_events() -> list[Event]:
    return list(events(some_log(), made.market(), made.SEED))


def test_events_are_in_order_of_time_with_ids_that_stay() -> None:
    found = some_events()
    assert all(one.at <= other.at for one, other in pairwise(found))
    assert len({event.id for event in found}) == len(found)
    assert found == list(events(some_log(), made.market(), made.SEED))
    start = dt.datetime.fromisoformat(made.market().first_day).replace(tzinfo=dt.UTC)
    assert start <= found[0].at
    assert found[-1].at < start + dt.timedelta(days=7 * made.WEEKS)


def test_every_shown_result_and_every_deed_has_its_event() -> None:
    log, found = some_log(), some_events()
    counts = {kind: sum(event.kind is kind for event in found) for kind in EventKind}
    assert counts[EventKind.SHOWN] == len(log)
    assert counts[EventKind.OPENED] == log.opened.sum()
    assert counts[EventKind.DISMISSED] == (log.reason >= 0).sum()
    assert counts[EventKind.APPLIED] == log.applied.sum()
    assert counts[EventKind.INTERVIEWED] == (log.interviewed_week >= 0).sum()
    assert counts[EventKind.HIRED] == (log.hired_week >= 0).sum()


def test_deeds_follow_each_other() -> None:
    order = [EventKind.SHOWN, EventKind.OPENED, EventKind.APPLIED, EventKind.INTERVIEWED, EventKind.HIRED]
    last: dict[tuple[str, str | None], int] = {}
    for event in some_events():
        pair = (event.profile_id, event.offer_id)
        assert event.kind is EventKind.SHOWN or pair in last
        if event.kind in order:
            step = order.index(event.kind)
            assert step <= last.get(pair, 0) + 1
            last[pair] = max(step, last.get(pair, 0)) if step else 0


def test_events_pass_the_border_and_the_store(tmp_path: Path) -> None:
    reference = sample_reference()
    found = some_events()[:500]
    for event in found:
        assert EvenementIn.model_validate(evenement_out(event)).to_record(reference) == event
    store = Store.open(f"sqlite:///{tmp_path / 'vivier.db'}")
    store.upsert(found, "simulation")
    assert store.count(Kind.EVENT) == len(found)
    store.close()


def test_those_put_aside_have_a_reason_and_only_those_shown_a_rank() -> None:
    for event in some_events():
        assert (event.reason in REASONS) is (event.kind is EventKind.DISMISSED)
        assert (event.rank is not None) is (event.kind is EventKind.SHOWN)
