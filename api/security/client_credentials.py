"""The client credentials grant (RFC 6749, section 4.4), in the shape of France Travail's.

A client that nobody knows, one that is disabled and a wrong secret are one answer, in the same time. After `MOST`
failures in a row of a name from an address, nothing is heard of it from there for a while that doubles each time, the
right secret included; other addresses are heard. An address that tries many names is not heard at all.
"""

import base64
import binascii
import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qsl, unquote_plus

import anyio.to_thread
import msgspec
from starlette.responses import Response

from api.problems import MEDIA_TYPE, ApiProblem, ProblemType
from api.security.access import Access
from api.security.bearer import actor_of
from api.security.hashing import matches
from api.security.scopes import Scope
from api.security.tokens import Purpose
from features.store.access import clients, failures
from features.store.access.clients import Client
from features.store.access.failures import Watch

LASTS_S: Final = 900
MOST: Final = 5
MOST_OF_AN_ADDRESS: Final = 50
MOST_WAITING: Final = 8
MOST_FIELDS: Final = 20
GRANT: Final = "client_credentials"


class Refusal(ApiProblem):
    """A refusal of the token endpoint: a problem that also has the `error` of RFC 6749."""

    def __init__(self, kind: ProblemType, error: str, detail: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(kind, detail, headers={"Cache-Control": "no-store", **(headers or {})})
        self.error = error

    def response(self) -> Response:
        body = msgspec.json.decode(super().response().body)
        told = msgspec.json.encode({**body, "error": self.error})
        return Response(told, status_code=self.status, headers=self.headers, media_type=MEDIA_TYPE)


def refused(detail: str, error: str = "invalid_request") -> Refusal:
    """400: the request is not one that can be granted to anybody."""
    return Refusal(ProblemType.OTHER, error, detail)


@dataclass(frozen=True)
class Asked:
    """A request for a token."""

    client_id: str
    secret: str
    scopes: tuple[str, ...]
    """None named: all that the client has."""
    by_basic: bool


def read(body: bytes, authorization: str) -> Asked:
    """What a request asks. Raises Refusal."""
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, strict_parsing=True, max_num_fields=MOST_FIELDS)
    except ValueError:
        raise refused("Le corps n'est pas un formulaire « application/x-www-form-urlencoded ».") from None
    form = dict(pairs)
    if len(form) < len(pairs):
        raise refused("Un champ du formulaire est donné deux fois.")
    grant = form.get("grant_type")
    if grant != GRANT:
        given = "aucun" if grant is None else f"« {grant[:40]} »"
        error = "invalid_request" if grant is None else "unsupported_grant_type"
        raise refused(f"Le champ « grant_type » vaut {GRANT} ; reçu : {given}.", error)
    basic = _basic(authorization)
    named = form.get("client_id"), form.get("client_secret")
    if basic is not None and (named[1] is not None or named[0] not in (None, basic[0])):
        raise refused("Les identifiants du client sont donnés de deux façons : n'en garder qu'une.")
    client_id, secret = basic or named
    if not client_id or not secret:
        raise refused("Les champs « client_id » et « client_secret » sont obligatoires (ou l'en-tête Basic).")
    return Asked(client_id, secret, tuple(form.get("scope", "").split()), basic is not None)


async def granted(access: Access, asked: Asked, address: str) -> dict[str, Any]:
    """The answer with a token. Raises Refusal."""
    if access.hashing.statistics().tasks_waiting >= MOST_WAITING:
        busy = "Trop de demandes de jeton en même temps."
        raise Refusal(ProblemType.BUSY, "temporarily_unavailable", busy, {"Retry-After": "1"})
    client = await anyio.to_thread.run_sync(_authenticated, access, asked, address, limiter=access.hashing)
    unknown = [word for word in asked.scopes if word not in client.scopes]
    if unknown:
        told = " ".join(client.scopes)
        raise refused(f"Le droit « {unknown[0][:60]} » n'est pas de ceux du client : {told}.", "invalid_scope")
    scopes = tuple(dict.fromkeys(asked.scopes)) or client.scopes
    claims = {
        "sub": client.id,
        "client_id": client.id,
        "gen": client.generation,
        "scope": " ".join(scopes),
    }
    token = access.tokens.issue(Purpose.ACCESS, claims, LASTS_S)
    access.note(actor_of(client, frozenset(map(Scope, scopes))), "jeton")
    return {"access_token": token, "token_type": "Bearer", "expires_in": LASTS_S, "scope": " ".join(scopes)}


def place_of(address: str) -> str:
    """What failures of an address are counted on: itself, or its network of 64 bits, which one customer holds."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(ipaddress.ip_network((parsed, 64), strict=False)) if parsed.version == 6 else str(parsed)


def _authenticated(access: Access, asked: Asked, address: str) -> Client:
    """The client that a secret is of. Raises Refusal."""
    place = place_of(address)
    name = Watch("client", (asked.client_id, place), MOST)
    watched = (name, Watch("address", (place,), MOST_OF_AN_ADDRESS))
    with access.store.engine.connect() as connection:
        wait_s = failures.locked_for_s(connection, watched, int(access.clock()))
        client = clients.get(connection, asked.client_id)
    if wait_s:
        raise _locked(wait_s)
    right = matches(asked.secret, None if client is None else client.secret_hash)
    if client is not None and client.enabled and right:
        with access.store.engine.connect() as connection:
            clean = failures.none_of(connection, name)
        if not clean:
            with access.store.writing() as writer:
                failures.succeeded(writer.connection, [name])
        return client
    with access.store.writing() as writer:
        failures.failed(writer.connection, watched, int(access.clock()))
    access.note(None, "jeton refusé")
    told = {"WWW-Authenticate": f'Basic realm="{access.tokens.realm}"'} if asked.by_basic else {}
    raise Refusal(ProblemType.UNAUTHENTICATED, "invalid_client", "Client inconnu, ou secret faux.", told)


def _locked(wait_s: int) -> Refusal:
    told = f"Trop d'échecs de suite : plus rien n'est entendu pendant {wait_s} secondes."
    return Refusal(ProblemType.LOCKED, "slow_down", told, {"Retry-After": str(wait_s)})


def _basic(authorization: str) -> tuple[str, str] | None:
    """The id and the secret of a Basic header (RFC 6749, section 2.3.1), or None. Raises Refusal for a broken one."""
    scheme, _, encoded = authorization.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        name, colon, secret = base64.b64decode(encoded.strip(), validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        name, colon, secret = "", "", ""
    if not colon:
        raise refused("L'en-tête Authorization n'est pas un « Basic » bien formé.")
    return unquote_plus(name), unquote_plus(secret)
