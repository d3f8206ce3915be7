"""What keeps another site from acting through somebody's cookie: where a request comes from, and a token in the form.

A browser says where a request comes from (`Sec-Fetch-Site`, `Origin`); a page of ours also carries a token that only it
could read (OWASP, *Cross-Site Request Forgery Prevention*: signed, and bound to who is signed in). Requests that show a
bearer token need neither: no browser sends one by itself.
"""

import hmac
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from fastapi import Request

from api.problems import ApiProblem, ProblemType
from api.security.actor import Actor
from api.security.csrf import SAFE

if TYPE_CHECKING:
    from api.service import Service

FOREIGN: Final = "Ce formulaire ne vient pas d'une page de ce service : ouvrez la page, puis recommencez."
STALE: Final = "Cette page a été ouverte avec un autre compte, ou il y a trop longtemps : rouvrez-la, puis recommencez."


def token(request: Request, actor: Actor, service: "Service") -> str:
    """The token of the forms that `actor` is shown: their session's, or one signed for a demonstration's identity."""
    session = getattr(request.state, "session", None)
    return service.house.signer.form_token(actor.id) if session is None else str(session.csrf)


def check_origin(request: Request, public_url: str) -> None:
    """Raises ApiProblem (403) for an unsafe request that does not come from a page of ours."""
    if request.method in SAFE:
        return
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        comes_from_us = site == "same-origin"
    else:
        origin = urlsplit(request.headers.get("origin", ""))
        comes_from_us = bool(origin.netloc) and origin.netloc in (
            request.headers.get("host"),
            urlsplit(public_url).netloc,
        )
    if not comes_from_us:
        raise ApiProblem(ProblemType.FORBIDDEN, FOREIGN)


def check(request: Request, given: str, actor: Actor, service: "Service") -> None:
    """Raises ApiProblem (403) unless `given` is the token of the forms that `actor` is shown."""
    if not hmac.compare_digest(given.encode(), token(request, actor, service).encode()):
        raise ApiProblem(ProblemType.FORBIDDEN, STALE)
