"""What of an address somebody reaches: the vocabulary of the rules.

Each of these is answered from memory where searches are made; the others read one record. Who does not own what the
address names cannot tell it from something that does not exist.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from starlette.concurrency import run_in_threadpool

from api.security.actor import Actor, Role
from api.security.rules import Reach, Rule
from api.security.scopes import Scope
from features.records import ContactRequest, Offer, Profile, Subscription
from matching.keys import key_number
from matching.rows.profile import counsellor_number
from matching.schema import Collection

if TYPE_CHECKING:
    from api.service import Service

Path = Mapping[str, str]


async def covers_all(_actor: Actor, _path: Path, _service: "Service") -> bool:
    """Whatever the address names."""
    return True


async def _own_profile(actor: Actor, path: Path, _service: "Service") -> bool:
    return actor.profile_id is not None and path["id"] == actor.profile_id


async def _own_firm(actor: Actor, path: Path, _service: "Service") -> bool:
    return actor.siret is not None and path["id"] == actor.siret


async def in_portfolio(actor: Actor, profile_id: str, service: "Service") -> bool:
    """Whether a person is followed by a counsellor, or by one of the same team."""
    if actor.counsellor_id is None:
        return False
    profiles = service.engine.catalogue(Collection.PROFILES)
    rows = profiles.rows_of(profile_id)
    if len(rows):
        numbers = {counsellor_number(each) for each in actor.team_ids | {actor.counsellor_id}}
        return int(profiles.take("counsellor", rows[:1])[0]) in numbers
    profile = await run_in_threadpool(service.store.get, Profile, profile_id)  # their words tell no occupation
    return profile is not None and follows(actor, profile)


def follows(actor: Actor, profile: Profile) -> bool:
    """Whether a counsellor, or one of the same team, follows a person."""
    followed_by = profile.counsellor_id
    return followed_by is not None and (followed_by == actor.counsellor_id or followed_by in actor.team_ids)


async def _followed(actor: Actor, path: Path, service: "Service") -> bool:
    return await in_portfolio(actor, path["id"], service)


async def _own_offer(actor: Actor, path: Path, service: "Service") -> bool:
    if actor.siret is None:
        return False
    offers = service.engine.catalogue(Collection.OFFERS)
    rows = offers.rows_of(path["id"])
    if len(rows):
        return int(offers.take("firm", rows[:1])[0]) == key_number(actor.siret)
    offer = await run_in_threadpool(service.store.get, Offer, path["id"])
    return offer is not None and offer.siret == actor.siret  # one that searches do not show


async def _own_subscription(actor: Actor, path: Path, service: "Service") -> bool:
    found = await run_in_threadpool(service.store.get, Subscription, path["id"])
    return found is not None and found.profile_id == actor.profile_id


async def _subscription_of_followed(actor: Actor, path: Path, service: "Service") -> bool:
    found = await run_in_threadpool(service.store.get, Subscription, path["id"])
    return found is not None and await in_portfolio(actor, found.profile_id, service)


async def _own_introduction(actor: Actor, path: Path, service: "Service") -> bool:
    found = await run_in_threadpool(service.store.get, ContactRequest, path["id"])
    return found is not None and found.siret == actor.siret


async def _introduction_to_self(actor: Actor, path: Path, service: "Service") -> bool:
    found = await run_in_threadpool(service.store.get, ContactRequest, path["id"])
    return found is not None and found.profile_id == actor.profile_id


ANYTHING: Final = Reach("tout", covers_all)
OWN_PROFILE: Final = Reach("son propre profil", _own_profile)
FOLLOWED: Final = Reach("les personnes de son portefeuille et de son équipe", _followed)
OWN_FIRM: Final = Reach("son propre établissement", _own_firm)
OWN_OFFER: Final = Reach("les offres de son établissement", _own_offer)
OWN_SUBSCRIPTION: Final = Reach("ses propres abonnements", _own_subscription)
SUBSCRIPTION_OF_FOLLOWED: Final = Reach("les abonnements des personnes qu'il suit", _subscription_of_followed)
OWN_INTRODUCTION: Final = Reach("les demandes de son établissement", _own_introduction)
INTRODUCTION_TO_SELF: Final = Reach("les demandes qui lui sont adressées", _introduction_to_self)
IN_THE_BODY: Final = Reach("ce que la demande nomme et qui est à lui", covers_all)
"""The address names nobody: what the body or a parameter names is checked where it is read (`api.security.owners`)."""


def person(scope: Scope) -> Rule:
    """About one person: they themselves, whoever follows them, the network's machines."""
    return Rule(scope, {Role.JOBSEEKER: OWN_PROFILE, Role.COUNSELLOR: FOLLOWED, Role.SERVICE: ANYTHING})


def person_alone(scope: Scope) -> Rule:
    """About one person, and nobody else's business but the network's machines'."""
    return Rule(scope, {Role.JOBSEEKER: OWN_PROFILE, Role.SERVICE: ANYTHING})


def subscription(scope: Scope) -> Rule:
    """About one subscription."""
    return Rule(
        scope,
        {
            Role.JOBSEEKER: OWN_SUBSCRIPTION,
            Role.COUNSELLOR: SUBSCRIPTION_OF_FOLLOWED,
            Role.SERVICE: ANYTHING,
        },
    )


def subscription_alone(scope: Scope) -> Rule:
    """About one subscription, and nobody else's business but the network's machines'."""
    return Rule(scope, {Role.JOBSEEKER: OWN_SUBSCRIPTION, Role.SERVICE: ANYTHING})


SEARCHES_PEOPLE: Final = Rule(
    Scope.SOURCING, {Role.EMPLOYER: ANYTHING, Role.COUNSELLOR: ANYTHING, Role.SERVICE: ANYTHING}
)
PEOPLE_FOR_AN_OFFER: Final = Rule(
    Scope.SOURCING, {Role.EMPLOYER: OWN_OFFER, Role.COUNSELLOR: ANYTHING, Role.SERVICE: ANYTHING}
)
ANYONE_SIGNED_IN: Final = Rule(Scope.REFERENTIAL_READ, dict.fromkeys(Role, ANYTHING))


def pool(scope: Scope) -> Rule:
    """About one talent pool: whose it is, is checked with the pool."""
    return Rule(scope, {Role.EMPLOYER: IN_THE_BODY, Role.COUNSELLOR: IN_THE_BODY, Role.SERVICE: ANYTHING})


def counsellors(scope: Scope) -> Rule:
    """The counsellors' own tools: for whom they ask is checked with the body."""
    return Rule(scope, {Role.COUNSELLOR: IN_THE_BODY, Role.SERVICE: ANYTHING})
