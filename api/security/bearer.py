"""Machines: who sends a request with an access token.

A token names its client; what the client is and may do is read in memory at each request, so that a client that is
disabled, or whose secret was changed, is out within a second, whatever its tokens say.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fastapi import Request

from api.problems import ApiProblem, ProblemType
from api.security.access import Access
from api.security.actor import Actor, Role
from api.security.credentials import bearer_of
from api.security.scopes import Scope
from api.security.tokens import BadToken, Purpose, Remembered
from features.store.access.clients import Client

if TYPE_CHECKING:
    from api.service import Service

ENDED = "Le client de ce jeton est désactivé, ou son secret a changé : demandez un autre jeton."
BEHIND = "Le service ne peut pas vérifier les accès pour l'instant."


@dataclass(frozen=True)
class Bearer:
    """What a token was found to say, and the actor that it makes of its client as the client was then."""

    client: Client
    actor: Actor


class Bearers:
    """Reads access tokens; each signature once."""

    def __init__(self, access: Access) -> None:
        self._access = access
        self._seen: Remembered[Bearer] = Remembered(access.clock)

    def actor(self, token: str) -> Actor:
        """Who a token stands for. Raises BadToken, and ApiProblem (503) where nobody can be let in."""
        directory = self._access.directory
        if not directory.is_level:
            raise ApiProblem(ProblemType.NOT_READY, BEHIND, headers={"Retry-After": "5"})
        bearer = self._seen.get(token)
        if bearer is not None and directory.clients.get(bearer.client.id) is bearer.client:
            return bearer.actor
        claims = self._access.tokens.read(Purpose.ACCESS, token)
        client = directory.clients.get(claims.get("client_id", ""))
        if client is None or not client.enabled or client.generation != claims.get("gen"):
            raise BadToken(ENDED)
        asked = frozenset(Scope(word) for word in str(claims.get("scope", "")).split())
        bearer = Bearer(client, actor_of(client, asked))
        self._seen.put(token, claims["exp"], bearer)
        return bearer.actor


def actor_of(client: Client, asked: frozenset[Scope]) -> Actor:
    """A client with the scopes that a token asked for, where it still has them."""
    owner = client.owner
    return Actor(
        id=client.id,
        role=Role(client.role),
        scopes=asked & {Scope(word) for word in client.scopes},
        profile_id=owner.profile_id,
        siret=owner.siret,
        counsellor_id=owner.counsellor_id,
        team_ids=frozenset(owner.team_ids),
        feed=owner.feed,
    )


async def identify(request: Request, service: "Service") -> Actor | None:
    """The client whose token a request shows, or None. Raises ApiProblem (401) for a token that is not accepted."""
    token = bearer_of(request)
    if token is None:
        return None
    try:
        return service.bearers.actor(token)
    except BadToken as refused:
        told = {"WWW-Authenticate": f'Bearer realm="{service.settings.realm}", error="invalid_token"'}
        raise ApiProblem(ProblemType.UNAUTHENTICATED, str(refused), headers=told) from None
