"""Accounts that were flagged for the way in which they look at people."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "account_flag",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("account", sa.Text, nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("siret", sa.String(14)),
        sa.Column("pattern", sa.String(32), nullable=False),
        sa.Column("at", sa.String(32), nullable=False),
        sa.Column("people_today", sa.Integer, nullable=False),
    )
    op.create_index("ix_account_flag_account", "account_flag", ["account"])
    op.create_index("ix_account_flag_at", "account_flag", ["at"])


def downgrade() -> None:
    op.drop_table("account_flag")
