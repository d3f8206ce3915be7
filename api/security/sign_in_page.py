"""The pages of signing in: plain, in French, without a script."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from starlette.responses import Response

from api.delivery.render import HTML_HEADERS, render


@dataclass(frozen=True)
class Link:
    """Where a page leads."""

    label: str
    address: str


@dataclass(frozen=True)
class Choice:
    """Somebody whom a tester may be."""

    sub: str
    label: str


def page(
    title: str,
    paragraphs: Sequence[str],
    links: Sequence[Link] = (),
    status: int = 200,
    people: Sequence[Choice] = (),
    action: str = "",
    hidden: Mapping[str, str] | None = None,
) -> Response:
    """A page; with `people`, a form that posts the one who was chosen and the `hidden` fields to `action`."""
    text = render(
        "sign_in.html.j2",
        title=title,
        paragraphs=paragraphs,
        links=links,
        people=people,
        action=action,
        hidden=hidden or {},
    )
    return Response(text, status, headers=HTML_HEADERS, media_type="text/html")
