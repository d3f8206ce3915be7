"""A person's way to a provider and back, and out again, and what the browser carries meanwhile.

On the way out the browser gets a cookie, signed and short, with all that the answer must fit: the state, the nonce, the
verifier of PKCE, the provider that was chosen and where to go afterwards. An answer counts in that browser alone, from
that provider alone, and once.
"""

import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import anyio.to_thread
import httpx2
from fastapi import Request
from starlette.responses import RedirectResponse, Response

from api.security import cookies
from api.security.access import Access
from api.security.accounts import signed_in
from api.security.oidc import PATIENCE_S, LoginFailed, RelyingParty, Transport
from api.security.providers import LOCAL, Provider
from api.security.session import Session, Sessions, session_of
from api.security.tokens import BadToken, Purpose
from features.store.access import once

LASTS_S: Final = 600
HOME: Final = "/compte"
_LOCAL_PATH: Final = re.compile(r"/(?![/\\])[\x21-\x5b\x5d-\x7e]{0,500}")
"""An address of this service: one that begins with // or /\\ would be another's."""

AGAIN: Final = "Votre connexion a expiré, ou a été commencée dans une autre fenêtre : recommencez."


@dataclass(frozen=True, eq=False)
class Doors:
    """The providers of a deployment, and this service as their client."""

    access: Access
    sessions: Sessions
    parties: dict[str, RelyingParty]

    @classmethod
    def of(
        cls, access: Access, sessions: Sessions, providers: dict[str, Provider], patience_s: float = PATIENCE_S
    ) -> "Doors":
        url = sessions.public_url
        parties = {
            name: RelyingParty(provider, f"{url}/connexion/retour/{name}", access.clock, patience_s)
            for name, provider in providers.items()
        }
        return cls(access, sessions, parties)

    @property
    def cookie(self) -> str:
        """The name of the cookie of a login under way."""
        return cookies.name_of(cookies.LOGIN, self.sessions.public_url)

    async def leave(self, name: str, return_to: str, transport: Transport | None) -> Response:
        """Send a browser to a provider. Raises KeyError for one that is not there, LoginFailed."""
        party = self.parties[name]
        state, nonce, verifier = secrets.token_urlsafe(24), secrets.token_urlsafe(24), secrets.token_urlsafe(48)
        url = await party.authorisation_url(state, nonce, verifier, transport)
        claims = {"etat": state, "nonce": nonce, "verif": verifier, "fournisseur": name, "retour": return_to}
        response = RedirectResponse(url, 303, headers={"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"})
        token = self.access.tokens.issue(Purpose.LOGIN, claims, LASTS_S)
        cookies.write(response, self.cookie, token, LASTS_S)
        return response

    async def come_back(self, name: str, request: Request, transport: Transport | None) -> Response:
        """Take a provider's answer, and begin a session. Raises LoginFailed."""
        begun = self._begun(name, request)
        told = _single(request)
        state = told.get("state", "")
        if not secrets.compare_digest(state.encode(), str(begun["etat"]).encode()):
            raise LoginFailed(AGAIN)
        if "error" in told:
            raise LoginFailed("Le fournisseur d'identité n'a pas confirmé la connexion, ou vous y avez renoncé.")
        if not await anyio.to_thread.run_sync(self._first_use, begun):
            raise LoginFailed(AGAIN)
        party = self.parties[name]
        person = await party.person(told.get("code", ""), begun["nonce"], begun["verif"], told.get("iss"), transport)
        before = self._before(request)

        def begin() -> str:
            account = signed_in(self.access.store, party.provider.issuer, person)
            if before is not None:
                self.sessions.end(before)
            return self.sessions.begin(account, name, person.id_token)

        token = await anyio.to_thread.run_sync(begin)
        self.access.follower.nudge()
        response = RedirectResponse(begun["retour"], 303, headers={"Cache-Control": "no-store"})
        cookies.forget(response, self.cookie)
        cookies.write(response, self.sessions.cookie, token, self.sessions.lasts_s_of_new)
        return response

    async def sign_out(self, session: Session, reach: Callable[[RelyingParty], Transport | None]) -> Response:
        """End a session here and, where its provider does that, there; `reach` says how to get to a provider."""
        id_token = await anyio.to_thread.run_sync(self.sessions.end, session)
        self.access.follower.nudge()
        goodbye = f"{self.sessions.public_url}/connexion/au-revoir"
        url = None
        party = self.parties.get(session.provider)
        if id_token is not None and party is not None:
            try:
                url = await party.logout_url(id_token, goodbye, secrets.token_urlsafe(16), reach(party))
            except LoginFailed:  # the provider is away: the session here has ended all the same
                url = None
        response = RedirectResponse(url or goodbye, 303, headers={"Cache-Control": "no-store"})
        cookies.forget(response, self.sessions.cookie)
        return response

    def _begun(self, name: str, request: Request) -> dict[str, Any]:
        """The login that this browser began with this provider. Raises LoginFailed."""
        try:
            token = cookies.read(request, self.cookie)
            claims = self.access.tokens.read(Purpose.LOGIN, token or "")
        except (cookies.TwoCookies, BadToken):
            raise LoginFailed(AGAIN) from None
        if claims["fournisseur"] != name or name not in self.parties:
            raise LoginFailed("La réponse ne vient pas du fournisseur d'identité que vous aviez choisi.")
        return claims

    def _first_use(self, begun: dict[str, Any]) -> bool:
        with self.access.store.writing() as writer:
            return once.use(writer.connection, "login", begun["jti"], begun["exp"])

    def _before(self, request: Request) -> Session | None:
        try:
            return session_of(request, self.sessions)
        except BadToken:
            return None


def own_path(path: str | None) -> str | None:
    """Where to go after signing in: an address of this service, `HOME` where none is asked; None for any other."""
    if path is None:
        return HOME
    return path if _LOCAL_PATH.fullmatch(path) else None


def transport_to(party: RelyingParty, request: Request) -> Transport | None:
    """How to reach a provider: the local one is this very application."""
    return httpx2.ASGITransport(request.app) if party.provider.name == LOCAL else None


def _single(request: Request) -> dict[str, str]:
    """The parameters of an answer. Raises LoginFailed where one comes twice."""
    pairs = request.query_params.multi_items()
    told = dict(pairs)
    if len(told) < len(pairs):
        raise LoginFailed(AGAIN)
    return told
