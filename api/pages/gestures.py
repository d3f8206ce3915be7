"""What a person does to a result: keep it, put it aside and say why, take either back.

A gesture is an event whose id says whose it is and about what: doing it twice is doing it once.
"""

import datetime as dt
from hashlib import blake2b
from typing import Annotated, Final

from fastapi import Query

from api.routes.records import SOURCE
from api.security.owners import not_theirs
from api.service import Service
from features.records import DismissReason, Event, EventKind, Offer, Training, TrainingSession
from features.store import Kind

GESTURE: Final = "geste"
Gesture = Annotated[str | None, Query(alias=GESTURE, max_length=100)]
"""The gesture that led back to a list: it is told there, with the way to take it back."""
_KEPT = "garde"
_ASIDE = "ecart"


def event_id(verb: str, profile_id: str, item: str) -> str:
    return f"{verb}-{_mark(profile_id)}-{_mark(item)}"


def _mark(text: str) -> str:
    return blake2b(text.encode(), digest_size=12).hexdigest()


def keep(service: Service, profile_id: str, offer_id: str) -> None:
    """Raises ApiProblem (404) for an offer that is not there. For a worker thread, like all of these."""
    _require(service, offer_id, None)
    _write(
        service,
        Event(
            id=event_id(_KEPT, profile_id, offer_id),
            kind=EventKind.SAVED,
            at=dt.datetime.now(dt.UTC),
            profile_id=profile_id,
            offer_id=offer_id,
        ),
    )


def put_aside(
    service: Service, profile_id: str, *, offer: str | None, session: str | None, reason: DismissReason | None
) -> str:
    """The id of the event that says so. Raises ApiProblem (404) for something that is not there."""
    _require(service, offer, session)
    key = event_id(_ASIDE, profile_id, offer or session or "")
    _write(
        service,
        Event(
            id=key,
            kind=EventKind.DISMISSED,
            at=dt.datetime.now(dt.UTC),
            profile_id=profile_id,
            offer_id=offer,
            session_id=session,
            reason=reason,
        ),
    )
    return key


def no_longer_keep(service: Service, profile_id: str, offer_id: str) -> None:
    service.store.delete(Kind.EVENT, [event_id(_KEPT, profile_id, offer_id)])


def take_back(service: Service, profile_id: str, key: str) -> Event:
    """The gesture that was deleted. Raises ApiProblem (404) for one that is not the person's, or not there."""
    with service.writing() as writer:
        event = service.store.get(Event, key)
        if event is None or event.profile_id != profile_id or event.kind is not EventKind.DISMISSED:
            raise not_theirs(key)
        writer.delete(Kind.EVENT, [key])
    return event


def gesture(service: Service, profile_id: str, key: str) -> Event | None:
    """One of the person's gestures."""
    event = service.store.get(Event, key)
    return None if event is None or event.profile_id != profile_id else event


def kept_among(service: Service, profile_id: str, offer_ids: list[str]) -> set[str]:
    """Those of some offers that the person keeps."""
    ids = {event_id(_KEPT, profile_id, each): each for each in offer_ids}
    return {ids[found] for found in service.store.get_many(Event, ids)}


def kept_ids(service: Service, profile_id: str) -> list[str]:
    """Ids of the offers that the person keeps, the latest first."""
    found = service.store.of_prefix(Event, event_id(_KEPT, profile_id, "").rpartition("-")[0] + "-")
    ordered = sorted(found, key=lambda each: each.at, reverse=True)
    return [each.offer_id for each in ordered if each.offer_id is not None]


def last(service: Service, profile_id: str, key: str | None) -> tuple[str, str] | None:
    """A gesture that was just made, and the title of what it was about; None where there is none to take back."""
    event = None if key is None else gesture(service, profile_id, key)
    if event is None or event.kind is not EventKind.DISMISSED:
        return None
    if event.offer_id is not None:
        offer = service.store.get(Offer, event.offer_id)
        return event.id, "" if offer is None else offer.title
    session = None if event.session_id is None else service.store.get(TrainingSession, event.session_id)
    training = None if session is None else service.store.get(Training, session.training_id)
    return event.id, "" if training is None else training.title


def _require(service: Service, offer: str | None, session: str | None) -> None:
    record: Offer | TrainingSession | None = None
    if offer:
        record = service.store.get(Offer, offer)
    elif session:
        record = service.store.get(TrainingSession, session)
    if record is None:
        raise not_theirs(offer or session or "")


def _write(service: Service, event: Event) -> None:
    completed = service.completed(event)
    with service.writing() as writer:
        writer.upsert([completed], SOURCE)
