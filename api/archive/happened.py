"""What happened: events, subscriptions, digests and the ledger, contacts with employers, pools, the log of changes."""

import datetime as dt
from collections.abc import Iterator
from typing import Final

import msgspec
import sqlalchemy as sa

from api.archive.base import Asked, Item, Section
from api.delivery.shapes import envoi_of_row
from api.introduction_shapes import shown
from features.border.base import compact
from features.border.event import evenement_out
from features.border.registry import BORDERS
from features.border.subscription import abonnement_out
from features.days import EPOCH
from features.records import Contact, ContactRequest, Establishment, Subscription, TalentPool, TalentPoolState
from features.store import Kind, Operation, Store, about_profile
from features.store.batches import batches
from features.store.digests import of_profile
from features.store.people_tables import held_of
from features.store.tables import change_log, delivery, event_before, subscription_owner
from matching.pools import members_of

AT_ONCE: Final = 200
_KINDS: Final = {
    **{kind.value: border.label_fr for kind, border in BORDERS.items()},
    Kind.CONTACT_REQUEST.value: "mise en relation",
}
_DONE: Final = {Operation.UPSERT.value: "écrit", Operation.DELETE.value: "supprimé", Operation.ERASE.value: "effacé"}


def events(asked: Asked) -> Iterator[Item]:
    store = asked.service.store
    found = store.events_of(asked.profile_id)
    for batch in batches(found, AT_ONCE):
        written = asked.written(Kind.EVENT, [each.id for each in batch])
        before = store.events_before([each.id for each in batch])
        for each in batch:
            said = [evenement_out(earlier) for _, earlier in before.get(each.id, ())]
            yield {**written.get(each.id, {}), **evenement_out(each), **({"ditAvant": said} if said else {})}


def subscriptions(asked: Asked) -> Iterator[Item]:
    """Those in force, and the ids of those that were deleted: who said no once is not subscribed again by default."""
    store = asked.service.store
    owner = subscription_owner.c
    with store.engine.connect() as connection:
        ids = list(connection.scalars(sa.select(owner.subscription_id).where(owner.profile_id == asked.profile_id)))
    found = store.get_many(Subscription, ids)
    written = asked.written(Kind.SUBSCRIPTION, ids)
    for key in sorted(ids):
        here = found.get(key)
        yield {**written.get(key, {}), **({"id": key, "supprime": True} if here is None else abonnement_out(here))}


def digests(asked: Asked) -> Iterator[Item]:
    first = 0
    while rows := of_profile(asked.service.store, asked.profile_id, first, AT_ONCE):
        first += len(rows)
        for row in rows:
            told: Item = msgspec.to_builtins(envoi_of_row(row))
            yield {**told, "prepareLe": row.prepared_at, "essais": row.attempts}


def ledger(asked: Asked) -> Iterator[Item]:
    lines = sa.select(delivery).where(delivery.c.profile_id == asked.profile_id).order_by(delivery.c.day)
    with asked.service.store.engine.connect() as connection:
        for row in connection.execute(lines):
            day = (EPOCH + dt.timedelta(days=row.day)).isoformat()
            yield {"jour": day, "type": row.kind, "element": row.item_id, "envoi": row.digest_id}


def introductions(asked: Asked) -> Iterator[Item]:
    store = asked.service.store
    requests = store.of_source(ContactRequest, about_profile(asked.profile_id))
    firms = store.get_many(Establishment, {each.siret for each in requests})
    for each in requests:
        firm = firms.get(each.siret)
        yield msgspec.to_builtins(shown(each, asked.now, None if firm is None else firm.name))


def pools(asked: Asked) -> Iterator[Item]:
    """The pools that the person is in now or was found in, and who keeps them; nobody else who is in them."""
    for pool, state in asked.pools:
        by_hand = asked.profile_id in pool.profile_ids
        moves = () if state is None else [move for move in state.moves if move.profile_id == asked.profile_id]
        last = state is not None and asked.profile_id in state.present_ids
        if (
            by_hand
            or moves
            or last
            or (pool.criteria and asked.profile_id in members_of(asked.service.engine, pool).ids)
        ):
            yield compact(
                id=pool.id,
                nom=pool.name,
                tenuPar=pool.owner_id,
                misALaMain=by_hand,
                presentALaDerniereActualisation=last,
                mouvements=[{"le": move.at.isoformat(), "entre": move.entered} for move in moves],
            )


def all_pools(store: Store) -> list[tuple[TalentPool, TalentPoolState | None]]:
    """What `Asked.pools` holds."""
    found: list[tuple[TalentPool, TalentPoolState | None]] = []
    for batch in store.scan(TalentPool):
        states = store.get_many(TalentPoolState, [pool.id for pool in batch])
        found += [(pool, states.get(pool.id)) for pool in batch]
    return found


def mentions(asked: Asked) -> Iterator[Item]:
    """Notes of counsellors that name the person's id: when and by whom; the note is about a firm."""
    for contact, source in asked.service.store.mentioning(Contact, asked.profile_id):
        yield {"echange": contact.id, "le": contact.at.isoformat(), "par": contact.counsellor_id, "source": source}


def log(asked: Asked) -> Iterator[Item]:
    held = held_of(asked.service.store, asked.profile_id)
    own = {(table, key) for table, ids in held.ids.items() for key in ids}
    ids = sorted({key for _, key in own})
    line = change_log.c
    with asked.service.store.engine.connect() as connection:
        for batch in batches(ids):
            for row in connection.execute(sa.select(change_log).where(line.record_id.in_(batch)).order_by(line.seq)):
                if (row.kind, row.record_id) in own:
                    kind = _KINDS.get(row.kind, row.kind)
                    yield {"numero": row.seq, "quoi": kind, "id": row.record_id, "geste": _DONE[row.operation]}


EVENTS = Section(
    "evenements",
    "Ce que vous avez fait dans le service, et ce qu'on en disait avant une correction.",
    events,
    frozenset({Kind.EVENT.value, event_before.name}),
)
SUBSCRIPTIONS = Section(
    "abonnements",
    "Vos abonnements, et les identifiants de ceux que vous avez supprimés.",
    subscriptions,
    frozenset({Kind.SUBSCRIPTION.value, subscription_owner.name}),
)
DIGESTS = Section("envois", "Ce qui vous a été préparé et envoyé, avec les raisons.", digests, frozenset({"digest"}))
LEDGER = Section(
    "registreDesEnvois",
    "Les offres et les formations déjà envoyées, pour ne rien envoyer deux fois.",
    ledger,
    frozenset({delivery.name}),
)
INTRODUCTIONS = Section(
    "misesEnRelation",
    "Les employeurs qui vous ont écrit, leur message, votre réponse et ce qu'ils en ont fait.",
    introductions,
    frozenset({Kind.CONTACT_REQUEST.value}),
)
POOLS = Section(
    "viviers",
    "Les viviers où vous êtes ou avez été vu, et qui les tient. Les autres personnes n'y sont pas nommées.",
    pools,
    frozenset({Kind.TALENT_POOL.value, Kind.TALENT_POOL_STATE.value}),
    live=True,
)
MENTIONS = Section(
    "mentions",
    "Les notes de conseillers sur une entreprise où votre identifiant figure : quand, et par qui.",
    mentions,
    frozenset({Kind.CONTACT.value}),
)
LOG = Section(
    "journalDesEcritures",
    "La suite des écritures qui vous concernent, que lisent les machines qui répondent.",
    log,
    frozenset({change_log.name}),
)
