"""How many different people each account was shown today: exact, in bounded memory, shared by the workers of a machine.

One day of one account is two files that only grow. `people` has eight bytes for each person, drawn from their id with a
key that only this deployment has and that changes with the day: the file tells nobody who they were. `glances` has one
row a list that was shown. A worker holds what it has read and reads on from there; a lock on the file, held for
microseconds, makes looking and adding one step. What was added outlives the process. Days before yesterday are deleted.
"""

import contextlib
import datetime as dt
import fcntl
import hashlib
import os
import shutil
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

GLANCE: Final = np.dtype(
    [
        ("at_s", "<u4"),
        ("first", "<u4"),
        ("shown", "<u2"),
        ("new", "<u2"),
        ("published", "?"),
        ("refused", "?"),
        ("sought", "<u8"),
    ]
)
"""One list: when (since 1970), from which rank on, of how many people, how many of them new that day, whether for a
published offer, whether it was refused, and what was looked for (a number for each occupation and place)."""
WINDOW_S: Final = 300
_MARK_BYTES: Final = 8
_MOST_OPEN: Final = 256
_DAYS_KEPT: Final = 2


@dataclass(frozen=True)
class Look:
    """A list that is about to be shown to an account."""

    account: str
    people: Sequence[str]
    first: int
    """Rank of the first of them, from 0."""
    sought: str
    published: bool
    """Whether it is for a published offer, not for a need that is only asked."""


@dataclass(frozen=True)
class Allowance:
    """How many different people an account may be shown in a day, and how many of them for what is not published."""

    people: int
    by_need: int


@dataclass(frozen=True)
class Standing:
    """An account's day after a look."""

    people: int
    left: int | None
    """How many more may be shown that way; None where nothing limits it."""
    refused: bool
    recent: NDArray[np.void]
    """(n,) of `GLANCE`: the looks of the last `WINDOW_S` seconds, this one included."""


class Ledger:
    """The days of all accounts, under `folder`; `key` is what only this deployment knows."""

    def __init__(self, folder: Path, key: bytes) -> None:
        self._folder = folder
        self._key = key
        self._day: dt.date | None = None
        self._open: OrderedDict[str, _Day] = OrderedDict()

    def note(self, look: Look, allowance: Allowance | None, now: dt.datetime) -> Standing:
        """Count a look that `allowance` (None: no limit) lets through; one that it does not counts nobody."""
        day = self._of(look.account, now.date())
        marks = list(dict.fromkeys([self._mark(now.date(), each) for each in look.people]))
        with day.locked():
            new = [mark for mark in marks if mark not in day.people]
            left = _left(day, allowance, look.published)
            refused = left is not None and bool(new) and len(new) > left
            at_s, sought = int(now.timestamp()), self._mark(now.date(), look.sought)
            shown = (at_s, look.first, len(marks), 0 if refused else len(new), look.published, refused, sought)
            day.add([] if refused else new, np.array([shown], dtype=GLANCE))
            left = _left(day, allowance, look.published)
        recent = day.glances[day.glances["at_s"] > at_s - WINDOW_S] if len(day.glances) else day.glances
        return Standing(len(day.people), left, refused, recent)

    def close(self) -> None:
        while self._open:
            self._open.popitem()[1].close()

    def _of(self, account: str, today: dt.date) -> "_Day":
        if today != self._day:
            self.close()
            self._day = today
            self._forget_before(today - dt.timedelta(days=_DAYS_KEPT - 1))
        name = hashlib.blake2b(account.encode(), key=self._key, digest_size=16).hexdigest()
        day = self._open.pop(name, None)
        if day is None:
            folder = self._folder / today.isoformat()
            folder.mkdir(parents=True, exist_ok=True)
            day = _Day(folder / name)
        self._open[name] = day
        if len(self._open) > _MOST_OPEN:
            self._open.popitem(last=False)[1].close()
        return day

    def _mark(self, day: dt.date, text: str) -> int:
        digest = hashlib.blake2b(text.encode(), key=self._key, salt=day.isoformat().encode(), digest_size=_MARK_BYTES)
        return int.from_bytes(digest.digest(), "little")

    def _forget_before(self, first_kept: dt.date) -> None:
        for folder in self._folder.glob("????-??-??"):
            if folder.name < first_kept.isoformat():
                shutil.rmtree(folder, ignore_errors=True)


def _left(day: "_Day", allowance: Allowance | None, published: bool) -> int | None:
    if allowance is None:
        return None
    left = allowance.people - len(day.people)
    return max(0, left if published else min(left, allowance.by_need - day.by_need))


class _Day:
    """One account's day, as far as this process has read it."""

    def __init__(self, path: Path) -> None:
        flags = os.O_RDWR | os.O_CREAT | os.O_APPEND
        self._people_file = os.open(path.with_suffix(".people"), flags, 0o600)
        self._glances_file = os.open(path.with_suffix(".glances"), flags, 0o600)
        self.people: set[int] = set()
        self.glances = np.empty(0, dtype=GLANCE)
        """Those that may still be recent."""
        self.by_need = 0
        self._read = [0, 0]

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Nobody else adds within the block, and what others added before is read."""
        fcntl.flock(self._people_file, fcntl.LOCK_EX)
        try:
            self._read_on()
            yield
        finally:
            fcntl.flock(self._people_file, fcntl.LOCK_UN)

    def add(self, marks: Sequence[int], glances: NDArray[np.void]) -> None:
        if marks:
            os.write(self._people_file, np.array(marks, dtype="<u8").tobytes())
        os.write(self._glances_file, glances.tobytes())
        self._read_on()

    def close(self) -> None:
        os.close(self._people_file)
        os.close(self._glances_file)

    def _read_on(self) -> None:
        self.people.update(np.frombuffer(self._rest(0, self._people_file, _MARK_BYTES), dtype="<u8").tolist())
        read = np.frombuffer(self._rest(1, self._glances_file, GLANCE.itemsize), dtype=GLANCE)
        if len(read):
            self.by_need += int(read["new"][~read["published"]].sum())
            held = np.concatenate([self.glances, read])
            self.glances = held[held["at_s"] > int(held["at_s"].max()) - WINDOW_S]

    def _rest(self, which: int, file: int, unit: int) -> bytes:
        """What was added since the last time. What a process that was killed left half-written is cut off."""
        end = os.fstat(file).st_size
        if end % unit:
            os.ftruncate(file, end := end // unit * unit)
        size = end - self._read[which]
        found = os.pread(file, size, self._read[which]) if size > 0 else b""
        self._read[which] += len(found)
        return found
