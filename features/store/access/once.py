"""What may be used once: a login's state, an authorisation code, the id of a token."""

import hashlib
import time

import sqlalchemy as sa

from features.store.tables import access_once


def use(connection: sa.Connection, purpose: str, value: str, ends_at: int) -> bool:
    """Whether this is the first use; `ends_at` is when the thing would end anyway. Only a digest of it is kept."""
    digest = hashlib.sha256(f"{purpose}\n{value}".encode()).hexdigest()
    connection.execute(sa.delete(access_once).where(access_once.c.ends_at < int(time.time())))
    if connection.scalar(sa.select(access_once.c.digest).where(access_once.c.digest == digest)) is not None:
        return False
    connection.execute(sa.insert(access_once), [{"digest": digest, "ends_at": ends_at}])
    return True
