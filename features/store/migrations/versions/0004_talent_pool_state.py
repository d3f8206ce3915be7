"""Who was in a talent pool when it was last refreshed, and who came and left."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "talent_pool_state",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("digest", sa.LargeBinary(16), nullable=False),
        sa.Column("body", sa.Text, nullable=False),
    )
    op.create_index("ix_talent_pool_state_source", "talent_pool_state", ["source"])


def downgrade() -> None:
    op.drop_table("talent_pool_state")
