"""Codes that prove that a profile is one's own: given to its e-mail, or by its counsellor."""

from dataclasses import dataclass

import sqlalchemy as sa

from features.store.tables import link_code


@dataclass(frozen=True, slots=True)
class LinkCode:
    """The code of a profile; the code itself is nowhere."""

    profile_id: str
    code_hash: str
    ends_at: int
    made_by: str


def put(connection: sa.Connection, code: LinkCode) -> None:
    """Keep a code; the one before it is good no more."""
    connection.execute(sa.delete(link_code).where(link_code.c.profile_id == code.profile_id))
    row = {name: getattr(code, name) for name in ("profile_id", "code_hash", "ends_at", "made_by")}
    connection.execute(sa.insert(link_code), [row])


def get(connection: sa.Connection, profile_id: str) -> LinkCode | None:
    row = connection.execute(sa.select(link_code).where(link_code.c.profile_id == profile_id)).one_or_none()
    return None if row is None else LinkCode(row.profile_id, row.code_hash, row.ends_at, row.made_by)


def use(connection: sa.Connection, profile_id: str) -> None:
    """The code of a profile was used."""
    connection.execute(sa.delete(link_code).where(link_code.c.profile_id == profile_id))
