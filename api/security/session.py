"""People: who sends a request with the cookie of a session.

The cookie is a signed token of `IDLE_S`, given anew while its bearer is active, for `LONGEST_S` at most. It says who
they were when it was signed; what changed since (an account approved, linked, disabled, a session ended) is read in
memory (`api.security.directory`), so that it acts in every process within a second and no request waits for it.
"""

import dataclasses
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from fastapi import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import ApiProblem, ProblemType
from api.security import cookies, csrf
from api.security.access import Access
from api.security.actor import Actor, Role
from api.security.bearer import BEHIND
from api.security.credentials import CHALLENGE
from api.security.scopes_of_roles import SCOPES_OF_ROLES
from api.security.tokens import BadToken, Purpose, Remembered
from features.privacy.keyring import KeyringError
from features.store.access import sign_ins
from features.store.access.accounts import Account, AccountState
from features.store.access.clients import Owner
from features.store.access.sign_ins import SignIn
from features.store.sealing import about

if TYPE_CHECKING:
    from api.service import Service

IDLE_S: Final = 1800
LONGEST_S: Final = 8 * 3600
RENEWED_AFTER_S: Final = 300
"""A cookie younger than that is not given anew."""

OVER: Final = "Votre session est terminée : connectez-vous de nouveau."
CLOSED: Final = "Ce compte est fermé."


@dataclass(frozen=True)
class Session:
    """One session, as its cookie and what changed since tell it."""

    id: str
    account: Account
    """Its state, role and owner; of the rest, what a token carries."""
    began_at: int
    signed_at: int
    csrf: str
    provider: str
    """The name of the one that vouched for them."""
    actor: Actor


class Sessions:
    """Begins, reads and ends sessions; checks each signature once."""

    def __init__(self, access: Access, public_url: str) -> None:
        self._access = access
        self.public_url = public_url
        self.cookie = cookies.name_of(cookies.SESSION, public_url)
        self._seen: Remembered[tuple[Session, Account | None]] = Remembered(access.clock)
        """With what memory held of the account when it was read."""

    def begin(self, account: Account, provider: str, id_token: str) -> str:
        """A new session, under an id that nobody knew before; its token. For a worker thread."""
        now = int(self._access.clock())
        session = Session(secrets.token_hex(16), account, now, now, csrf.draw(), provider, actor_of(account))
        keyring = self._access.store.sealing.keyring
        hint = "" if keyring is None else keyring.seal(id_token.encode(), about("access_session", session.id))
        with self._access.store.writing() as writer:
            sign_ins.put(writer.connection, SignIn(session.id, account.id, now + LONGEST_S, provider, hint))
        self._access.note(session.actor, "connexion", fournisseur=provider)
        return self._token(session)

    def end(self, session: Session) -> str | None:
        """End a session in every process; the ID token that it began with, where it was kept. For a worker thread."""
        with self._access.store.writing() as writer:
            found = sign_ins.end(writer.connection, session.id)
        self._access.directory.ended.add(session.id)  # here at once, elsewhere within a second
        self._access.note(session.actor, "déconnexion")
        keyring = self._access.store.sealing.keyring
        if found is None or not found.id_token or keyring is None:
            return None
        try:
            return keyring.open(found.id_token, about("access_session", session.id)).decode()
        except KeyringError:  # sealed by a key that is gone
            return None

    def read(self, token: str) -> Session:
        """The session of a token. Raises BadToken, and ApiProblem (503) where nobody can be let in."""
        directory = self._access.directory
        if not directory.is_level:
            raise ApiProblem(ProblemType.NOT_READY, BEHIND, headers={"Retry-After": "5"})
        seen = self._seen.get(token)
        if seen is None:
            claims = self._access.tokens.read(Purpose.SESSION, token)
            seen = _session_of(claims), None
            self._seen.put(token, min(claims["exp"], seen[0].began_at + LONGEST_S), seen)
        session, changed = seen
        if self._access.clock() >= session.began_at + LONGEST_S:
            raise BadToken(OVER)
        if session.id in directory.ended:
            raise BadToken(OVER)
        if session.account.id in directory.accounts:
            current = directory.accounts[session.account.id]
            if current is None or current.state is AccountState.DISABLED:
                raise BadToken(CLOSED)
            if current.generation != session.account.generation:
                raise BadToken(OVER)
            if current is not changed:
                session = dataclasses.replace(session, account=current, actor=actor_of(current))
                self._seen.replace(token, (session, current))
        return session

    def renewed(self, session: Session) -> str | None:
        """The token to give in place of one that is no longer young, or None."""
        now = int(self._access.clock())
        if now - session.signed_at < RENEWED_AFTER_S:
            return None
        return self._token(dataclasses.replace(session, signed_at=now))

    @property
    def lasts_s_of_new(self) -> int:
        """Seconds that the first token of a session lasts."""
        return IDLE_S

    def lasts_s(self, session: Session) -> int:
        """Seconds that a token given now lasts."""
        return min(IDLE_S, session.began_at + LONGEST_S - int(self._access.clock()))

    def _token(self, session: Session) -> str:
        account, owner = session.account, session.account.owner
        claims: dict[str, Any] = {
            "sub": account.id,
            "sid": session.id,
            "gen": account.generation,
            "beg": session.began_at,
            "csrf": session.csrf,
            "par": session.provider,
            "etat": account.state.value,
            "role": account.role,
            "profil": owner.profile_id,
            "siret": owner.siret,
            "conseiller": owner.counsellor_id,
            "equipe": list(owner.team_ids),
        }
        told = {name: value for name, value in claims.items() if value not in (None, [])}
        return self._access.tokens.issue(Purpose.SESSION, told, self.lasts_s(session))


def actor_of(account: Account) -> Actor:
    """Who an account stands for: a newcomer until it is approved."""
    if account.state is not AccountState.APPROVED or account.role is None:
        return Actor(account.id, Role.NEWCOMER, SCOPES_OF_ROLES[Role.NEWCOMER])
    role, owner = Role(account.role), account.owner
    return Actor(
        id=account.id,
        role=role,
        scopes=SCOPES_OF_ROLES[role],
        profile_id=owner.profile_id,
        siret=owner.siret,
        counsellor_id=owner.counsellor_id,
        team_ids=frozenset(owner.team_ids),
    )


def _session_of(claims: dict[str, Any]) -> Session:
    owner = Owner(claims.get("profil"), claims.get("siret"), claims.get("conseiller"), tuple(claims.get("equipe", ())))
    account = Account(
        id=claims["sub"],
        issuer="",
        subject="",
        asked_at=0,
        asked_by="",
        state=AccountState(claims["etat"]),
        role=claims.get("role"),
        owner=owner,
        generation=claims["gen"],
    )
    return Session(
        claims["sid"], account, claims["beg"], claims["iat"], claims["csrf"], claims["par"], actor_of(account)
    )


def session_of(request: Request, sessions: Sessions) -> Session | None:
    """The session whose cookie a request shows, or None. Raises BadToken for one that is not accepted."""
    try:
        token = cookies.read(request, sessions.cookie)
    except cookies.TwoCookies:
        raise BadToken("Le cookie de session vient deux fois : effacez les cookies de ce site.") from None
    return None if token is None else sessions.read(token)


async def identify(request: Request, service: "Service") -> Actor | None:
    """Who is signed in with a cookie, or None. Raises ApiProblem: 401 for a session that is over, 403 for a request
    that another site had the browser send."""
    sessions = service.sessions
    try:
        session = session_of(request, sessions)
    except BadToken as refused:
        raise ApiProblem(ProblemType.UNAUTHENTICATED, str(refused), headers=CHALLENGE) from None
    if session is None:
        return None
    await csrf.check(request, session.csrf, sessions.public_url)
    request.state.session = session
    renewed = sessions.renewed(session)
    if renewed is not None:
        request.state.session_cookie = cookies.header(sessions.cookie, renewed, sessions.lasts_s(session))
    return session.actor


class Renewal:
    """ASGI middleware: gives the cookie of a session anew with the answer, where `identify` made one."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        state = scope.setdefault("state", {})

        async def renewing(message: Message) -> None:
            if message["type"] == "http.response.start" and "session_cookie" in state:
                cookie = state["session_cookie"].encode("latin-1")
                message["headers"] = [*message.get("headers", ()), (b"set-cookie", cookie)]
            await send(message)

        await self.app(scope, receive, renewing)
