"""Ids sort by their bytes on PostgreSQL too, whatever the language of the database."""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

COLUMNS = (
    *(
        (name, "id")
        for name in (
            "profile",
            "identity",
            "protected_status",
            "offer",
            "training",
            "training_session",
            "establishment",
            "event",
            "contact",
            "subscription",
            "talent_pool",
            "talent_pool_state",
            "contact_request",
        )
    ),
    ("offer_group", "offer_id"),
    ("offer_group", "canonical_id"),
    ("subscription_owner", "subscription_id"),
)
"""What lists are ordered by."""


def upgrade() -> None:
    _collate('"C"')


def downgrade() -> None:
    _collate('"default"')


def _collate(collation: str) -> None:
    if op.get_bind().dialect.name == "postgresql":  # SQLite compares bytes
        for table, column in COLUMNS:
            op.execute(f"alter table {table} alter column {column} type text collate {collation}")
