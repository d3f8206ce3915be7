"""French job text: normalising it for comparison, cleaning it for display.

Text comes from anyone and may be long. What is more than a run of one kind of characters is matched by RE2, whose time
is linear whatever the text: 20,000 opening brackets cost `re` 66 s where a gender mark was looked for, RE2 0.2 ms.
"""

import html
import re
import unicodedata
from functools import lru_cache

import re2

_SPACES = re.compile(r"\s+")
_NOT_WORD = re.compile(r"[^a-z0-9+#]+")
_COMBINING = re.compile(r"[\u0300-\u036f]+")
"""Combining diacritical marks. (A regular expression passes over plain letters faster than `str.translate` does.)"""
_TAGS = re2.compile(r"<[^<>]{0,500}>")
_BREAKS = re2.compile(r"(?i)<\s*(?:br|/p|/li|/div|/h[1-6])\b[^<>]{0,200}>")
_GENDER_MARKS = re2.compile(
    r"(?i)[\s(\[\-–,]*\b(?:h\s*/\s*f(?:\s*/\s*x)?|f\s*/\s*h(?:\s*/\s*x)?|m\s*/\s*[fw](?:\s*/\s*[dx])?|f\s*/\s*m|hf|fh|h-f|f-h)\b[\s)\]]*"
)
_LIGATURES = (("œ", "oe"), ("Œ", "OE"), ("æ", "ae"), ("Æ", "AE"), ("’", "'"), ("\u00a0", " "), ("\u202f", " "))


def without_accents(text: str) -> str:
    """`text` with ligatures opened and diacritics removed; case is kept."""
    if text.isascii():
        return text
    opened = text
    for ligature, letters in _LIGATURES:
        opened = opened.replace(ligature, letters)
    return _COMBINING.sub("", unicodedata.normalize("NFKD", opened))


@lru_cache(maxsize=4096)
def _folded(character: str) -> str:
    plain_letter = without_accents(character).lower()
    return plain_letter if len(plain_letter) == 1 else character.lower() if len(character.lower()) == 1 else " "


def folded(text: str) -> str:
    """`text` in lower case without accents, character for character: places in it are places in `text`.

    A ligature keeps its place and is read as it is ("œ"); a typographic apostrophe is a plain one.
    """
    return "".join(map(_folded, text))


def normalise(text: str) -> str:
    """Lower case, no accents, words of [a-z0-9+#] separated by one space. Empty text gives "".

    `+` and `#` stay because C++ and C# are skills.
    """
    return _NOT_WORD.sub(" ", without_accents(text).lower()).strip()


def without_gender_marks(title: str) -> str:
    """A job title without "H/F", "(F/H)", "m/f" …; a title made only of marks is returned as it was.

    >>> without_gender_marks("Soudeur TIG (H/F)")
    'Soudeur TIG'
    """
    cleaned: str = _SPACES.sub(" ", _GENDER_MARKS.sub(" ", title)).strip(" -–,")
    return cleaned or title


def plain(markup: str) -> str:
    """Text of an HTML fragment: tags removed, line ends kept where blocks end, entities decoded."""
    if "<" not in markup and "&" not in markup:
        return markup.strip()
    text = html.unescape(_TAGS.sub(" ", _BREAKS.sub("\n", markup)))
    lines = (_SPACES.sub(" ", line).strip() for line in text.splitlines())
    return "\n".join(line for line in lines if line)


def one_line(text: str) -> str:
    """`text` with every run of white space as one space."""
    return _SPACES.sub(" ", text).strip()


def shorten(text: str, limit: int) -> str:
    """At most `limit` characters, cut at a word where possible and ended by "…" when cut."""
    if len(text) <= limit:
        return text
    head = text[: limit - 1]
    space = head.rfind(" ")
    return (head[:space] if space > limit // 2 else head).rstrip(" ,;:.") + "…"
