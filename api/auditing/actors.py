"""How the audit log calls who acts."""

from typing import Final

from api.security.actor import Actor
from features.audit.key import AuditKey

DEMO: Final = "demo:"


def actor_name(actor_id: str, key: AuditKey) -> str:
    """The id of an account or a client, which names nobody, as it is. The identity of a demonstration says whom it
    plays (`demo:demandeur:profil-000041`): that part is put under a pseudonym."""
    if not actor_id.startswith(DEMO):
        return actor_id
    role, _, whose = actor_id.removeprefix(DEMO).partition(":")
    return f"{DEMO}{role}:{key.pseudonym(f'demo {role}', whose)}" if whose else actor_id


def on_behalf_of(actor: Actor, key: AuditKey) -> str | None:
    """Whom an account or a client speaks for: a SIRET, a counsellor, a feed; a person, under their pseudonym."""
    if actor.profile_id is not None:
        return key.person(actor.profile_id)
    return actor.siret or actor.counsellor_id or actor.feed
