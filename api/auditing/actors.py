"""How the audit log calls who acts."""

from typing import Final

from features.audit.key import AuditKey

DEMO: Final = "demo:"


def actor_name(actor_id: str, key: AuditKey) -> str:
    """The id of an account or a client, which names nobody, as it is. The identity of a demonstration says whom it
    plays (`demo:demandeur:profil-000041`): that part is put under a pseudonym."""
    if not actor_id.startswith(DEMO):
        return actor_id
    role, _, whose = actor_id.removeprefix(DEMO).partition(":")
    return f"{DEMO}{role}:{key.pseudonym(f'demo {role}', whose)}" if whose else actor_id
