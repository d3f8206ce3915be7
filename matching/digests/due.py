"""When a subscription is served: its period, from which offers are new, and the hours in which nobody is disturbed.

A period has one digest. Running a day again, or late, finds the digests that are there already.
"""

import datetime as dt
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final

from features.records import Frequency, Subscription

NEW_DAYS: Final[dict[Frequency, int]] = {Frequency.INSTANT: 3, Frequency.DAILY: 7, Frequency.WEEKLY: 14}
"""An offer is new so many days from its publication: longer than the time between two digests, so that a day on which
nothing ran, or on which a list was full, loses nothing."""

WORKING_DAYS: Final = 5


@dataclass(frozen=True)
class QuietHours:
    """From `start` to `end` (hours of the day, 0 to 23), past midnight where the end is the lower; equal: never."""

    start: int
    end: int

    def __contains__(self, moment: dt.datetime) -> bool:
        if self.start <= self.end:
            return self.start <= moment.hour < self.end
        return moment.hour >= self.start or moment.hour < self.end


def period_of(subscription: Subscription, moment: dt.datetime, quiet: QuietHours) -> str | None:
    """The period of which a digest is due at `moment` (local time), None when none is.

    A weekly one is due from its own day of the week on, which spreads them over Monday to Friday; an instant one waits
    in quiet hours. What is stopped or paused is not due.
    """
    day = moment.date()
    if not subscription.active or (subscription.paused_until is not None and day < subscription.paused_until):
        return None
    match subscription.frequency:
        case Frequency.DAILY:
            return day.isoformat()
        case Frequency.WEEKLY:
            year, week, weekday = day.isocalendar()
            return f"{year}-W{week:02d}" if weekday > weekday_of(subscription.id) else None
        case Frequency.INSTANT:
            return None if moment in quiet else moment.strftime("%Y-%m-%dT%H:%M")


def weekday_of(subscription_id: str) -> int:
    """The day of a weekly digest: 0 Monday to 4 Friday."""
    return blake2b(subscription_id.encode(), digest_size=2).digest()[0] % WORKING_DAYS
