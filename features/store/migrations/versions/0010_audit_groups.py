"""The groups that audits of fairness tell apart: apart from all that is searched or ranked."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

AXES = ("sex", "age", "quarter", "rqth", "area")


def upgrade() -> None:
    op.create_table(
        "audit_group",
        sa.Column("profile_id", sa.Text, primary_key=True),
        *(sa.Column(axis, sa.SmallInteger, nullable=False) for axis in AXES),
    )


def downgrade() -> None:
    op.drop_table("audit_group")
