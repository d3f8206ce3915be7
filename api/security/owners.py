"""Whose a record is, and who may write it: what the routes of records and the bodies of requests are held to.

A record that is not the reader's is not there for them (404). A record that somebody writes must be theirs after the
write, and, where it replaces one, before it too.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from api.problems import ApiProblem, ErreurChamp, ProblemType
from api.security.actor import Actor, Role
from api.security.reaches import covers_all, follows
from api.security.rules import Reach, Rule
from api.security.scopes import Scope
from features.records import Consents, Profile, Record
from features.store import Kind, record_id

API_SOURCE: Final = "api"
"""The source of what comes in through the API, but for partners, whose records carry their feed."""


@dataclass(frozen=True, eq=False)
class Owner:
    """Which records of a kind a role reaches."""

    words: str
    covers: Callable[[Actor, Any, str | None], bool]
    """(who asks, the record, the source that gave it or None for a new one)"""


ALL: Final = Owner("tout", lambda _actor, _record, _source: True)
OWN_PROFILE: Final = Owner("son propre profil", lambda actor, record, _: record.id == actor.profile_id)
FOLLOWED: Final = Owner(
    "les personnes de son portefeuille et de son équipe", lambda actor, record, _: follows(actor, record)
)
OWN_PERSON: Final = Owner("ce qui le concerne", lambda actor, record, _: record.profile_id == actor.profile_id)
OWN_FIRM: Final = Owner("son établissement", lambda actor, record, _: record.id == actor.siret)
OWN_SIRET: Final = Owner("celles de son établissement", lambda actor, record, _: record.siret == actor.siret)
OWN_CONTACTS: Final = Owner(
    "ses propres échanges", lambda actor, record, _: record.counsellor_id == actor.counsellor_id
)
OWN_FEED: Final = Owner("ce que son flux a donné", lambda actor, _, source: source in (None, actor.feed))


def user_of(actor: Actor) -> str | None:
    """The name under which somebody owns talent pools: their establishment's, or their own as a counsellor."""
    return actor.siret or actor.counsellor_id


def shares_pool(actor: Actor, pool: Any) -> bool:
    user = user_of(actor)
    return user is not None and (user == pool.owner_id or user in pool.member_ids)


OWN_POOLS: Final = Owner("ses viviers", lambda actor, record, _: record.owner_id == user_of(actor))
SHARED_POOLS: Final = Owner("ses viviers et ceux de son équipe", lambda actor, record, _: shares_pool(actor, record))


@dataclass(frozen=True)
class KindRules:
    """Who reads and who writes the records of a kind; a role that is absent may not."""

    read_scope: Scope
    write_scope: Scope
    read: Mapping[Role, Owner]
    write: Mapping[Role, Owner]
    delete: Mapping[Role, Owner]
    bulk: Mapping[Role, Owner] = field(default_factory=lambda: {Role.SERVICE: ALL})

    @property
    def listed(self) -> Mapping[Role, Owner]:
        """Who may list: all of the kind, or what `listing` finds to be theirs."""
        return {role: owner for role, owner in self.read.items() if owner in (ALL, FOLLOWED, SHARED_POOLS)}


def rule_by_record(scope: Scope, owners: Mapping[Role, Owner]) -> Rule:
    """The rule of an endpoint whose records are checked one by one."""
    return Rule(scope, {role: Reach(owner.words, covers_all) for role, owner in owners.items()})


_EVERYONE: Final = dict.fromkeys((Role.JOBSEEKER, Role.EMPLOYER, Role.COUNSELLOR, Role.PARTNER, Role.SERVICE), ALL)
_FEEDS: Final = {Role.PARTNER: OWN_FEED, Role.SERVICE: ALL}
_OF_PERSON: Final = {Role.JOBSEEKER: OWN_PERSON, Role.SERVICE: ALL}
_TRAININGS: Final = KindRules(
    Scope.TRAININGS_READ, Scope.TRAININGS_WRITE, read=_EVERYONE, write=_FEEDS, delete=_FEEDS, bulk=_FEEDS
)

RULES: Final[Mapping[Kind, KindRules]] = {
    Kind.PROFILE: KindRules(
        Scope.PROFILES_READ,
        Scope.PROFILES_WRITE,
        read={Role.JOBSEEKER: OWN_PROFILE, Role.COUNSELLOR: FOLLOWED, Role.SERVICE: ALL},
        write={Role.JOBSEEKER: OWN_PROFILE, Role.COUNSELLOR: FOLLOWED, Role.SERVICE: ALL},
        delete={Role.JOBSEEKER: OWN_PROFILE, Role.SERVICE: ALL},
    ),
    Kind.OFFER: KindRules(
        Scope.OFFERS_READ,
        Scope.OFFERS_WRITE,
        read=_EVERYONE,
        write={Role.EMPLOYER: OWN_SIRET, **_FEEDS},
        delete={Role.EMPLOYER: OWN_SIRET, **_FEEDS},
        bulk=_FEEDS,
    ),
    Kind.TRAINING: _TRAININGS,
    Kind.SESSION: _TRAININGS,
    Kind.ESTABLISHMENT: KindRules(
        Scope.FIRMS_READ,
        Scope.FIRMS_WRITE,
        read={Role.EMPLOYER: OWN_FIRM, Role.COUNSELLOR: ALL, Role.SERVICE: ALL},
        write={Role.SERVICE: ALL},
        delete={Role.SERVICE: ALL},
    ),
    Kind.EVENT: KindRules(Scope.EVENTS_READ, Scope.EVENTS_WRITE, read=_OF_PERSON, write=_OF_PERSON, delete=_OF_PERSON),
    Kind.CONTACT: KindRules(
        Scope.CONTACTS_READ,
        Scope.CONTACTS_WRITE,
        read={Role.COUNSELLOR: ALL, Role.SERVICE: ALL},
        write={Role.COUNSELLOR: OWN_CONTACTS, Role.SERVICE: ALL},
        delete={Role.COUNSELLOR: OWN_CONTACTS, Role.SERVICE: ALL},
    ),
    Kind.SUBSCRIPTION: KindRules(
        Scope.SUBSCRIPTIONS_READ, Scope.SUBSCRIPTIONS_WRITE, read=_OF_PERSON, write=_OF_PERSON, delete=_OF_PERSON
    ),
    Kind.TALENT_POOL: KindRules(
        Scope.POOLS_READ,
        Scope.POOLS_WRITE,
        read={Role.EMPLOYER: SHARED_POOLS, Role.COUNSELLOR: SHARED_POOLS, Role.SERVICE: ALL},
        write={Role.EMPLOYER: OWN_POOLS, Role.COUNSELLOR: OWN_POOLS, Role.SERVICE: ALL},
        delete={Role.EMPLOYER: OWN_POOLS, Role.COUNSELLOR: OWN_POOLS, Role.SERVICE: ALL},
    ),
}
"""The contacts with firms are one log that all counsellors share; who noted a contact is who corrects it."""


def not_theirs(key: str) -> ApiProblem:
    """The 404 for what is not there, or not the sender's: the two read the same."""
    return ApiProblem(ProblemType.NOT_FOUND, f"« {key[:80]} » n'existe pas, ou ne vous est pas ouvert.")


def source_of(actor: Actor) -> str:
    """The source under which somebody's records are kept."""
    return actor.feed or API_SOURCE


def sees(kind: Kind, actor: Actor, record: Record, source: str | None) -> bool:
    """Whether a record is there for who asks."""
    return reaches(RULES[kind].read, actor, record, source)


def reaches(owners: Mapping[Role, Owner], actor: Actor, record: Record, source: str | None) -> bool:
    """Whether a record is among those of `owners` that an actor reaches."""
    owner = owners.get(actor.role)
    return owner is not None and owner.covers(actor, record, source)


def check_write(kind: Kind, actor: Actor, after: Record, before: Record | None, source: str | None) -> None:
    """Raises ApiProblem: 404 for the id of somebody else's record, 422 for a record that would not be the writer's.

    `before` is the record that is replaced and `source` what gave it; None where there is none.
    """
    owners = RULES[kind].write
    if before is not None and not reaches(owners, actor, before, source):
        raise not_theirs(record_id(after))
    if not reaches(owners, actor, after, None):
        words = owners[actor.role].words
        error = ErreurChamp(
            _FIELD_OF_OWNER.get(kind, "id"), record_id(after)[:80], "ce n'est pas à vous", f"N'écrire que {words}"
        )
        raise ApiProblem(ProblemType.INVALID_BODY, "Un champ est refusé.", errors=(error,))
    if kind is Kind.PROFILE and isinstance(after, Profile):
        _check_profile(actor, after, before if isinstance(before, Profile) else None)


def _check_profile(actor: Actor, after: Profile, before: Profile | None) -> None:
    """What a person agrees to, only they say; who follows them, only the network."""
    if actor.role is Role.COUNSELLOR and after.consents != (Consents() if before is None else before.consents):
        _refuse("consentements", "seule la personne donne ou retire ses accords", "Reprendre ceux du profil")
    if actor.role is Role.JOBSEEKER:
        kept = None if before is None else before.counsellor_id
        if after.counsellor_id != kept:
            _refuse("conseiller", "on ne choisit pas soi-même son conseiller", "Reprendre celui du profil")


def _refuse(field: str, reason: str, remedy: str) -> None:
    raise ApiProblem(ProblemType.INVALID_BODY, "Un champ est refusé.", errors=(ErreurChamp(field, "", reason, remedy),))


_FIELD_OF_OWNER: Final = {
    Kind.OFFER: "entreprise.siret",
    Kind.EVENT: "profil",
    Kind.SUBSCRIPTION: "profil",
    Kind.CONTACT: "conseiller",
    Kind.TALENT_POOL: "proprietaire",
    Kind.PROFILE: "conseiller",
}


def require(is_theirs: bool, field: str, value: str, whose: str) -> None:
    """Raises ApiProblem (422) for a field of a body that names what is somebody else's."""
    if not is_theirs:
        error = ErreurChamp(field, value[:80], "ce n'est pas à vous, ou n'existe pas", f"Écrire {whose}")
        raise ApiProblem(ProblemType.INVALID_BODY, "Un champ est refusé.", errors=(error,))
