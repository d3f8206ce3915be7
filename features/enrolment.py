"""Subscribed by default: who has an established project is told of offers without asking, until they say otherwise.

    with store.writing() as writer, enrolment.following(writer):
        writer.upsert(profiles, "board")

A project is established when it names a ROME code. Who has a subscription, or had one and stopped it, is left alone.
(France Travail, *Rapport de préfiguration*, 2023, proposition 19: offers go to people, not only people to offers.)
"""

import contextlib
from collections.abc import Iterator, Sequence
from hashlib import blake2b
from typing import Final

import msgspec
import sqlalchemy as sa

from features.records import Channel, DigestContent, Frequency, Profile, Subscription
from features.store import Kind, Operation, Store, Writer, owners
from features.store.tables import change_log, record_tables, subscription_owner

SOURCE: Final = "defaut"
_AT_ONCE: Final = 500
_LONGEST: Final = 180


@contextlib.contextmanager
def following(writer: Writer) -> Iterator[None]:
    """Watch a transaction's writes of profiles; when the block ends, subscribe those who are to be."""
    before = writer.connection.scalar(sa.select(sa.func.max(change_log.c.seq))) or 0
    yield
    statement = sa.select(change_log.c.record_id).where(
        change_log.c.seq > before,
        change_log.c.kind == Kind.PROFILE.value,
        change_log.c.operation == Operation.UPSERT.value,
    )
    written = sorted(set(writer.connection.scalars(statement)))
    for start in range(0, len(written), _AT_ONCE):
        enrol(writer, written[start : start + _AT_ONCE])


def enrol_everyone(store: Store) -> int:
    """Subscribe all who are to be and are not, in transactions of their own; returns how many."""
    profiles, enrolled, after = record_tables[Kind.PROFILE], 0, ""
    never = ~sa.exists().where(subscription_owner.c.profile_id == profiles.c.id)
    while True:
        statement = sa.select(profiles.c.id).where(profiles.c.id > after, never).order_by(profiles.c.id)
        with store.engine.connect() as connection:
            found = list(connection.scalars(statement.limit(_AT_ONCE)))
        if not found:
            return enrolled
        with store.writing() as writer:
            enrolled += enrol(writer, found)
        after = found[-1]


def enrol(writer: Writer, profile_ids: Sequence[str]) -> int:
    """Subscribe those of these people who have an established project and never had a subscription; how many."""
    left_alone = owners.ever_subscribed(writer.connection, profile_ids)
    table = record_tables[Kind.PROFILE]
    wanted = [key for key in profile_ids if key not in left_alone]
    bodies = writer.connection.scalars(sa.select(table.c.body).where(table.c.id.in_(wanted)).order_by(table.c.id))
    profiles = [msgspec.json.decode(body, type=Profile) for body in bodies]
    fresh = [default_subscription(profile) for profile in profiles if is_established(profile)]
    writer.upsert(fresh, SOURCE)
    return len(fresh)


def is_established(profile: Profile) -> bool:
    """Whether a project names its occupation; one that was only read in the person's words does not."""
    return any(project.rome_code is not None for project in profile.projects)


def default_subscription(profile: Profile) -> Subscription:
    """What a person gets who asked for nothing: by e-mail if they agreed to it, else on their page."""
    return Subscription(
        id=default_id(profile.id),
        profile_id=profile.id,
        content=DigestContent.BOTH,
        frequency=Frequency.WEEKLY,
        channel=Channel.EMAIL if profile.consents.contact_by_email else Channel.PAGE,
        by_default=True,
    )


def default_id(profile_id: str) -> str:
    """The id of a person's default subscription: the same each time."""
    readable = len(profile_id) <= _LONGEST
    return f"defaut-{profile_id}" if readable else f"defaut-{blake2b(profile_id.encode(), digest_size=16).hexdigest()}"
