"""Sessions under way, kept for what a provider asks for when they end."""

import time
from dataclasses import dataclass

import sqlalchemy as sa

from features.store.access.changes import Changed, log
from features.store.tables import access_session


@dataclass(frozen=True, slots=True)
class SignIn:
    """One session."""

    id: str
    account_id: str
    ends_at: int
    provider: str
    id_token: str
    """Sealed; empty where there was nothing to seal it with."""


def put(connection: sa.Connection, begun: SignIn) -> None:
    """Keep a new session; those that are over go."""
    connection.execute(sa.delete(access_session).where(access_session.c.ends_at < int(time.time())))
    row = {name: getattr(begun, name) for name in ("id", "account_id", "ends_at", "provider", "id_token")}
    connection.execute(sa.insert(access_session), [row])


def end(connection: sa.Connection, session_id: str) -> SignIn | None:
    """End a session, for every process; what was kept of it, or None when nothing was."""
    row = connection.execute(sa.select(access_session).where(access_session.c.id == session_id)).one_or_none()
    connection.execute(sa.delete(access_session).where(access_session.c.id == session_id))
    log(connection, Changed.SESSION, [session_id])
    return None if row is None else SignIn(row.id, row.account_id, row.ends_at, row.provider, row.id_token)
