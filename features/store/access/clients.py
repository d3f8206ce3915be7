"""Clients: machines that ask for tokens."""

from collections.abc import Collection
from dataclasses import dataclass, field

import msgspec
import sqlalchemy as sa

from features.store.access.changes import Changed, log
from features.store.tables import access_client


class Owner(msgspec.Struct, frozen=True, omit_defaults=True):
    """For whom a client or an account speaks; what does not apply is None or empty."""

    profile_id: str | None = None
    siret: str | None = None
    counsellor_id: str | None = None
    team_ids: tuple[str, ...] = ()
    feed: str | None = None


@dataclass(frozen=True, slots=True)
class Client:
    """One machine. Roles and scopes are words that the store does not read."""

    id: str
    label: str
    role: str
    scopes: tuple[str, ...]
    secret_hash: str
    made_at: int
    owner: Owner = field(default_factory=Owner)
    enabled: bool = True
    generation: int = 1
    """Tokens of an earlier one are good no more."""


def put(connection: sa.Connection, client: Client) -> None:
    """Insert or replace a client."""
    row = {
        "id": client.id,
        "label": client.label,
        "role": client.role,
        "scopes": " ".join(client.scopes),
        "owner": msgspec.json.encode(client.owner).decode(),
        "secret_hash": client.secret_hash,
        "enabled": client.enabled,
        "generation": client.generation,
        "made_at": client.made_at,
    }
    connection.execute(sa.delete(access_client).where(access_client.c.id == client.id))
    connection.execute(sa.insert(access_client), [row])
    log(connection, Changed.CLIENT, [client.id])


def get(connection: sa.Connection, key: str) -> Client | None:
    return get_many(connection, [key]).get(key)


def get_many(connection: sa.Connection, keys: Collection[str]) -> dict[str, Client]:
    """The clients with those ids, by id; absent ids are absent from the answer."""
    return _read(connection, sa.select(access_client).where(access_client.c.id.in_(list(keys))))


def all_clients(connection: sa.Connection) -> dict[str, Client]:
    """Every client, by id, in order of id."""
    return _read(connection, sa.select(access_client).order_by(access_client.c.id))


def _read(connection: sa.Connection, statement: "sa.Select[tuple[object, ...]]") -> dict[str, Client]:
    return {
        row.id: Client(
            id=row.id,
            label=row.label,
            role=row.role,
            scopes=tuple(row.scopes.split()),
            secret_hash=row.secret_hash,
            made_at=row.made_at,
            owner=msgspec.json.decode(row.owner, type=Owner),
            enabled=row.enabled,
            generation=row.generation,
        )
        for row in connection.execute(statement)
    }
