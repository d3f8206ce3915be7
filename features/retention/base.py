"""What a rule of retention is, and what it may ask."""

import datetime as dt
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from features.audit.chain import Chain
from features.days import day_number
from features.store import Store


@dataclass(frozen=True)
class Durations:
    """How many days things are kept; the settings of a deployment may say otherwise."""

    profiles: int = 730
    """Since the last contact with the person."""
    refused_contacts: int = 90
    logs: int = 365
    erased: int = 1095
    """That an id was erased."""


@dataclass(frozen=True)
class Keeping:
    """A day, and where the things are that may be over."""

    store: Store
    data_dir: Path
    today: dt.date
    durations: Durations
    forget: Callable[[str], object]
    """Erases a person wherever they are (`api.forgetting.forget`)."""
    chain: Chain | None = None
    """The audit log, with the key that signs what stands for lines that go."""
    taken_in: Callable[[], int] = lambda: sys.maxsize
    """The number of the change log up to which no index on disk is behind."""

    def before(self, days: int) -> dt.date:
        """The day before which things that are kept so many days are over."""
        return self.today - dt.timedelta(days=days)

    def before_number(self, days: int) -> int:
        return day_number(self.before(days))

    def before_moment(self, days: int) -> dt.datetime:
        return dt.datetime.combine(self.before(days), dt.time(), dt.UTC)


@dataclass(frozen=True)
class Rule:
    """A kind of thing, how long it is kept, why, and how what is over is found and dropped."""

    name: str
    what: str
    what_fr: str
    because: str
    """The law or the guidance that it follows."""
    because_fr: str
    days: Callable[[Durations], int]
    over: Callable[[Keeping], Sequence[str]]
    """What is over: ids, or paths below the data folder."""
    drop: Callable[[Keeping, Sequence[str]], None]
