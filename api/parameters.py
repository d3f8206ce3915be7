"""No query parameter is ignored in silence: a name that the route does not declare is refused."""

from collections.abc import Iterable, Sequence
from typing import Any

from fastapi import Request

from api.pagination import DEFAULT_RANGE, window_of
from matching.answer import Window
from matching.errors import BadParameter, UnknownParameter
from matching.filters.registry import nearest_name


def declared_by(route: Any) -> frozenset[str]:
    """The query parameters of a route: those of its signature and those of its `openapi_extra`."""
    extra = (route.openapi_extra or {}).get("parameters", ())
    names = {str(parameter["name"]) for parameter in extra if parameter["in"] == "query"}
    return frozenset(names | {field.alias for field in route.dependant.query_params})


async def refuse_unknown(request: Request) -> None:
    """Raises UnknownParameter with the nearest known name, or BadParameter for a name that comes twice. A route that is
    not in the document is an address that others compose, and may add to (RFC 6749, 4.1.2)."""
    if not request.query_params or not request.scope["route"].include_in_schema:
        return
    check(request.query_params.multi_items(), declared_by(request.scope["route"]))


def check(items: Sequence[tuple[str, str]], known: Iterable[str]) -> None:
    """Raises as `refuse_unknown` says."""
    names = sorted(known)
    seen: set[str] = set()
    for name, value in items:
        if name not in names:
            raise UnknownParameter(name, nearest_name(name, names))
        if name in seen:
            raise BadParameter(name, value, "une seule fois ; plusieurs valeurs se séparent par des virgules")
        seen.add(name)


def search_of(request: Request) -> tuple[dict[str, str], Window]:
    """The search parameters of a query, and the page it asks for. Raises BadParameter for a wrong `range`."""
    parameters = dict(request.query_params)
    return parameters, window_of(parameters.pop("range", DEFAULT_RANGE))
