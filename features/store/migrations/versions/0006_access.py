"""Who may sign in: clients, accounts, sessions, and what keeps guesses and replays out."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

TABLES = (
    "access_change",
    "access_client",
    "account",
    "access_session",
    "access_once",
    "access_failure",
    "link_code",
)


def upgrade() -> None:
    op.create_table(
        "access_change",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True, autoincrement=True),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_access_change_at", "access_change", ["at"])
    op.create_table(
        "access_client",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("label", sa.Text, nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("scopes", sa.Text, nullable=False),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("secret_hash", sa.Text, nullable=False),
        sa.Column("enabled", sa.Boolean, nullable=False),
        sa.Column("generation", sa.Integer, nullable=False),
        sa.Column("made_at", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "account",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("issuer", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("role", sa.String(16)),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("profile_id", sa.Text),
        sa.Column("siret", sa.String(14)),
        sa.Column("counsellor_id", sa.Text),
        sa.Column("team", sa.Text, nullable=False),
        sa.Column("generation", sa.Integer, nullable=False),
        sa.Column("asked_at", sa.BigInteger, nullable=False),
        sa.Column("asked_by", sa.Text, nullable=False),
        sa.Column("decided_at", sa.BigInteger),
        sa.Column("decided_by", sa.Text),
        sa.Column("presented", sa.Text),
        sa.UniqueConstraint("issuer", "subject", name="uq_account_issuer_subject"),
    )
    op.create_index("ix_account_state", "account", ["state"])
    op.create_index("ix_account_profile_id", "account", ["profile_id"])
    op.create_table(
        "access_session",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("account_id", sa.String(32), nullable=False),
        sa.Column("ends_at", sa.BigInteger, nullable=False),
        sa.Column("provider", sa.String(32), nullable=False),
        sa.Column("id_token", sa.Text, nullable=False),
    )
    op.create_index("ix_access_session_account_id", "access_session", ["account_id"])
    op.create_index("ix_access_session_ends_at", "access_session", ["ends_at"])
    op.create_table(
        "access_once",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("ends_at", sa.BigInteger, nullable=False),
    )
    op.create_index("ix_access_once_ends_at", "access_once", ["ends_at"])
    op.create_table(
        "access_failure",
        sa.Column("key", sa.String(64), primary_key=True),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("last_at", sa.BigInteger, nullable=False),
        sa.Column("locked_until", sa.BigInteger, nullable=False),
    )
    op.create_index("ix_access_failure_last_at", "access_failure", ["last_at"])
    op.create_table(
        "link_code",
        sa.Column("profile_id", sa.Text, primary_key=True),
        sa.Column("code_hash", sa.Text, nullable=False),
        sa.Column("ends_at", sa.BigInteger, nullable=False),
        sa.Column("made_by", sa.Text, nullable=False),
    )


def downgrade() -> None:
    for name in TABLES:
        op.drop_table(name)
