"""What a request may look like before anything reads it: plain bodies, and no more headers or parameters than anyone
needs.

A compressed body is refused, not inflated: a megabyte of zeros weighs a kilobyte on the way in (CWE-409). So are two
`Authorization` headers: a proxy that read the other one would have let somebody else in (RFC 9110, section 5.3).
"""

from typing import Final

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from api.edge.telling import tell
from api.problems import ApiProblem, ProblemType

MOST_HEADERS: Final = 100
MOST_PARAMETERS: Final = 100


class PlainShape:
    """ASGI middleware: 415 for a compressed body, 431 for too many headers or too large ones, 400 for too many
    parameters and for two who ask at once."""

    def __init__(self, app: ASGIApp, header_limit: int) -> None:
        self.app = app
        self.header_limit = header_limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        problem = self._problem(scope) if scope["type"] == "http" else None
        if problem is None:
            await self.app(scope, receive, send)
        else:
            await tell(problem, scope, receive, send)

    def _problem(self, scope: Scope) -> ApiProblem | None:
        headers = scope["headers"]
        weight = len(scope.get("raw_path") or b"") + len(scope["query_string"])
        weight += sum([len(name) + len(value) for name, value in headers])
        if len(headers) > MOST_HEADERS or weight > self.header_limit:
            told = f"Au plus {MOST_HEADERS} en-têtes, et {self.header_limit} octets avec l'adresse."
            return ApiProblem(ProblemType.HEADERS_TOO_LARGE, told)
        if scope["query_string"].count(b"&") >= MOST_PARAMETERS:
            return ApiProblem(ProblemType.BAD_PARAMETER, f"Une adresse porte au plus {MOST_PARAMETERS} paramètres.")
        given = Headers(scope=scope)
        if len(given.getlist("authorization")) > 1:
            return ApiProblem(ProblemType.OTHER, "Plusieurs en-têtes Authorization : n'en envoyez qu'un.")
        codings = ",".join(given.getlist("content-encoding")).lower().split(",")
        if any(coding.strip() not in ("", "identity") for coding in codings):
            told = "Un corps compressé n'est pas lu : envoyez-le tel quel, sans en-tête Content-Encoding."
            return ApiProblem(ProblemType.CONTENT_TYPE, told, headers={"Accept-Encoding": "identity"})
        return None
