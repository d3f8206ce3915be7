"""Why this training session for this person."""

from collections.abc import Callable
from functools import lru_cache
from math import isnan
from typing import Final

import msgspec

from features.rome.referential import Relation
from matching.explain.families import SESSION_FAMILIES
from matching.explain.voice import Voice, nothing
from matching.explain.wording import counted, education, enumeration, euros, kilometres, percent, quoted


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


def session_obstacles(facts: SessionFacts) -> tuple[str, ...]:
    """What stands in the way of entering the session; empty when nothing known does."""
    if 0 < facts.person_level < facts.entry_level:
        return (
            f"Niveau d'entrée demandé : {education(facts.entry_level)} (déclaré : {education(facts.person_level)})",
        )
    return ()


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
    if facts.n_missing_skills == 0:
        return "Vous avez déjà déclaré les compétences clés de votre projet"
    if not facts.learned_skills:
        return "N'enseigne aucune des compétences qui vous manquent pour votre projet"
    of_missing = f"{len(facts.learned_skills)} des {facts.n_missing_skills} compétences qui vous manquent"
    return f"Apporte {of_missing} : {enumeration(facts.learned_skills)}"


def _entry(facts: SessionFacts) -> str:
    if facts.entry_level == 0:
        return "Aucun niveau d'entrée précisé"
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
}
"""The sentence of each of `SESSION_FEATURES`."""

VOICE: Final = Voice[SessionFacts](SENTENCES, SESSION_FAMILIES, gaps=nothing, obstacles=session_obstacles)
"""To the jobseeker."""
