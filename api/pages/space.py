"""What all pages of somebody's space do: whose it is, and the way back into it."""

from http import HTTPStatus
from urllib.parse import urlencode

from fastapi import Request, Response

from api.security.actor import Actor
from api.security.owners import not_theirs
from api.seen import note_seen


def own_profile(request: Request, actor: Actor) -> str:
    """The profile that a jobseeker is, noted as seen. Raises ApiProblem (404) for an account that is nobody's."""
    if actor.profile_id is None:
        raise not_theirs("")
    note_seen(request, (actor.profile_id,))
    return actor.profile_id


def own_firm(actor: Actor) -> str:
    """The establishment that an employer speaks for. Raises ApiProblem (404) for an account that is no one's."""
    if actor.siret is None:
        raise not_theirs("")
    return actor.siret


def back(path: str, query: dict[str, str] | None = None, space: str = "/espace") -> Response:
    """To a page of a space, whatever a form says."""
    inside = path == space or (path.startswith((f"{space}/", f"{space}?")) and "\\" not in path)
    where = path if inside and path.isprintable() and path.isascii() else space
    if query:
        where = f"{where.partition('?')[0]}?{urlencode(query)}"
    return Response(status_code=HTTPStatus.SEE_OTHER, headers={"Location": where})
