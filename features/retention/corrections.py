"""What events said before they were corrected: kept so that it can be taken back where it was counted."""

from collections.abc import Sequence
from typing import Final

import sqlalchemy as sa

from features.retention.base import Keeping, Rule
from features.store import Kind
from features.store.batches import batches
from features.store.tables import event_before, record_tables


def over(keeping: Keeping) -> list[str]:
    """By the event, whose last correction was so long ago."""
    event = record_tables[Kind.EVENT].c
    old = sa.select(event_before.c.record_id).where(
        event.id == event_before.c.record_id, event.written_on < keeping.before_number(keeping.durations.logs)
    )
    with keeping.store.engine.connect() as connection:
        return list(connection.scalars(old.distinct().order_by(event_before.c.record_id)))


def _drop(keeping: Keeping, ids: Sequence[str]) -> None:
    for batch in batches(ids):
        with keeping.store.writing() as writer:
            writer.connection.execute(sa.delete(event_before).where(event_before.c.record_id.in_(batch)))


RULE: Final = Rule(
    "corrections",
    "what events said before they were corrected",
    "ce que disaient vos événements avant une correction",
    "CNIL, recommendation on logging (2021-122): six months to a year",
    "CNIL, recommandation sur la journalisation (2021-122) : de six mois à un an",
    lambda durations: durations.logs,
    over,
    _drop,
)
