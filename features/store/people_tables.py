"""Which rows of which tables speak of a person.

A table of people is a line of `SPEAKS_OF_PEOPLE`; a test sees to it that every table is there or in `OF_NOBODY`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa

from features.store.kinds import Kind
from features.store.store import Store
from features.store.tables import (
    access_change,
    access_client,
    access_failure,
    access_once,
    access_session,
    account,
    account_flag,
    audit_gap,
    audit_group,
    audit_head,
    audit_line,
    audit_person,
    audit_stub,
    change_log,
    delivery,
    digest,
    erasure,
    event_before,
    link_code,
    offer_group,
    planned_visit,
    planned_week,
    record_tables,
    store_identity,
    subscription_owner,
)
from features.store.writer import about_profile


@dataclass(frozen=True)
class Held:
    """What the store holds of a person: the ids of their rows, by table."""

    profile_id: str
    ids: Mapping[str, tuple[str, ...]]

    @property
    def rows(self) -> dict[str, int]:
        """How many rows of each table, those that have any."""
        return {table: len(ids) for table, ids in self.ids.items() if ids}

    @property
    def names(self) -> tuple[str, ...]:
        """The ids by which a file may speak of the person, the profile's first."""
        others = {key for table, ids in self.ids.items() if table in _NAMED for key in ids}
        return (self.profile_id, *sorted(others - {self.profile_id}))


def _record_ids(kind: Kind, condition: Callable[[sa.Table, str], "sa.ColumnElement[bool]"]) -> "_Finder":
    def find(connection: sa.Connection, profile_id: str) -> list[str]:
        table = record_tables[kind]
        return list(connection.scalars(sa.select(table.c.id).where(condition(table, profile_id)).order_by(table.c.id)))

    return find


def _of_column(table: sa.Table, key: str) -> "_Finder":
    def find(connection: sa.Connection, profile_id: str) -> list[str]:
        return list(connection.scalars(sa.select(table.c[key]).where(table.c.profile_id == profile_id)))

    return find


def _corrections(connection: sa.Connection, profile_id: str) -> list[str]:
    events = record_tables[Kind.EVENT]
    of_person = sa.select(events.c.id).where(events.c.person == profile_id)
    return list(connection.scalars(sa.select(event_before.c.record_id).where(event_before.c.record_id.in_(of_person))))


def _sessions(connection: sa.Connection, profile_id: str) -> list[str]:
    accounts = sa.select(account.c.id).where(account.c.profile_id == profile_id)
    return list(connection.scalars(sa.select(access_session.c.id).where(access_session.c.account_id.in_(accounts))))


def _subscriptions(connection: sa.Connection, profile_id: str) -> list[str]:
    """Those that were deleted too: their ids stand in the log."""
    owned = sa.select(subscription_owner.c.subscription_id).where(subscription_owner.c.profile_id == profile_id)
    return list(connection.scalars(owned))


_Finder = Callable[[sa.Connection, str], list[str]]

SPEAKS_OF_PEOPLE: Final[Mapping[str, _Finder]] = {
    "event_before": _corrections,
    Kind.EVENT.value: _record_ids(Kind.EVENT, lambda table, key: table.c.person == key),
    Kind.PROFILE.value: _record_ids(Kind.PROFILE, lambda table, key: table.c.id == key),
    Kind.IDENTITY.value: _record_ids(Kind.IDENTITY, lambda table, key: table.c.id == key),
    Kind.PROTECTED.value: _record_ids(Kind.PROTECTED, lambda table, key: table.c.id == key),
    Kind.SUBSCRIPTION.value: _subscriptions,
    Kind.CONTACT_REQUEST.value: _record_ids(
        Kind.CONTACT_REQUEST, lambda table, key: table.c.source == about_profile(key)
    ),
    digest.name: _of_column(digest, "id"),
    delivery.name: _of_column(delivery, "item_id"),
    account.name: _of_column(account, "id"),
    access_session.name: _sessions,
    link_code.name: _of_column(link_code, "profile_id"),
    audit_group.name: _of_column(audit_group, "profile_id"),
}
"""Tables whose rows are a person's -> the ids of those rows. Corrections come before the events that they are of."""

IN_PASSING: Final = frozenset({Kind.TALENT_POOL.value, Kind.TALENT_POOL_STATE.value, Kind.CONTACT.value})
"""Tables whose rows are others' and may name people: they stay, without the name."""

OF_NOBODY: Final = frozenset(
    {
        Kind.OFFER.value,
        Kind.TRAINING.value,
        Kind.SESSION.value,
        Kind.ESTABLISHMENT.value,
        offer_group.name,
        store_identity.name,
        erasure.name,
        access_client.name,
        access_once.name,
        access_failure.name,
        account_flag.name,
        planned_visit.name,
        planned_week.name,
    }
)
"""Tables of jobs, firms, machines and those who work here."""

PSEUDONYMOUS: Final = frozenset({audit_line.name, audit_person.name, audit_head.name, audit_stub.name, audit_gap.name})
"""The audit log: it must not change, and knows people by hashes that need its key. Its lines go after a year."""

BESIDE: Final = frozenset({change_log.name, subscription_owner.name, access_change.name})
"""Tables that go with others' rows."""

_NAMED: Final = frozenset(
    {Kind.PROFILE.value, Kind.SUBSCRIPTION.value, Kind.CONTACT_REQUEST.value, Kind.EVENT.value, digest.name}
)
"""Tables whose ids are the person's; the ledger's are of offers."""
KINDS_OF_PEOPLE: Final = frozenset(kind for kind in Kind if kind.value in SPEAKS_OF_PEOPLE)


def held_of(store: Store, profile_id: str) -> Held:
    """What the store holds of a person now."""
    with store.engine.connect() as connection:
        return held_in(connection, profile_id)


def held_in(connection: sa.Connection, profile_id: str) -> Held:
    """`held_of`, as a transaction sees it."""
    return Held(profile_id, {table: tuple(find(connection, profile_id)) for table, find in SPEAKS_OF_PEOPLE.items()})
