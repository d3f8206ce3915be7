"""Pages as *Offres d'emploi v2* gives them: `range=0-19`, `Content-Range`, 200 / 206 / 204."""

import re
from typing import Annotated, Final

import msgspec
from fastapi import Query
from starlette.responses import Response

from matching.answer import MOST_RESULTS, Window
from matching.errors import BadParameter

DEFAULT_RANGE: Final = "0-19"

_RANGE: Final = re.compile(r"([0-9]{1,9})-([0-9]{1,9})")
RANGE_PATTERN: Final = "^[0-9]{1,9}-[0-9]{1,9}$"
"""The form of a `range`, as the OpenAPI document tells it; `window_of` says it to people."""

Range = Annotated[
    str,
    Query(
        alias="range",
        description="Rangs du premier et du dernier élément, à partir de 0 ; 150 éléments au plus.",
        examples=[DEFAULT_RANGE],
        json_schema_extra={"pattern": RANGE_PATTERN},
    ),
]
"""The parameter of an endpoint: `range_: Range = DEFAULT_RANGE`."""


def window_of(text: str) -> Window:
    """The window that `range` asks for: 0-based, both ends included.

    Raises BadParameter for another form, an end before the start, or too many results.
    """
    match = _RANGE.fullmatch(text)
    if match is None:
        raise BadParameter("range", text, "premier-dernier, par exemple 0-19")
    return Window(int(match[1]), int(match[2]))


def page(unit: str, window: Window, shown: int, total: int, body: object, *, has_notice: bool = False) -> Response:
    """The answer for `shown` of `total` results: 200 when all, 206 when not, and 204 without a body for none.

    A body that has something to say of an empty answer (`has_notice`) is given with 200.
    """
    headers = {"Accept-Ranges": f"{unit} {MOST_RESULTS}", "Content-Range": f"{unit} */{total}"}
    if shown == 0 and has_notice:
        return json_response(body, 200, headers)
    if shown == 0:
        return Response(status_code=204, headers=headers)
    headers["Content-Range"] = f"{unit} {window.first}-{window.first + shown - 1}/{total}"
    return json_response(body, 200 if shown == total else 206, headers)


def json_response(body: object, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """`body` as JSON, encoded by msgspec: records, structs, dates and plain containers."""
    return Response(msgspec.json.encode(body), status_code=status, headers=headers, media_type="application/json")
