"""Contract, working time, hours, availability, telework, posts: the conditions of the work."""

import datetime as dt
from collections.abc import Iterator
from typing import Final

import re2

from features.days import LAST_DAY
from features.records import Contract
from matching.explain.wording import counted
from matching.explain.wording import months as in_months
from matching.facets import CONTRACT_LABELS
from matching.reading.items import FIGURE, MOST_MONTHS, Item, Match, Text, number_of

_CONTRACTS: Final = tuple(
    (re2.compile(pattern), code)
    for pattern, code in (
        (r"\b(?:cdi interimaire|cdii)\b", Contract.CDI_INTERIM),
        (r"\b(?:cddi|cdd d.?insertion|contrat d.?insertion)\b", Contract.INSERTION_CDD),
        (
            r"\b(?:c\.?d\.?i\.?|duree indeterminee|contrat a duree indeterminee|poste perenne"
            r"|embauche definitive)(?:\b|$)",
            Contract.CDI,
        ),
        (
            r"\b(?:saisonnie?re?s?|(?:contrat |pour la |la )?saison(?: (?:d.ete|d.hiver|estivale|hivernale))?)\b",
            Contract.SEASONAL,
        ),
        (
            r"\b(?:c\.?d\.?d\.?|duree determinee|contrat court|remplacement(?: (?:de )?conge (?:maternite|parental"
            r"|maladie))?)(?:\b|$)",
            Contract.CDD,
        ),
        (r"\b(?:en |mission(?:s)? (?:d.)?)?interim(?:aire)?s?\b|\bmission (?:courte|longue)\b", Contract.INTERIM),
        (r"\b(?:en )?(?:freelance|free-lance|independant|liberal|auto-?entrepreneur)e?s?\b", Contract.SELF_EMPLOYED),
    )
)
_NOT_WANTED: Final = re2.compile(r"(?:pas (?:de |d.|en )?|sans |ni |sauf |hors )$")
_ABSTAIN: Final = re2.compile(
    r"^ (?:s.abstenir|exclue?s?|refusee?s?|non accepte(?:e|s|es)?|(?:ne sont )?pas acceptee?s?)\b"
)
_WORK_STUDY: Final = re2.compile(
    r"\b(?:en |contrat (?:en |d.)?)?(?:alternance|alternante?s?|apprentissage|apprentie?s?"
    r"|contrat (?:de )?pro(?:fessionnalisation)?)\b"
)
_LENGTH: Final = re2.compile(
    rf"(?:\bpour |\bde |\bd.une duree de |\bpendant |\b){FIGURE} ?(?:mois|semaines?|ans?|jours?)\b"
)
_LENGTH_PARTS: Final = re2.compile(rf"({FIGURE}) ?(mois|semaine|an|jour)")
_UNIT_MONTHS: Final = {"mois": 1.0, "semaine": 12 / 52, "an": 12.0, "jour": 12 / 365}

_FULL: Final = re2.compile(r"\b(?:a )?(?:temps (?:plein|complet)|plein temps|full ?time)\b")
_PART: Final = re2.compile(r"\b(?:a )?(?:temps partiel|mi-?temps|part ?time|quelques heures(?: par semaine)?)\b")
_HOURS: Final = re2.compile(
    r"\b(\d{1,2}(?:[.,]\d{1,2})?) ?(?:h|heures?)(?: ?(\d{2}))?(?:(?: ?(?:/|par|la) ?(?:semaine|sem\b|hebdo))"
    r"| hebdo(?:madaires?)?)?\b"
)
_NOT_WEEKLY: Final = re2.compile(r"(?:de |a |vers |entre |des |jusqu.a |-|€ ?/ ?|euros? (?:de l.|/ ?))$")
_SHARE: Final = re2.compile(r"\b(?:a |temps partiel (?:a )?)?(\d{2}) ?%(?: (?:d.un temps plein|etp))?")
_SCHEDULES: Final = tuple(
    (re2.compile(pattern), label)
    for pattern, label in (
        (r"\b(?:travail |poste |horaires? |equipe |uniquement |que )?(?:de |la )nuits?\b|\bnuits\b", "Travail de nuit"),
        (
            r"\b(?:(?:en |travail (?:le )?|y compris (?:le )?|le |les |un )?week-?ends?"
            r"|(?:le )?samedis?(?: et (?:le )?dimanches?)?"
            r"|(?:le )?dimanches?)\b(?: compris| inclus)?",
            "Travail le week-end",
        ),
        (r"\b(?:en )?(?:2 ?[x*] ?8|deux[ -]huit)\b", "Travail en 2x8"),
        (r"\b(?:en )?(?:3 ?[x*] ?8|trois[ -]huit)\b", "Travail en 3x8"),
        (r"\b(?:en journee|horaires de (?:bureau|jour|journee)|du lundi au vendredi)\b", "Travail en journée"),
        (r"\b(?:horaires? (?:decalee?s?|coupee?s?)|en coupure)\b", "Horaires décalés"),
        (r"\b(?:tot )?(?:(?:le|du) matin|les matins|en matinee)\b", "Horaires du matin"),
        (r"\b(?:(?:le|du) soir|les soirs|en soiree)\b", "Horaires du soir"),
    )
)
_DAYS: Final = r"(?:lundis?|mardis?|mercredis?|jeudis?|vendredis?|samedis?|dimanches?|week-?ends?)"
_DAYS_OFF: Final = re2.compile(
    r"\b(?:(?:ne )?(?:pas|jamais|sans|ni|hors|sauf|repos|conges?|fermee?s?)(?: (?:de |a )?travail(?:ler|le)?)?"
    rf" ?:? ?(?:de |du |les? )?{_DAYS}(?:(?: et | ou | ni | ?/ ?|, ?| )(?:de |du |les? )?{_DAYS})*"
    rf"|(?:les? )?{_DAYS}(?:(?: et | ou | ?/ ?|, ?| )(?:les? )?{_DAYS})*"
    r" (?:de repos|off|chomee?s?|non travaillee?s?|libres?|en repos))\b"
)
_REMOTE: Final = re2.compile(
    rf"\b(?:(?:{FIGURE} jours? (?:de |en )?)|en |full |100 ?% |avec )?(?:tele-?travail|remote|distanciel"
    rf"|travail a distance|a distance)"
    r"(?: (?:possible|complet|partiel|total|integral|accepte))?\b(?: \d jours?(?: par semaine| / semaine)?)?"
)
_NOW: Final = re2.compile(
    r"\b(?:(?:etre )?dispo(?:nible)?s? )?(?:tout de suite|immediate(?:ment)?|de suite|maintenant|des (?:que possible"
    r"|maintenant)"
    r"|au plus (?:vite|tot)|asap|rapidement|urgent(?:e)?|en urgence|des aujourd.hui)\b|\bdisponibilite immediate\b"
    r"|\bprise de poste immediate\b"
)
_MONTHS: Final = (
    "janvier",
    "fevrier",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "aout",
    "septembre",
    "octobre",
    "novembre",
    "decembre",
)
_DATE: Final = re2.compile(
    rf"\b(?:(?:dispo(?:nible)?s? )?(?:a partir d[ue]|a compter d[ue]|des|pour|debut|fin|mi|le|au|a partir de"
    rf"|disponibles? (?:le|en)) ?-?(?:le |debut |fin |mi-?)?)"
    rf"(?:(\d{{1,2}})(?:er)? )?({'|'.join(_MONTHS)})(?: (\d{{4}}))?\b"
)
_FIGURES: Final = re2.compile(
    r"\b(?:dispo(?:nible)?s? )?(?:a partir du|a compter du|des le|pour le|le"
    r"|au) (\d{1,2})[/.-](\d{1,2})(?:[/.-](\d{2,4}))?\b"
)
_IN: Final = re2.compile(rf"\b(?:dispo(?:nible)?s? )?(?:dans|sous|d.ici) ({FIGURE}) (jours?|semaines?|mois)\b")
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
_ACCESSIBLE: Final = re2.compile(
    r"\b(?:ouvert |accessible )?(?:aux |rqth|a des )?(?:travailleurs? handicapee?s?|personnes? (?:handicapees?"
    r"|en situation de handicap)|rqth)"
    r"(?: (?:acceptee?s?|bienvenue?s?))?\b"
)


def contracts(text: Text) -> Iterator[Item]:
    """The contract and how long it lasts; what is refused ("pas d'intérim") is read as such and asks for nothing."""
    for match in text.find(_WORK_STUDY):
        span = _refused(text, *match.span())
        if span is not None:
            text.take(*span)
            yield Item("alternance", None, "Pas d'alternance", *span, used=False)
            continue
        text.take(*match.span())
        yield Item("alternance", True, "En alternance", *match.span())
    found = False
    for pattern, contract in _CONTRACTS:
        for match in text.find(pattern):
            start, end = match.span()
            refused = _refused(text, start, end)
            if refused is not None:
                text.take(*refused)
                label = f"Pas de {CONTRACT_LABELS[contract].lower()}"
                yield Item("typeContrat", None, label, *refused, used=False, note=_ONE_CONTRACT)
                continue
            text.take(start, end)
            if found:
                yield Item(
                    "typeContrat", contract.value, CONTRACT_LABELS[contract], start, end, used=False, note=_SEVERAL
                )
                continue
            found = True
            yield Item("typeContrat", contract.value, CONTRACT_LABELS[contract], start, end)
            yield from _length(text, contract, end)


def _refused(text: Text, start: int, end: int) -> tuple[int, int] | None:
    """Where words are refused, with what refuses them before or after ("pas de", "s'abstenir"); None: they are not."""
    before = _NOT_WANTED.search(text.plain[:start])
    after = _ABSTAIN.search(text.plain[end:])
    if before is None and after is None:
        return None
    return start if before is None else before.start(), end if after is None else end + after.end()


_ONE_CONTRACT: Final = "Dites plutôt le contrat que vous proposez : c'est lui qui est cherché."
_SEVERAL: Final = "Un seul contrat est cherché à la fois : le premier qui est dit."


def _length(text: Text, contract: Contract, after: int) -> Iterator[Item]:
    """How long a contract that ends lasts: the length that follows it, or comes before within a few words."""
    if contract in (Contract.CDI, Contract.CDI_INTERIM, Contract.SELF_EMPLOYED):
        return
    for match in text.find(_LENGTH):
        start, end = match.span()
        far = start - after > 15 or after - end > 25
        if far or text.plain[end : end + 12].strip().startswith(("d'exp", "de exp", "exp", "d exp")):
            continue
        parts = _LENGTH_PARTS.search(text.plain[start:end])
        months = round(number_of(parts[1]) * _UNIT_MONTHS[parts[2]], 2)
        if months > MOST_MONTHS:
            continue
        text.take(start, end)
        yield Item("dureeContratMois", months, in_months(months) if months >= 1 else "moins d'un mois", start, end)
        return


def working_time(text: Text) -> Iterator[Item]:
    """Full or part time, weekly hours, and the hours of the day, which are told and not searched."""
    for match in text.find(_SHARE):
        share = int(match[1])
        if 10 <= share < 100:
            text.take(*match.span())
            hours = round(35 * share / 100, 1)
            yield Item("dureeHebdomadaireHeures", hours, f"{share} % d'un temps plein", *match.span())
            yield Item("tempsPlein", False, "Temps partiel", *match.span())
    for pattern, full, label in ((_FULL, True, "Temps plein"), (_PART, False, "Temps partiel")):
        for match in text.find(pattern):
            text.take(*match.span())
            yield Item("tempsPlein", full, label, *match.span())
    for match in text.find(_HOURS):
        start, end = match.span()
        hours = float(match[1].replace(",", ".")) + float(match[2] or 0) / 60
        if not 4 <= hours <= 60 or _NOT_WEEKLY.search(text.plain[:start]):
            continue
        text.take(start, end)
        told = f"{hours:g}".replace(".", ",")
        yield Item("dureeHebdomadaireHeures", round(hours, 2), f"{told} heures par semaine", start, end)
        yield Item("tempsPlein", hours >= 35, "Temps plein" if hours >= 35 else "Temps partiel", start, end)
    for match in text.find(_DAYS_OFF):
        text.take(*match.span())
        days = " et ".join(day[0] for day in re2.finditer(_DAYS, match[0]))
        yield Item("dureeTravailLibelle", None, f"Repos : {days}", *match.span(), note=_DAYS_TOLD, used=False)
    for pattern, label in _SCHEDULES:
        for match in text.find(pattern):
            text.take(*match.span())
            yield Item("dureeTravailLibelle", label, label, *match.span(), note=_TOLD_ONLY, used=True)
            break


_DAYS_TOLD: Final = "La recherche ne trie pas sur les jours de repos : dites-les dans votre message."
_TOLD_ONLY: Final = "Les horaires figurent dans le besoin ; la recherche ne trie pas dessus."


def availability(text: Text, today: dt.date) -> Iterator[Item]:
    """The day by which people must be free."""
    for match in text.find(_NOW):
        text.take(*match.span())
        yield Item("criteres.disponibleAvant", today.isoformat(), "Disponible tout de suite", *match.span())
        return
    for pattern, read in ((_FIGURES, _in_figures), (_DATE, _in_words), (_IN, _from_now)):
        for match in text.find(pattern):
            day = read(match, text.plain[match.start() : match.end()], today)
            if day is not None:
                text.take(*match.span())
                label = f"Disponible le {day:%d/%m/%Y} au plus tard"
                yield Item("criteres.disponibleAvant", day.isoformat(), label, *match.span())
                return


def _in_figures(match: Match, _words: str, today: dt.date) -> dt.date | None:
    year = int(match[3]) if match[3] else None
    return _coming(today, int(match[2]), int(match[1]), None if year is None else year + 2000 * (year < 100))


def _in_words(match: Match, words: str, today: dt.date) -> dt.date | None:
    usual = 28 if "fin" in words.split() else 15 if "mi" in words.replace("-", " ").split() else 1
    day = int(match[1]) if match[1] else usual
    return _coming(today, _MONTHS.index(match[2]) + 1, day, int(match[3]) if match[3] else None)


def _from_now(match: Match, _words: str, today: dt.date) -> dt.date | None:
    days = number_of(match[1]) * {"j": 1, "s": 7, "m": 30}[match[2][0]]
    return today + dt.timedelta(days=round(days))


def _coming(today: dt.date, month: int, day: int, year: int | None) -> dt.date | None:
    """The next such day, or that of the year; None for one that no calendar has."""
    try:
        date = dt.date(year or today.year, month, day)
        date = date if year is not None or date >= today else date.replace(year=date.year + 1)
    except ValueError:
        return None
    return date if date <= LAST_DAY else None


def remote(text: Text) -> Iterator[Item]:
    """Telework: understood, and no criterion of the search."""
    for match in text.find(_REMOTE):
        text.take(*match.span())
        note = "La recherche ne trie pas sur le télétravail : dites-le dans votre message, il élargit le vivier."
        yield Item("teletravail", True, "Télétravail", *match.span(), note=note, used=False)
        return


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


_NO_COUNT: Final = "Combien de postes ? Le nombre attendu est 1 ou plus."


def _posts_item(words: str, start: int, end: int) -> Item:
    n = int(number_of(words))
    return Item("nombrePostes", max(n, 1), counted(n, "poste", "postes"), start, end)


def accessible(text: Text) -> Iterator[Item]:
    """Open to disabled workers: the offer's own mark."""
    for match in text.find(_ACCESSIBLE):
        text.take(*match.span())
        yield Item("accessibleTH", True, "Ouvert aux travailleurs handicapés", *match.span())
        return
