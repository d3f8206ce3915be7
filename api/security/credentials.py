"""What a request shows of who sends it."""

from typing import Final

from fastapi import Request

CHALLENGE: Final = {"WWW-Authenticate": 'Bearer realm="vivier"'}
"""The headers of a 401 (RFC 6750)."""


def bearer_of(request: Request) -> str | None:
    """The bearer token of a request, or None."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None
