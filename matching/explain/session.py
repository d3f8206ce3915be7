"""Why this training session for this person."""

from collections.abc import Callable
from functools import lru_cache
from math import isnan
from typing import Final

import msgspec

from features.bits import FUNDING_BIT
from features.records import Funding
from features.rome.referential import Relation
from features.training_words import Basics
from matching.explain.families import SESSION_FAMILIES
from matching.explain.filter_names import filters
from matching.explain.voice import Voice
from matching.explain.wording import (
    REFUSED_PROFILING,
    counted,
    education,
    enumeration,
    euros,
    kilometres,
    percent,
    quoted,
)

WEEKLY_HOURS: Final = 35
CPF: Final = FUNDING_BIT[Funding.CPF]
PAYERS: Final[dict[int, str]] = {
    FUNDING_BIT[Funding.REGION]: "la Région",
    FUNDING_BIT[Funding.FRANCE_TRAVAIL]: "France Travail",
    FUNDING_BIT[Funding.POEI]: "préparation à l'emploi chez un employeur (POEI)",
    FUNDING_BIT[Funding.POEC]: "préparation collective à l'emploi (POEC)",
    FUNDING_BIT[Funding.AFPR]: "formation avant embauche chez un employeur",
    FUNDING_BIT[Funding.OPCO]: "l'opérateur de compétences",
}
"""Those that pay in the person's place, as a sentence names them."""


class SessionFacts(msgspec.Struct, frozen=True, gc=False):
    """One person and one session, as a sentence needs them. NaN: not known; level 0: not known."""

    values: dict[str, float]
    project_label: str
    training_labels: tuple[str, ...]
    """Occupations the training leads to, the nearest to the project first."""
    learned_skills: tuple[str, ...]
    """Missing skills of the project that the training teaches."""
    n_missing_skills: int
    entry_level: int
    exit_level: int
    person_level: int
    distance_km: float
    reach_km: float
    remote: bool
    opened_labels: tuple[str, ...]
    """Occupations of the offers that it opens, those of most offers first."""
    placed: bool
    """Where the person lives is known: what is counted is counted around there."""
    profiled: bool
    experience_enters: bool
    """Their experience stands for the level of entry."""
    fundings: int
    """Bits of those that may pay."""
    unproven: Basics
    """Basics that it presumes and the profile does not show."""


BASICS: Final[dict[Basics, str]] = {
    Basics.READING: "lire, écrire et compter",
    Basics.DIGITAL: "se servir d'un ordinateur",
    Basics.FRENCH: "comprendre et parler le français",
}


def session_obstacles(facts: SessionFacts) -> tuple[str, ...]:
    """What stands in the way of entering the session; empty when nothing known does."""
    if 0 < facts.person_level < facts.entry_level and not facts.experience_enters:
        return (
            f"Niveau d'entrée demandé : {education(facts.entry_level)} (déclaré : {education(facts.person_level)})",
        )
    return ()


def session_gaps(facts: SessionFacts) -> tuple[str, ...]:
    """What the session presumes and the profile does not show."""
    presumed = [words for basics, words in BASICS.items() if basics & facts.unproven]
    return (f"À vérifier avant d'entrer : {enumeration(presumed)}",) if presumed else ()


def nothing_found(
    asked: tuple[str, ...],
    relaxed: tuple[tuple[str, int], ...],
    whole: int = 0,
    reach_km: float = 0.0,
    wider: tuple[int, int] | None = None,
) -> str:
    """Why a list of trainings is empty, and the nearest that fills it.

    `asked`: the parameters that were given; `relaxed`: those that would do, left out alone, with the trainings they
    would bring; `whole`: trainings without any parameter; `wider`: a reach (km) and what it would bring.
    """
    if relaxed:
        (name, count), *others = relaxed
        there = "il y en aurait"
        more = "".join(f" ; sans {filters([other])}, {number}" for other, number in others[:2])
        return f"Aucune formation avec ces filtres. Sans {filters([name])}, {there} {count}{more}."
    if asked and whole:
        return (
            "Aucune formation avec ces filtres, et en retirer un seul n'y suffit pas : sans aucun filtre, il y en "
            f"aurait {whole}."
        )
    useful = "qui vous apporte quelque chose de plus pour vos projets"
    if wider is not None:
        km, count = wider
        within = counted(count, "formation", "formations")
        return f"Aucune formation {useful} dans votre rayon de {kilometres(reach_km)} ; {within} à moins de {km} km."
    return (
        f"Aucune formation à venir {useful}, à moins de {kilometres(reach_km)} ni à distance. Un métier proche des "
        "vôtres peut en avoir : voyez les métiers possibles à partir de votre profil."
    )


def _relation(facts: SessionFacts) -> str:
    if not facts.training_labels:
        return f"La formation n'indique pas à quels métiers elle mène (projet : {quoted(facts.project_label)})"
    return _related(int(facts.values["relation"]), facts.training_labels[0], facts.project_label)


@lru_cache(maxsize=4096)
def _related(relation: int, training_label: str, project_label: str) -> str:
    nearest, project = quoted(training_label), quoted(project_label)
    match Relation(relation):
        case Relation.SAME:
            return f"Mène au métier que vous visez : {nearest}"
        case Relation.PARENT:
            return f"Mène à {nearest}, de la même famille que {project}"
        case Relation.MOBILITY:
            return f"Mène à {nearest}, un métier proche de {project} selon le ROME"
        case Relation.DOMAIN | Relation.GRAND_DOMAIN:
            return f"Mène à {nearest}, du même domaine que {project}"
        case _:
            return f"Mène à {nearest}, un autre domaine que {project}"


def _gap_covered(facts: SessionFacts) -> str:
    if not facts.profiled:
        return _taught(facts)
    if facts.n_missing_skills == 0:
        return "Vous avez déjà les compétences clés de votre projet, déclarées ou exercées"
    if not facts.learned_skills:
        return "N'enseigne aucune des compétences qui vous manquent pour votre projet"
    of_missing = f"{len(facts.learned_skills)} des {facts.n_missing_skills} compétences qui vous manquent"
    return f"Apporte {of_missing} : {enumeration(facts.learned_skills)}"


def _taught(facts: SessionFacts) -> str:
    """To who refused that their skills be read: what is taught of what the project asks, without any comparison."""
    if facts.n_missing_skills == 0:
        return "Le ROME ne liste pas de compétences clés pour votre projet"
    if not facts.learned_skills:
        return "N'enseigne aucune des compétences clés de votre projet"
    count = counted(len(facts.learned_skills), "compétence", "compétences")
    return f"Enseigne {count} sur les {facts.n_missing_skills} de votre projet : {enumeration(facts.learned_skills)}"


def _entry(facts: SessionFacts) -> str:
    if facts.entry_level == 0:
        return "Aucun niveau d'entrée précisé"
    if facts.experience_enters and facts.person_level < facts.entry_level:
        return f"Niveau d'entrée : {education(facts.entry_level)} (votre expérience en tient lieu)"
    if not facts.profiled:
        return f"Niveau d'entrée : {education(facts.entry_level)} (non comparé au vôtre : {REFUSED_PROFILING})"
    if facts.person_level == 0:
        return f"Niveau d'entrée : {education(facts.entry_level)} (vous n'avez pas déclaré le vôtre)"
    enough = "vous l'avez" if facts.person_level >= facts.entry_level else "au-dessus du vôtre"
    return f"Niveau d'entrée : {education(facts.entry_level)} ({enough})"


def _progress(facts: SessionFacts) -> str:
    if facts.exit_level == 0:
        return "Niveau de sortie non précisé"
    if facts.person_level == 0:
        return f"Donne le niveau {education(facts.exit_level)}"
    if facts.exit_level > facts.person_level:
        return f"Élève votre niveau à {education(facts.exit_level)}"
    return f"Niveau {education(facts.exit_level)}, que vous avez déjà"


def _outcome(facts: SessionFacts) -> str:
    rate = facts.values["outcome"]
    if isnan(rate):
        return "Taux de retour à l'emploi non publié"
    return f"{percent(rate)} des sortants en emploi à six mois"


def _start(facts: SessionFacts) -> str:
    days = round(facts.values["start"])
    return "Débute aujourd'hui" if days == 0 else f"Débute dans {counted(days, 'jour', 'jours')}"


def _doors(facts: SessionFacts) -> str:
    posts = facts.values["doors"]
    if posts < 1:
        return "Aucune offre en ce moment à votre portée dans les métiers préparés"
    return f"Ouvre sur {counted(posts, 'poste offert', 'postes offerts')} en ce moment à votre portée"


def _distance(facts: SessionFacts) -> str:
    if facts.remote:
        return "À distance"
    if isnan(facts.distance_km):
        return "Lieu non précisé"
    if facts.distance_km < 0.5:
        return "Dans votre commune"
    side = "dans" if facts.distance_km <= facts.reach_km else "au-delà de"
    return f"À {kilometres(facts.distance_km)} de chez vous, {side} votre rayon de {kilometres(facts.reach_km)}"


def _funded(facts: SessionFacts) -> str:
    funded = facts.values["funded"]
    if isnan(funded):
        return "Financement non précisé"
    return "Peut être financée" if funded >= 1 else "À financer vous-même"


def _price(facts: SessionFacts) -> str:
    price = facts.values["price"]
    if isnan(price):
        return "Prix non publié"
    return "Gratuite" if price == 0 else f"Coûte {euros(price)} avant financement"


def _where(facts: SessionFacts) -> str:
    return "autour de chez vous" if facts.placed else "en France"


def _opened(facts: SessionFacts) -> str:
    offers, where = facts.values["opened"], _where(facts)
    if isnan(offers) or offers < 1:
        return f"N'ouvre pour l'instant aucune offre de plus {where}"
    accessible = counted(offers, "offre accessible", "offres accessibles")
    most = f", surtout comme {quoted(facts.opened_labels[0])}" if facts.opened_labels else ""
    if not facts.profiled:
        return f"{accessible} {where} avec cette seule formation{most}"
    return f"+{accessible} {where}{most}"


def _opened_tension(facts: SessionFacts) -> str:
    share = facts.values["opened_tension"]
    if isnan(share):
        return "Difficulté à recruter non publiée pour les offres qu'elle ouvre"
    return f"{percent(share)} des recrutements y sont jugés difficiles : on y cherche du monde"


def _training_hours(facts: SessionFacts) -> str:
    hours = facts.values["training_hours"]
    if isnan(hours):
        return "Durée non publiée"
    weeks = hours / WEEKLY_HOURS
    if hours < WEEKLY_HOURS:
        return f"Dure {counted(hours, 'heure', 'heures')}"
    return f"Dure {counted(hours, 'heure', 'heures')}, environ {counted(weeks, 'semaine', 'semaines')} à temps plein"


def _to_pay(facts: SessionFacts) -> str:
    left, price = facts.values["to_pay"], facts.values["price"]
    payers = [label for bit, label in PAYERS.items() if facts.fundings & bit]
    if price == 0:
        return "Gratuite"
    if left == 0:
        return f"Rien à payer si le financement est accordé ({enumeration(payers)})"
    by_account = facts.fundings & CPF
    if isnan(price):
        return "Payable avec votre compte personnel de formation, prix non publié" if by_account else "Prix non publié"
    if by_account:
        return f"{euros(price)}, payables avec votre compte personnel de formation (CPF)"
    return f"{euros(price)} à votre charge" if facts.fundings else f"{euros(price)}, financement non précisé"


def _seats(facts: SessionFacts) -> str:
    seats = facts.values["seats"]
    return "Nombre de places non publié" if isnan(seats) else f"{counted(seats, 'place restante', 'places restantes')}"


def _from_home(facts: SessionFacts) -> str:
    if isnan(facts.values["from_home"]):
        return "Vous vous déplacez assez loin pour suivre la formation sur place"
    return "À suivre de chez vous" if facts.remote else "Se suit sur place"


SENTENCES: Final[dict[str, Callable[[SessionFacts], str]]] = {
    "relation": _relation,
    "gap_covered": _gap_covered,
    "entry": _entry,
    "progress": _progress,
    "outcome": _outcome,
    "start": _start,
    "doors": _doors,
    "distance": _distance,
    "funded": _funded,
    "price": _price,
    "opened": _opened,
    "opened_tension": _opened_tension,
    "training_hours": _training_hours,
    "to_pay": _to_pay,
    "seats": _seats,
    "from_home": _from_home,
}
"""The sentence of each of `SESSION_FEATURES`."""

VOICE: Final = Voice[SessionFacts](
    SENTENCES, SESSION_FAMILIES, gaps=session_gaps, obstacles=session_obstacles, reads=frozenset({"price"})
)
"""To the jobseeker."""
