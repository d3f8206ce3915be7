"""Events of training lists become the rows that were shown, with the furthest that each went."""

import dataclasses
import datetime as dt
from pathlib import Path

import numpy as np
import pytest

from features.records import Event, EventKind
from models.ranking.outcomes import Outcome
from models.simulation.shelf import Shelf
from models.training.from_session_events import table_of_session_events
from tests.models.simulation.test_asking import SHELF

FIRST = dt.datetime(2026, 6, 1, 9, tzinfo=dt.UTC)
DATED = dataclasses.replace(SHELF, first_day="2026-06-01")
START = SHELF.names.index("start")


def pair(asker: int, place: int) -> tuple[str, str]:
    candidate = int(SHELF.indptr[asker]) + place
    return str(SHELF.askers[asker]), str(SHELF.items[SHELF.item[candidate]])


def event(kind: EventKind, who: tuple[str, str], day: int, rank: int | None = None) -> Event:
    at = FIRST + dt.timedelta(days=day)
    return Event(id=f"{kind}-{who}-{day}", kind=kind, at=at, profile_id=who[0], session_id=who[1], rank=rank)


def test_each_week_that_a_session_is_shown_is_a_row_and_what_came_of_it_is_the_last_ones() -> None:
    one, two, other = pair(3, 0), pair(3, 1), pair(7, 5)
    table = table_of_session_events(
        DATED,
        [
            event(EventKind.SHOWN, one, 0, rank=1),
            event(EventKind.SHOWN, two, 0, rank=0),
            event(EventKind.OPENED, one, 1),
            event(EventKind.SHOWN, one, 8, rank=0),
            event(EventKind.APPLIED, one, 9),
            event(EventKind.SHOWN, other, 9, rank=4),
            event(EventKind.DISMISSED, other, 9),
            event(EventKind.TRAINING_ENTERED, one, 30),
        ],
    )
    assert table.person.tolist() == [3, 3, 3, 7]
    assert table.week.tolist() == [0, 0, 1, 1]
    assert table.position.tolist() == [0, 1, 0, 4]
    assert table.list_id.tolist() == [0, 0, 1, 2]
    assert table.outcome.tolist() == [Outcome.SHOWN, Outcome.OPENED, Outcome.HIRED, Outcome.DISMISSED]
    first = int(SHELF.indptr[3])
    assert table.item.tolist() == SHELF.item[[first + 1, first, first, SHELF.indptr[7] + 5]].tolist()
    starts = SHELF.features[[first, first], START] - [0, 7]
    np.testing.assert_allclose(table.column("start")[1:3], np.maximum(starts, 0))


def test_what_is_no_candidate_or_was_never_shown_is_left_out() -> None:
    known = pair(3, 0)
    events = [
        event(EventKind.SHOWN, known, -1),
        event(EventKind.APPLIED, pair(3, 1), 0),
        event(EventKind.SHOWN, ("nobody", known[1]), 0),
    ]
    with pytest.raises(ValueError, match="aucun événement"):
        table_of_session_events(DATED, events)
    assert len(table_of_session_events(DATED, [*events, event(EventKind.SHOWN, known, 2)])) == 1
    with pytest.raises(ValueError, match="no first day"):
        table_of_session_events(SHELF, events)


def test_a_shelf_is_read_as_it_was_written(tmp_path: Path) -> None:
    DATED.save(tmp_path)
    read = Shelf.load(tmp_path)
    for field in dataclasses.fields(Shelf):
        np.testing.assert_array_equal(getattr(read, field.name), getattr(DATED, field.name))
    (tmp_path / "shelf.npz").write_bytes(b"")
    with pytest.raises(ValueError, match="ne contient pas de candidats lisibles"):
        Shelf.load(tmp_path)
