"""Whose each subscription is: kept beside the records, in the transactions that write them."""

from collections.abc import Sequence

import sqlalchemy as sa

from features.records import Subscription
from features.store.tables import audit_group, delivery, digest, subscription_owner


def put(connection: sa.Connection, subscriptions: Sequence[Subscription]) -> None:
    """Note whose these are; of two with one id the last counts."""
    whose = {each.id: each.profile_id for each in subscriptions}
    connection.execute(sa.delete(subscription_owner).where(subscription_owner.c.subscription_id.in_(list(whose))))
    connection.execute(
        sa.insert(subscription_owner),
        [{"subscription_id": key, "profile_id": owner, "stopped": False} for key, owner in whose.items()],
    )


def stop(connection: sa.Connection, subscription_ids: Sequence[str]) -> None:
    """These were deleted; that their person had them once is remembered."""
    table = subscription_owner
    connection.execute(sa.update(table).where(table.c.subscription_id.in_(subscription_ids)).values(stopped=True))


def subscriptions_of(connection: sa.Connection, profile_ids: Sequence[str]) -> list[str]:
    """Ids of the subscriptions of these people, in order; those that were deleted are not among them."""
    table = subscription_owner
    statement = sa.select(table.c.subscription_id).where(table.c.profile_id.in_(profile_ids), ~table.c.stopped)
    return list(connection.scalars(statement.order_by(table.c.subscription_id)))


def ever_subscribed(connection: sa.Connection, profile_ids: Sequence[str]) -> set[str]:
    """Those of these people who have a subscription, or had one."""
    table = subscription_owner
    return set(connection.scalars(sa.select(table.c.profile_id).where(table.c.profile_id.in_(profile_ids)).distinct()))


def forget(connection: sa.Connection, profile_ids: Sequence[str]) -> None:
    """Nothing of these people stays: what they were subscribed to, what was prepared, what they were sent,
    the groups that audits saw them in."""
    for table in (subscription_owner, digest, delivery, audit_group):
        connection.execute(sa.delete(table).where(table.c.profile_id.in_(profile_ids)))
