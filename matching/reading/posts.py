"""How many posts, with telework or not, and whether they are open to disabled workers."""

from collections.abc import Iterator
from typing import Final

import re2

from matching.explain.wording import counted
from matching.reading.items import FIGURE, Item, Text, number_of

_POSTS: Final = re2.compile(
    r"^(?:\W|bonjour|je|j.|nous|on|notre|entreprise|societe|restaurant|recherch\w*|cherch\w*|recrut\w*|embauch\w*"
    r"|besoin|avons|ai|a|de|il|me"
    r"|faut|voudrais|urgent|d.)*\b(\d{1,3}|deux|trois|quatre|cinq|six|sept|huit|neuf|dix|douze|quinze"
    r"|vingt)(?: ?(?:a|ou|-) ?(?:\d{1,3}|deux|trois|quatre|cinq|six|sept|huit|neuf|dix))?"
    r" (?:postes? (?:de |d.)?)?"
)
_RANGE: Final = re2.compile(r"^ ?(?:a|ou|-) ?(?:\d{1,3}|deux|trois|quatre|cinq|six|sept|huit|neuf|dix)\b")
_TEAM: Final = re2.compile(r"(?:^|[\s,;'(])(?:(\w+) (?:de |d.environ )|(?:encadr|manag|dirig|accompagn)\w+ )$")
_WANTING: Final = frozenset({"besoin", "recherche", "recrutement", "embauche", "poste", "postes", "renfort"})
"""Words before "de 3 personnes" that want them rather than have them."""
_POSTS_TOLD: Final = re2.compile(
    r"\b(\d{1,3}|deux|trois|quatre|cinq|six|sept|huit|neuf|dix) (?:postes?|recrutements?|personnes?)(?: a pourvoir)?\b"
)
_UNIT_AFTER: Final = re2.compile(r"^ ?(?:h|heures?|ans?|mois|semaines?|jours?|km|€|euros?|%|k)\b|^[x*/%€]|^ ?\d")
_NO_COUNT: Final = "Combien de postes ? Le nombre attendu est 1 ou plus."
_REMOTE: Final = re2.compile(
    rf"\b(?:(?:{FIGURE} jours? (?:de |en )?)|en |full |100 ?% |avec )?(?:tele-?travail|remote|distanciel"
    rf"|travail a distance|a distance)"
    r"(?: (?:possible|complet|partiel|total|integral|accepte))?\b(?: \d jours?(?: par semaine| / semaine)?)?"
)
_ACCESSIBLE: Final = re2.compile(
    r"\b(?:ouvert |accessible )?(?:aux |rqth|a des )?(?:travailleurs? handicapee?s?|personnes? (?:handicapees?"
    r"|en situation de handicap)|rqth)"
    r"(?: (?:acceptee?s?|bienvenue?s?))?\b"
)


def posts(text: Text) -> Iterator[Item]:
    """How many people are wanted, where it is said before the job or as "3 postes"."""
    for match in text.find(_POSTS_TOLD):
        start, end = match.span()
        before = text.plain[:start]
        team = _TEAM.search(before) if "personne" in match[0] else None
        if team is not None and team[1] not in _WANTING:
            begin = start if team[1] is None else team.start(1)
            text.take(begin, end)
            size = counted(int(number_of(match[1])), "personne", "personnes")
            yield Item("effectif", None, f"Équipe de {size}", begin, end, used=False)
            continue
        if re2.search(r"(?:^|[\s,;:])[-−]$", before) or number_of(match[1]) < 1:
            text.refuse(start - (before[-1:] in ("-", "−")), end, _NO_COUNT)
            return
        text.take(*match.span())
        yield _posts_item(match[1], *match.span())
        return
    match = _POSTS.search(text.plain)
    if match and not _UNIT_AFTER.search(text.plain[match.end(1) :]):
        start, end = match.span(1)
        range_ = _RANGE.search(text.plain[end:])
        end += range_.end() if range_ else 0
        if text.free(start, end) and number_of(match[1]) >= 2:
            text.take(start, end)
            yield _posts_item(match[1], start, end)


def _posts_item(words: str, start: int, end: int) -> Item:
    n = int(number_of(words))
    return Item("nombrePostes", max(n, 1), counted(n, "poste", "postes"), start, end)


def remote(text: Text) -> Iterator[Item]:
    """Telework: understood, and no criterion of the search."""
    for match in text.find(_REMOTE):
        text.take(*match.span())
        note = "La recherche ne trie pas sur le télétravail : dites-le dans votre message, il élargit le vivier."
        yield Item("teletravail", True, "Télétravail", *match.span(), note=note, used=False)
        return


def accessible(text: Text) -> Iterator[Item]:
    """Open to disabled workers: the offer's own mark."""
    for match in text.find(_ACCESSIBLE):
        text.take(*match.span())
        yield Item("accessibleTH", True, "Ouvert aux travailleurs handicapés", *match.span())
        return
