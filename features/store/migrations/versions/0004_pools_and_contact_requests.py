"""What refreshes of talent pools found, and employers' requests to be put in touch with people."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

RECORD_TABLES = ("talent_pool_state", "contact_request")


def upgrade() -> None:
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
