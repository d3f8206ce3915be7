"""Lines of a stream, whatever the chunks it comes in."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel
from starlette.requests import Request

from api.intake import lines_of, require_content_type, validated
from api.problems import ApiProblem
from features.border.problems import BorderError


def read(chunks: list[bytes], limit: int = 1000) -> list[tuple[int, bytes | None]]:
    async def stream() -> AsyncIterator[bytes]:
        for chunk in chunks:
            yield chunk

    async def collect() -> list[tuple[int, bytes | None]]:
        return [line async for line in lines_of(stream(), limit)]

    return asyncio.run(collect())


def test_lines_are_numbered_and_blank_ones_left_out() -> None:
    assert read([b"un\n\n  \r\ntrois\r\nqua", b"tre"]) == [(1, b"un"), (4, b"trois\r"), (5, b"quatre")]


def test_nothing() -> None:
    assert read([]) == []
    assert read([b"", b"\n\n"]) == []


def test_a_line_that_is_too_long_is_told_and_the_next_one_is_read() -> None:
    assert read([b"123456", b"78901\n", b"court\n", b"1234567890\n"], limit=10) == [
        (1, None),
        (2, b"court"),
        (3, b"1234567890"),
    ]
    assert read([b"x" * 11], limit=10) == [(1, None)]


@given(st.lists(st.binary(max_size=12)), st.integers(min_value=1, max_value=7))
def test_chunks_do_not_matter(lines: list[bytes], size: int) -> None:
    text = b"\n".join(lines)
    chunks = [text[start : start + size] for start in range(0, len(text), size)]
    assert read(chunks, limit=8) == read([text], limit=8)


def a_request(content_type: str) -> Request:
    return Request({"type": "http", "headers": [(b"content-type", content_type.encode())]})


@pytest.mark.parametrize("given_type", ["application/json", "application/json; charset=utf-8", "Application/JSON"])
def test_content_types_that_are_taken(given_type: str) -> None:
    require_content_type(a_request(given_type), "application/json")


@pytest.mark.parametrize("given_type", ["", "text/plain", "application/json; charset=latin-1", "application/jsonx"])
def test_content_types_that_are_refused(given_type: str) -> None:
    with pytest.raises(ApiProblem, match="attendu : application/json"):
        require_content_type(a_request(given_type), "application/json")


class Asked(BaseModel):
    count: int
    certain: bool = False


@pytest.mark.parametrize(
    "text", [b'{"count": "3"}', b'{"count": true}', b'{"count": 3.5}', b'{"count": 3, "certain": 0}']
)
def test_a_number_is_a_number_and_a_yes_or_no_is_true_or_false(text: bytes) -> None:
    assert validated(Asked, b'{"count": 3, "certain": true}') == Asked(count=3, certain=True)
    with pytest.raises(BorderError):
        validated(Asked, text)
