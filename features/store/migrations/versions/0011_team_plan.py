"""The plan of visits that a team of counsellors keeps, week by week."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "planned_visit",
        sa.Column("week", sa.String(10), primary_key=True),
        sa.Column("siret", sa.String(14), primary_key=True),
        sa.Column("counsellor_id", sa.Text, nullable=False, index=True),
        sa.Column("day", sa.String(10)),
        sa.Column("place", sa.Integer, nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("why", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("changed_by", sa.Text, nullable=False),
        sa.Column("changed_at", sa.String(32), nullable=False),
    )
    op.create_table(
        "planned_week",
        sa.Column("week", sa.String(10), primary_key=True),
        sa.Column("counsellor_id", sa.Text, primary_key=True),
        sa.Column("base_insee", sa.String(5), nullable=False),
        sa.Column("absent", sa.Text, nullable=False),
        sa.Column("a_day", sa.Integer, nullable=False),
        sa.Column("visit_minutes", sa.Integer, nullable=False),
        sa.Column("radius_km", sa.Integer, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("planned_week")
    op.drop_table("planned_visit")
