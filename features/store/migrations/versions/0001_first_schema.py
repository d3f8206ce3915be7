"""First schema: a table per kind of record, the change log, the groups of duplicate offers."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

RECORD_TABLES = (
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
)


def upgrade() -> None:
    op.create_table(
        "change_log",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True, autoincrement=True),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("record_id", sa.Text, nullable=False),
        sa.Column("operation", sa.String(6), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "offer_group",
        sa.Column("offer_id", sa.Text, primary_key=True),
        sa.Column("block_key", sa.Text, nullable=False),
        sa.Column("canonical_id", sa.Text, nullable=False),
    )
    op.create_index("ix_offer_group_block_key", "offer_group", ["block_key"])
    op.create_index("ix_offer_group_canonical_id", "offer_group", ["canonical_id"])
    for name in RECORD_TABLES:
        op.create_table(
            name,
            sa.Column("id", sa.Text, primary_key=True),
            sa.Column("source", sa.Text, nullable=False),
            sa.Column("digest", sa.LargeBinary(16), nullable=False),
            sa.Column("body", sa.Text, nullable=False),
        )
        op.create_index(f"ix_{name}_source", name, ["source"])


def downgrade() -> None:
    for name in RECORD_TABLES:
        op.drop_table(name)
    op.drop_table("offer_group")
    op.drop_table("change_log")
