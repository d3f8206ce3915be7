"""What people write of their work, brought to words that do not tell who writes: neither a grammatical gender, nor an
age, a family, a health or an origin that stands beside the title.

"Coiffeuse, maman de deux enfants", "coiffeur (RQTH)" and "Coiffeur·euse" are all read as "coiffeur". The words are for
machines alone: what is shown stays as it was written. One form had to be chosen, and the referential gives the
masculine first; the choice weighs on nothing, since everyone's words go through.
"""

import re
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Self

import re2

from features.rome.gender import forms
from features.rome.referential import Rome
from features.text import folded, normalise, one_line, without_gender_marks

_WORD: Final = re.compile(r"[^\W\d_]+")
_INCLUSIVE: Final = re2.compile(
    r"(?i)\((?:euses?|ses?|trices?|rices?|i?[èe]res?|i?ennes?|nes?|es?|ve|elle|le|e-s)\)"
    r"|[·•‧](?:euses?|trices?|rices?|i?[èe]res?|i?ennes?|nes?|es?|ves?|les?|se)(?:[·•‧]s)?"
)
"""Endings that an inclusive spelling adds: "vendeur(se)", "vendeur·euse"."""

_ENDINGS: Final = (
    ("euses", "eurs"), ("euse", "eur"), ("trices", "teurs"), ("trice", "teur"), ("ieres", "iers"), ("iere", "ier"),
    ("iennes", "iens"), ("ienne", "ien"),
)  # fmt: skip
"""Of words that the referential does not have: the feminine of trades, and the masculine."""
_NO_TRADE: Final = frozenset((
    "matiere", "matrice", "lumiere", "biere", "filiere", "riviere", "frontiere", "maniere", "carriere",
    "premiere", "derniere", "cafetiere", "poussiere", "chaudiere", "barriere", "jardiniere", "litiere",
    "excavatrice", "motrice", "entiere", "singuliere", "cicatrice", "friteuse", "laitiere", "visiere", "riziere",
    "pepiniere", "clairiere", "betonniere", "gouttiere", "priere", "arriere", "derriere",
))  # fmt: skip
"""Words that end as a feminine trade does and name none, or a machine; the referential has most others."""

_WOMEN: Final = frozenset(("femme", "fille", "hotesse", "dame", "woman"))
"""Words that make a name feminine with no masculine of the same stem."""

_PERSON: Final = r"(?:jeune |agee? )?(?:femme|homme|fille|garcon|dame|monsieur|personne|senior)"
_AGE: Final = r"(?:agee?s? de |de |d'environ )?(?:1[5-9]|[2-6]\d) ans(?: et plus)?"
_CHILDREN: Final = (
    r"(?:jeune )?(?:maman|papa|mere|pere)(?: au foyer| celibataire| seule?| isolee?| de famille(?: nombreuse)?)?"
    r"(?: (?:de|d') ?\w+ (?:jeunes? )?enfants?)?"
)
_ABOUT_THE_PERSON: Final = re2.compile(
    rf"(?:{_PERSON}(?: {_AGE})?|{_AGE}|{_CHILDREN}|(?:\w+ )?(?:enfants? a charge|sans enfants?)"
    r"|celibataire|mariee?|divorcee?|pacsee?|veuve|veuf|en couple"
    r"|(?:actuellement )?enceinte(?: de \w+ mois)?|(?:en |apres (?:un )?)?conge (?:maternite|parental)"
    r"|(?:(?:reconnue? )?(?:en )?(?:qualite de )?)?(?:travailleu(?:r|se)s? handicapee?s?|rqth|boe|oeth)"
    r"|(?:avec (?:une )?|titulaire (?:de la |d'une )?|beneficiaire (?:de la |d'une )?)rqth"
    r"|(?:en situation de )?handicap(?:ee?)?|diabetique|epileptique|en invalidite|invalide|sourde?|malentendante?"
    r"|(?:de nationalite|d'origine|nationalite|origine) \w+(?: \w+)?|nee? (?:au|en|aux|a) [\w -]+"
    r"|immigree?|refugiee?|(?:de )?(?:religion|confession) \w+|catholique|musulmane?|juive?|protestante?|pratiquante?"
    r"|(?:deleguee?|militante?) syndicale?|syndiquee?|au rsa|sans domicile(?: fixe)?|habitante? (?:de|d'un|du) .*"
    r"|quartier prioritaire|qpv)"
)
"""What is said of oneself in a part of a title that stands apart."""
_ANYWHERE: Final = re2.compile(
    rf"\b(?:rqth|{_PERSON} (?:de |d'environ )?(?:1[5-9]|[2-6]\d) ans|agee?s? de \d\d ans|de nationalite \w+)\b"
)
_PARTS: Final = re2.compile(r"\s*[,;()|]\s*|\s+[-–—/]\s+|\s+et\s+")
_MAY_TELL: Final = re2.compile(r"(?i)[,;()|]|\s[-–—/]\s|\set\s|rqth|\bans\b|nationalit")
"""What a text has where there is anything to look for: most have none of it."""
_LONGEST: Final = 400
"""Characters of a text in which words about the person are looked for: a title is shorter."""


def without_the_person(text: str) -> str:
    """`text` without what it says of who wrote it: parts set off by commas, brackets or dashes that are about an age, a
    family, a health, an origin, and those few that are never about work wherever they stand. A text that says nothing
    else is returned as it was.

    >>> without_the_person("Coiffeuse, maman de deux enfants (RQTH)")
    'Coiffeuse'
    """
    if len(text) > _LONGEST or _MAY_TELL.search(text) is None:
        return text
    plain = folded(text)
    if len(plain) != len(text):
        return text
    left, start, before, cut = "", 0, 0, False
    for end, after in [*(found.span() for found in _PARTS.finditer(plain)), (len(plain), len(plain))]:
        part = plain[start:end].strip(" .")
        if _ABOUT_THE_PERSON.fullmatch(part) or (cut and not part):
            cut = True
        else:
            left += f" {text[start:end]}" if cut else text[before:end]
            cut = False
        before, start = end, after
    if not left.strip():
        return text
    said = [(found.start(), found.end()) for found in _ANYWHERE.finditer(folded(left))]
    if left == text and not said:
        return text
    bounds = [0, *(place for span in said for place in span), len(left)]
    spared = "".join(left[first:last] for first, last in zip(bounds[::2], bounds[1::2], strict=True))
    return one_line(spared).strip(" ,;-–(") or text


@dataclass(frozen=True, eq=False)
class Neutral:
    """What one referential knows of the gender of words."""

    masculine: dict[str, str]
    """Normalised feminine word of a trade -> the masculine one."""
    phrases: dict[str, str]
    """Normalised name of a trade whose two forms share no stem ("femme de chambre") -> its first form."""
    known: frozenset[str]
    """Words that the referential writes otherwise than as the feminine of a trade: no ending of theirs is touched."""

    @classmethod
    def of(cls, rome: Rome) -> Self:
        """Read off the names of occupations and appellations, which give both forms."""
        pairs: Counter[tuple[str, str]] = Counter()
        phrases: dict[str, str] = {}
        known: set[str] = set()
        for label in (*rome.labels, *rome.appellation_labels):
            one, other = (normalise(form) for form in forms(label))
            known.update(one.split())
            if one == other:
                continue
            left, right = one.split(), other.split()
            if len(left) == len(right) and all(a == b or a[:3] == b[:3] for a, b in zip(left, right, strict=True)):
                pairs.update((b, a) for a, b in zip(left, right, strict=True) if a.rstrip("s") != b.rstrip("s"))
            elif _WOMEN & set(right) and len(left) > 1:
                phrases.setdefault(other, one)
        known.update(word for label in rome.skill_labels for word in normalise(label).split())
        masculine: dict[str, str] = {"une": "un"}
        for (feminine, form), times in sorted(pairs.items(), key=lambda item: (-item[1], item[0])):
            if pairs[form, feminine] < times:
                masculine.setdefault(feminine, form)
        masculine = {word: masculine.get(form, form) for word, form in masculine.items()}
        return cls(masculine, phrases, frozenset(known))

    def __call__(self, text: str) -> str:
        """`text` as it is read. Words without a gender, a name in both genders ("Vendeur / Vendeuse"), and text that
        says nothing of a person come back as they were."""
        return _kept(self, text) if len(text) <= _LONGEST else self._read(text)

    def _read(self, text: str) -> str:
        told = without_the_person(text)
        if " / " in told and self._same(*forms(without_gender_marks(told))):
            return told  # it names both: nothing to bring to one
        told = _INCLUSIVE.sub("", told)
        phrase = self.phrases.get(normalise(without_gender_marks(told)))
        return phrase if phrase is not None else _WORD.sub(self._one, told)

    def _same(self, one: str, other: str) -> bool:
        """Whether two different names are those of one trade, in both genders."""
        return one != other and normalise(_WORD.sub(self._one, one)) == normalise(_WORD.sub(self._one, other))

    def _one(self, found: re.Match[str]) -> str:
        return self._word(found.group())

    def _word(self, word: str) -> str:
        plain = normalise(word)
        form = self.masculine.get(plain)
        if form is not None:
            return form
        if plain in self.known or plain.removesuffix("s") in _NO_TRADE:
            return word
        for ending, other in _ENDINGS:
            if plain.endswith(ending) and len(plain) - len(ending) >= 2:
                return plain[: -len(ending)] + other
        return word


@lru_cache(maxsize=4)
def neutral_of(rome: Rome) -> Neutral:
    """`Neutral.of`, once for each referential: it takes a second for the whole of ROME."""
    return Neutral.of(rome)


@lru_cache(maxsize=65_536)
def _kept(neutral: Neutral, text: str) -> str:
    return neutral._read(text)
