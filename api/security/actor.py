"""Who asks: what the gate knows of the sender of a request, and all that the rules of access look at."""

from dataclasses import dataclass
from enum import StrEnum

from api.security.scopes import Scope


class Role(StrEnum):
    """What somebody is to the service; an account or a client has one."""

    JOBSEEKER = "demandeur"
    EMPLOYER = "employeur"
    COUNSELLOR = "conseiller"
    PARTNER = "partenaire"
    """A machine that feeds records of its own and reads those alone."""
    AUDITOR = "auditeur"
    ADMINISTRATOR = "administrateur"
    """Runs accounts and models; reads nobody's file."""
    PILOT = "pilote"
    """Steers the network by figures of the whole; reads nobody's file."""
    SERVICE = "service"
    """A machine of the network itself, held by its scopes alone."""
    NEWCOMER = "arrivant"
    """Somebody who signed in and is nobody to the service yet: may ask for an account, or link their profile."""


@dataclass(frozen=True)
class Actor:
    """One sender. What a role does not have is None or empty, and matches nothing."""

    id: str
    """Of the account or the client: opaque, the same from one request to the next, never a name or an address."""
    role: Role
    scopes: frozenset[Scope]
    profile_id: str | None = None
    """The profile that a jobseeker is."""
    siret: str | None = None
    """The establishment that an employer speaks for."""
    counsellor_id: str | None = None
    team_ids: frozenset[str] = frozenset()
    """The counsellors, oneself included, whose portfolios a counsellor may open."""
    feed: str | None = None
    """The source that a partner's records carry."""
    demo: bool = False
    """A demonstration's identity: what it sees is marked as such."""
