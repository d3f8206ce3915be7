"""French spacing: the spaces before and inside punctuation, and between a number and its unit, break no line."""

import re
from typing import Final

_VERBATIM: Final = re.compile(r"(<(textarea|pre|script|style)\b.*?</\2>)", re.DOTALL)
_SHOWN: Final = re.compile(r">[^< ]* [^<]*<")
"""Words between two tags: a space at least."""
_SPACE_BEFORE: Final = re.compile(r" (?=[:;?!»%€])|(?<=\d) (?=(?:km|h|ans?|mois|jours?)\b)")
_SPACE_AFTER: Final = re.compile(r"(?<=«) ")


def spaced(text: str) -> str:
    """A page with the spaces before and inside French punctuation that do not break; what people wrote into fields
    stays as it is."""
    pieces = _VERBATIM.split(text)
    pieces[0::3] = [_SHOWN.sub(_unbreakable, piece) for piece in pieces[0::3]]
    del pieces[2::3]
    return "".join(pieces)


def _unbreakable(found: "re.Match[str]") -> str:
    return bound(found[0])


def bound(text: str) -> str:
    """Words with those of their spaces that break no line."""
    return _SPACE_AFTER.sub("\u00a0", _SPACE_BEFORE.sub("\u00a0", text))
