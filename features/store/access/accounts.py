"""Accounts: people who signed in through a provider, and what they are to the service."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import msgspec
import sqlalchemy as sa

from features.store.access import failures
from features.store.access.changes import Changed, log
from features.store.access.clients import Owner
from features.store.tables import access_session, account, link_code


class AccountState(StrEnum):
    NEW = "nouveau"
    """Signed in, and has asked for nothing yet."""
    REQUESTED = "demande"
    APPROVED = "actif"
    REFUSED = "refuse"
    DISABLED = "desactive"


@dataclass(frozen=True, slots=True)
class Account:
    """One person at one provider. A role is a word that the store does not read."""

    id: str
    """Drawn: tells nothing."""
    issuer: str
    subject: str
    asked_at: int
    asked_by: str
    """Id of the account that asked: its own, or that of whoever asked for it."""
    state: AccountState = AccountState.NEW
    role: str | None = None
    owner: Owner = field(default_factory=Owner)
    generation: int = 1
    """Sessions of an earlier one are good no more."""
    decided_at: int | None = None
    decided_by: str | None = None
    presented: str | None = None
    """What the provider vouches for of somebody who waits for a decision, sealed."""


def put(connection: sa.Connection, kept: Account) -> None:
    """Insert or replace an account. Raises sqlalchemy.exc.IntegrityError where another has its issuer and subject."""
    row = {
        "id": kept.id,
        "issuer": kept.issuer,
        "subject": kept.subject,
        "role": kept.role,
        "state": kept.state.value,
        "profile_id": kept.owner.profile_id,
        "siret": kept.owner.siret,
        "counsellor_id": kept.owner.counsellor_id,
        "team": msgspec.json.encode(kept.owner.team_ids).decode(),
        "generation": kept.generation,
        "asked_at": kept.asked_at,
        "asked_by": kept.asked_by,
        "decided_at": kept.decided_at,
        "decided_by": kept.decided_by,
        "presented": kept.presented,
    }
    connection.execute(sa.delete(account).where(account.c.id == kept.id))
    connection.execute(sa.insert(account), [row])
    log(connection, Changed.ACCOUNT, [kept.id])


def get(connection: sa.Connection, key: str) -> Account | None:
    return get_many(connection, [key]).get(key)


def get_many(connection: sa.Connection, keys: Collection[str]) -> dict[str, Account]:
    """The accounts with those ids, by id; absent ids are absent from the answer."""
    return {each.id: each for each in _read(connection, sa.select(account).where(account.c.id.in_(list(keys))))}


def of_subject(connection: sa.Connection, issuer: str, subject: str) -> Account | None:
    """The account of a person at a provider."""
    statement = sa.select(account).where(account.c.issuer == issuer, account.c.subject == subject)
    return next(iter(_read(connection, statement)), None)


def of_profile(connection: sa.Connection, profile_id: str) -> list[Account]:
    """The accounts that are linked to a profile."""
    return _read(connection, sa.select(account).where(account.c.profile_id == profile_id).order_by(account.c.id))


def page(connection: sa.Connection, state: AccountState | None, first: int, size: int) -> tuple[list[Account], int]:
    """Accounts (in a state), those who asked last first, from position `first`; and how many there are in all."""
    chosen = sa.true() if state is None else account.c.state == state.value
    statement = sa.select(account).where(chosen).order_by(account.c.asked_at.desc(), account.c.id)
    total = connection.scalar(sa.select(sa.func.count()).select_from(account).where(chosen)) or 0
    return _read(connection, statement.offset(first).limit(size)), total


def came_to_nothing(connection: sa.Connection, before: int) -> list[str]:
    """Ids of the accounts that are neither open nor closed and were asked for, or made, before a time."""
    standing = (AccountState.APPROVED.value, AccountState.DISABLED.value)
    statement = sa.select(account.c.id).where(account.c.state.not_in(standing), account.c.asked_at < before)
    return list(connection.scalars(statement.order_by(account.c.id)))


def drop(connection: sa.Connection, ids: Sequence[str]) -> None:
    """These accounts go, with their sessions."""
    connection.execute(sa.delete(access_session).where(access_session.c.account_id.in_(ids)))
    connection.execute(sa.delete(account).where(account.c.id.in_(ids)))
    log(connection, Changed.ACCOUNT, ids)


def forget(connection: sa.Connection, profile_ids: Sequence[str]) -> None:
    """The accounts that are linked to these profiles go, with their sessions; so do codes that would link others,
    and the count of failures to."""
    drop(connection, list(connection.scalars(sa.select(account.c.id).where(account.c.profile_id.in_(profile_ids)))))
    connection.execute(sa.delete(link_code).where(link_code.c.profile_id.in_(profile_ids)))
    failures.succeeded(connection, [failures.of_profile(each) for each in profile_ids])


def _read(connection: sa.Connection, statement: "sa.Select[tuple[object, ...]]") -> list[Account]:
    return [
        Account(
            id=row.id,
            issuer=row.issuer,
            subject=row.subject,
            asked_at=row.asked_at,
            asked_by=row.asked_by,
            state=AccountState(row.state),
            role=row.role,
            owner=Owner(row.profile_id, row.siret, row.counsellor_id, tuple(msgspec.json.decode(row.team))),
            generation=row.generation,
            decided_at=row.decided_at,
            decided_by=row.decided_by,
            presented=row.presented,
        )
        for row in connection.execute(statement)
    ]
