"""Keeps another site from making a browser act in its owner's name.

A session has a token of its own, which its cookie carries where no page reads it. A request that changes something
under a session shows the same token, in the header `X-Jeton-CSRF` or in the form field `jetonCsrf`: a page of ours has
it from `/v1/moi`, or wrote it into its form. Where the browser says from which site a request comes, that is looked at
too.
"""

import hmac
import secrets
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from fastapi import Request

from api.problems import ApiProblem, ProblemType

SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
HEADER: Final = "x-jeton-csrf"
FIELD: Final = "jetonCsrf"
FORM: Final = "application/x-www-form-urlencoded"
MOST_FIELDS: Final = 500
"""Of one form: a form with more is not read for its token, nor for anything else."""


def draw() -> str:
    """The token of a new session."""
    return secrets.token_urlsafe(16)


async def check(request: Request, token: str, public_url: str) -> None:
    """Raises ApiProblem (403) unless a request that changes something shows the session's token and comes from us."""
    if request.method in SAFE:
        return
    check_site(request, public_url)
    shown = request.headers.get(HEADER)
    if shown is None and request.headers.get("content-type", "").partition(";")[0].strip().lower() == FORM:
        shown = await _in_form(request)
    if shown is None or not hmac.compare_digest(shown.encode(), token.encode()):
        raise ApiProblem(
            ProblemType.FORBIDDEN,
            "Cette demande ne montre pas le jeton de votre session (en-tête X-Jeton-CSRF, ou champ jetonCsrf) : "
            "rechargez la page, puis recommencez.",
        )


def check_site(request: Request, public_url: str) -> None:
    """Raises ApiProblem (403) for a request that the browser says another site made."""
    origin = request.headers.get("origin")
    site = request.headers.get("sec-fetch-site")
    ours = urlsplit(public_url)
    is_foreign = origin is not None and origin != f"{ours.scheme}://{ours.netloc}"
    if is_foreign or site not in (None, "same-origin", "none"):
        raise ApiProblem(ProblemType.FORBIDDEN, "Cette demande vient d'un autre site : elle n'est pas suivie.")


async def _in_form(request: Request) -> str | None:
    try:
        pairs = parse_qsl((await request.body()).decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError:
        return None
    found = [value for name, value in pairs if name == FIELD]
    return found[0] if len(found) == 1 else None
