"""Ways to reach somebody in a text: telephone numbers, addresses and names on networks, disguised ones included.

A number is told by its digits, however they are written and parted: "06.12.34.56.78", "zéro six, douze…", full-width
figures, an "o" for a zero. An address is told by its sign and its end: "rh arobase exemple point fr", letters set
apart. Hours, dates, pay and counts of people are none.
"""

import unicodedata
from collections.abc import Iterator
from typing import Final

import re2

from features.text import folded

ADDRESS: Final = "une adresse électronique"
NUMBER: Final = "un numéro de téléphone"
SITE: Final = "une adresse de site"
NAME: Final = "un nom de compte sur un réseau"

_END: Final = r"(?:fr|com|org|net|eu|io|info|be|ch|ly|gg|biz|xyz|bzh|app|dev)"
_MAILBOX: Final = r"(?:gmail|hotmail|yahoo|wanadoo|protonmail|laposte\.net|outlook\.(?:com|fr))"
_SIGN: Final = r"(?:@|[(\[{<] ?(?:at|a|arobase?) ?[)\]}>]|\barr?obases?\b)"
_ADDRESSES: Final = re2.compile(
    rf"[a-z0-9._%+-] ?{_SIGN} ?[a-z0-9]|\barr?obases?\b|\b(?:chez|at|sur) {_MAILBOX}\b"
    rf"|\b[a-z0-9._%+-]+ at [a-z0-9-]+ ?(?:\.|dot|point) ?{_END}\b"
)
_NAMES: Final = re2.compile(r"(?:^|[\s:(])@[a-z0-9_.]{3,}")
_SITES: Final = re2.compile(
    rf"https? ?:|hxxp|\bwww\b|\b[a-z0-9-]+\.{_END}\b|\b[a-z0-9-]+\.[a-z]{{2,}}/[a-z0-9]"
    r"|\b[a-z0-9-]{2,} ?[(\[]? ?\. ?[)\]]? ?(?:fr|com|org)\b"
)
_SPELLED_SITE: Final = re2.compile(r"\b([a-z0-9-]+),? [(\[]?(?:point|dot)[)\]]? (?:fr|com|org|eu|io|net)\b")
_NOT_A_SITE: Final = frozenset(
    {"un", "le", "ce", "du", "au", "notre", "votre", "petit", "chaque", "dernier", "premier"}
)
""""Un point com" is a meeting."""
_APART: Final = re2.compile(r"(?:^|[\s:,;(])([a-z0-9@.](?:[ _*-][a-z0-9@.]){4,})(?:$|[\s:,;.)!?])")
"""Letters that are set apart, one by one."""
_WITHIN_APART: Final = re2.compile(rf"arr?obase|@|(?:point|dot|\.)(?:fr|com|org|net|eu|io)\b|www|https?:|{_MAILBOX}")

_DATE: Final = re2.compile(r"\b\d{1,2} ?[/.-] ?\d{1,2} ?[/.-] ?(?:19|20)\d{2}\b")
_TIME: Final = re2.compile(r"(?:^|[^\d:])([01]?\d|2[0-4]):[0-5]\d(?:$|[^\d:])")
_UNITS: Final = {
    "zero": 0, "un": 1, "une": 1, "deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "six": 6, "sept": 7, "huit": 8,
    "neuf": 9,
}  # fmt: skip
_TEENS: Final = {"dix": 10, "onze": 11, "douze": 12, "treize": 13, "quatorze": 14, "quinze": 15, "seize": 16}
_TENS: Final = {
    "vingt": 20, "vingts": 20, "trente": 30, "quarante": 40, "cinquante": 50, "soixante": 60, "septante": 70,
    "huitante": 80, "octante": 80, "nonante": 90,
}  # fmt: skip
_WORDS: Final = {**_UNITS, **_TEENS, **_TENS}
_GLUED: Final = re2.compile("|".join(sorted(_WORDS, key=len, reverse=True)))
_ALL_GLUED: Final = re2.compile(f"(?:{'|'.join(sorted(_WORDS, key=len, reverse=True))})+")
_PARTS: Final = re2.compile(r"[0-9o]*[0-9][0-9o]*|[a-zœæ]+|\+|\n")
_BETWEEN: Final = frozenset({"et", "puis", "ensuite", "tiret", "point", "espace", "virgule", "slash", "o"})
"""Words that may part the figures of a number."""
_FRENCH: Final = re2.compile(r"(?:0|(?:00|\+)?33(?:0)?)[1-9]\d{8}")
_ABROAD: Final = re2.compile(r"(?:\+|00)[1-9]\d{8,13}")
_WITHOUT_ZERO: Final = re2.compile(r"[67] \d\d \d\d \d\d \d\d")
_MOST_DIGITS: Final = 16


def way_round(text: str) -> str | None:
    """What in `text` would let people reach each other, with its article, in French; None where nothing does."""
    words = folded("".join(map(_figure, text)))
    if _ADDRESSES.search(words):
        return ADDRESS
    if _has_number(words):
        return NUMBER
    if _SITES.search(words) or any(match[1] not in _NOT_A_SITE for match in _SPELLED_SITE.finditer(words)):
        return SITE
    if any(_WITHIN_APART.search(re2.sub(r"[ _*-]", "", match[1])) for match in _APART.finditer(words)):
        return ADDRESS
    return NAME if _NAMES.search(words) else None


def _figure(letter: str) -> str:
    """A figure of any script as 0 to 9; marks that only dress one are gone."""
    if letter.isascii():
        return letter
    if unicodedata.category(letter) in ("Cf", "Mn", "Me"):
        return ""
    value = unicodedata.digit(letter, None)
    return letter if value is None else str(value)


def _has_number(words: str) -> bool:
    """Whether figures that nothing but signs part make a telephone number from one of them to another."""
    without_times = _TIME.sub(" heure ", _DATE.sub(" date ", words))
    return any(_is_number(run[first:]) for run in _runs(without_times) for first in range(len(run)))


def _is_number(run: list[str]) -> bool:
    if _WITHOUT_ZERO.fullmatch(" ".join(run[:5])):
        return True
    digits = ""
    for figures in run:
        digits += figures
        if _FRENCH.fullmatch(digits) or _ABROAD.fullmatch(digits):
            return True
        if len(digits) > _MOST_DIGITS:
            return False
    return False


def _runs(words: str) -> Iterator[list[str]]:
    """Figures that follow each other, in figures or in letters, with no other word between them."""
    run: list[str] = []
    numbers: list[int] = []
    for match in _PARTS.finditer(words):
        part = match[0]
        if _ALL_GLUED.fullmatch(part):
            numbers += [_WORDS[each[0]] for each in _GLUED.finditer(part)]
            continue
        if part in _BETWEEN or part == "\n":
            if part != "et":
                run += _written(numbers)
                numbers = []
            continue
        run += _written(numbers)
        numbers = []
        if part[0] == "+":
            yield run
            run = ["+"]
        elif any(letter.isdigit() for letter in part):
            run.append(part.replace("o", "0"))
        else:
            yield run
            run = []
    yield run + _written(numbers)


def _written(numbers: list[int]) -> list[str]:
    """Numbers said one after the other as one would write them: 60, 10, 8 -> "78"; 0, 6 -> "0", "6"."""
    figures: list[str] = []
    at = 0
    while at < len(numbers):
        value = numbers[at]
        at += 1
        if value == 4 and numbers[at : at + 1] == [20]:
            value, at = 80, at + 1
        if value == 10 and at < len(numbers) and 7 <= numbers[at] <= 9:
            value, at = value + numbers[at], at + 1
        elif value >= 20 and at < len(numbers) and 1 <= numbers[at] <= (16 if value in (60, 80) else 9):
            value, at = value + numbers[at], at + 1
            if value % 10 == 0 and value in (70, 90) and at < len(numbers) and 7 <= numbers[at] <= 9:
                value, at = value + numbers[at], at + 1
        figures.append(str(value))
    return figures
