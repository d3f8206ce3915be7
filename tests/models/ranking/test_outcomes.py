from functools import reduce

import pytest

from features.records import EventKind
from models.ranking.outcomes import OF_EVENT, Outcome, further


def test_every_event_has_a_step() -> None:
    assert set(OF_EVENT) == set(EventKind)


@pytest.mark.parametrize(
    ("events", "outcome"),
    [
        ([], Outcome.SHOWN),
        ([EventKind.OPENED, EventKind.APPLIED, EventKind.OPENED], Outcome.APPLIED),
        ([EventKind.OPENED, EventKind.DISMISSED], Outcome.DISMISSED),
        ([EventKind.DISMISSED, EventKind.OPENED], Outcome.DISMISSED),
        ([EventKind.DISMISSED, EventKind.APPLIED], Outcome.APPLIED),
        ([EventKind.APPLIED, EventKind.DISMISSED, EventKind.HIRED], Outcome.HIRED),
        ([EventKind.TRAINING_ENTERED, EventKind.TRAINING_FINISHED], Outcome.HIRED),
    ],
)
def test_an_outcome_follows_its_events(events: list[EventKind], outcome: Outcome) -> None:
    assert reduce(further, events, Outcome.SHOWN) is outcome
