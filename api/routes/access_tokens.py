"""How machines sign in: tokens, the keys that they are signed with, and where to find both (RFC 8414)."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request, Response

from api.intake import require_content_type
from api.openapi import answer, content, ref
from api.pagination import json_response
from api.problems import MEDIA_TYPE, ProblemType
from api.security.client_credentials import GRANT, LASTS_S, granted, read, refused
from api.security.csrf import FORM
from api.security.rules import PUBLIC, allowed
from api.security.scopes import Scope
from api.service import ServiceOf

router = APIRouter(tags=["Connexion"])

KEYS_KEPT_S: Final = 300

_ASKED: Final = {
    "grant_type": GRANT,
    "client_id": "exemple-flux-1a2b3c4d",
    "client_secret": "le-secret-donne-a-la-creation",
    "scope": "offres.lire offres.ecrire",
}
_TOKEN: Final = {
    "access_token": "eyJhbGciOiJFUzI1NiIsImtpZCI6Ii4uLiJ9.eyJpc3MiOiIuLi4ifQ.c2lnbmF0dXJl",
    "token_type": "Bearer",
    "expires_in": LASTS_S,
    "scope": "offres.lire offres.ecrire",
}
_TOKEN_SCHEMA: Final = {
    "type": "object",
    "required": ["access_token", "token_type", "expires_in", "scope"],
    "properties": {
        "access_token": {"type": "string"},
        "token_type": {"type": "string", "const": "Bearer"},
        "expires_in": {"type": "integer", "description": "Secondes."},
        "scope": {"type": "string", "description": "Droits accordés, séparés par des espaces."},
    },
}
_FORM_SCHEMA: Final = {
    "type": "object",
    "required": ["grant_type"],
    "properties": {
        "grant_type": {"type": "string", "const": GRANT},
        "client_id": {"type": "string"},
        "client_secret": {"type": "string"},
        "scope": {"type": "string", "description": "Droits voulus, séparés par des espaces ; aucun : tous."},
    },
}


def _refusal(kind: ProblemType, error: str, detail: str) -> dict[str, Any]:
    example = {"type": kind.uri, "title": kind.title, "status": kind.status, "detail": detail, "error": error}
    return {"description": kind.title, "content": content(ref("Probleme"), example, MEDIA_TYPE)}


Realm = Annotated[
    str | None,
    Query(description="Domaine de connexion ; facultatif, celui de ce service.", examples=["/vivier"]),
]


@router.post(
    "/connexion/oauth2/access_token",
    summary="Demander un jeton d'accès",
    description=(
        "Pour les machines : le flux « client credentials » d'OAuth 2.0, comme chez France Travail. Les identifiants "
        "du client vont dans le formulaire ou dans l'en-tête Basic. Un refus porte aussi l'`error` de la RFC 6749. "
        "Cinq échecs de suite depuis une adresse la font attendre, de plus en plus longtemps."
    ),
    openapi_extra={"requestBody": {"required": True, "content": content(_FORM_SCHEMA, _ASKED, FORM)}},
    responses={
        200: answer("Un jeton, valable quinze minutes.", _TOKEN_SCHEMA, _TOKEN),
        400: _refusal(ProblemType.OTHER, "invalid_scope", "Le droit « audit.lire » n'est pas de ceux du client."),
        401: _refusal(ProblemType.UNAUTHENTICATED, "invalid_client", "Client inconnu, ou secret faux."),
        429: _refusal(
            ProblemType.LOCKED,
            "slow_down",
            "Trop d'échecs de suite : plus rien n'est entendu pendant 30 secondes.",
        ),
    },
)
@allowed(PUBLIC)
async def access_token(request: Request, service: ServiceOf, realm: Realm = None) -> Response:
    require_content_type(request, FORM)
    access = service.access
    if realm is not None and realm != access.tokens.realm:
        raise refused(f"Le domaine de connexion « {realm[:40]} » n'est pas de ce service : {access.tokens.realm}.")
    asked = read(await request.body(), request.headers.get("authorization", ""))
    address = "" if request.client is None else request.client.host
    told = await granted(access, asked, address)
    return json_response(told, headers={"Cache-Control": "no-store", "Pragma": "no-cache"})


_KEY: Final = {
    "kty": "EC",
    "crv": "P-256",
    "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
    "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
    "kid": "exemple",
    "use": "sig",
    "alg": "ES256",
}
_KEYS_SCHEMA: Final = {
    "type": "object",
    "required": ["keys"],
    "properties": {"keys": {"type": "array", "items": {"type": "object"}}},
}


@router.get(
    "/connexion/jwks.json",
    summary="Les clés publiques des jetons",
    description="Les clés qui vérifient les jetons en cours (RFC 7517) : celle qui signe, et celles d'avant elle.",
    responses={200: answer("Les clés.", _KEYS_SCHEMA, {"keys": [_KEY]})},
)
@allowed(PUBLIC)
async def keys(service: ServiceOf) -> Response:
    headers = {"Cache-Control": f"public, max-age={KEYS_KEPT_S}"}
    return json_response(service.access.tokens.keys.public(), headers=headers)


def metadata(public_url: str) -> dict[str, Any]:
    """What RFC 8414 has an authorisation server say of itself."""
    return {
        "issuer": public_url,
        "token_endpoint": f"{public_url}/connexion/oauth2/access_token",
        "jwks_uri": f"{public_url}/connexion/jwks.json",
        "grant_types_supported": [GRANT],
        "response_types_supported": [],
        "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
        "scopes_supported": [scope.value for scope in Scope],
        "service_documentation": f"{public_url}/docs",
        "ui_locales_supported": ["fr"],
    }


_METADATA_SCHEMA: Final = {"type": "object", "required": ["issuer", "token_endpoint", "jwks_uri"]}


@router.get(
    "/.well-known/oauth-authorization-server",
    summary="Où demander un jeton",
    description="Ce que le service dit de ses jetons aux bibliothèques qui s'y connectent (RFC 8414).",
    responses={200: answer("Les adresses et les droits.", _METADATA_SCHEMA, metadata("https://vivier.example"))},
)
@allowed(PUBLIC)
async def about(service: ServiceOf) -> Response:
    return json_response(metadata(service.settings.public_url))
