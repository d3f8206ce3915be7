"""Failed sign-ins in a row, and until when whoever failed is not heard.

Keys are digests: what somebody typed in the wrong field, a secret perhaps, is not kept.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa

from features.store.tables import access_failure

FIRST_DELAY_S: Final = 30
LONGEST_DELAY_S: Final = 3600
MOST_OF_CODES: Final = 5
FORGOTTEN_S: Final = 24 * 3600
"""After so long without a failure, the count starts again."""


@dataclass(frozen=True)
class Watch:
    """What failures are counted on: who tried, and how many are let pass."""

    what: str
    who: tuple[str, ...]
    most: int

    @property
    def key(self) -> str:
        return hashlib.sha256("\n".join((self.what, *self.who)).encode()).hexdigest()


def of_profile(profile_id: str) -> Watch:
    """Failures to show the code of a profile."""
    return Watch("link-profile", (profile_id,), MOST_OF_CODES)


def delay_s(failures: int, most: int) -> int:
    """How long nothing is heard after so many failures in a row: nothing up to `most`, then doubling."""
    if failures < most:
        return 0
    return int(min(FIRST_DELAY_S * 2 ** min(failures - most, 30), LONGEST_DELAY_S))


def locked_for_s(connection: sa.Connection, watched: Sequence[Watch], now: int) -> int:
    """Seconds until one of these is heard again; 0 when all are."""
    statement = sa.select(sa.func.max(access_failure.c.locked_until)).where(
        access_failure.c.key.in_([each.key for each in watched])
    )
    return max(0, (connection.scalar(statement) or 0) - now)


def failed(connection: sa.Connection, watched: Sequence[Watch], now: int) -> int:
    """Count one more failure on each; seconds until they are heard again."""
    connection.execute(sa.delete(access_failure).where(access_failure.c.last_at < now - FORGOTTEN_S))
    longest = 0
    for each in watched:
        before = connection.scalar(sa.select(access_failure.c.failures).where(access_failure.c.key == each.key))
        failures = (before or 0) + 1
        wait = delay_s(failures, each.most)
        values = {"failures": failures, "last_at": now, "locked_until": now + wait}
        if before is None:
            connection.execute(sa.insert(access_failure), [{"key": each.key, **values}])
        else:
            connection.execute(sa.update(access_failure).where(access_failure.c.key == each.key).values(**values))
        longest = max(longest, wait)
    return longest


def succeeded(connection: sa.Connection, watched: Sequence[Watch]) -> None:
    """The count starts again."""
    connection.execute(sa.delete(access_failure).where(access_failure.c.key.in_([each.key for each in watched])))


def none_of(connection: sa.Connection, watched: Watch) -> bool:
    """Whether no failure is counted."""
    statement = sa.select(access_failure.c.failures).where(access_failure.c.key == watched.key)
    return connection.scalar(statement) is None
