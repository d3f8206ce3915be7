"""Experience, diplomas, licences, languages, certificates: what is required or wished of people."""

from collections.abc import Iterator
from typing import Final

import re2

from features.job_labels import LANGUAGE_NAMES, LANGUAGES
from features.records import Licence
from matching.explain.wording import education
from matching.explain.wording import months as in_months
from matching.reading.items import FIGURE, MOST_MONTHS, Item, Text, exigence, number_of

_BEGINNER: Final = re2.compile(
    r"\b(?:meme )?(?:(?:tres )?debutante?s?(?: ?(?:\(e\)|\.e))?(?: (?:ok|possible|bienvenue?s?|accepte(?:e|s|es"
    r"|\(e\))?))?"
    r"|sans (?:aucune )?exp(?:erience|\b)(?: (?:acceptee?|ok|necessaire))?|aucune experience(?: (?:requise|exigee"
    r"|necessaire|demandee))?"
    r"|(?:pas (?:besoin )?d.?|sans exiger d.?)(?:exp|experience)(?: (?:exigee|requise|necessaire|demandee))?"
    r"|experience (?:non|pas) (?:exigee|requise|necessaire|obligatoire)|formation (?:assuree|en interne)|on forme"
    r"|nous formons)\b"
)
_NO_BEGINNER: Final = re2.compile(r"\bpas (?:de |un |une )?debutante?s?\b|\bdebutante?s? s.abstenir\b")
_YEARS: Final = re2.compile(
    rf"\b(?:avec |au moins |minimum |mini |plus de |ayant )*({FIGURE})(?: ?(?:a|-|ou) ?{FIGURE})? ?(ans?|annees?|mois)"
    r"(?: (?:minimum|mini|min|au moins))? ?(?:d.?|de |en )?(?:exp(?:erience)?s?\b|xp\b|anciennete|metier"
    r"|pratique)(?: (?:minimum|mini|exigee?|requise?|souhaitee?|demandee?|appreciee?))?"
    rf"|\b(?:exp(?:erience)?|xp)(?: (?:exigee|souhaitee|minimum|mini|requise|d.?au moins|de|d.?"
    rf"|min))* ?:? ?({FIGURE})(?: ?(?:a|-) ?{FIGURE})? ?(ans?|annees?|mois)(?: (?:minimum|mini|exigee?|souhaitee?))?\b"
)
_YEARS_ALONE: Final = re2.compile(r"(?:^|[,;.] ?)((?:1[0-5]|[1-9]) ans)(?: ?[,;.]|\s*$)")
"""Years between two commas are of experience, as few as that; more may be an age."""
_FOR_A_TIME: Final = re2.compile(r"\b(?:cdd|interim|mission|alternance|apprentissage|stage|contrat)[^,;.]*$")
"""What makes them the length of a contract."""
_EXPERIENCED: Final = re2.compile(
    r"\b(?:experimentee?s?|confirmee?s?|chevronnee?s?|seniors?|qui connait (?:bien )?le metier"
    r"|(?:une |premiere |une premiere |petite |bonne )*exp(?:erience)?(?: (?:reussie|similaire|dans le (?:domaine"
    r"|metier|secteur)|exigee|indispensable|obligatoire|requise|souhaitee|appreciee|serait un plus|est un plus"
    r"|un plus))+)\b"
)
_JUST_EXPERIENCE: Final = re2.compile(r"\bavec (?:de l.|une )?exp(?:erience)?\b")

_NO_DIPLOMA: Final = re2.compile(
    r"\b(?:sans|sans condition de|aucun|pas de|pas besoin de|peu importe le) diplomes?(?: (?:exige|requis|necessaire"
    r"|particulier|demande))?\b"
    r"|\bdiplome (?:non|pas) (?:exige|requis|necessaire|obligatoire)\b|\bpeu importe les diplomes\b"
)
_DIPLOMAS: Final = tuple(
    (re2.compile(rf"\b(?:niveau |titulaire d.un |diplome (?:de )?|de niveau |avec un |un )*(?:{pattern})\b"), level)
    for pattern, level in (
        (r"bac ?\+ ?8|doctorat|docteur en", 8),
        (r"bac ?\+ ?5|masters?|master ?2|m2|diplome d.ingenieur|ecole d.ingenieurs?|ecole de commerce", 7),
        (r"bac ?\+ ?[34]|licence pro(?:fessionnelle)?|licence|bachelor|but", 6),
        (r"bac ?\+ ?2|bts|dut|deust", 5),
        (r"bac pro(?:fessionnel)?|baccalaureat|bac|bp|brevet professionnel|titre pro(?:fessionnel)?", 4),
        (r"cap|bep|cqp", 3),
    )
)
_LICENCES: Final = tuple(
    (re2.compile(pattern), licence)
    for pattern, licence in (
        (r"\bpermis (?:de conduire )?(?:ec|ce|spl|super (?:poids )?lourds?)\b", Licence.CE),
        (r"\bpermis (?:c|pl|poids lourds?)\b", Licence.C),
        (r"\bpermis (?:be|b ?\+ ?e|eb|remorque)\b|\bb96\b", Licence.BE),
        (r"\bpermis (?:d|transport en commun|bus|car)\b", Licence.D),
        (r"\bpermis (?:a|moto)\b", Licence.A),
        (
            r"\b(?:permis (?:de conduire|b|vl|voiture)|permis)\b(?: b\b)?|\bvehicule(?: personnel| indispensable"
            r"| exige)?\b|\b(?:etre )?vehiculee?s?\b",
            Licence.B,
        ),
    )
)
_NAMED_LICENCE: Final = re2.compile(r"^ ([b-z]\d?|[a-z]\d[a-z]?|am)(?:$|[\s,;.)])")
"""What follows "permis" as its name."""
_LORRIES: Final = (
    (re2.compile(r"\bspl\b|\bsuper[ -](?:poids[ -])?lourds?\b"), Licence.CE),
    (re2.compile(r"\bpoids[ -]lourds?\b|\bpl\b"), Licence.C),
)
"""Words that name the licence and the job at once: they are left to the job's title."""
_MORE_LICENCES: Final = re2.compile(
    r"\bpermis ((?:(?:am|a1|a2|b1|be|b|c1e|c1|ce|ec|c|d1e|d1|de|d)(?: ?, ?| ?/ ?| et | ou | ?\+ ?| ))+(?:am|a1|a2|b1"
    r"|be|b|c1e|c1|ce|ec|c|d1e|d1|de|d))\b"
)
_NO_LICENCE: Final = re2.compile(
    r"\b(?:sans|pas (?:besoin )?(?:de|du)?|aucun|ni) (?:le )?permis(?: (?:b|de conduire|exige|requis|necessaire"
    r"|obligatoire))*\b"
    r"|\bpermis (?:b )?(?:non|pas) (?:exige|requis|necessaire|obligatoire)\b|\bpermis (?:b )?facultatif\b"
)
_CERTIFICATES: Final = re2.compile(
    r"\b(?:caces(?: (?:r ?\d{3}|\d{1,3}[a-z]?|[a-z]|cat(?:egorie)?s? ?\d|nacelle|chariot|chariots|pelle|grue|,|/|et"
    r"|ou|-))*(?: ?\d[a-z]?\b)?"
    r"|fimo(?: (?:marchandises?|voyageurs?))?|fco(?: (?:marchandises?|voyageurs?))?|adr"
    r"|habilitations? electriques?(?: (?:b\d\w?|h\d\w?|br|bs|bc))*"
    r"|ssiap ?\d?|haccp|psc ?1|sst|bafa|bafd|beesan|bnssa|bpjeps|aipr|carte pro(?:fessionnelle)?|cqp aps"
    r"|permis (?:feu|d.exploitation)"
    r"|qualification (?:soudure|tig|mig))(?: a jour)?\b"
)
_NAMES: Final = "|".join(sorted(LANGUAGES, key=len, reverse=True))
_SPOKEN: Final = (
    r"(?:courante?s?|bilingues?|trilingue|professionnel|technique|lus?|parlee?s?|ecrite?s?|correct|[abc][12]"
    r"|exigee?s?|obligatoires?"
    r"|souhaitee?s?|appreciee?s?|requise?s?|imperati(?:f|ve)s?|indispensables?|operationnel(?:le)?|fluide"
    r"|necessaires?|(?:serait |est )?un plus)"
)
_ONE_OR_MORE: Final = rf"(?:{_NAMES})(?:(?: et (?:de )?(?:l.|le )?|, ?| ou | ?/ ?| )(?:{_NAMES}))*"
_LANGUAGE: Final = re2.compile(
    r"\b(?:parl\w+|maitris\w+|pratiqu\w+|notions?|bases?|niveau|lu et parle|connaissance|bilingue|trilingue|langues?"
    r"|avec)"
    r" ?:? ?(?:couramment |bien |un peu |francais[ /-]|la langue |le |l.|d.|de |des |en )*"
    rf"{_ONE_OR_MORE}(?: {_SPOKEN}(?: et)?)*\b"
    rf"|\b{_ONE_OR_MORE} {_SPOKEN}(?: (?:et )?{_SPOKEN})*\b"
    rf"|[,;] ?{_ONE_OR_MORE} ?(?:$|[,;.])"
)
_A_LANGUAGE: Final = re2.compile(rf"\b(?:{_NAMES})\b")


def experience(text: Text) -> Iterator[Item]:
    """Beginners welcome, experience wished or required, and its length."""
    for match in text.find(_NO_BEGINNER):
        text.take(*match.span())
        yield Item("experienceExige", "E", "Expérience exigée", *match.span())
        return
    for match in text.find(_BEGINNER):
        text.take(*match.span())
        yield Item("experienceExige", "D", "Débutant accepté", *match.span())
        return
    for match in text.find(_YEARS):
        figure, unit = (match[1], match[2]) if match[1] else (match[3], match[4])
        months = round(number_of(figure) * (1 if unit == "mois" else 12))
        if months > MOST_MONTHS:
            continue
        code = exigence(text, *match.span(), usual="E") or "S"
        text.take(*match.span())
        asked = "exigée" if code == "E" else "souhaitée"
        yield Item("experienceExige", code, f"Expérience {asked}", *match.span())
        yield Item("experienceMois", months, in_months(months), *match.span())
        return
    for match in text.find(_YEARS_ALONE):
        if _FOR_A_TIME.search(text.plain[: match.start()]):
            continue
        months, span = int(match[1].split()[0]) * 12, match.span(1)
        text.take(*span)
        yield Item("experienceExige", "E", "Expérience exigée", *span)
        yield Item("experienceMois", months, in_months(months), *span)
        return
    for pattern in (_EXPERIENCED, _JUST_EXPERIENCE):
        for match in text.find(pattern):
            code = exigence(text, *match.span(), usual="E")
            text.take(*match.span())
            if code:
                label = "Expérience exigée" if code == "E" else "Expérience souhaitée"
                yield Item("experienceExige", code, label, *match.span())
            else:
                yield Item("experienceExige", "D", "Débutant accepté", *match.span())
            return


def diplomas(text: Text) -> Iterator[Item]:
    """Levels of education; several are alternatives."""
    for match in text.find(_NO_DIPLOMA):
        text.take(*match.span())
        yield Item("formations", None, "Aucun diplôme demandé", *match.span(), used=True)
        return
    told: set[int] = set()
    for pattern, level in _DIPLOMAS:
        for match in text.find(pattern):
            code = exigence(text, *match.span(), usual="E")
            text.take(*match.span())
            if code and level not in told:
                told.add(level)
                label = f"{education(level)[0].upper()}{education(level)[1:]} {'exigé' if code == 'E' else 'souhaité'}"
                yield Item("formations", {"niveau": level, "exigence": code}, label, *match.span())
            elif not code:
                yield Item("formations", None, "Diplôme non exigé", *match.span())


def licences(text: Text) -> Iterator[Item]:
    """Driving licences; "pas de permis" asks for none."""
    for match in text.find(_NO_LICENCE):
        text.take(*match.span())
        yield Item("permis", None, "Aucun permis demandé", *match.span())
    for match in text.find(_MORE_LICENCES):
        code = exigence(text, *match.span(), usual="E")
        text.take(*match.span())
        for word in re2.split(r"[^a-z0-9]+", match[1]):
            former = {"ec": "ce"}.get(word, word).upper()
            if code and former in Licence.__members__.values():
                yield _licence(Licence(former), code, *match.span())
    told: set[Licence] = set()
    for pattern, licence in _LICENCES:
        for match in text.find(pattern):
            if text.given[match.end() - 1] in "àÀ" or text.plain[match.end() : match.end() + 1] == "'":
                continue
            code = exigence(text, *match.span(), usual="E")
            named = _NAMED_LICENCE.search(text.plain[match.end() :]) if match[0] == "permis" else None
            if named:
                start, end = match.start(), match.end() + named.end()
                former = named[1].upper()
                if former not in Licence.__members__.values():
                    text.refuse(start, end, "Aucun permis de conduire ne porte ce nom.")
                elif code:
                    text.take(start, end)
                    yield _licence(Licence(former), code, start, end)
                continue
            text.take(*match.span())
            if not code:
                yield Item("permis", None, f"Permis {licence.value} non exigé", *match.span())
            elif licence not in told:
                told.add(licence)
                yield _licence(licence, code, *match.span())

    for pattern, licence in _LORRIES:
        for match in text.find(pattern):
            if not told & {Licence.C, Licence.CE}:
                told.add(licence)
                yield _licence(licence, "E", *match.span())


def _licence(licence: Licence, code: str, start: int, end: int) -> Item:
    label = f"Permis {licence.value} {'exigé' if code == 'E' else 'souhaité'}"
    return Item("permis", {"libelle": licence.value, "exigence": code}, label, start, end)


def certificates(text: Text) -> Iterator[Item]:
    """CACES, FIMO and the like, as they are said."""
    for match in text.find(_CERTIFICATES):
        start, end = match.span()
        words = text.given[start:end].strip(" ,/-")
        code = exigence(text, start, end, usual="E") or "S"
        text.take(start, end)
        label = f"{words} {'exigé' if code == 'E' else 'souhaité'}"
        yield Item("competences", {"libelle": words, "exigence": code}, label, start, end)


def languages(text: Text) -> Iterator[Item]:
    """Languages, where something says that they are spoken: a teacher of English or an Italian restaurant is none."""
    told: set[str] = set()
    for match in text.find(_LANGUAGE):
        start, end = match.span()
        names = _A_LANGUAGE.findall(match[0])
        code = exigence(text, start, end, usual="E") or "S"
        text.take(start, end)
        for each in names:
            language = LANGUAGES[each]
            if language not in told and not (language == "fr" and len(names) > 1):
                told.add(language)
                shown = LANGUAGE_NAMES[language]
                label = f"{shown} {'exigé' if code == 'E' else 'souhaité'}"
                yield Item("langues", {"libelle": shown, "exigence": code}, label, start, end)
