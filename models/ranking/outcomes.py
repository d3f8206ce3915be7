"""`Outcome`: how far a result went that was shown, as a grade that rankers learn from."""

from collections.abc import Mapping
from enum import IntEnum
from typing import Final

from features.records import EventKind


class Outcome(IntEnum):
    """What became of a shown result: the highest step reached, in the order in which a step says more."""

    DISMISSED = 0
    SHOWN = 1
    OPENED = 2
    SAVED = 3
    APPLIED = 4
    INTERVIEWED = 5
    HIRED = 6


OF_EVENT: Final[Mapping[EventKind, Outcome]] = {
    EventKind.DISMISSED: Outcome.DISMISSED,
    EventKind.SHOWN: Outcome.SHOWN,
    EventKind.OPENED: Outcome.OPENED,
    EventKind.SAVED: Outcome.SAVED,
    EventKind.APPLIED: Outcome.APPLIED,
    EventKind.INTERVIEWED: Outcome.INTERVIEWED,
    EventKind.HIRED: Outcome.HIRED,
    EventKind.TRAINING_ENTERED: Outcome.HIRED,
    EventKind.TRAINING_FINISHED: Outcome.HIRED,
}
"""The step that each event of an offer, or of a training session, says was reached. An entry into training is to a
session what a hire is to an offer."""


def further(reached: Outcome, event: EventKind) -> Outcome:
    """The outcome after one more event: the highest step, save that being put aside counts for what was only looked at.

    >>> further(Outcome.OPENED, EventKind.DISMISSED).name, further(Outcome.APPLIED, EventKind.DISMISSED).name
    ('DISMISSED', 'APPLIED')
    """
    told = OF_EVENT[event]
    if told is Outcome.DISMISSED:
        return told if reached <= Outcome.SAVED else reached
    if reached is Outcome.DISMISSED and told <= Outcome.SAVED:
        return reached
    return max(reached, told)
