"""From the change log to prepared rows: reads the store, touches no catalogue, so it may run beside requests."""

import datetime as dt
from collections.abc import Collection as Ids
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from features.records import Contact, Establishment, Event, Offer, OfferSource, Profile, Training, TrainingSession
from features.store import Change, Kind, Operation, Store
from features.store.changes import as_of
from features.store.erasure_log import number_of
from matching.catalogue import Rows
from matching.links import Links
from matching.lookups import Lookups
from matching.rows.establishment import project_establishments
from matching.rows.offer import project_offers
from matching.rows.profile import project_profiles
from matching.rows.session import project_sessions
from matching.schema import Collection


@dataclass(frozen=True)
class Update:
    """New rows of one collection and the ids that leave it."""

    collection: Collection
    rows: Rows
    removed: tuple[str, ...]


@dataclass(frozen=True)
class Prepared:
    """Everything that changes `after` one watermark up to another, ready to be applied at once."""

    watermark: int
    n_changes: int
    updates: tuple[Update, ...]
    sessions: tuple[TrainingSession, ...]
    dropped_sessions: tuple[str, ...]
    contacts: tuple[Contact, ...]
    dropped_contacts: tuple[str, ...]
    canonical: tuple[tuple[str, str], ...]
    dropped_offers: tuple[str, ...]
    events: tuple[Event, ...]
    """In the order of the log, each once."""
    taken_back: tuple[Event, ...] = ()
    """What events said that were told before and are corrected now."""
    dropped_events: tuple[str, ...] = ()
    erased: tuple[int, ...] = ()
    """Numbers (`key_number`) of the people who were erased."""
    erased_upto: int = 0
    """Sequence number of the last erasure among the changes; 0 for none."""


def prepare(store: Store, lookups: Lookups, links: Links, changes: Sequence[Change], today: dt.date) -> Prepared:
    """The rows that `changes` (not empty, in order) ask for."""
    last = {(change.kind, change.record_id): change.operation for change in changes}

    def ids(kind: Kind, operation: Operation) -> list[str]:
        return [key for (of_kind, key), found in last.items() if of_kind is kind and found is operation]

    profiles = store.get_many(Profile, ids(Kind.PROFILE, Operation.UPSERT))
    firms = store.get_many(Establishment, ids(Kind.ESTABLISHMENT, Operation.UPSERT))
    contacts = store.get_many(Contact, ids(Kind.CONTACT, Operation.UPSERT))
    sessions, trainings = _sessions(store, links, ids(Kind.SESSION, Operation.UPSERT), _trainings_touched(last))
    deleted_sessions = ids(Kind.SESSION, Operation.DELETE)
    session_rows = project_sessions(list(sessions.values()), lookups, trainings)
    hidden_sessions = sessions.keys() - set(session_rows.ids)
    offers = _offers(store, lookups, ids(Kind.OFFER, Operation.UPSERT), ids(Kind.OFFER, Operation.DELETE))
    firm_rows = project_establishments(list(firms.values()), lookups, links.all_contact_days() if firms else {}, today)
    profile_rows = project_profiles(list(profiles.values()), lookups)
    events, taken_back = _events(store, changes)
    return Prepared(
        watermark=changes[-1].seq,
        n_changes=len(changes),
        updates=(
            Update(
                Collection.PROFILES,
                profile_rows,
                (*ids(Kind.PROFILE, Operation.DELETE), *(profiles.keys() - set(profile_rows.ids))),
            ),
            offers.update,
            Update(Collection.SESSIONS, session_rows, (*deleted_sessions, *hidden_sessions)),
            Update(Collection.ESTABLISHMENTS, firm_rows, tuple(ids(Kind.ESTABLISHMENT, Operation.DELETE))),
        ),
        sessions=tuple(sessions.values()),
        dropped_sessions=tuple(deleted_sessions),
        contacts=tuple(contacts.values()),
        dropped_contacts=tuple(ids(Kind.CONTACT, Operation.DELETE)),
        canonical=offers.canonical,
        dropped_offers=tuple(ids(Kind.OFFER, Operation.DELETE)),
        events=events,
        taken_back=taken_back,
        dropped_events=tuple(ids(Kind.EVENT, Operation.DELETE)),
        erased=tuple([number for change in changes if (number := number_of(change)) is not None]),
        erased_upto=max((change.seq for change in changes if change.operation is Operation.ERASE), default=0),
    )


def _events(store: Store, changes: Sequence[Change]) -> tuple[tuple[Event, ...], tuple[Event, ...]]:
    """The events that changed, as they stood after the last of `changes`, and what those told before had said."""
    first: dict[str, int] = {}
    last: dict[str, int] = {}
    for change in changes:
        if change.kind is Kind.EVENT and change.operation is Operation.UPSERT:
            first.setdefault(change.record_id, change.seq)
            last[change.record_id] = change.seq
    if not first:
        return (), ()
    now = store.get_many(Event, set(first))
    before = store.events_before(first)
    upto = changes[-1].seq
    events: list[Event] = []
    taken_back: list[Event] = []
    for key in sorted(last, key=last.__getitem__):
        told = next((said for seq, said in before.get(key, ()) if seq == first[key]), None)
        event = as_of(upto, now[key], before.get(key, ())) if key in now else None
        if told == event:
            continue
        if told is not None:
            taken_back.append(told)
        if event is not None:
            events.append(event)
    return tuple(events), tuple(taken_back)


@dataclass(frozen=True)
class OfferChanges:
    update: Update
    canonical: tuple[tuple[str, str], ...]


def _offers(store: Store, lookups: Lookups, upserted: Ids[str], deleted: Ids[str]) -> OfferChanges:
    """Only the offer that stands for its group has a row; the others point at it."""
    canonical = {key: key for key in upserted} | store.canonical_offers(upserted)
    shown = set(canonical.values())
    offers = store.get_many(Offer, shown)
    rows = project_offers(list(offers.values()), lookups, other_sources(store, offers))
    hidden = {key for key, stands_for in canonical.items() if key != stands_for}
    return OfferChanges(
        Update(Collection.OFFERS, rows, (*deleted, *hidden, *(shown - offers.keys()))), tuple(canonical.items())
    )


def other_sources(store: Store, offers: dict[str, Offer]) -> dict[str, tuple[OfferSource, ...]]:
    """The sources of the offers that stand behind each of `offers`, by its id."""
    groups = {key: members for key, members in store.duplicates_of(offers).items() if len(members) > 1}
    behind = store.get_many(Offer, [key for members in groups.values() for key in members])
    return {
        key: tuple(behind[member].source for member in members if member != key and member in behind)
        for key, members in groups.items()
    }


def _trainings_touched(last: Iterable[tuple[Kind, str]]) -> list[str]:
    return [key for kind, key in last if kind is Kind.TRAINING]


def _sessions(
    store: Store, links: Links, session_ids: Ids[str], training_ids: Ids[str]
) -> tuple[dict[str, TrainingSession], dict[str, Training]]:
    """The changed sessions and all sessions of the changed trainings, with the trainings they belong to."""
    touched = {session for training in training_ids for session in links.sessions_of_training.get(training, ())}
    sessions = store.get_many(TrainingSession, sorted(touched | set(session_ids)))
    return sessions, store.get_many(Training, {session.training_id for session in sessions.values()})
