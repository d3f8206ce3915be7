"""The day of each write, whose each event is, and that people were erased."""

import datetime as dt

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
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
    "talent_pool_state",
    "contact_request",
)


def upgrade() -> None:
    connection = op.get_bind()
    today = (dt.datetime.now(dt.UTC).date() - dt.date(1970, 1, 1)).days
    for name in RECORD_TABLES:
        op.add_column(name, sa.Column("written_on", sa.Integer))
        # Nobody knows when these were written: what the law counts from the last contact begins today.
        connection.execute(sa.text(f"update {name} set written_on = :today"), {"today": today})
    op.add_column("event", sa.Column("person", sa.Text))
    postgresql = connection.dialect.name == "postgresql"
    whose = "body::jsonb ->> 'profile_id'" if postgresql else "json_extract(body, '$.profile_id')"
    connection.execute(sa.text(f"update event set person = {whose}"))
    op.create_index("ix_event_person", "event", ["person"])
    op.create_table(
        "erasure",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True, autoincrement=False),
        sa.Column("at", sa.String(32), nullable=False),
        sa.Column("rewritten", sa.Boolean, nullable=False),
        sa.Column("blank", sa.Boolean, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("erasure")
    op.drop_index("ix_event_person", "event")
    with op.batch_alter_table("event") as table:
        table.drop_column("person")
    for name in RECORD_TABLES:
        with op.batch_alter_table(name) as table:
            table.drop_column("written_on")
