"""What the OpenAPI document says of access: how to sign in, and what of each endpoint every role reaches."""

from collections.abc import Iterable
from typing import Any, Final

from fastapi import APIRouter

from api.security.actor import Role
from api.security.rules import Rule, endpoints_of, rule_of
from api.security.scopes import Scope

Json = dict[str, Any]

SCHEME: Final = "oauth2"
SESSION: Final = "session"
SESSION_ROLES: Final = frozenset(Role) - {Role.PARTNER, Role.SERVICE}
"""Those of people, who come with the cookie of a session."""
SCHEMES: Final[Json] = {
    SCHEME: {
        "type": "oauth2",
        "description": "Jeton court, obtenu par une machine avec ses identifiants de client (RFC 6749, 4.4).",
        "flows": {
            "clientCredentials": {
                "tokenUrl": "/connexion/oauth2/access_token",
                "scopes": {scope.value: scope.value for scope in Scope},
            }
        },
    },
    SESSION: {
        "type": "apiKey",
        "in": "cookie",
        "name": "__Host-vivier",
        "description": "Session d'une personne, ouverte par `/connexion/entrer` (OpenID Connect). Une écriture montre "
        "aussi le jeton que donne `/v1/moi`, dans l'en-tête `X-Jeton-CSRF`.",
    },
}


def tell_access(document: Json, routers: Iterable[APIRouter]) -> None:
    """Write into `document` what each endpoint's rule says: `security`, and `x-acces` by role."""
    document.setdefault("components", {})["securitySchemes"] = SCHEMES
    for route in endpoints_of(routers):
        rule = rule_of(route)
        operations = document["paths"].get(route.path_format, {})
        for method in route.methods or ():
            if rule is not None and method.lower() in operations:
                operations[method.lower()] |= described(rule)


def described(rule: Rule) -> Json:
    """The members of an operation that tell its rule."""
    if rule.scope is None:
        return {"security": [], "x-acces": {}}
    session: list[Json] = [{SESSION: []}] if SESSION_ROLES & rule.reaches.keys() else []
    return {
        "security": [{SCHEME: [rule.scope.value]}, *session],
        "x-acces": {role.value: reach.words for role, reach in rule.reaches.items()},
    }
