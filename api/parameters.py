"""No query parameter is ignored in silence: a name that the route does not declare is refused."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from fastapi import Request

from matching.errors import BadParameter, UnknownParameter
from matching.filters.registry import nearest_name


def declared_by(route: Any) -> frozenset[str]:
    """The query parameters of a route: those of its signature and those of its `openapi_extra`."""
    extra = (route.openapi_extra or {}).get("parameters", ())
    names = {str(parameter["name"]) for parameter in extra if parameter["in"] == "query"}
    return frozenset(names | {field.alias for field in route.dependant.query_params})


async def refuse_unknown(request: Request) -> None:
    """Raises UnknownParameter with the nearest known name, or BadParameter for a name that comes twice."""
    if not request.query_params:
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


def as_mapping(request: Request, without: frozenset[str] = frozenset()) -> Mapping[str, str]:
    """The query as one mapping, less the names in `without`."""
    return {name: value for name, value in request.query_params.items() if name not in without}
