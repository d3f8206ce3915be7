"""People of whom nothing was heard for two years are forgotten.

The last contact is the latest of: the day their profile, identity, RQTH or a subscription that they asked for was last
written (by them, or for them by who follows them), what they did themselves (not what was merely shown to them), and
their answers to employers. A feed that sends the same profile again writes nothing, so it is no contact.
"""

import datetime as dt
from collections.abc import Sequence
from typing import Final

import sqlalchemy as sa

from features.enrolment import SOURCE as BY_DEFAULT
from features.records import ContactRequest, Event, EventKind
from features.retention.base import Keeping, Rule
from features.store import Kind, about_profile
from features.store.batches import batches
from features.store.tables import record_tables, subscription_owner

AT_ONCE: Final = 500


def over(keeping: Keeping) -> list[str]:
    """Ids of the people, in order."""
    days = keeping.durations.profiles
    profile = record_tables[Kind.PROFILE].c
    found: list[str] = []
    with keeping.store.engine.connect() as connection:
        quiet = sa.select(profile.id).where(profile.written_on < keeping.before_number(days)).order_by(profile.id)
        ids = list(connection.scalars(quiet))
    for batch in batches(ids, AT_ONCE):
        heard = _heard_of(keeping, batch, days)
        found += [key for key in batch if key not in heard]
    return found


def _heard_of(keeping: Keeping, ids: Sequence[str], days: int) -> set[str]:
    """Those of these people of whom something was heard since."""
    since, moment = keeping.before_number(days), keeping.before_moment(days)
    heard: set[str] = set()
    with keeping.store.engine.connect() as connection:
        for kind in (Kind.IDENTITY, Kind.PROTECTED):
            table = record_tables[kind].c
            heard |= set(connection.scalars(sa.select(table.id).where(table.id.in_(ids), table.written_on >= since)))
        subscription, owner = record_tables[Kind.SUBSCRIPTION].c, subscription_owner.c
        asked = sa.select(owner.profile_id).where(
            owner.profile_id.in_(ids),
            subscription.id == owner.subscription_id,
            subscription.source != BY_DEFAULT,
            subscription.written_on >= since,
        )
        heard |= set(connection.scalars(asked))
        event = record_tables[Kind.EVENT].c
        rows = connection.execute(sa.select(event.id, event.body).where(event.person.in_(ids))).all()
    for row in rows:
        told = keeping.store.sealing.take(Event, row.id, row.body)
        if told.kind is not EventKind.SHOWN and told.at >= moment:
            heard.add(told.profile_id)
    for key in ids:
        if key not in heard:
            requests = keeping.store.of_source(ContactRequest, about_profile(key))
            heard |= {key for each in requests if _answered_since(each, moment)}
    return heard


def _answered_since(request: ContactRequest, moment: dt.datetime) -> bool:
    return request.answered_at is not None and request.answered_at >= moment


def _drop(keeping: Keeping, ids: Sequence[str]) -> None:
    for key in ids:
        keeping.forget(key)


RULE: Final = Rule(
    "profiles",
    "people of whom nothing was heard",
    "votre profil et tout ce qui s'y rattache, après le dernier contact",
    "GDPR art. 5(1)(e); CNIL, recruitment guide (2023), sheet 12: two years after the last contact",
    "RGPD, art. 5-1 e ; CNIL, guide du recrutement (2023) : deux ans après le dernier contact",
    lambda durations: durations.profiles,
    over,
    _drop,
)
