"""What leads from one answer to the next request, as the OpenAPI document tells it (`links`): from a record that was
created, or that a list begins with, to what is asked under its id."""

import re
from collections.abc import Iterator
from typing import Any, Final

Json = dict[str, Any]

_OF_ONE: Final = re.compile(r"(?P<all>/v1/(?:[a-z-]+/)?[a-z-]+)/\{(?P<key>id|code)\}(?:/[a-z-]+)*")
"""An address under one record of a kind, and that of all of them."""
_METHODS: Final = ("get", "put", "delete", "post")
_FIRST: Final = "$response.body#/resultats/0"
_LISTED: Final = ("200", "206")


def add_links(document: Json) -> None:
    """Write `links` into the answers of `document` that give the id of a record."""
    paths: dict[str, dict[str, Json]] = document["paths"]
    for path, operations in paths.items():
        follow = dict(_under(path, paths))
        if not follow:
            continue
        for method, statuses, record in (("post", ("201",), "$response.body#"), ("get", _LISTED, _FIRST)):
            responses = operations.get(method, {}).get("responses", {})
            for status in statuses:
                name = _key_of(document, responses.get(status, {}), listed=method == "get")
                if name is not None:
                    responses[status]["links"] = {
                        operation: {"operationId": operation, "parameters": {f"path.{key}": f"{record}/{name}"}}
                        for operation, key in follow.items()
                    }


def _under(path: str, paths: dict[str, dict[str, Json]]) -> Iterator[tuple[str, str]]:
    """(id of each operation on one of the records of `path`, name of its key in the address)."""
    for address, operations in paths.items():
        match = _OF_ONE.fullmatch(address)
        if match is not None and match["all"] == path:
            for method in _METHODS:
                if method in operations:
                    yield str(operations[method]["operationId"]), match["key"]


def _key_of(document: Json, response: Json, *, listed: bool) -> str | None:
    """The member of a record that is its id: `id`, a firm's `siret`, a métier's `code`; None for another answer."""
    schema = response.get("content", {}).get("application/json", {}).get("schema", {})
    if listed:
        schema = resolved(document, schema).get("properties", {}).get("resultats", {}).get("items", {})
    members = resolved(document, schema).get("properties", {})
    return next((name for name in ("id", "siret", "code") if name in members), None)


def resolved(document: Json, schema: Json) -> Json:
    """The schema that a reference names, or the schema itself."""
    reference = schema.get("$ref")
    if reference is None:
        return schema
    found: Json = document["components"]["schemas"][reference.rpartition("/")[2]]
    return found
