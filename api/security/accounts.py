"""Accounts of people: who asks to be what, who agrees, and how somebody proves that a profile is theirs.

All of it is for worker threads. A refusal is a `Refused`, which the API answers and commands print.
"""

import dataclasses
import secrets
import time
from collections.abc import Sequence
from typing import Final

import sqlalchemy as sa

from api.security.actor import Role
from api.security.hashing import draw_code, hashed, matches, plain_code
from api.security.oidc import LoginFailed, Person
from api.security.presented import sealed
from features.records import Establishment, Identity
from features.store import Kind, Store
from features.store.access import accounts, failures, link_codes
from features.store.access.accounts import Account, AccountState
from features.store.access.clients import Owner
from features.store.access.failures import Watch
from features.store.access.link_codes import LinkCode

ASKED_FOR: Final = (Role.EMPLOYER, Role.COUNSELLOR, Role.AUDITOR, Role.ADMINISTRATOR, Role.PILOT)
"""Roles that somebody else must agree to. A jobseeker proves whose profile is theirs."""
MOST_TEAM: Final = 50
MOST_ID: Final = 64
MOST_FAILURES: Final = failures.MOST_OF_CODES
BY_EMAIL: Final = "courriel"
EMAIL_CODE_S: Final = 1800
COUNSELLOR_CODE_S: Final = 7 * 24 * 3600
AGAIN_S: Final = 300
"""Between two codes sent to one address."""

WRONG_CODE: Final = "Ce code n'est pas celui de ce profil, ou n'est plus valable : demandez-en un autre."


class Refused(ValueError):
    """Something that cannot be done to an account; the message says why, in French."""


class Unknown(Refused):
    """There is no such account."""


class Conflict(Refused):
    """The account is not in the state for it."""


class Locked(Refused):
    """Too many failures in a row: nothing is heard for `wait_s`."""

    def __init__(self, wait_s: int) -> None:
        super().__init__(f"Trop d'essais de suite : réessayez dans {max(1, round(wait_s / 60))} min.")
        self.wait_s = wait_s


def signed_in(store: Store, issuer: str, person: Person) -> Account:
    """The account of somebody whom a provider vouches for, a new one the first time. Raises LoginFailed for one that is
    closed."""
    with store.writing() as writer:
        found = accounts.of_subject(writer.connection, issuer, person.subject)
        if found is None:
            key = secrets.token_hex(16)
            found = Account(key, issuer, person.subject, int(time.time()), key)
        elif found.state is AccountState.DISABLED:
            raise LoginFailed("Votre compte est fermé. Écrivez à l'administrateur du service pour le rouvrir.")
        elif found.state is AccountState.APPROVED:
            return found
        found = dataclasses.replace(found, presented=sealed(store, found.id, person.presented))
        accounts.put(writer.connection, found)
    return found


def ask(
    store: Store,
    account_id: str,
    role: Role,
    siret: str | None = None,
    counsellor_id: str | None = None,
) -> Account:
    """An account that asks to be an employer, a counsellor… Raises Unknown, Conflict, and Refused for what is missing
    or not there."""
    owner = _owner(store, role, siret, counsellor_id)
    with store.writing() as writer:
        found = _known(accounts.get(writer.connection, account_id), account_id)
        if found.state not in (AccountState.NEW, AccountState.REQUESTED, AccountState.REFUSED):
            raise Conflict("Ce compte est déjà ouvert, ou fermé : il ne prend plus de demande.")
        asked = _asking(found, role, owner, found.id)
        accounts.put(writer.connection, asked)
    return asked


def register(
    store: Store,
    issuer: str,
    subject: str,
    role: Role,
    by: str,
    siret: str | None = None,
    counsellor_id: str | None = None,
) -> Account:
    """An account that `by` asks for on behalf of somebody who has not signed in yet. Raises Refused."""
    owner = _owner(store, role, siret, counsellor_id)
    with store.writing() as writer:
        if accounts.of_subject(writer.connection, issuer, subject) is not None:
            raise Conflict("Ce compte existe déjà.")
        new = Account(secrets.token_hex(16), issuer, subject, int(time.time()), by)
        asked = _asking(new, role, owner, by)
        accounts.put(writer.connection, asked)
    return asked


def approve(store: Store, account_id: str, by: str, team: Sequence[str] = ()) -> Account:
    """Agree to a request: by somebody who is neither its subject nor who asked. `team`: the colleagues whose portfolios
    a counsellor shares. Raises Refused."""
    _check_ids(team)
    with store.writing() as writer:
        found = _requested(accounts.get(writer.connection, account_id), account_id)
        if by in (found.id, found.asked_by):
            raise Conflict("Qui a demandé un compte ne l'accorde pas : un deuxième regard est nécessaire.")
        if team and found.role != Role.COUNSELLOR.value:
            raise Refused("Seul un conseiller a une équipe.")
        _check_firm(store, found.owner.siret)
        owner = Owner(None, found.owner.siret, found.owner.counsellor_id, tuple(dict.fromkeys(team)))
        return _decided(writer.connection, found, AccountState.APPROVED, by, owner)


def refuse(store: Store, account_id: str, by: str) -> Account:
    """Turn a request down; whoever asked may ask again. Raises Refused."""
    with store.writing() as writer:
        found = _requested(accounts.get(writer.connection, account_id), account_id)
        return _decided(writer.connection, found, AccountState.REFUSED, by, found.owner)


def disable(store: Store, account_id: str, by: str) -> Account:
    """Close an account: all its sessions end within a second. Raises Refused."""
    with store.writing() as writer:
        found = _known(accounts.get(writer.connection, account_id), account_id)
        if by == found.id:
            raise Conflict("On ne ferme pas son propre compte d'administrateur : un autre le fait.")
        if found.state is AccountState.DISABLED:
            return found
        ended = dataclasses.replace(found, generation=found.generation + 1)
        return _decided(writer.connection, ended, AccountState.DISABLED, by, found.owner)


def reopen(store: Store, account_id: str, by: str) -> Account:
    """Put a closed account back to asking: somebody else agrees anew. Raises Refused."""
    with store.writing() as writer:
        found = _known(accounts.get(writer.connection, account_id), account_id)
        if found.state is not AccountState.DISABLED:
            raise Conflict("Ce compte n'est pas fermé.")
        if found.role in (None, Role.JOBSEEKER.value):
            back = dataclasses.replace(found, state=AccountState.NEW, role=None, owner=Owner(), asked_by=by)
        else:
            back = _asking(found, Role(found.role), found.owner, by)
        accounts.put(writer.connection, back)
    return back


def code_for(store: Store, profile_id: str, made_by: str, lasts_s: int = COUNSELLOR_CODE_S) -> str:
    """A new code that links an account to a profile, once; the one before it is good no more. Raises Unknown."""
    code = draw_code()
    kept = LinkCode(profile_id, hashed(plain_code(code)), int(time.time()) + lasts_s, made_by)
    with store.writing() as writer:
        if not writer.exists(Kind.PROFILE, profile_id):
            raise Unknown("Ce profil n'existe pas.")
        link_codes.put(writer.connection, kept)
    return code


def code_to_send(store: Store, profile_id: str) -> tuple[str, str] | None:
    """A code for a profile and the e-mail address to send it to; None where there is no address, where a code was sent
    a moment ago, or where its counsellor's is waiting."""
    identity = store.get(Identity, profile_id)
    if identity is None or not identity.email:
        return None
    now = int(time.time())
    with store.engine.connect() as connection:
        before = link_codes.get(connection, profile_id)
    if before is not None and before.ends_at > now:
        sent_at = before.ends_at - EMAIL_CODE_S
        if before.made_by != BY_EMAIL or now - sent_at < AGAIN_S:
            return None
    try:
        return code_for(store, profile_id, BY_EMAIL, EMAIL_CODE_S), identity.email
    except Unknown:
        return None


def link(store: Store, account_id: str, profile_id: str, code: str) -> Account:
    """Link an account to the profile that a code is of. A profile that is not there, one without a code and a wrong
    code are one answer, in the same time. Raises Refused, Locked after `MOST_FAILURES` in a row."""
    now = int(time.time())
    watched = (Watch("link-account", (account_id,), MOST_FAILURES), failures.of_profile(profile_id))
    with store.engine.connect() as connection:
        wait_s = failures.locked_for_s(connection, watched, now)
        kept = link_codes.get(connection, profile_id)
    if wait_s:
        raise Locked(wait_s)
    right = matches(plain_code(code), None if kept is None else kept.code_hash)
    with store.writing() as writer:
        # read again under the lock: a code is good once
        current = link_codes.get(writer.connection, profile_id)
        is_good = right and current is not None and current == kept and current.ends_at > now
        if not is_good:
            failures.failed(writer.connection, watched, now)
        else:
            found = _known(accounts.get(writer.connection, account_id), account_id)
            if found.state in (AccountState.APPROVED, AccountState.DISABLED):
                raise Conflict("Ce compte est déjà ouvert, ou fermé : il ne se lie pas à un profil.")
            if any(each.id != account_id for each in accounts.of_profile(writer.connection, profile_id)):
                raise Conflict("Un autre compte est déjà lié à ce profil : voyez avec votre conseiller.")
            link_codes.use(writer.connection, profile_id)
            failures.succeeded(writer.connection, watched)
            linked = dataclasses.replace(found, role=Role.JOBSEEKER.value)
            by = kept.made_by if kept is not None else ""
            return _decided(writer.connection, linked, AccountState.APPROVED, by, Owner(profile_id=profile_id))
    raise Refused(WRONG_CODE)


def _owner(store: Store, role: Role, siret: str | None, counsellor_id: str | None) -> Owner:
    """For whom a role speaks. Raises Refused."""
    if role not in ASKED_FOR:
        raise Refused("Un demandeur d'emploi ne demande pas de compte : il lie son profil avec un code.")
    if (role is Role.EMPLOYER) is not (siret is not None):
        raise Refused("Un employeur, et lui seul, donne le SIRET de son établissement.")
    if (role is Role.COUNSELLOR) is not (counsellor_id is not None):
        raise Refused("Un conseiller, et lui seul, donne son identifiant de conseiller.")
    _check_ids([] if counsellor_id is None else [counsellor_id])
    _check_firm(store, siret)
    return Owner(siret=siret, counsellor_id=counsellor_id)


def _asking(found: Account, role: Role, owner: Owner, by: str) -> Account:
    return dataclasses.replace(
        found,
        state=AccountState.REQUESTED,
        role=role.value,
        owner=owner,
        asked_at=int(time.time()),
        asked_by=by,
        decided_at=None,
        decided_by=None,
    )


def _decided(connection: sa.Connection, found: Account, state: AccountState, by: str, owner: Owner) -> Account:
    """What the provider presented was for the decision, and goes with it."""
    decided = dataclasses.replace(
        found, state=state, owner=owner, decided_at=int(time.time()), decided_by=by, presented=None
    )
    accounts.put(connection, decided)
    return decided


def _known(found: Account | None, account_id: str) -> Account:
    if found is None:
        raise Unknown(f"Le compte « {account_id[:MOST_ID]} » n'existe pas.")
    return found


def _requested(found: Account | None, account_id: str) -> Account:
    known = _known(found, account_id)
    if known.state is not AccountState.REQUESTED:
        raise Conflict("Ce compte n'attend pas de décision.")
    return known


def _check_firm(store: Store, siret: str | None) -> None:
    if siret is not None and store.get(Establishment, siret) is None:
        raise Refused(f"Le SIRET « {siret[:20]} » n'est pas celui d'un établissement connu du service.")


def _check_ids(ids: Sequence[str]) -> None:
    if len(ids) > MOST_TEAM:
        raise Refused(f"Une équipe compte {MOST_TEAM} conseillers au plus.")
    for each in ids:
        if not 0 < len(each) <= MOST_ID or not each.isprintable():
            raise Refused(f"L'identifiant « {each[:MOST_ID]} » n'a pas la forme d'un identifiant de conseiller.")
