"""Who may still use what they were given: in memory, level with the store within the interval of its follower.

Clients are all here. Of accounts and sessions, those alone that changed in the last day, longer than any session lasts:
a token says who its bearer was when it was signed, and this says what has changed since. A request waits for no
database; a client or an account that is disabled, or a session that is ended, is refused in every process within a
second. A process that cannot follow goes by what it knows for so long (`VIVIER_OUTAGE_S`), then lets nobody in.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa

from features.store import Store
from features.store.access import accounts, changes, clients
from features.store.access.accounts import Account
from features.store.access.changes import KEPT_S, Changed
from features.store.access.clients import Client

OUTAGE_S: Final = 900.0
"""A process that could not look at the log for so long does not know who may come in."""


@dataclass(frozen=True, eq=False)
class Changes:
    """What one look at the log found."""

    seq: int
    at: int
    """When the newest of them was made."""
    clients: dict[str, Client | None]
    accounts: dict[str, Account | None]
    """None: it is there no more."""
    ended: frozenset[str]
    """Ids of sessions."""


class Directory:
    """One process's memory of it. Read and applied on the event loop, or in a command."""

    def __init__(
        self, store: Store, monotonic: Callable[[], float] = time.monotonic, outage_s: float = OUTAGE_S
    ) -> None:
        self._store = store
        self._outage_s = outage_s
        self._monotonic = monotonic
        self._seq = 0
        self.clients: dict[str, Client] = {}
        self.accounts: dict[str, Account | None] = {}
        self.ended: set[str] = set()
        self._known: dict[str, int] = {}
        """Of accounts and sessions: when they last changed."""
        with store.engine.connect() as connection:
            first = _changes(changes.since(connection, 0), connection)
            self.clients.update(clients.all_clients(connection))
        if first is not None:
            self.apply(first)
        self._looked_at = monotonic()

    @property
    def is_level(self) -> bool:
        """Whether the log was looked at lately enough."""
        return self._monotonic() - self._looked_at < self._outage_s

    def read_changes(self) -> Changes | None:
        """The next changes; None when there is nothing new. Runs in another thread."""
        at = self._monotonic()
        with self._store.engine.connect() as connection:
            found = _changes(changes.since(connection, self._seq), connection)
        self._looked_at = at
        return found

    def apply(self, prepared: Changes) -> int:
        """Take changes in; returns how many."""
        self._seq = prepared.seq
        for key, client in prepared.clients.items():
            if client is None:
                self.clients.pop(key, None)
            else:
                self.clients[key] = client
        self.accounts.update(prepared.accounts)
        self.ended |= prepared.ended
        self._known.update(dict.fromkeys((*prepared.accounts, *prepared.ended), prepared.at))
        for key in [key for key, at in self._known.items() if at < prepared.at - KEPT_S]:
            del self._known[key]
            self.accounts.pop(key, None)
            self.ended.discard(key)
        return len(prepared.clients) + len(prepared.accounts) + len(prepared.ended)


def _changes(lines: list[changes.AccessChange], connection: sa.Connection) -> Changes | None:
    if not lines:
        return None
    keys = {kind: sorted({line.key for line in lines if line.kind is kind}) for kind in Changed}
    found_clients = clients.get_many(connection, keys[Changed.CLIENT])
    found_accounts = accounts.get_many(connection, keys[Changed.ACCOUNT])
    return Changes(
        lines[-1].seq,
        lines[-1].at,
        {key: found_clients.get(key) for key in keys[Changed.CLIENT]},
        {key: found_accounts.get(key) for key in keys[Changed.ACCOUNT]},
        frozenset(keys[Changed.SESSION]),
    )
