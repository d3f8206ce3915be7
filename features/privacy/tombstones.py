"""`Tombstones`: that an id was erased, and nothing else of whose it was.

    2026-11-26 9f0c…    one line an erasure: the day, and a hash of the id that needs the pepper to be made

The file lies apart from the database: a backup that is restored still holds who was erased since, and these lines say
whom to erase again. For as long as they are kept, a feed that sends the id again is told no.
"""

import contextlib
import datetime as dt
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from features.appending import append_lines
from features.privacy.keyring import Keyring
from features.private_file import write_private

_PURPOSE: Final = b"vivier-erased"


class Tombstones:
    """The erased of one deployment. Processes share the file; each sees what another adds at its next question."""

    def __init__(self, path: Path, keyring: Keyring) -> None:
        self.path = path
        self._keyring = keyring
        self._seen: tuple[int, int] | None = None
        self._days: dict[str, dt.date] = {}

    def __contains__(self, profile_id: object) -> bool:
        days = self._read()
        return bool(days) and self._hash(str(profile_id)) in days

    def __len__(self) -> int:
        return len(self._read())

    def add(self, profile_id: str, day: dt.date) -> None:
        """Remember an id as erased; on disk when this returns."""
        with self._locked() as descriptor:
            append_lines(descriptor, f"{day.isoformat()} {self._hash(profile_id)}\n".encode())

    def take_in(self, other: Path) -> int:
        """Remember what another file remembers; how many were new. A file that is not there has none."""
        if not other.is_file():
            return 0
        known = self._read()
        fresh = [(key, day) for key, day in _lines(other.read_text()).items() if key not in known]
        with self._locked() as descriptor:
            append_lines(descriptor, "".join(f"{day.isoformat()} {key}\n" for key, day in fresh).encode())
        return len(fresh)

    def drop_before(self, day: dt.date) -> int:
        """Forget those who were erased before a day; how many."""
        with self._locked():
            days = _lines(self.path.read_text())
            kept = {key: at for key, at in days.items() if at >= day}
            if len(kept) < len(days):
                lines = "".join(f"{at.isoformat()} {key}\n" for key, at in kept.items())
                write_private(self.path, lines.encode(), replace=True)
        return len(days) - len(kept)

    def count_before(self, day: dt.date) -> int:
        """How many were erased before a day."""
        return sum(at < day for at in self._read().values())

    def _hash(self, profile_id: str) -> str:
        return self._keyring.hash(profile_id.encode(), _PURPOSE).hex()

    def _read(self) -> dict[str, dt.date]:
        try:
            found = self.path.stat()
        except FileNotFoundError:
            return {}
        seen = (found.st_mtime_ns, found.st_size)
        if seen != self._seen:
            self._days = _lines(self.path.read_text())
            self._seen = seen
        return self._days

    @contextlib.contextmanager
    def _locked(self) -> Iterator[int]:
        """The file, which nobody else writes to meanwhile nor puts another in the place of."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        while True:
            descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX)
                if self._is_at_its_place(descriptor):
                    yield descriptor
                    return
            finally:
                os.close(descriptor)

    def _is_at_its_place(self, descriptor: int) -> bool:
        """Whether the file is still the one of that name: another was put there while the lock was waited for."""
        with contextlib.suppress(FileNotFoundError):
            return os.path.samestat(os.fstat(descriptor), self.path.stat())
        return False


def _lines(text: str) -> dict[str, dt.date]:
    """Hash -> day. A line that was cut short by a power failure is none."""
    days: dict[str, dt.date] = {}
    for line in text.splitlines():
        day, _, key = line.partition(" ")
        if len(key) == 32:
            days[key] = dt.date.fromisoformat(day)
    return days
