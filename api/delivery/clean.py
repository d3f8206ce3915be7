"""Words and links from outside, made fit for a page: no markup of theirs, no address but of the web.

Templates escape everything besides; this is for what escaping leaves: tags shown to a reader as they are, a link that
runs a script, and readers of feeds, which take the text of an entry for HTML.
"""

import html
import re
from typing import Final

import nh3

_WEB: Final = re.compile(r"https?://[^\s<>\"'`\\\x00-\x20\x7f]+", re.IGNORECASE)
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069]")
"""Also what turns the direction of a line, so that it reads as another."""
_FRAGMENT: Final = nh3.Cleaner(
    tags={"a", "li", "p", "ul"},
    attributes={"a": {"href"}},
    url_schemes={"http", "https"},
    link_rel="noopener noreferrer nofollow",
)


def words_of(text: str) -> str:
    """`text` as a person wrote it: without tags, scripts and their content, entities and control characters."""
    if "<" in text or "&" in text:
        text = html.unescape(
            nh3.clean(text, tags=set(), clean_content_tags={"script", "style", "template", "noscript"})
        )
    return _CONTROL.sub("", text)


def link_of(address: str | None) -> str | None:
    """A web address that may stand in a page; None for anything else."""
    return address if address is not None and _WEB.fullmatch(address) else None


def fragment_of(markup: str) -> str:
    """A piece of HTML of our own making, with nothing in it but paragraphs, lists and links to the web."""
    return _FRAGMENT.clean(markup)
