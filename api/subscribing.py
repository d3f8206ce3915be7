"""What is checked and completed of subscriptions and gestures when they are written."""

import datetime as dt

import msgspec

from features.border.problems import BorderError
from features.records import Event, EventKind, Offer, Subscription, occupation_code
from features.store import Store
from matching.digests.orders import criteria_of
from matching.errors import BadParameter, UnknownParameter
from matching.filters.base import Context
from matching.lookups import Lookups
from matching.schema import Collection


def check_criteria(subscription: Subscription, lookups: Lookups, today: dt.date) -> None:
    """Raises BorderError for criteria that the search of offers refuses, with the name, the value and the remedy."""
    try:
        criteria_of(subscription.criteria, Context(Collection.OFFERS, lookups, today))
    except UnknownParameter as wrong:
        hint = "" if wrong.nearest is None else f" ; le plus proche est « {wrong.nearest} »"
        raise BorderError.one(f"criteres.{wrong.name}", wrong.name, "bad_criterion", hint=hint) from None
    except BadParameter as wrong:
        hint = f" ; pour celui-ci, {wrong.expected}"
        raise BorderError.one(f"criteres.{wrong.name}", wrong.value, "bad_criterion", hint=hint) from None


def told_by(event: Event, store: Store) -> Event:
    """An event that puts an offer aside, with the offer's occupation and place where the store has it: so that what it
    says outlives the offer."""
    if event.kind is not EventKind.DISMISSED or event.offer_id is None:
        return event
    offer = store.get(Offer, event.offer_id)
    if offer is None:
        return event
    return msgspec.structs.replace(
        event,
        rome_code=event.rome_code or occupation_code(offer),
        commune_insee=event.commune_insee or offer.commune_insee,
    )
