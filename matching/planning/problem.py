"""What a plan is made from, and what it says: numbers and positions, as JSON between two processes."""

import msgspec

NOBODY = -1


class Counsellor(msgspec.Struct, frozen=True):
    """One who goes on rounds."""

    visits: int
    """The most over the whole plan."""


class Way(msgspec.Struct, frozen=True):
    """What the rounds of one counsellor are made from."""

    minutes: list[list[float]]
    """(n + 1, n + 1) of road between the base (first) and the n stops."""
    days: int
    a_day: int
    visit_minutes: float
    day_minutes: float
    """The most of a day, visits and road."""
    day_of: list[int]
    """(n,) the day that a stop is held to, NOBODY for any."""
    agreed: list[bool]
    """(n,) whether that day was agreed, or may change where it must."""


class Before(msgspec.Struct, frozen=True):
    """A visit of the plan before."""

    counsellor: int
    firm: int
    locked: bool
    """Agreed: it stays whatever else changes."""


class Problem(msgspec.Struct, frozen=True):
    counsellors: list[Counsellor]
    n_firms: int
    pairs: list[tuple[int, int, float]]
    """(counsellor, firm, what the visit is worth, travel taken off)."""
    before: list[Before] = []
    fairness: float = 0.3
    """How much of an ordinary visit's worth a counsellor's last visit costs, against their first: 0 spreads nothing."""
    ways: list[Way] = []
    """By counsellor, where rounds are asked; there is nothing to share then."""


class Shares(msgspec.Struct, frozen=True):
    """Who calls on which firm."""

    counsellor_of: list[int]
    """(n_firms,) NOBODY where nobody calls."""
    value: float
    """Sum of the values, fairness taken off."""
    bound: float
    """No plan is worth more: that of the linear programme, to the rounding of costs."""
    kept: int
    """Visits of the plan before that stay with the same counsellor."""
    moved: int
    dropped: int


class Round(msgspec.Struct, frozen=True):
    """A counsellor's days."""

    days: list[list[int]]
    """Firms, as positions in the stops, in the order of the visits; a day may be empty."""
    minutes: float
    """On the road, over all days."""
