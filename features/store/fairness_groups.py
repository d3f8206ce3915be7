"""The table of groups that audits of fairness read, and nothing else does (a test holds the imports to it)."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import asdict, dataclass

import sqlalchemy as sa

from features.store.tables import audit_group


@dataclass(frozen=True, slots=True)
class AuditGroups:
    """One person's groups: places among the labels of each axis (`features/audit_groups.py`), -1 where not known."""

    profile_id: str
    sex: int
    age: int
    quarter: int
    rqth: int
    area: int


def put(connection: sa.Connection, groups: Sequence[AuditGroups]) -> None:
    """Write the groups of people who have none."""
    if groups:
        connection.execute(sa.insert(audit_group), [asdict(each) for each in groups])


def forget(connection: sa.Connection, profile_ids: Collection[str] | None = None) -> None:
    """Delete the groups of these people, or of all."""
    statement = sa.delete(audit_group)
    connection.execute(statement if profile_ids is None else statement.where(audit_group.c.profile_id.in_(profile_ids)))


def every(engine: sa.Engine) -> Iterator[AuditGroups]:
    """The groups of everybody who has any, in order of id."""
    with engine.connect() as connection:
        for row in connection.execute(sa.select(audit_group).order_by(audit_group.c.profile_id)):
            yield AuditGroups(**row._mapping)
