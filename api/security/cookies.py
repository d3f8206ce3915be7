"""Cookies that no other site, subdomain or script sets or reads.

Over TLS their names begin with `__Host-`: a browser takes such a cookie only from this very host, for the whole of it,
with `Secure`. On plain HTTP, on one machine, they have plain names. A name that comes twice is refused: one of the two
was tossed in by somebody else.
"""

from collections.abc import Iterator
from typing import Final

from fastapi import Request
from starlette.responses import Response

SESSION: Final = "vivier"
LOGIN: Final = "vivier-entree"


class TwoCookies(Exception):
    """A cookie of ours comes twice."""


def name_of(base: str, public_url: str) -> str:
    """The name of a cookie for a service that people reach at `public_url`."""
    return f"__Host-{base}" if public_url.startswith("https://") else base


def read(request: Request, name: str) -> str | None:
    """The value of a cookie, or None. Raises TwoCookies."""
    found = [value for given, value in _pairs(request) if given == name]
    if len(found) > 1:
        raise TwoCookies(name)
    return found[0] if found else None


def write(response: Response, name: str, value: str, lasts_s: int) -> None:
    """Have the browser keep a cookie for so long."""
    response.headers.append("Set-Cookie", header(name, value, lasts_s))


def forget(response: Response, name: str) -> None:
    """Have the browser drop a cookie."""
    response.headers.append("Set-Cookie", header(name, "", 0))


def header(name: str, value: str, lasts_s: int) -> str:
    """The value of `Set-Cookie`."""
    secure = "; Secure" if name.startswith("__Host-") else ""
    return f"{name}={value}; Path=/; Max-Age={lasts_s}; HttpOnly; SameSite=Lax{secure}"


def _pairs(request: Request) -> Iterator[tuple[str, str]]:
    for line in request.headers.getlist("cookie"):
        for part in line.split(";"):
            name, _, value = part.strip().partition("=")
            yield name.strip(), value.strip().strip('"')
