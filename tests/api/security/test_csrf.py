"""The token of a session is found in every form that a page reads."""

import asyncio
from urllib.parse import urlencode

import pytest
from fastapi import Request

from api.pages.forms import fields_of
from api.problems import ApiProblem
from api.security import csrf


def sent(n_fields: int) -> Request:
    """A form whose last field is the token `le-bon`."""
    fields = [("competence", str(number)) for number in range(n_fields - 1)] + [(csrf.FIELD, "le-bon")]
    body = urlencode(fields).encode()

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": body, "more_body": False}

    headers = [(b"content-type", csrf.FORM.encode())]
    return Request({"type": "http", "method": "POST", "path": "/espace", "headers": headers}, receive)


@pytest.mark.parametrize("n_fields", [1, 201, csrf.MOST_FIELDS])
def test_a_form_that_a_page_reads_shows_its_token(n_fields: int) -> None:
    async def check() -> None:
        request = sent(n_fields)
        await csrf.check(request, "le-bon", "http://127.0.0.1:8000")
        assert (await fields_of(request))[csrf.FIELD] == "le-bon"

    asyncio.run(check())


def test_a_form_with_more_fields_is_read_by_neither() -> None:
    with pytest.raises(ApiProblem):
        asyncio.run(csrf.check(sent(csrf.MOST_FIELDS + 1), "le-bon", "http://127.0.0.1:8000"))
    with pytest.raises(ApiProblem):
        asyncio.run(fields_of(sent(csrf.MOST_FIELDS + 1)))
