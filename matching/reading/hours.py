"""Full or part time, weekly hours, hours of the day and days off."""

from collections.abc import Iterator
from typing import Final

import re2

from matching.reading.items import Item, Text

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
_DAYS_TOLD: Final = "La recherche ne trie pas sur les jours de repos : dites-les dans votre message."
_TOLD_ONLY: Final = "Les horaires figurent dans le besoin ; la recherche ne trie pas dessus."


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
