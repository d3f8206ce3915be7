"""Canary profiles: people who do not exist, in places where nobody recruits. Who is shown one was not recruiting.

They are profiles like others, under a source of their own: nothing that is shown of them tells them apart.
"""

from typing import Final

import sqlalchemy as sa

from features.store.kinds import Kind
from features.store.store import Store
from features.store.tables import record_tables

SOURCE: Final = "temoin"


def ids(store: Store) -> frozenset[str]:
    """The ids of the canaries."""
    profiles = record_tables[Kind.PROFILE]
    with store.engine.connect() as connection:
        return frozenset(connection.scalars(sa.select(profiles.c.id).where(profiles.c.source == SOURCE)))
