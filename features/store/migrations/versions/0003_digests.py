"""Digests: whose each subscription is, what was prepared for it, and the ledger of what everyone was sent."""

import json

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    owner = op.create_table(
        "subscription_owner",
        sa.Column("subscription_id", sa.Text, primary_key=True),
        sa.Column("profile_id", sa.Text, nullable=False),
        sa.Column("stopped", sa.Boolean, nullable=False),
    )
    op.create_index("ix_subscription_owner_profile_id", "subscription_owner", ["profile_id"])
    op.create_table(
        "digest",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("subscription_id", sa.Text, nullable=False),
        sa.Column("profile_id", sa.Text, nullable=False),
        sa.Column("bucket", sa.SmallInteger, nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("channel", sa.String(12), nullable=False),
        sa.Column("prepared_at", sa.String(32), nullable=False),
        sa.Column("handed_over_at", sa.String(32)),
        sa.Column("attempts", sa.SmallInteger, nullable=False),
        sa.Column("failure", sa.Text),
        sa.Column("body", sa.Text, nullable=False),
    )
    op.create_index("ix_digest_subscription_id", "digest", ["subscription_id"])
    op.create_index("ix_digest_profile_id", "digest", ["profile_id"])
    op.create_index("ix_digest_state_bucket", "digest", ["state", "bucket"])
    op.create_table(
        "delivery",
        sa.Column("profile_id", sa.Text, primary_key=True),
        sa.Column("kind", sa.String(10), primary_key=True),
        sa.Column("item_id", sa.Text, primary_key=True),
        sa.Column("day", sa.Integer, nullable=False),
        sa.Column("digest_id", sa.String(32), nullable=False),
    )
    known = op.get_bind().execute(sa.text("select id, body from subscription")).all()
    if known:
        op.bulk_insert(
            owner,
            [
                {"subscription_id": row.id, "profile_id": json.loads(row.body)["profile_id"], "stopped": False}
                for row in known
            ],
        )


def downgrade() -> None:
    op.drop_table("delivery")
    op.drop_table("digest")
    op.drop_table("subscription_owner")
