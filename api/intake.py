"""From the bytes of a request to a record: one path for single records and for the lines of a bulk."""

from collections.abc import AsyncIterator
from email.message import Message
from typing import Final, TypeVar

from fastapi import Request
from pydantic import BaseModel, ValidationError

from api.problems import ApiProblem, ProblemType
from features.border.problems import VALUE_LIMIT, BorderError, problems_of
from features.border.registry import Border
from features.records import Record
from features.reference import Reference

M = TypeVar("M", bound=BaseModel)

JSON: Final = "application/json"
NDJSON: Final = "application/x-ndjson"


def parse(border: Border, text: bytes, reference: Reference) -> Record:
    """The record that a JSON document describes.

    Raises BorderError for a wrong shape, and for a code that the reference data does not have.
    """
    return border.to_record(validated(border.model, text), reference)


def validated(model: type[M], text: bytes) -> M:
    """The model that a JSON document describes: a number is written as a number, a yes or no as true or false. Raises
    BorderError."""
    try:
        return model.model_validate_json(text.decode(), strict=True)
    except UnicodeDecodeError:
        raise BorderError.one("(document)", text[:VALUE_LIMIT].decode(errors="replace"), "json_invalid") from None
    except ValidationError as error:
        raise BorderError(problems_of(error)) from None


async def body_of(request: Request) -> bytes:
    """The whole body of a JSON request. Raises ApiProblem (415) for another content type."""
    require_content_type(request, JSON)
    return await request.body()


async def record_of(request: Request, border: Border, reference: Reference) -> Record:
    """The record in the body. Raises ApiProblem (415) or BorderError."""
    return parse(border, await body_of(request), reference)


async def model_of(request: Request, model: type[M]) -> M:
    """The validated body. Raises ApiProblem (415) or BorderError."""
    return validated(model, await body_of(request))


def require_content_type(request: Request, wanted: str) -> None:
    """Raises ApiProblem (415) unless the request says that its body is `wanted`, in UTF-8."""
    message = Message()
    message["content-type"] = request.headers.get("content-type", "")
    charset = message.get_param("charset", "utf-8")
    if message.get_content_type() != wanted or str(charset).lower() not in ("utf-8", "utf8"):
        given = request.headers.get("content-type", "aucun")[:80]
        raise ApiProblem(ProblemType.CONTENT_TYPE, f"Type de contenu attendu : {wanted} ; reçu : {given}.")


async def lines_of(chunks: AsyncIterator[bytes], limit: int) -> AsyncIterator[tuple[int, bytes | None]]:
    """The lines of a stream with their numbers from 1, without line ends; None stands for one longer than `limit`.

    Memory stays within `limit` and one chunk. Blank lines are counted and left out.
    """
    number, held, overlong = 1, bytearray(), False
    async for chunk in chunks:
        parts = chunk.split(b"\n")
        for position, part in enumerate(parts):
            overlong = overlong or len(held) + len(part) > limit
            if overlong:
                held.clear()
            else:
                held += part
            if position < len(parts) - 1:
                if overlong or held.strip():
                    yield number, None if overlong else bytes(held)
                number, overlong = number + 1, False
                held.clear()
    if overlong or held.strip():
        yield number, None if overlong else bytes(held)
