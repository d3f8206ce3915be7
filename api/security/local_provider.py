"""An OpenID provider on the service itself, for development and tests: a page where one chooses whom to be.

It does what ProConnect and FranceConnect do, as strictly: authorisation code with PKCE (S256 alone), codes of a minute
that are used once, nonce, levels, `userinfo` as a signed JWT, logout. It is off unless `VIVIER_LOCAL_PROVIDER` is set,
refuses to start where other machines reach the service, and answers no request that was sent to another name.
"""

import hashlib
import hmac
import secrets
import time
from base64 import urlsafe_b64encode
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode

import anyio.to_thread
from joserfc import jwt
from joserfc.errors import JoseError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from api.security.providers import LOOPBACK, local_provider
from api.security.sign_in_page import Choice, page
from api.security.signing_keys import ALGORITHM, SigningKeys
from features.store import Store
from features.store.access import once

PATH: Final = "/fournisseur-local"
CODE_S: Final = 60
TOKEN_S: Final = 300
_ASKED: Final[tuple[str, ...]] = (
    "client_id",
    "redirect_uri",
    "scope",
    "state",
    "nonce",
    "code_challenge",
    "acr_values",
)

PEOPLE: Final[dict[str, dict[str, str]]] = {
    "camille": {"given_name": "Camille", "usual_name": "Exemple", "email": "camille@exemple.invalid"},
    "dominique": {"given_name": "Dominique", "usual_name": "Modèle", "email": "dominique@exemple.invalid"},
    "alix": {"given_name": "Alix", "usual_name": "Essai", "email": "alix@exemple.invalid", "siret": "13000548100010"},
    "claude": {"given_name": "Claude", "usual_name": "Patron", "email": "claude@exemple.invalid"},
    "sacha": {"given_name": "Sacha", "usual_name": "Témoin", "email": "sacha@exemple.invalid"},
}
"""Invented people, by their subject."""


class LocalProvider:
    """The provider of one deployment."""

    def __init__(self, public_url: str, keys: SigningKeys, store: Store) -> None:
        """Raises ProvidersUnusable where other machines may reach the service."""
        self.client = local_provider(public_url)
        self.issuer = self.client.issuer
        self.redirect_uri = f"{public_url}/connexion/retour/local"
        self.goodbye = f"{public_url}/connexion/au-revoir"
        self.signing_keys = keys
        self.store = store

    def app(self) -> Starlette:
        """To be mounted at `PATH`."""
        routes = [
            Route("/.well-known/openid-configuration", self._local(self.about)),
            Route("/jwks.json", self._local(self.keys)),
            Route("/autoriser", self._local(self.authorise), methods=["GET", "POST"]),
            Route("/jeton", self._local(self.token), methods=["POST"]),
            Route("/personne", self._local(self.person)),
            Route("/sortir", self._local(self.leave)),
        ]
        return Starlette(routes=routes)

    def _local(self, endpoint: Any) -> Any:
        """`endpoint`, for requests that were sent to this machine by one of its own names."""

        async def guarded(request: Request) -> Response:
            if request.url.hostname not in LOOPBACK:
                return Response(status_code=404)
            answered: Response = await endpoint(request)
            return answered

        return guarded

    async def about(self, _request: Request) -> Response:
        return JSONResponse(
            {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/autoriser",
                "token_endpoint": f"{self.issuer}/jeton",
                "userinfo_endpoint": f"{self.issuer}/personne",
                "jwks_uri": f"{self.issuer}/jwks.json",
                "end_session_endpoint": f"{self.issuer}/sortir",
                "response_types_supported": ["code"],
                "grant_types_supported": ["authorization_code"],
                "subject_types_supported": ["pairwise"],
                "id_token_signing_alg_values_supported": [ALGORITHM],
                "userinfo_signing_alg_values_supported": [ALGORITHM],
                "code_challenge_methods_supported": ["S256"],
                "acr_values_supported": ["eidas1"],
                "token_endpoint_auth_methods_supported": ["none"],
                "authorization_response_iss_parameter_supported": True,
            }
        )

    async def keys(self, _request: Request) -> Response:
        return JSONResponse(self.signing_keys.public())

    async def authorise(self, request: Request) -> Response:
        """The page where one chooses whom to be, and the way back from it."""
        told = await _form(request) if request.method == "POST" else _once_each(request.query_params.multi_items())
        refusal = self._refusal(told)
        if refusal is not None:
            return page("Demande refusée", [refusal], status=400)
        hidden = {name: told[name] for name in (*_ASKED, "response_type", "code_challenge_method") if name in told}
        if request.method == "GET":
            people = [Choice(sub, f"{who['given_name']} {who['usual_name']}") for sub, who in PEOPLE.items()]
            said = ["Fournisseur d'essai : personne n'est vérifié. Qui voulez-vous être ?"]
            return page("Fournisseur d'identité local", said, people=people, action=f"{PATH}/autoriser", hidden=hidden)
        if told.get("personne") not in PEOPLE:
            return page("Demande refusée", ["Cette personne n'est pas de celles de l'essai."], status=400)
        asked = {name: told.get(name, "") for name in _ASKED}
        code = self._signed({**asked, "sub": told["personne"], "use": "code"}, CODE_S)
        back = urlencode({"code": code, "state": told["state"], "iss": self.issuer})
        return RedirectResponse(f"{self.redirect_uri}?{back}", 303)

    async def token(self, request: Request) -> Response:
        """The tokens of a code, once, for who can show the verifier."""
        told = await _form(request)
        if told.get("grant_type") != "authorization_code":
            return _error("unsupported_grant_type")
        code = self._read(told.get("code", ""), "code")
        verifier = told.get("code_verifier", "")
        challenge = urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        if (
            code is None
            or told.get("client_id") != code["client_id"]
            or told.get("redirect_uri") != code["redirect_uri"]
            or not 43 <= len(verifier) <= 128
            or not hmac.compare_digest(challenge.encode(), str(code["code_challenge"]).encode())
            or not await anyio.to_thread.run_sync(self._first_use, code)
        ):
            return _error("invalid_grant")
        access = self._signed({"sub": code["sub"], "use": "personne"}, TOKEN_S)
        half = hashlib.sha256(access.encode()).digest()[:16]
        claims = {
            "sub": code["sub"],
            "aud": code["client_id"],
            "nonce": code["nonce"],
            "acr": "eidas1",
            "auth_time": int(time.time()),
            "at_hash": urlsafe_b64encode(half).rstrip(b"=").decode(),
        }
        answered = {
            "access_token": access,
            "token_type": "Bearer",
            "expires_in": TOKEN_S,
            "id_token": self._signed(claims, TOKEN_S),
        }
        return JSONResponse(answered, headers={"Cache-Control": "no-store"})

    async def person(self, request: Request) -> Response:
        """What is known of whom a token is of, as a signed JWT."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        told = self._read(token, "personne") if scheme.lower() == "bearer" else None
        if told is None:
            return Response(status_code=401, headers={"WWW-Authenticate": "Bearer"})
        claims = {"sub": told["sub"], "aud": self.client.client_id, **PEOPLE[told["sub"]]}
        return Response(self._signed(claims, TOKEN_S), media_type="application/jwt")

    async def leave(self, request: Request) -> Response:
        """Back to where signing out began."""
        told = _once_each(request.query_params.multi_items())
        if told.get("post_logout_redirect_uri") != self.goodbye:
            return page("Demande refusée", ["L'adresse de retour n'est pas connue."], status=400)
        return RedirectResponse(f"{self.goodbye}?{urlencode({'state': told.get('state', '')})}", 303)

    def _refusal(self, told: dict[str, str]) -> str | None:
        """Why a request to authorise is not followed. The browser is not sent back: the address may be anybody's."""
        if told.get("client_id") != self.client.client_id or told.get("redirect_uri") != self.redirect_uri:
            return "Le client, ou son adresse de retour, n'est pas connu."
        if told.get("response_type") != "code" or "openid" not in told.get("scope", "").split():
            return "Seul le flux « code » d'OpenID Connect est admis."
        if told.get("code_challenge_method") != "S256" or len(told.get("code_challenge", "")) != 43:
            return "La protection PKCE (S256) est obligatoire."
        if not told.get("state") or not told.get("nonce"):
            return "Les paramètres « state » et « nonce » sont obligatoires."
        return None

    def _signed(self, claims: dict[str, Any], lasts_s: int) -> str:
        now = int(time.time())
        key = self.signing_keys.signing()
        whole = {"iss": self.issuer, "iat": now, "exp": now + lasts_s, "jti": secrets.token_hex(8), **claims}
        return jwt.encode({"alg": ALGORITHM, "kid": key.kid}, whole, key.key)

    def _read(self, token: str, use: str) -> dict[str, Any] | None:
        try:
            claims = jwt.decode(token, lambda signed: self._key(signed.headers()), algorithms=[ALGORITHM]).claims
        except (JoseError, ValueError):
            return None
        return claims if claims.get("use") == use and claims["exp"] > time.time() else None

    def _key(self, header: dict[str, Any]) -> Any:
        known = self.signing_keys.get(str(header.get("kid")))
        if known is None:
            raise ValueError("unknown key")
        return known.key

    def _first_use(self, code: dict[str, Any]) -> bool:
        with self.store.writing() as writer:
            return once.use(writer.connection, "local-code", code["jti"], code["exp"])


async def _form(request: Request) -> dict[str, str]:
    try:
        return _once_each(parse_qsl((await request.body()).decode(), keep_blank_values=True, max_num_fields=30))
    except ValueError:
        return {}


def _once_each(pairs: list[tuple[str, str]]) -> dict[str, str]:
    """The parameters; none at all where one comes twice."""
    told = dict(pairs)
    return told if len(told) == len(pairs) else {}


def _error(error: str) -> Response:
    return JSONResponse({"error": error}, 400, headers={"Cache-Control": "no-store"})
