"""The audit log: its lines, whom they concern, its signed head, what was pruned, what is known to be missing."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_SEQUENCE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "audit_line",
        sa.Column("seq", _SEQUENCE, primary_key=True, autoincrement=False),
        sa.Column("at", sa.String(24), nullable=False),
        sa.Column("actor", sa.Text),
        sa.Column("action", sa.String(16), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("body", sa.Text, nullable=False),
    )
    op.create_index("ix_audit_line_at", "audit_line", ["at"])
    op.create_index("ix_audit_line_actor_seq", "audit_line", ["actor", "seq"])
    op.create_table(
        "audit_person",
        sa.Column("person", sa.String(18), primary_key=True),
        sa.Column("seq", _SEQUENCE, primary_key=True, autoincrement=False),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_audit_person_seq", "audit_person", ["seq"])
    for name, more in (
        ("audit_head", ()),
        ("audit_stub", (sa.Column("before", sa.String(10), nullable=False),)),
    ):
        op.create_table(
            name,
            sa.Column("id", sa.SmallInteger, primary_key=True, autoincrement=False),
            sa.Column("seq", _SEQUENCE, nullable=False),
            sa.Column("hash", sa.String(64), nullable=False),
            *more,
            sa.Column("at", sa.String(24), nullable=False),
            sa.Column("signature", sa.Text, nullable=False),
        )
    op.create_table(
        "audit_gap",
        sa.Column("first", _SEQUENCE, primary_key=True, autoincrement=False),
        sa.Column("last", _SEQUENCE, nullable=False),
        sa.Column("hash_before", sa.String(64), nullable=False),
        sa.Column("hash_after", sa.String(64), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("at", sa.String(24), nullable=False),
        sa.Column("signature", sa.Text, nullable=False),
    )


def downgrade() -> None:
    for name in ("audit_gap", "audit_stub", "audit_head", "audit_person", "audit_line"):
        op.drop_table(name)
