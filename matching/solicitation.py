"""How often firms are called on, over all counsellors: what keeps the same ones from always being asked.

A firm contacted `SOLICITATION_CAP` times within `CAP_DAYS` days, whoever called, is left alone until the oldest
of those calls is older than that; one that refused is left alone for `REFUSED_DAYS`. Opting out is for good.
"""

from collections.abc import Iterable
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
