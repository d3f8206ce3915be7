"""Signing people in through a provider: OpenID Connect, authorisation code flow with PKCE, this service as the client.

Of a provider nothing is believed that it did not sign for us, for this very login: the ID token's signature, issuer,
audience, nonce, times and level are checked, the subject of what `userinfo` tells is that of the ID token, and an
answer that names another issuer than the one that was asked is refused (RFC 9207). (*OpenID Connect Core 1.0*; RFC
9700.)
"""

import asyncio
import contextlib
import datetime as dt
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any, Final

import httpx2
from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import AsyncOAuth2Client
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

from api.security.presented import Presented
from api.security.providers import Provider, is_secure

ALGORITHMS: Final = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
"""Signatures that a provider's public key verifies; no other is looked at, whatever a token says."""
PATIENCE_S: Final = 10.0
"""For all of one exchange with a provider."""
LEEWAY_S: Final = 30
KNOWN_S: Final = 3600
"""How long what a provider says of itself is used before it is asked again."""
KEYS_AGAIN_S: Final = 60
"""A token under an unknown key has the keys read again, but not more often."""
MOST: Final = 300

Transport = httpx2.AsyncBaseTransport


class LoginFailed(Exception):
    """A login that leads nowhere; the message is a French sentence for who tried."""


@dataclass(frozen=True)
class Person:
    """Whom a provider vouches for."""

    subject: str
    id_token: str
    presented: Presented


@dataclass
class _Known:
    """What a provider said of itself, and when."""

    metadata: dict[str, Any]
    keys: KeySet
    at: float


class RelyingParty:
    """This service as a client of one provider."""

    def __init__(
        self,
        provider: Provider,
        redirect_uri: str,
        clock: Callable[[], float] = time.time,
        patience_s: float = PATIENCE_S,
    ) -> None:
        self.provider = provider
        self.redirect_uri = redirect_uri
        self.patience_s = patience_s
        self.away_since: dt.datetime | None = None
        """Since when it does not answer; None while it does."""
        self._clock = clock
        self._known: _Known | None = None

    async def authorisation_url(self, state: str, nonce: str, verifier: str, transport: Transport | None) -> str:
        """Where to send a browser. Raises LoginFailed."""
        known = await self._discover(transport)
        offered = known.metadata.get("code_challenge_methods_supported", ["S256"])
        if "S256" not in offered:
            raise LoginFailed(f"{self.provider.label} n'offre pas la protection PKCE : la connexion n'est pas sûre.")
        asked: dict[str, str] = {"nonce": nonce}
        if self.provider.acr_values:
            asked["acr_values"] = " ".join(self.provider.acr_values)
        async with self._client(transport) as client:
            url: str
            url, _ = client.create_authorization_url(
                known.metadata["authorization_endpoint"], state=state, code_verifier=verifier, **asked
            )
        return url

    async def person(
        self, code: str, nonce: str, verifier: str, told_issuer: str | None, transport: Transport | None
    ) -> Person:
        """Who signed in, of the code of an answer. Raises LoginFailed."""
        known = await self._discover(transport)
        self._check_issuer(told_issuer, known.metadata)
        try:
            async with self._in_time(), self._client(transport) as client:
                answered = await client.fetch_token(
                    known.metadata["token_endpoint"],
                    grant_type="authorization_code",
                    code=code,
                    code_verifier=verifier,
                    redirect_uri=self.redirect_uri,
                )
                id_token = answered.get("id_token")
                if not isinstance(id_token, str):
                    raise LoginFailed(f"{self.provider.label} n'a pas donné de jeton d'identité.")
                claims = await self._claims(id_token, str(answered.get("access_token", "")), nonce, transport)
                told = await self._userinfo(client, known, claims, transport)
        except (OAuthError, httpx2.HTTPError, TimeoutError, ValueError, JoseError) as error:
            raise LoginFailed(f"{self.provider.label} a refusé la connexion, ou n'a pas répondu.") from error
        return Person(claims["sub"], id_token, _presented({**claims, **told}))

    async def logout_url(self, id_token: str, return_to: str, state: str, transport: Transport | None) -> str | None:
        """Where to send a browser so that the provider signs its person out too; None where it does not do that."""
        known = await self._discover(transport)
        endpoint = known.metadata.get("end_session_endpoint")
        if not isinstance(endpoint, str):
            return None
        asked = {"id_token_hint": id_token, "post_logout_redirect_uri": return_to, "state": state}
        return str(httpx2.URL(endpoint).copy_merge_params(asked))

    def _check_issuer(self, told: str | None, metadata: dict[str, Any]) -> None:
        """Raises LoginFailed for an answer that names another provider, or none where this one always does."""
        always = metadata.get("authorization_response_iss_parameter_supported") is True
        if (told is None and always) or (told is not None and told != self.provider.issuer):
            raise LoginFailed("La réponse ne vient pas du fournisseur d'identité que vous aviez choisi.")

    @contextlib.asynccontextmanager
    async def _in_time(self) -> AsyncIterator[None]:
        """All that is asked within ends in time, however little at a time comes of it; whether the provider is there
        is remembered. Raises TimeoutError."""
        try:
            async with asyncio.timeout(self.patience_s):
                yield
        except (httpx2.TransportError, TimeoutError):
            self.away_since = self.away_since or dt.datetime.now(dt.UTC)
            raise
        self.away_since = None

    def _client(self, transport: Transport | None) -> AsyncOAuth2Client:
        return AsyncOAuth2Client(
            client_id=self.provider.client_id,
            client_secret=self.provider.client_secret or None,
            token_endpoint_auth_method="client_secret_post" if self.provider.client_secret else "none",
            scope=self.provider.scope,
            redirect_uri=self.redirect_uri,
            code_challenge_method="S256",
            timeout=self.patience_s,
            transport=transport,
        )

    async def _discover(self, transport: Transport | None, again: bool = False) -> _Known:
        if self._known is not None and not again and self._clock() - self._known.at < KNOWN_S:
            return self._known
        issuer = self.provider.issuer
        try:
            async with self._in_time(), httpx2.AsyncClient(timeout=self.patience_s, transport=transport) as client:
                metadata = await _json(client, f"{issuer.rstrip('/')}/.well-known/openid-configuration")
                if metadata.get("issuer") != issuer:
                    raise LoginFailed(f"{self.provider.label} se présente sous un autre nom que celui attendu.")
                for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
                    if not is_secure(str(metadata.get(name))):
                        raise LoginFailed(f"{self.provider.label} donne une adresse qui n'est pas sûre.")
                keys = KeySet.import_key_set(await _json(client, metadata["jwks_uri"]))  # type: ignore[arg-type]
        except (httpx2.HTTPError, TimeoutError, ValueError, JoseError) as error:
            raise LoginFailed(f"{self.provider.label} ne répond pas : réessayez dans un moment.") from error
        self._known = _Known(metadata, keys, self._clock())
        return self._known

    async def _claims(
        self, id_token: str, access_token: str, nonce: str, transport: Transport | None
    ) -> dict[str, Any]:
        """The claims of an ID token. Raises LoginFailed, JoseError."""
        found = await self._verified(id_token, transport)
        options = {
            "iss": {"essential": True, "value": self.provider.issuer},
            "aud": {"essential": True, "value": self.provider.client_id},
            "sub": {"essential": True},
        }
        params = {"nonce": nonce, "client_id": self.provider.client_id, "access_token": access_token}
        claims = CodeIDToken(found.claims, found.header, options, params)
        claims.validate(now=int(self._clock()), leeway=LEEWAY_S)
        if not isinstance(claims["sub"], str) or not 0 < len(claims["sub"]) <= MOST:
            raise LoginFailed(f"{self.provider.label} n'a pas dit qui vous êtes.")
        if self.provider.acr_values and claims.get("acr") not in self.provider.acr_values:
            raise LoginFailed(f"{self.provider.label} ne garantit pas assez votre identité pour ce service.")
        return dict(claims)

    async def _userinfo(
        self, client: AsyncOAuth2Client, known: _Known, claims: dict[str, Any], transport: Transport | None
    ) -> dict[str, Any]:
        """What the provider tells of the person, as JSON or as a signed JWT. Raises LoginFailed, JoseError."""
        endpoint = known.metadata.get("userinfo_endpoint")
        if not self.provider.userinfo or not isinstance(endpoint, str) or not is_secure(endpoint):
            return {}
        answered = await client.get(endpoint)
        answered.raise_for_status()
        told: Any
        if answered.headers.get("content-type", "").partition(";")[0].strip() == "application/jwt":
            found = await self._verified(answered.text.strip(), transport)
            told = dict(found.claims)
            audience = told.get("aud")
            audiences = audience if isinstance(audience, list) else [audience]
            if told.get("iss") != self.provider.issuer or self.provider.client_id not in audiences:
                raise LoginFailed(f"{self.provider.label} a répondu pour un autre service.")
        else:
            told = answered.json()
        if not isinstance(told, dict) or told.get("sub") != claims["sub"]:
            raise LoginFailed(f"{self.provider.label} a parlé de quelqu'un d'autre.")
        return told

    async def _verified(self, token: str, transport: Transport | None) -> jwt.Token:
        known = await self._discover(transport)
        try:
            return jwt.decode(token, known.keys, algorithms=ALGORITHMS)
        except InvalidKeyIdError:
            if self._clock() - known.at < KEYS_AGAIN_S:
                raise
            return jwt.decode(token, (await self._discover(transport, again=True)).keys, algorithms=ALGORITHMS)


async def _json(client: httpx2.AsyncClient, url: str) -> dict[str, Any]:
    answered = await client.get(url)
    answered.raise_for_status()
    found = answered.json()
    if not isinstance(found, dict):
        raise ValueError(f"{url} is not a JSON object")
    return found


def _presented(told: dict[str, Any]) -> Presented:
    """What whoever decides on an account reads: French providers say `usual_name`, others `family_name`."""

    def text(*names: str) -> str | None:
        for name in names:
            value = told.get(name)
            if isinstance(value, str) and value.strip():
                return " ".join(value.split())[:MOST]
        return None

    given, family = text("given_name"), text("usual_name", "family_name")
    name = " ".join(part for part in (given, family) if part is not None) or text("name")
    siret = text("siret")
    return Presented(name, text("email"), siret)
