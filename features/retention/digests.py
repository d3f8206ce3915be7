"""Digests, with what they said, and the ledger of what was sent."""

from collections.abc import Sequence
from typing import Final

import sqlalchemy as sa

from features.retention.base import Keeping, Rule
from features.store.batches import batches
from features.store.digests import DigestState
from features.store.tables import delivery, digest


def over(keeping: Keeping) -> list[str]:
    """Those that still wait to be handed over stay."""
    since = keeping.before_moment(keeping.durations.logs).isoformat(timespec="seconds")
    old = sa.select(digest.c.id).where(digest.c.prepared_at < since, digest.c.state != DigestState.PREPARED.value)
    with keeping.store.engine.connect() as connection:
        return list(connection.scalars(old.order_by(digest.c.id)))


def _drop(keeping: Keeping, ids: Sequence[str]) -> None:
    for batch in batches(ids):
        with keeping.store.writing() as writer:
            writer.connection.execute(sa.delete(delivery).where(delivery.c.digest_id.in_(batch)))
            writer.connection.execute(sa.delete(digest).where(digest.c.id.in_(batch)))


RULE: Final = Rule(
    "digests",
    "digests and the ledger of what they sent",
    "les envois préparés pour vous et le registre de ce qui vous a été envoyé",
    "CNIL, recommendation on logging (2021-122): six months to a year",
    "CNIL, recommandation sur la journalisation (2021-122) : de six mois à un an",
    lambda durations: durations.logs,
    over,
    _drop,
)
