"""Names that stand where a place is said and that no reader knows: told, never taken for the job."""

from collections.abc import Container
from typing import Final

import re2

from features.text import normalise
from matching.reading.items import Text

UNKNOWN: Final = "Ce lieu n'est pas connu : vérifiez son nom, ou donnez son code postal."


_NAME: Final = (
    r"(?:(?:la|le|les|La|Le|Les|L)[ '’-])?[A-ZÀ-Ý][a-zà-ÿ]+"
    r"(?:(?:[-'’ ](?:en|sur|sous|les|lès|la|le|de|du|des|d|l|aux|et))*[-'’ ][A-ZÀ-Ý][a-zà-ÿ]+)*"
)


_AT_A_NAME: Final = re2.compile(
    rf"(?:^|[\s,;(])((?:à|a|près d[e'’]|pres d[e']|autour d[e'’]|vers|proche d[e'’]|commune de|ville de) ?{_NAME})"
)


_A_NAME: Final = re2.compile(rf"^\s*(?:de |d'|d’)?({_NAME})")


_NO_PLACE: Final = re2.compile(r" (?:domicile|temps|pourvoir|partir|distance|noel|paques|toussaint)\b")


def tell_unknown(text: Text) -> None:
    """Tell the names that stand where a place is said and that no reader took."""
    for match in _AT_A_NAME.finditer(text.given):
        start, end = match.span(1)
        if text.free(start, end) and not _NO_PLACE.search(text.plain[start:end]):
            text.refuse(start, end, UNKNOWN)


_SMALL_NAME: Final = re2.compile(
    r"(?:^|[\s,;(])(à ((?:saint|sainte|st|ste|la|le|les)[ -])?([a-zà-ÿ]+(?:[-'’][a-zà-ÿ]+)*))(?:$|[\s,;.)])"
)


_INFINITIVE: Final = re2.compile(r"(?:er|ir|oir|re)$")


def unknown_in_small_letters(text: Text, known_words: Container[str]) -> None:
    """Tell the names in small letters that follow "à" and that no reader took. A word of a job, one of `known_words`
    (normalised), is none ("à domicile"), nor is an infinitive ("à pourvoir")."""
    for match in _SMALL_NAME.finditer(text.given):
        start, end = match.span(1)
        words = normalise(match[3]).split()
        told = match[2] is None and (_INFINITIVE.search(words[-1]) is not None or len(words[-1]) < 4)
        if text.free(start, end) and not told and not all(word in known_words for word in words):
            text.refuse(start, end, UNKNOWN)


def tell_unknown_after(text: Text, after: int) -> None:
    """Tell the name that follows a radius and that no reader took."""
    end = end_of_unknown(text, after)
    if end > after:
        start = after + len(text.given[after:end]) - len(text.given[after:end].lstrip())
        text.refuse(start, end, UNKNOWN)


def end_of_unknown(text: Text, after: int) -> int:
    """Where a name that stands there ends; `after` itself where none does or another reader has it."""
    name = _A_NAME.search(text.given[after:])
    if name is None or not text.free(after + name.start(1), after + name.end(1)):
        return after
    end: int = name.end(1)
    return after + end
