"""Why a counsellor should call on this firm."""

from collections.abc import Callable
from math import isnan
from typing import Final

import msgspec

from matching.explain.families import FIRM_FAMILIES
from matching.explain.voice import Voice
from matching.explain.wording import counted, enumeration, kilometres, percent


class FirmFacts(msgspec.Struct, frozen=True, gc=False):
    """A firm seen from a portfolio, as a sentence needs it. NaN: not known."""

    values: dict[str, float]
    sector_label: str
    fitting_labels: tuple[str, ...]
    """Target occupations of the portfolio that the sector hires, the most hired first."""
    distance_km: float
    wanted_offers: int = 0
    """Recent offers of the firm in the target occupations."""
    between: tuple[int, int] | None = None
    """Hirings between which four futures in five lie; None: no forecast."""


def firm_gaps(facts: FirmFacts) -> tuple[str, ...]:
    """What weakens the visit; empty when nothing known does."""
    gaps: list[str] = []
    if facts.values["firm_people"] < 1:
        gaps.append("Personne à présenter aujourd'hui dans le portefeuille, à sa portée et visible des employeurs")
    if not isnan(facts.values["firm_hirings"]) and facts.values["firm_hirings"] < 1:
        gaps.append("Moins d'une embauche attendue d'ici six mois")
    return tuple(gaps)


def _fit(facts: FirmFacts) -> str:
    if not facts.fitting_labels:
        return f"Le secteur « {facts.sector_label} » n'embauche pas dans les métiers visés"
    share = facts.values["firm_fit"]
    told = "Moins de 1 %" if share < 0.005 else "Presque toutes" if share > 0.97 else f"Environ {percent(share)}"
    offers = ""
    if facts.wanted_offers:
        own = counted(facts.wanted_offers, "offre récente", "offres récentes")
        offers = f", dont témoigne{'nt' if facts.wanted_offers > 1 else ''} {own}"
    labels = enumeration(facts.fitting_labels)
    of_its = "ses" if share > 0.97 else "de ses"
    return f"{told} {of_its} embauches devraient aller aux métiers visés ({labels}){offers}"


def _people(facts: FirmFacts) -> str:
    people = counted(facts.values["firm_people"], "personne", "personnes")
    return f"{people} à présenter, à portée de l'entreprise"


def _hirings(facts: FirmFacts) -> str:
    expected = facts.values["firm_hirings"]
    if isnan(expected):
        return "Embauches passées inconnues"
    hirings = (
        "Moins d'une embauche attendue"
        if expected < 1
        else counted(expected, "embauche attendue", "embauches attendues")
    )
    if facts.between is None:
        return f"{hirings} en tout d'ici six mois"
    low, high = facts.between
    spread = f"au plus {high}" if low == 0 else f"entre {low} et {high}"
    return f"{hirings} en tout d'ici six mois ({spread}, quatre fois sur cinq)"


def _tension(facts: FirmFacts) -> str:
    share = facts.values["firm_tension"]
    if isnan(share):
        return "Tension des métiers visés inconnue dans ce bassin"
    return f"{percent(share)} des recrutements des métiers visés sont jugés difficiles dans ce bassin"


def _contact(facts: FirmFacts) -> str:
    days = facts.values["firm_contact"]
    if isnan(days):
        return "Jamais contactée"
    return "Contactée aujourd'hui" if days < 1 else f"Dernier contact il y a {counted(days, 'jour', 'jours')}"


def _engaged(facts: FirmFacts) -> str:
    return "Engagée avec le réseau pour l'emploi" if facts.values["firm_engaged"] >= 1 else "Pas encore engagée"


def _distance(facts: FirmFacts) -> str:
    if isnan(facts.distance_km):
        return "Distance inconnue"
    if facts.distance_km < 0.5:
        return "Dans la commune de la recherche"
    return f"À {kilometres(facts.distance_km)} du centre de la recherche"


def _take(facts: FirmFacts) -> str:
    share, people = facts.values["firm_take"], facts.values["firm_people"]
    if isnan(share) or not people >= 1:
        return "Aucune personne du portefeuille à présenter aujourd'hui"
    chances = "moins d'une chance sur cent" if share < 0.01 else f"{percent(share)} de chances"
    who = "une personne" if people < 2 else counted(people, "personne", "personnes")
    return f"{who[0].upper()}{who[1:]} à présenter : {chances} de pourvoir chaque embauche dans les métiers visés"


def _answer(facts: FirmFacts) -> str:
    share = facts.values["firm_answer"]
    if isnan(share):
        return "On ne sait pas encore si elle répond aux candidatures"
    return f"Environ {percent(share)} des candidatures qu'elle reçoit mènent à un entretien"


def _openings(facts: FirmFacts) -> str:
    expected = facts.values["firm_openings"]
    if isnan(expected):
        return "Embauches à venir inconnues"
    hirings = counted(expected, "embauche attendue", "embauches attendues")
    return f"{hirings} d'ici six mois dans les métiers visés"


SENTENCES: Final[dict[str, Callable[[FirmFacts], str]]] = {
    "firm_fit": _fit,
    "firm_people": _people,
    "firm_hirings": _hirings,
    "firm_tension": _tension,
    "firm_contact": _contact,
    "firm_engaged": _engaged,
    "distance": _distance,
    "firm_openings": _openings,
    "firm_take": _take,
    "firm_answer": _answer,
}
"""The sentence of each of `FIRM_FEATURES`."""

VOICE: Final = Voice[FirmFacts](
    SENTENCES, FIRM_FAMILIES, gaps=firm_gaps, reads=frozenset({"firm_people", "firm_hirings"})
)
"""To the counsellor."""
