"""Templates: everything that comes from outside is escaped, and a name that a template misspells is an error."""

from functools import cache
from textwrap import TextWrapper
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from api.delivery.spacing import bound, spaced

HTML_HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
    "Cache-Control": "no-store",
}
"""Of pages that a secret address leads to: it goes to nobody else, and nothing is loaded from elsewhere."""

WIDTH: Final = 72


@cache
def templates() -> Environment:
    environment = Environment(
        loader=PackageLoader("api", "templates"),
        autoescape=select_autoescape(enabled_extensions=("html.j2",), default_for_string=True, default=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["lignes"] = folded
    return environment


def folded(text: str, before: str = "") -> str:
    """Words in lines of 72 signs, as a mail reader in a terminal shows them; `before` begins the first, and what it
    takes is left free at the others. A word that is longer stays whole."""
    blank = " " * len(before)
    lines = TextWrapper(
        WIDTH, initial_indent=before, subsequent_indent=blank, break_long_words=False, break_on_hyphens=False
    )
    return lines.fill(bound(text)).replace("\u00a0", " ")


def render(name: str, **values: object) -> str:
    """The text that a template makes of `values`; of one of HTML, with the spacing of French."""
    text = templates().get_template(name).render(values)
    return spaced(text) if name.endswith(".html.j2") else text
