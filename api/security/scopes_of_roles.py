"""What each role may do at all; a machine's client has a part of its role's."""

from typing import Final

from api.security.actor import Role
from api.security.scopes import Scope

_ALL_OWN: Final = (Scope.REFERENTIAL_READ, Scope.OFFERS_READ, Scope.TRAININGS_READ, Scope.OWN_ACCOUNT_READ)

SCOPES_OF_ROLES: Final[dict[Role, frozenset[Scope]]] = {
    Role.JOBSEEKER: frozenset(
        (
            *_ALL_OWN,
            Scope.PROFILES_READ,
            Scope.PROFILES_WRITE,
            Scope.IDENTITIES_READ,
            Scope.IDENTITIES_WRITE,
            Scope.EVENTS_READ,
            Scope.EVENTS_WRITE,
            Scope.SUBSCRIPTIONS_READ,
            Scope.SUBSCRIPTIONS_WRITE,
            Scope.INTRODUCTIONS_READ,
            Scope.INTRODUCTIONS_WRITE,
        )
    ),
    Role.EMPLOYER: frozenset(
        (
            *_ALL_OWN,
            Scope.OFFERS_WRITE,
            Scope.FIRMS_READ,
            Scope.SOURCING,
            Scope.POOLS_READ,
            Scope.POOLS_WRITE,
            Scope.INTRODUCTIONS_READ,
            Scope.INTRODUCTIONS_WRITE,
        )
    ),
    Role.COUNSELLOR: frozenset(
        (
            *_ALL_OWN,
            Scope.PROFILES_READ,
            Scope.PROFILES_WRITE,
            Scope.IDENTITIES_READ,
            Scope.SUBSCRIPTIONS_READ,
            Scope.SUBSCRIPTIONS_WRITE,
            Scope.FIRMS_READ,
            Scope.SOURCING,
            Scope.POOLS_READ,
            Scope.POOLS_WRITE,
            Scope.INTRODUCTIONS_READ,
            Scope.PROSPECTION_READ,
            Scope.CONTACTS_READ,
            Scope.CONTACTS_WRITE,
        )
    ),
    Role.PARTNER: frozenset(
        (
            *_ALL_OWN,
            Scope.OFFERS_WRITE,
            Scope.TRAININGS_WRITE,
        )
    ),
    Role.AUDITOR: frozenset(
        (
            Scope.REFERENTIAL_READ,
            Scope.OWN_ACCOUNT_READ,
            Scope.AUDIT_READ,
            Scope.FAIRNESS_READ,
            Scope.STEERING_READ,
        )
    ),
    Role.ADMINISTRATOR: frozenset(
        (
            Scope.REFERENTIAL_READ,
            Scope.OWN_ACCOUNT_READ,
            Scope.ACCOUNTS_READ,
            Scope.ACCOUNTS_WRITE,
            Scope.STEERING_READ,
        )
    ),
    Role.PILOT: frozenset((Scope.REFERENTIAL_READ, Scope.OWN_ACCOUNT_READ, Scope.FAIRNESS_READ, Scope.STEERING_READ)),
    Role.SERVICE: frozenset(Scope)
    - {Scope.AUDIT_READ, Scope.ACCOUNTS_READ, Scope.ACCOUNTS_WRITE, Scope.OWN_ACCOUNT_WRITE},
    Role.NEWCOMER: frozenset((Scope.REFERENTIAL_READ, Scope.OWN_ACCOUNT_READ, Scope.OWN_ACCOUNT_WRITE)),
}
