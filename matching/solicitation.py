"""How often firms are called on, over all counsellors: what keeps the same ones from always being asked.

A firm contacted `SOLICITATION_CAP` times within `CAP_DAYS` days, whoever called, is left alone until the oldest
of those calls is older than that; one that refused is left alone for `REFUSED_DAYS`, one that was contacted for
`CONTACTED_DAYS`, which a search may set otherwise. Opting out is for good.
"""

from collections.abc import Iterable
from enum import Enum, auto
from typing import Final, NamedTuple

from matching.filters.base import Condition
from matching.schema import NO_DAY

SOLICITATION_CAP: Final = 3
CAP_DAYS: Final = 90
REFUSED_DAYS: Final = 180
CONTACTED_DAYS: Final = 30
"""Firms contacted less than so many days ago are left out unless the search says otherwise."""


class ContactDays(NamedTuple):
    """Days (since 1970) that matter of a firm's contacts; NO_DAY where there is none."""

    last: int = NO_DAY
    capped: int = NO_DAY
    """Of the latest contacts, the one that reaches the cap: the third last."""
    refused: int = NO_DAY
    """The last refusal."""


class Rest(Enum):
    """Why a firm is left alone for a time."""

    REFUSED = auto()
    CAPPED = auto()
    CONTACTED = auto()


def left_alone(days: ContactDays, today: int) -> tuple[int, Rest] | None:
    """The day (since 1970) from which a firm may be called on again and what keeps it until then; None where nothing
    does `today`. The rules are those that targets are filtered by."""
    until, why = max(
        (days.refused + REFUSED_DAYS, Rest.REFUSED),
        (days.capped + CAP_DAYS, Rest.CAPPED),
        (days.last + CONTACTED_DAYS, Rest.CONTACTED),
        key=lambda each: each[0],
    )
    return (until, why) if until > today else None


def contact_days(days: Iterable[tuple[int, bool]]) -> ContactDays:
    """The days of a firm's contacts, each with whether the firm refused."""
    known = list(days)
    latest = sorted((day for day, _ in known), reverse=True)
    return ContactDays(
        latest[0] if latest else NO_DAY,
        latest[SOLICITATION_CAP - 1] if len(latest) >= SOLICITATION_CAP else NO_DAY,
        max((day for day, refused in known if refused), default=NO_DAY),
    )


def not_contacted_since(day: int) -> Condition:
    """Firms whose last contact is not after `day`."""
    return lambda view: view.column("last_contact_day") <= day


def under_the_cap(today: int) -> Condition:
    """Firms that may be called on today."""
    return lambda view: (
        (view.column("capped_day") <= today - CAP_DAYS) & (view.column("refused_day") <= today - REFUSED_DAYS)
    )
