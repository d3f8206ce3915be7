"""Job titles as people write them: one gender, no accents, capitals, short forms, slips of the finger.

A variant is a pure function of the label and a number, so that a seed keeps its meaning, and each is made once.
"""

import re
from enum import IntEnum
from functools import cache, lru_cache

from features.rome.gender import forms
from features.text import one_line, without_accents

SHORT_FORMS: tuple[tuple[str, str], ...] = (
    (r"ressources humaines", "RH"),
    (r"poids lourds?", "PL"),
    (r"vehicules? legers?|véhicules? légers?", "VL"),
    (r"aide-soignante?", "AS"),
    (r"infirmi(?:er|ère)", "IDE"),
    (r"assistante?", "asst"),
    (r"techni(?:cien|cienne)", "tech"),
    (r"responsable", "resp."),
    (r"maintenance", "maint."),
    (r"informatique", "info"),
    (r"administrati(?:f|ve)", "admin."),
    (r"administrateur|administratrice", "admin"),
    (r"directeur|directrice", "dir."),
    (r"ingénieure?", "ing."),
    (r"développeu(?:r|se)", "dev"),
    (r"commerciale?", "cial"),
    (r"restauration", "resto"),
    (r"auxiliaire de vie sociale", "AVS"),
    (r"auxiliaire de vie", "AVS"),
    (r"éducat(?:eur|rice)", "éduc"),
    (r"conduct(?:eur|rice)", "conduc."),
    (r"chauffeuse|chauffeur", "chauf."),
    (r"mécanici(?:en|enne)", "méca"),
    (r"électrici(?:en|enne)", "élec"),
    (r"professeure?", "prof"),
    (r"manutention(?:naire)?", "manut."),
    (r"comptable", "compta"),
    (r"préparat(?:eur|rice)", "prépa"),
    (r"production", "prod"),
    (r"secrétaire", "secr."),
    (r"qualité, hygiène, sécurité et environnement|hygiène sécurité environnement", "HSE"),
    (r"recherche et développement", "R&D"),
)
_SHORT = tuple((re.compile(rf"\b(?:{pattern})\b", re.IGNORECASE), short) for pattern, short in SHORT_FORMS)
_BRACKETS = re.compile(r"\s*\([^()]*\)")
_ACUTE = re.compile(r"e(?:valu|labor|tabl|cout|cri|quip|limin|lev|vit|mett|dit|duqu|chang|clair|miss)")
"""Verbs whose capital E lost its accent in the referential."""
_SMALL_WORDS = {"de", "du", "des", "d", "la", "le", "les", "en", "et", "à", "au", "aux", "sur", "pour", "l"}


class Gender(IntEnum):
    MASCULINE = 0
    FEMININE = 1


@cache
def plain_form(label: str, gender: Gender) -> str:
    """A label in one gender, without its explanations in brackets."""
    form = forms(label)[gender]
    return _BRACKETS.sub("", form).strip() or form


def shortened(text: str) -> str:
    """`text` with the abbreviations of the trade: "RH", "PL", "tech", "resp."."""
    for pattern, short in _SHORT:
        text = pattern.sub(short, text)
    return text


def slip(text: str, number: int) -> str:
    """`text` with one slip: two letters swapped, one lost or one doubled, inside a word of five letters or more."""
    words = list(re.finditer(r"[^\W\d_]{5,}", text))
    if not words:
        return text
    word = words[number % len(words)]
    at = word.start() + 1 + (number // 3) % (len(word.group()) - 3)
    kind = number % 3
    if kind == 0:
        return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    if kind == 1:
        return text[:at] + text[at + 1 :]
    return text[: at + 1] + text[at:]


def inclusive(label: str) -> str:
    """Both genders in one word where that reads: "Vendeur(se)", else "X / Y" as the referential has it."""
    left, slash, right = label.partition(" / ")
    if not slash or " " in left:
        return label
    first, _, rest = right.partition(" ")
    for masculine, feminine, mark in (
        ("eur", "euse", "(se)"),
        ("teur", "trice", "(trice)"),
        ("er", "ère", "(ère)"),
        ("en", "enne", "(ne)"),
        ("é", "ée", "(e)"),
        ("ant", "ante", "(e)"),
        ("ent", "ente", "(e)"),
    ):
        if left.endswith(masculine) and first.endswith(feminine):
            return f"{left}{mark} {rest}".strip()
    return label


CV_MANNERS = (*(0,) * 9, *(9,) * 4, 13, 13, 15, 15, 17, 18, 18, 20, 21, 22, 23)
"""The first number that writes a title the same way, so that each way is made once."""
N_TITLE_VARIANTS = 24
"""How many ways `cv_title` and `offer_title` know; a number beyond them starts again with other slips."""


def cv_title(label: str, gender: Gender, number: int) -> str:
    """A past or wanted job as its holder writes it, in their gender."""
    kind = number % N_TITLE_VARIANTS
    if kind < 9:
        return plain_form(label, gender)
    return _cv_title(label, gender, number if 20 <= kind < 23 else CV_MANNERS[kind])


@lru_cache(maxsize=300_000)
def _cv_title(label: str, gender: Gender, number: int) -> str:
    form = plain_form(label, gender)
    kind = number % N_TITLE_VARIANTS
    if kind < 13:
        return _lower_first(form)
    if kind < 15:
        return without_accents(form)
    if kind < 17:
        return without_accents(form).lower()
    if kind < 18:
        return form.upper()
    if kind < 20:
        return shortened(form)
    if kind < 22:
        return slip(form, number)
    if kind < 23:
        return slip(without_accents(form).lower(), number)
    return _head(form)


@lru_cache(maxsize=200_000)
def offer_title(label: str, number: int) -> str:
    """A vacancy's title as recruiters write it, with or without "H/F"."""
    masculine, feminine = plain_form(label, Gender.MASCULINE), plain_form(label, Gender.FEMININE)
    kind = number % N_TITLE_VARIANTS
    if kind < 6:
        return f"{masculine} (H/F)"
    if kind < 9:
        return f"{masculine} H/F"
    if kind < 10:
        return f"{masculine} F/H"
    if kind < 13:
        return f"{_BRACKETS.sub('', label)} (H/F)" if " / " in label else f"{label} (H/F)"
    if kind < 14:
        return inclusive(_BRACKETS.sub("", label))
    if kind < 16:
        return f"{without_accents(masculine).upper()} H/F"
    if kind < 17:
        return masculine.upper()
    if kind < 18:
        return f"{shortened(masculine)} H/F"
    if kind < 19:
        return f"{without_accents(masculine)} h/f"
    if kind < 20:
        return _lower_first(feminine)
    if kind < 21:
        return slip(f"{masculine} (H/F)", number)
    if kind < 22:
        return f"{_head(masculine)} (F/H)"
    if kind < 23:
        return feminine
    return masculine


def _lower_first(text: str) -> str:
    """The first letter in lower case, unless the word is an acronym."""
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


def _head(text: str) -> str:
    """The title cut after its first complement: "Conducteur d'engins" of "Conducteur d'engins de chantier"."""
    words = text.split()
    for length in range(2, len(words)):
        previous = words[length - 1].lower()
        if words[length].lower() in _SMALL_WORDS and previous not in _SMALL_WORDS and length >= 3:
            return " ".join(words[:length]).rstrip(",")
    return text


def sentence_item(label: str) -> str:
    """A skill or working condition ready to stand inside a sentence: lower first letter, no final stop."""
    words = _lower_first(one_line(_BRACKETS.sub("", _BRACKETS.sub("", label))).rstrip(" .,;…"))
    if words.startswith("etre "):
        return f"être {words[5:]}"
    return f"é{words[1:]}" if _ACUTE.match(words) else words


def of(words: str) -> str:
    """The French "de" before a job or an action: "de maçon", "d'aide-soignante", "d'assembler"."""
    return f"d'{words}" if without_accents(words[:1]).lower() in "aeiouh" else f"de {words}"


def a(name: str) -> str:
    """The French "à" before a place: "à Guéret", "au Mans", "aux Abymes"."""
    if name.startswith("Le "):
        return f"au {name[3:]}"
    if name.startswith("Les "):
        return f"aux {name[4:]}"
    return f"à {name}"
