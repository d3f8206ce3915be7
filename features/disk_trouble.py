"""What an error says of the disk: full, not to be written to, failing, or held by another writer.

Databases and files tell it in codes of their own; what somebody can do about it is the same.
"""

import errno
import sqlite3
from enum import Enum
from typing import Final

import sqlalchemy as sa


class DiskTrouble(Enum):
    """What is wrong, as a command says it: nothing was written, and what to do."""

    FULL = "the disk is full: what was being written is not kept. Make room on it, then run this again"
    READ_ONLY = "the data folder cannot be written to. Check its owner and its disk, then run this again"
    FAILING = "the disk answers with errors: what was being written is not kept. Check it, and that there is a backup"
    HELD = "another process is writing, and did not end in time. Wait for it, then run this again"


_OF_ERRNO: Final = {
    errno.ENOSPC: DiskTrouble.FULL,
    errno.EDQUOT: DiskTrouble.FULL,
    errno.EFBIG: DiskTrouble.FULL,
    errno.EROFS: DiskTrouble.READ_ONLY,
    errno.EACCES: DiskTrouble.READ_ONLY,
    errno.EPERM: DiskTrouble.READ_ONLY,
    errno.EIO: DiskTrouble.FAILING,
}
_OF_SQLITE: Final = {
    sqlite3.SQLITE_FULL: DiskTrouble.FULL,
    sqlite3.SQLITE_READONLY: DiskTrouble.READ_ONLY,
    sqlite3.SQLITE_PERM: DiskTrouble.READ_ONLY,
    sqlite3.SQLITE_CANTOPEN: DiskTrouble.READ_ONLY,
    sqlite3.SQLITE_IOERR: DiskTrouble.FAILING,
    sqlite3.SQLITE_CORRUPT: DiskTrouble.FAILING,
    sqlite3.SQLITE_NOTADB: DiskTrouble.FAILING,
    sqlite3.SQLITE_BUSY: DiskTrouble.HELD,
    sqlite3.SQLITE_LOCKED: DiskTrouble.HELD,
}
"""By primary code; extended codes have more above the low byte (sqlite.org/rescode.html)."""
_OF_POSTGRESQL: Final = {
    "53100": DiskTrouble.FULL,
    "25006": DiskTrouble.READ_ONLY,
    "58030": DiskTrouble.FAILING,
    "55P03": DiskTrouble.HELD,
}
"""By SQLSTATE (PostgreSQL, appendix A)."""


def disk_trouble(error: BaseException) -> DiskTrouble | None:
    """What an error, or what it was raised from, says of the disk; None where it says nothing of it."""
    seen: BaseException | None = error
    while seen is not None:
        found = _of(seen)
        if found is not None:
            return found
        seen = seen.orig if isinstance(seen, sa.exc.DBAPIError) and seen.orig is not None else seen.__cause__
    return None


def _of(error: BaseException) -> DiskTrouble | None:
    if isinstance(error, sqlite3.Error):
        code = getattr(error, "sqlite_errorcode", None)  # not there for what the module itself refuses
        return None if code is None else _OF_SQLITE.get(code & 0xFF)
    if isinstance(error, ConnectionError):
        return None
    if isinstance(error, OSError):
        return None if error.errno is None else _OF_ERRNO.get(error.errno)
    return _OF_POSTGRESQL.get(getattr(error, "sqlstate", None) or "")
