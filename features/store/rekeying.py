"""Sealing anew what other keys sealed, or none: after a rotation, and for a store from before there were keys."""

from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa

from features.privacy.keyring import Keyring, KeyringError, is_sealed, key_of
from features.store.batches import CHUNK
from features.store.kinds import Kind
from features.store.sealing import SEALED, KeyMissing, about
from features.store.store import Store
from features.store.tables import access_session, account, record_tables

PASSING: Final = (account.c.presented, access_session.c.id_token)
"""Sealed texts beside the records, which are gone in hours or weeks: one that no key opens any more is left."""


@dataclass(frozen=True)
class Resealed:
    """Sealed records by what became of them."""

    sealed: int = 0
    """They stood in clear before."""
    renewed: int = 0
    """Another key had sealed them."""
    as_they_were: int = 0


def reseal(store: Store) -> Resealed:
    """Have every record of the sealed kinds, and what is `PASSING`, sealed by the first key; the records are counted.
    In short transactions: the service may go on. Nothing is logged, for no record says anything else. Raises KeyMissing
    without keys, KeyringError for a record that none of them opens."""
    keyring = store.sealing.keyring
    if keyring is None:
        raise KeyMissing("nothing to seal with: no key was given")
    sealed = renewed = as_they_were = 0
    for kind in sorted(SEALED):
        table = record_tables[kind]
        after = ""
        while True:
            statement = sa.select(table.c.id, table.c.body).where(table.c.id > after).order_by(table.c.id).limit(CHUNK)
            with store.writing() as writer:
                rows = writer.connection.execute(statement).all()
                stale = [row for row in rows if not is_sealed(row.body) or key_of(row.body) != keyring.sealing]
                fresh = [_sealed(store, kind, row.id, row.body) for row in stale]
                if fresh:
                    update = sa.update(table).where(table.c.id == sa.bindparam("key"))
                    writer.connection.execute(
                        update.values(digest=sa.bindparam("new_digest"), body=sa.bindparam("new_body")), fresh
                    )
            in_clear = sum(not is_sealed(row.body) for row in stale)
            sealed, renewed = sealed + in_clear, renewed + len(stale) - in_clear
            as_they_were += len(rows) - len(stale)
            if len(rows) < CHUNK:
                break
            after = rows[-1].id
    for column in PASSING:
        _renew(store, keyring, column)
    return Resealed(sealed, renewed, as_they_were)


def _renew(store: Store, keyring: Keyring, column: sa.Column[str]) -> None:
    table = column.table
    with store.writing() as writer:
        rows = writer.connection.execute(sa.select(table.c.id, column.label("text")).where(column.is_not(None))).all()
        for row in rows:
            if is_sealed(row.text) and key_of(row.text) != keyring.sealing:
                bound_to = about(table.name, row.id)
                try:
                    fresh = keyring.seal(keyring.open(row.text, bound_to), bound_to)
                except KeyringError:
                    continue
                writer.connection.execute(sa.update(table).where(table.c.id == row.id).values({column: fresh}))


def _sealed(store: Store, kind: Kind, key: str, body: str) -> dict[str, object]:
    digest, fresh = store.sealing.put_plain(kind, key, store.sealing.plain(kind, key, body))
    return {"key": key, "new_digest": digest, "new_body": fresh}


def sealed_by(store: Store) -> dict[str, int]:
    """How many records each key sealed; those in clear under ""."""
    counts: dict[str, int] = {}
    for kind in sorted(SEALED):
        table = record_tables[kind]
        with store.engine.connect() as connection:
            for body in connection.scalars(sa.select(sa.func.substr(table.c.body, 1, 48))):
                name = key_of(body) if is_sealed(body) else ""
                counts[name] = counts.get(name, 0) + 1
    return counts
