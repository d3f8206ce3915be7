"""What is checked and completed of subscriptions, contacts and gestures when they are written."""

import datetime as dt

import msgspec

from api.delivery.outgoing import Refused, Unreachable, target_of
from features.border.problems import BorderError
from features.records import Contact, Establishment, Event, EventKind, Offer, Profile, Subscription, occupation_code
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


def check_webhook(subscription: Subscription, private_allowed: bool) -> None:
    """Raises BorderError for a webhook that is not of the public internet. A name that nobody knows today may be known
    when the first digest leaves, and is judged again then."""
    if subscription.webhook_url is None:
        return
    try:
        target_of(subscription.webhook_url, private_allowed)
    except Refused as refused:
        url = subscription.webhook_url
        raise BorderError.one("adresseWebhook", url, "private_webhook", hint=f" : {refused}") from None
    except Unreachable:
        return


def check_known(record: Subscription | Contact, store: Store) -> None:
    """Raises BorderError for a subscription of nobody, and for a contact with a firm that is not known."""
    if isinstance(record, Subscription):
        if store.get(Profile, record.profile_id) is None:
            raise BorderError.one("profil", record.profile_id, "unknown_profile")
    elif store.get(Establishment, record.siret) is None:
        raise BorderError.one("siret", record.siret, "unknown_siret")


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
