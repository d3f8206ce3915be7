"""The tables: one per kind of record, the change log, and the groups of duplicate offers.

Records are documents: the columns hold what SQL must find (id, source, whose an event is), what tells a change
(digest) and its day (`written_on`, since 1970-01-01; None: before days were kept); `body` is the record's JSON, sealed
for some kinds (`features.store.sealing`). The layout is the same for every kind, so that a new kind is one line in
`kinds.py` and a migration.
"""

import sqlalchemy as sa

from features.store.kinds import Kind

metadata = sa.MetaData()

_Id = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
"""An id that lists are ordered by: by its bytes, whatever the language of the database."""
_Sequence = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

change_log = sa.Table(
    "change_log",
    metadata,
    sa.Column("seq", _Sequence, primary_key=True, autoincrement=True),
    sa.Column("kind", sa.String(32), nullable=False),
    sa.Column("record_id", sa.Text, nullable=False),
    sa.Column("operation", sa.String(6), nullable=False),
    sqlite_autoincrement=True,
)

store_identity = sa.Table("store_identity", metadata, sa.Column("id", sa.String(32), primary_key=True))
"""One row, drawn when the schema was made: tells this store from any other."""

offer_group = sa.Table(
    "offer_group",
    metadata,
    sa.Column("offer_id", _Id, primary_key=True),
    sa.Column("block_key", sa.Text, nullable=False, index=True),
    sa.Column("canonical_id", _Id, nullable=False, index=True),
)
"""Near-duplicate offers: `canonical_id` is the one that is shown; an offer alone points at itself."""

event_before = sa.Table(
    "event_before",
    metadata,
    sa.Column("seq", _Sequence, primary_key=True, autoincrement=False),
    sa.Column("record_id", sa.Text, nullable=False, index=True),
    sa.Column("body", sa.Text, nullable=False),
)
"""What a corrected event said before the change `seq`: whoever counted it takes it back. Gone with the event."""
subscription_owner = sa.Table(
    "subscription_owner",
    metadata,
    sa.Column("subscription_id", _Id, primary_key=True),
    sa.Column("profile_id", sa.Text, nullable=False, index=True),
    sa.Column("stopped", sa.Boolean, nullable=False),
)
"""Whose each subscription is. One that was deleted stays, `stopped`, until its person goes: who said no once is not
subscribed again by default."""

digest = sa.Table(
    "digest",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("subscription_id", sa.Text, nullable=False, index=True),
    sa.Column("profile_id", sa.Text, nullable=False, index=True),
    sa.Column("bucket", sa.SmallInteger, nullable=False),
    sa.Column("state", sa.String(12), nullable=False),
    sa.Column("channel", sa.String(12), nullable=False),
    sa.Column("prepared_at", sa.String(32), nullable=False),
    sa.Column("handed_over_at", sa.String(32)),
    sa.Column("attempts", sa.SmallInteger, nullable=False),
    sa.Column("failure", sa.Text),
    sa.Column("body", sa.Text, nullable=False),
    sa.Index("ix_digest_state_bucket", "state", "bucket"),
)
"""What was prepared for each subscription and period, and how far it got (`features.store.digests`)."""

delivery = sa.Table(
    "delivery",
    metadata,
    sa.Column("profile_id", sa.Text, primary_key=True),
    sa.Column("kind", sa.String(10), primary_key=True),
    sa.Column("item_id", sa.Text, primary_key=True),
    sa.Column("day", sa.Integer, nullable=False),
    sa.Column("digest_id", sa.String(32), nullable=False),
)
"""What each person was sent: nothing goes out twice. `day` counts from 1970-01-01."""

audit_line = sa.Table(
    "audit_line",
    metadata,
    sa.Column("seq", _Sequence, primary_key=True, autoincrement=False),
    sa.Column("at", sa.String(24), nullable=False, index=True),
    sa.Column("actor", sa.Text),
    sa.Column("action", sa.String(16), nullable=False),
    sa.Column("hash", sa.String(64), nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    sa.Index("ix_audit_line_actor_seq", "actor", "seq"),
)
"""The audit log (`features.audit`): `body` is the canonical JSON that is hashed; the columns before it repeat what is
searched for."""

audit_person = sa.Table(
    "audit_person",
    metadata,
    sa.Column("person", sa.String(18), primary_key=True),
    sa.Column("seq", _Sequence, primary_key=True, autoincrement=False, index=True),
    sqlite_with_rowid=False,
)
"""Which lines concern whom, by pseudonym."""

audit_head = sa.Table(
    "audit_head",
    metadata,
    sa.Column("id", sa.SmallInteger, primary_key=True, autoincrement=False),
    sa.Column("seq", _Sequence, nullable=False),
    sa.Column("hash", sa.String(64), nullable=False),
    sa.Column("at", sa.String(24), nullable=False),
    sa.Column("signature", sa.Text, nullable=False),
)
"""One row: the last line, signed, in the transaction that wrote it."""

audit_stub = sa.Table(
    "audit_stub",
    metadata,
    sa.Column("id", sa.SmallInteger, primary_key=True, autoincrement=False),
    sa.Column("seq", _Sequence, nullable=False),
    sa.Column("hash", sa.String(64), nullable=False),
    sa.Column("before", sa.String(10), nullable=False),
    sa.Column("at", sa.String(24), nullable=False),
    sa.Column("signature", sa.Text, nullable=False),
)
"""At most one row: what stands for the lines that were pruned."""

audit_gap = sa.Table(
    "audit_gap",
    metadata,
    sa.Column("first", _Sequence, primary_key=True, autoincrement=False),
    sa.Column("last", _Sequence, nullable=False),
    sa.Column("hash_before", sa.String(64), nullable=False),
    sa.Column("hash_after", sa.String(64), nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("at", sa.String(24), nullable=False),
    sa.Column("signature", sa.Text, nullable=False),
)
"""Lines that are gone and were stated to be, with the reason."""

audit_group = sa.Table(
    "audit_group",
    metadata,
    sa.Column("profile_id", sa.Text, primary_key=True),
    *(sa.Column(axis, sa.SmallInteger, nullable=False) for axis in ("sex", "age", "quarter", "rqth", "area")),
)
"""The groups that audits of fairness tell apart (`features.store.fairness_groups`): nothing that ranks reads them."""

access_change = sa.Table(
    "access_change",
    metadata,
    sa.Column("seq", _Sequence, primary_key=True, autoincrement=True),
    sa.Column("kind", sa.String(8), nullable=False),
    sa.Column("key", sa.Text, nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False, index=True),
    sqlite_autoincrement=True,
)
"""Which clients, accounts and sessions changed (`features.store.access.changes`). Times of access are whole seconds of
Unix time."""

access_client = sa.Table(
    "access_client",
    metadata,
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
"""Machines that may ask for tokens; the secret itself is nowhere."""

account = sa.Table(
    "account",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("issuer", sa.Text, nullable=False),
    sa.Column("subject", sa.Text, nullable=False),
    sa.Column("role", sa.String(16)),
    sa.Column("state", sa.String(12), nullable=False, index=True),
    sa.Column("profile_id", sa.Text, index=True),
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
"""People who signed in. `presented` is what their provider vouches for, sealed, for whoever decides; gone with the
decision."""

access_session = sa.Table(
    "access_session",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("account_id", sa.String(32), nullable=False, index=True),
    sa.Column("ends_at", sa.BigInteger, nullable=False, index=True),
    sa.Column("provider", sa.String(32), nullable=False),
    sa.Column("id_token", sa.Text, nullable=False),
)
"""Sessions under way. `id_token`, sealed, is what a provider asks for at logout; the row goes with the session."""

access_once = sa.Table(
    "access_once",
    metadata,
    sa.Column("digest", sa.String(64), primary_key=True),
    sa.Column("ends_at", sa.BigInteger, nullable=False, index=True),
)
"""One-time things that were used, until they would have ended anyway."""

access_failure = sa.Table(
    "access_failure",
    metadata,
    sa.Column("key", sa.String(64), primary_key=True),
    sa.Column("failures", sa.Integer, nullable=False),
    sa.Column("last_at", sa.BigInteger, nullable=False, index=True),
    sa.Column("locked_until", sa.BigInteger, nullable=False),
)
"""Failed sign-ins in a row, by a digest of who tried (`features.store.access.failures`)."""

link_code = sa.Table(
    "link_code",
    metadata,
    sa.Column("profile_id", sa.Text, primary_key=True),
    sa.Column("code_hash", sa.Text, nullable=False),
    sa.Column("ends_at", sa.BigInteger, nullable=False),
    sa.Column("made_by", sa.Text, nullable=False),
)
"""The code that links an account to a profile; one a profile, gone once used."""

account_flag = sa.Table(
    "account_flag",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("account", sa.Text, nullable=False, index=True),
    sa.Column("role", sa.String(16), nullable=False),
    sa.Column("siret", sa.String(14)),
    sa.Column("pattern", sa.String(32), nullable=False),
    sa.Column("at", sa.String(32), nullable=False, index=True),
    sa.Column("people_today", sa.Integer, nullable=False),
)
"""Accounts whose way of looking at people was remarked (`features.store.flags`)."""


erasure = sa.Table(
    "erasure",
    metadata,
    sa.Column("seq", _Sequence, primary_key=True, autoincrement=False),
    sa.Column("at", sa.String(32), nullable=False),
    sa.Column("rewritten", sa.Boolean, nullable=False),
    sa.Column("blank", sa.Boolean, nullable=False),
)
"""That somebody was erased, by its number in the change log, and nothing of whom (`features.store.erasure_log`)."""

planned_visit = sa.Table(
    "planned_visit",
    metadata,
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
"""Who visits which firm in a week (`features.store.visits`): one visit a firm and a week, over all teams. It names
nobody but counsellors: whom to present is worked out when it is read."""

planned_week = sa.Table(
    "planned_week",
    metadata,
    sa.Column("week", sa.String(10), primary_key=True),
    sa.Column("counsellor_id", sa.Text, primary_key=True),
    sa.Column("base_insee", sa.String(5), nullable=False),
    sa.Column("absent", sa.Text, nullable=False),
    sa.Column("a_day", sa.Integer, nullable=False),
    sa.Column("visit_minutes", sa.Integer, nullable=False),
    sa.Column("radius_km", sa.Integer, nullable=False),
)
"""What a counsellor's week was planned with: where they leave from, and when they are away."""


def _record_table(kind: Kind) -> sa.Table:
    return sa.Table(
        kind.value,
        metadata,
        sa.Column("id", _Id, primary_key=True),
        sa.Column("source", sa.Text, nullable=False, index=True),
        sa.Column("digest", sa.LargeBinary(16), nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("written_on", sa.Integer),
        *([sa.Column("person", sa.Text, index=True)] if kind is Kind.EVENT else []),
    )


record_tables: dict[Kind, sa.Table] = {kind: _record_table(kind) for kind in Kind}
