"""Where: communes by name or postcode, départements, regions, and the circle around them."""

from collections.abc import Iterator, Sequence
from math import ceil
from typing import Final

import re2

from features.communes import Communes
from features.territories import DEPARTEMENTS, REGIONS, departements_by_name, regions_by_name
from features.text import normalise
from matching.explain.wording import kilometres
from matching.reading.items import Choice, Item, Text
from matching.reading.unknown_places import end_of_unknown, tell_unknown, tell_unknown_after
from matching.sourcing import LEAST_KM

LONGEST_NAME: Final = 7
"""Words of a place's name."""
CLEARLY_LARGER: Final = 10
"""Times more people than its namesakes: the place that is meant, unless told otherwise."""
MOST_CHOICES: Final = 5
LARGE: Final = 20_000
"""People of a commune that is meant even where a département has its name."""

_RADIUS: Final = re2.compile(
    r"\b(?:(?:dans un |sur un )?rayon (?:de |d.)?|a (?:moins de |environ |max(?:imum)? )?|jusqu.a |dans les "
    r"|moins de |max |\+ ?)?(\d{1,3}) ?(?:kms?|kilometres?|bornes?)\b(?: (?:a la ronde|autour|alentour|aux alentours"
    r"|maxi?(?:mum)?))?(?: d[eu']| autour d[eu'])?"
)
_MINUTES: Final = re2.compile(
    r"\b(?:a |moins de |dans les )?(\d{1,3}) ?(?:min(?:utes?)?|mn)\b(?: (?:de|en voiture|max(?:imum)?|de trajet"
    r"|de route))*"
)
_CUE: Final = re2.compile(
    r"(?:(?:^|[\s,;(/:])(?:a|au|aux|sur|vers|pres de|pres d.|autour de|autour d.|region de|secteur(?: de| d.)?"
    r"|alentours? de|proche(?: de| d.)?|en|dans(?: le| la| l.| les)?|de|du|d.|ville de|commune de|bassin de"
    r"|agglomeration de|agglo de|centre de|quartier de|lieu ?:|poste (?:base )?a|base a|cote de) ?|[,;(/\n] ?)(?:le "
    r"|la |les |l.)?$"
)
_WEAK_CUE: Final = re2.compile(r"(?:^|\s)(?:de|du|d.|en|au|aux|sur|dans(?: le| la| l.| les)?) ?$")
_WORD: Final = re2.compile(r"[a-z0-9œæ]+")
_POSTCODE: Final = re2.compile(r"\b(?:\(?)(\d{5})\b\)?")
_DEPARTEMENT: Final = re2.compile(
    r"(?:\(|\b(?:dans le|dept?\.?|departement(?: du| de la| de l.| des)?|dans les|sur le|du) )(2[ab]|\d{2,3})(?:\)|\b)"
)
_AFTER_DEPARTEMENT: Final = re2.compile(r"^ ?[(,-]? ?(2[ab]|97\d|\d{2})\)?(?:\b|$)")
_COUNTED: Final = re2.compile(
    r"^ ?(?:[€%/:-]|[.,]\d|(?:h|heures?|ans?|mois|semaines?|jours?|min|mn|minutes?|km|kms|k|euros?|postes?|personnes?"
    r"|places?|lits|couverts|salarie\w*|enfants?|janvier|fevrier|mars|avril|mai|juin|juillet|aout|septembre"
    r"|octobre|novembre|decembre)\b)"
)
"""What follows a figure that is no département."""
_FRANCE: Final = re2.compile(
    r"\b(?:dans |sur |partout en |en )?(?:toute la france|france entiere|partout en france|national(?:ement)?)\b"
)
_NOT_PLACES: Final = frozenset(
    {
        "bois", "nuit", "cuisine", "salle", "vente", "mer", "auto", "la", "le", "les", "bureau", "chantier", "cdi",
        "cdd", "soir", "matin", "plein", "mois", "an", "ans", "route", "port", "lait", "aide", "son", "y", "us",
        "ecole", "usine", "magasin", "restaurant", "domicile", "production", "maintenance", "logistique", "metal",
        "vendeur", "france", "nous", "vous", "moi", "bar", "caisse", "bu", "eu", "ars", "lens bois", "paie", "gestion",
        "plaine", "accueil", "mission", "soin", "soins", "sens", "contact", "equipe", "poids", "main", "maison",
        "cours", "suite", "urgence", "francais", "anglais", "pose", "rue", "garde", "jour", "charge", "serre",
        "culture", "vie", "peau", "fer"
    }
)  # fmt: skip
"""Words of jobs that are also names of communes: a place only where they come with more."""


def places(text: Text, communes: Communes) -> Iterator[Item]:
    """The workplace and the circle, or the areas, where people are looked for."""
    radius = _radius(text)
    minutes = None if radius else _minutes(text)
    yield from _everywhere(text)
    rows, span, certain = _commune(text, communes)
    if not rows:
        if span != (0, 0):
            text.take(*span)
            yield from _departement(text.plain[slice(*span)].strip(" (,-)").upper(), *span)
        else:
            yield from _areas(text, communes)
        if minutes:
            _, start, end = minutes
            text.refuse(start, end_of_unknown(text, end), _NO_CENTRE)
        elif radius:
            tell_unknown_after(text, radius[2])
        tell_unknown(text)
        if radius:
            km, start, end = radius
            yield Item("criteres.distance", None, kilometres(km), start, end, note=_NO_CENTRE, used=False)
        return
    start, end = span
    row = rows[0]
    others = tuple(Choice(communes.insee[each], communes.label(each)) for each in rows[1:MOST_CHOICES])
    note = None if certain else "Plusieurs communes portent ce nom : choisissez la vôtre."
    choices = () if certain else others
    yield Item("lieuTravail.commune", communes.insee[row], communes.label(row), start, end, choices, note)
    if radius:
        km, at, to = radius
        told = max(km, int(LEAST_KM))
        widened = (
            None
            if km >= LEAST_KM
            else f"Le rayon le plus petit est de {LEAST_KM:g} km : personne n'est cherché de plus près."
        )
        yield Item("criteres.commune", communes.insee[row], communes.label(row), start, end, choices)
        yield Item("criteres.distance", str(told), f"{told} km autour", at, to, note=widened)
    elif minutes:
        count, at, to = minutes
        told = min(max(5 * ceil(count / 5), 20), 240)
        yield Item("criteres.commune", communes.insee[row], communes.label(row), start, end, choices)
        yield Item("criteres.tempsTrajet", str(told), f"{told} minutes de trajet en voiture", at, to)
    others_named, where, _ = _commune(text, communes)
    if others_named:
        label = communes.label(others_named[0])
        yield Item("lieuTravail.commune", communes.insee[others_named[0]], label, *where, note=_ONE_PLACE, used=False)
    yield from _areas(text, communes, but=communes.departements[row])
    tell_unknown(text)


_ONE_PLACE: Final = "Une seule commune de travail à la fois : faites une recherche pour chacune."

NOT_SERVED: Final = "Cette région n'est pas couverte par le service."
_NO_CENTRE: Final = "Autour de quelle commune ? Le rayon attend un lieu."
_ELSEWHERE: Final = "Aucune commune de ce nom n'est connue dans ce département."


def _radius(text: Text) -> tuple[int, int, int] | None:
    for match in text.find(_RADIUS):
        text.take(*match.span())
        return int(match[1]), match.start(), match.end()
    return None


def _minutes(text: Text) -> tuple[int, int, int] | None:
    for match in text.find(_MINUTES):
        text.take(*match.span())
        return int(match[1]), match.start(), match.end()
    return None


def _everywhere(text: Text) -> Iterator[Item]:
    for match in text.find(_FRANCE):
        text.take(*match.span())
        yield Item("criteres", None, "Toute la France", *match.span())


def _commune(text: Text, communes: Communes) -> tuple[list[int], tuple[int, int], bool]:
    """Commune rows that a text names, the one meant first, the words, and whether there is no doubt."""
    for match in text.find(_POSTCODE):
        found = list(communes.by_postcode(match[1]))
        if found:
            start, end = match.span()
            named = _name_beside(text, communes, found, start)
            if named is not None:
                row, begin = named
                found = [row]
                start = min(start, begin)
            text.take(start, end)
            return found, (start, end), len(found) == 1
    best: tuple[int, int, list[int]] | None = None
    words = [match.span() for match in _WORD.finditer(text.plain)]
    for first in range(len(words)):
        cue = _CUE.search(text.plain[: words[first][0]])
        capital = text.given[words[first][0]].isupper() and words[first][0] > 0
        least = 1 if cue or capital else 2
        for size in range(min(LONGEST_NAME, len(words) - first), least - 1, -1):
            start, end = words[first][0], words[first + size - 1][1]
            name = text.plain[start:end]
            if not text.free(start, end) or "\n" in name or "," in name or (size == 1 and len(name) < 2):
                continue
            found = list(communes.by_name(name))
            doubtful = normalise(name) in _NOT_PLACES or name.isdigit()
            if not found or doubtful or (not capital and not _people_known(communes, found, cue, text, start)):
                continue
            if _is_area(text, words, first, size, communes, found):
                break
            best = size, first, found
            break
        if best is not None:
            break
    if best is None:
        return [], (0, 0), False
    size, first, found = best
    start, end = words[first][0], words[first + size - 1][1]
    other = _other_departement(text, communes, found, end)
    if other is not None:
        text.refuse(start, end, _ELSEWHERE)
        return [], other, False
    ordered, end, certain = _which(text, communes, found, end)
    arrondissement = re2.compile(r"^ ?(\d{1,2})(?:e|er|eme)?(?: arr(?:ondissement)?)?\b").search(text.plain[end:])
    if arrondissement:
        inside = communes.by_name(f"{communes.names[ordered[0]]} {arrondissement[1]}")
        if inside and communes.is_arrondissement[inside[0]]:
            ordered, certain, end = list(inside), True, end + arrondissement.end()
    text.take(start, end)
    return ordered, (start, end), certain


def _people_known(communes: Communes, found: Sequence[int], cue: object, text: Text, start: int) -> bool:
    """A name in small letters is a place after "à" or "près de", or after "de" where many people live there."""
    weak = cue is None or _WEAK_CUE.search(text.plain[:start]) is not None
    return not weak or int(communes.population[found[0]]) >= 5000


def _is_area(
    text: Text, words: Sequence[tuple[int, int]], first: int, size: int, communes: Communes, found: Sequence[int]
) -> bool:
    """Whether the words name a département or a region rather than a commune: "Creuse", "Grand Est"."""
    for longer in range(min(LONGEST_NAME, len(words) - first), size - 1, -1):
        name = normalise(text.plain[words[first][0] : words[first + longer - 1][1]])
        if name in regions_by_name() or name in departements_by_name():
            return longer > size or int(communes.population[found[0]]) < LARGE
    return False


def _other_departement(text: Text, communes: Communes, found: Sequence[int], end: int) -> tuple[int, int] | None:
    """Where a département follows a name and has none of its communes: the number, or (0, 0) for one told by name."""
    tail = text.plain[end : end + 40]
    after = _AFTER_DEPARTEMENT.search(tail)
    if after:
        code, last = after[1].upper(), end + after.end()
        figure = text.free(end, last) and ("(" in after[0] or not _COUNTED.search(text.plain[last:]))
        inside = any(communes.departements[row] == code for row in found)
        return (end, last) if code in DEPARTEMENTS and figure and not inside else None
    for name, code in departements_by_name().items():
        within = r"(?:en |dans (?:le |la |l.|les )?)"
        if re2.search(rf"^ ?(?:[(,-] ?{within}?|{within}){name.replace(' ', '[ -]')}\b", tail):
            if any(communes.departements[row] == code for row in found):
                return None
            return 0, 0
    return None


def _which(text: Text, communes: Communes, found: list[int], end: int) -> tuple[list[int], int, bool]:
    """The communes of one name, the one meant first; a département that follows settles it."""
    after = _AFTER_DEPARTEMENT.search(text.plain[end:])
    if after:
        code = after[1].upper()
        inside = [row for row in found if communes.departements[row] == code]
        if inside:
            return inside, end + after.end(), len(inside) == 1
    tail = text.plain[end : end + 40]
    for name, code in departements_by_name().items():
        where = re2.search(
            rf"^ ?[(,-]? ?(?:en |dans (?:le |la |l.|les )?|departement )?{name.replace(' ', '[ -]')}\)?", tail
        )
        if where:
            inside = [row for row in found if communes.departements[row] == code]
            if inside:
                return inside, end + where.end(), len(inside) == 1
    if len(found) == 1:
        return found, end, True
    first, second = (int(communes.population[row]) for row in found[:2])
    return found, end, first >= CLEARLY_LARGER * max(second, 1)


def _name_beside(text: Text, communes: Communes, rows: Sequence[int], start: int) -> tuple[int, int] | None:
    """Of communes of one postcode the one named just before it, and where its name begins."""
    before = text.plain[:start].rstrip(" (,-")
    for row in sorted(rows, key=lambda each: -len(communes.names[each])):
        name = normalise(communes.names[row])
        tail = normalise(before)
        if tail.endswith(name):
            words = name.split()
            begin = before.rfind(words[0])
            return (row, begin) if begin >= 0 else None
    return None


def _areas(text: Text, communes: Communes, but: str | None = None) -> Iterator[Item]:
    """Départements and regions, by number or by name; `but`: one that a commune told already."""
    for match in text.find(_DEPARTEMENT):
        code = match[1].upper()
        if code in DEPARTEMENTS:
            text.take(*match.span())
            if code != but:
                yield from _departement(code, *match.span())
                return
    for names, field, labels in (
        (departements_by_name(), "departement", DEPARTEMENTS),
        (regions_by_name(), "region", REGIONS),
    ):
        for name, code in sorted(names.items(), key=lambda item: -len(item[0])):
            pattern = name.replace(" ", "[ '-]")
            for match in text.find(
                re2.compile(
                    rf"\b(?:en |dans (?:le |la |l.|les )?|region |departement (?:de |du |de la )?|sur (?:le |la |l.)?"
                    rf"|a la |a )?(?:l.|la |le |les )?{pattern}\b"
                )
            ):
                if name in (
                    "nord",
                    "lot",
                    "ain",
                    "manche",
                    "loire",
                    "cher",
                    "orne",
                    "aube",
                    "eure",
                    "landes",
                ) and not re2.search(r"^(?:dans|departement|en)", match[0]):
                    continue
                text.take(*match.span())
                if field == "departement" and code == but:
                    continue
                if field == "departement":
                    yield from _departement(code, *match.span())
                elif but is None:
                    served = code in communes.regions
                    note = None if served else NOT_SERVED
                    yield Item("criteres.region", code, labels[code], *match.span(), note=note, used=served)
                return


def _departement(code: str, start: int, end: int) -> Iterator[Item]:
    label = f"{DEPARTEMENTS[code]} ({code})"
    yield Item("lieuTravail.departement", code, label, start, end)
