"""Machines that get or lose the right to ask for tokens. For commands: each is one transaction."""

import dataclasses
import re
import secrets
import time
from collections.abc import Sequence
from typing import Final

from api.security.actor import Role
from api.security.hashing import draw_secret, hashed
from api.security.scopes import Scope
from api.security.scopes_of_roles import SCOPES_OF_ROLES
from features.records import Establishment
from features.store import Store
from features.store.access import clients
from features.store.access.clients import Client, Owner
from features.text import normalise

ROLES: Final = (Role.PARTNER, Role.SERVICE, Role.EMPLOYER, Role.AUDITOR, Role.ADMINISTRATOR)
"""Roles that a machine can have; the others are people's."""
MOST_LABEL: Final = 80


class Unenrolled(ValueError):
    """A client cannot be made, or is not there; the message says why and what would do."""


def enrol(
    store: Store, label: str, role: Role, scopes: Sequence[str], feed: str | None = None, siret: str | None = None
) -> tuple[Client, str]:
    """A new client and its secret, which is nowhere afterwards; all scopes of the role where none are named.

    Raises Unenrolled.
    """
    if role not in ROLES:
        raise Unenrolled(f"role {role.value!r} is for people, who sign in through a provider: give one of {_told()}")
    if not label.strip() or len(label) > MOST_LABEL:
        raise Unenrolled(f"label {label[:MOST_LABEL]!r}: give 1 to {MOST_LABEL} characters")
    if (role is Role.PARTNER) is not bool(feed):
        raise Unenrolled("a partner needs the name of its feed, and only a partner has one: --feed NAME")
    firm = _known_firm(store, role, siret)
    client = Client(
        id=f"{_slug(label)}-{secrets.token_hex(4)}",
        label=label.strip(),
        role=role.value,
        scopes=_of_role(role, scopes),
        secret_hash="",
        made_at=int(time.time()),
        owner=Owner(siret=firm, feed=feed),
    )
    secret = draw_secret()
    with store.writing() as writer:
        clients.put(writer.connection, dataclasses.replace(client, secret_hash=hashed(secret)))
    return client, secret


def enable(store: Store, client_id: str, enabled: bool) -> Client:
    """Let a client ask for tokens, or not; the tokens that it has end with it. Raises Unenrolled."""
    with store.writing() as writer:
        before = _known(clients.get(writer.connection, client_id), client_id)
        if before.enabled is enabled:
            return before
        after = dataclasses.replace(before, enabled=enabled, generation=before.generation + 1)
        clients.put(writer.connection, after)
    return after


def rotate_secret(store: Store, client_id: str) -> str:
    """A new secret; the old one, and the tokens that it asked for, are good no more. Raises Unenrolled."""
    secret = draw_secret()
    kept = hashed(secret)
    with store.writing() as writer:
        before = _known(clients.get(writer.connection, client_id), client_id)
        after = dataclasses.replace(before, secret_hash=kept, generation=before.generation + 1)
        clients.put(writer.connection, after)
    return secret


def _of_role(role: Role, scopes: Sequence[str]) -> tuple[str, ...]:
    of_role = sorted(scope.value for scope in SCOPES_OF_ROLES[role])
    for word in scopes:
        if word not in of_role:
            known = "not one of this role" if word in {scope.value for scope in Scope} else "unknown"
            raise Unenrolled(f"scope {word!r} is {known}: {role.value} has {' '.join(of_role)}")
    return tuple(dict.fromkeys(scopes)) or tuple(of_role)


def _known_firm(store: Store, role: Role, siret: str | None) -> str | None:
    if (role is Role.EMPLOYER) is not bool(siret):
        raise Unenrolled("an employer needs its SIRET, and only an employer has one: --siret 13000548100010")
    if siret is None:
        return None
    clean = "".join(siret.split())
    if store.get(Establishment, clean) is None:
        raise Unenrolled(f"SIRET {siret[:20]!r} is not an establishment of the store: import it first")
    return clean


def _known(found: Client | None, client_id: str) -> Client:
    if found is None:
        raise Unenrolled(f"client {client_id[:64]!r} is not there: `vivier access clients list` shows them")
    return found


def _slug(label: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", normalise(label)).strip("-")[:40] or "client"


def _told() -> str:
    return ", ".join(role.value for role in ROLES)
