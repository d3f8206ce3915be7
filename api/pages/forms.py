"""Forms as browsers send them: small, and urlencoded."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import Message
from typing import Annotated
from urllib.parse import parse_qs

from fastapi import Depends, Request

from api.problems import ApiProblem, ProblemType
from api.security.csrf import FORM, MOST_FIELDS
from api.service import Service


@dataclass(frozen=True)
class Form:
    """The fields of a form; one that was not sent is empty."""

    fields: Mapping[str, tuple[str, ...]]

    def __getitem__(self, name: str) -> str:
        """The one value of a field, trimmed; "" where it was not sent."""
        return next(iter(self.fields.get(name, ())), "").strip()

    def all(self, name: str) -> tuple[str, ...]:
        """The values of a field that may be sent several times."""
        return self.fields.get(name, ())

    def __contains__(self, name: str) -> bool:
        return name in self.fields


async def fields_of(request: Request) -> Form:
    """The form in a body. Raises ApiProblem: 415 for another encoding, 400 for one that cannot be read."""
    message = Message()
    message["content-type"] = request.headers.get("content-type", "")
    if message.get_content_type() != FORM:
        raise ApiProblem(ProblemType.CONTENT_TYPE, f"Type de contenu attendu : {FORM}.")
    body = await request.body()
    try:
        found = parse_qs(
            body.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS, encoding="utf-8"
        )
    except ValueError:
        raise ApiProblem(ProblemType.UNREADABLE, "Le formulaire n'a pas pu être lu.") from None
    return Form({name: tuple(values) for name, values in found.items()})


FormOf = Annotated[Form, Depends(fields_of)]
"""A page's way to the form that it is sent: `async def act(form: FormOf)`. That a page of ours sent it is checked with
the cookie that says who does (`api.security.csrf`)."""


def is_fragment(request: Request) -> bool:
    """Whether a script of ours asks for the part of the page that changes, not for the whole page."""
    return request.headers.get("hx-request") == "true"


async def settled(service: Service) -> None:
    """Wait until this process shows what it has just written, a second at most."""
    written = await asyncio.to_thread(service.store.watermark)
    service.follower.nudge()
    for _ in range(100):
        if service.engine.watermark >= written:
            return
        await asyncio.sleep(0.01)
