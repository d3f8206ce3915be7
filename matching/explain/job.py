"""Why this job for this person, told to the person or to the employer."""

from collections.abc import Callable
from enum import Enum
from typing import Final

import msgspec

from features.records import Licence
from features.rome.referential import Relation
from matching.explain.wording import (
    counted,
    education,
    enumeration,
    euros,
    kilometres,
    known,
    language,
    months,
    percent,
    quoted,
)


class Reader(Enum):
    """Who reads the reasons."""

    PERSON = "person"
    EMPLOYER = "employer"


class JobFacts(msgspec.Struct, frozen=True, gc=False):
    """One pair of a person and a job, as a sentence needs it. NaN and None: not known."""

    reader: Reader
    values: dict[str, float]
    """Feature values by name."""
    project_label: str
    job_label: str | None
    job_inferred: bool
    held_skills: tuple[str, ...]
    missing_skills: tuple[str, ...]
    required_experience_months: float
    """NaN: the job does not say."""
    beginner_accepted: bool
    person_experience_months: float
    """NaN: nothing to compare."""
    asked_education: int
    person_education: int
    missing_licences: tuple[Licence, ...]
    licences_required: bool
    required_languages: tuple[str, ...]
    missing_languages: tuple[str, ...]
    pay_max: float
    pay_floor: float
    distance_km: float
    reach_km: float
    regulated: bool
    """The law may ask for a title to hold the job, and it is not the occupation that the person targets."""


def job_gaps(facts: JobFacts) -> tuple[str, ...]:
    """What is missing, the most decisive first; empty when nothing is."""
    to_person = facts.reader is Reader.PERSON
    gaps: list[str] = []
    if facts.regulated:
        gaps.append(
            f"{quoted(facts.job_label or '')} est un métier réglementé : un titre ou un diplôme peut être exigé"
        )
    if facts.missing_licences:
        names = enumeration([licence.value for licence in facts.missing_licences])
        gaps.append(f"Permis {names} {'exigé' if facts.licences_required else 'souhaité'}, non déclaré")
    if facts.values["languages"] == 0:
        gaps.append(_languages(facts))
    if facts.asked_education > 0 and 0 < facts.person_education < facts.asked_education:
        gaps.append(f"Diplôme demandé : {education(facts.asked_education)} ({_held_level(facts)})")
    if known(facts.values["experience"]) and facts.values["experience"] < 0:
        gaps.append(_experience(facts))
    if facts.missing_skills and known(facts.values["skills"]):
        verb = "À montrer ou à acquérir" if to_person else "Compétences non déclarées"
        gaps.append(f"{verb} : {enumeration(facts.missing_skills)}")
    return tuple(gaps)


def _closeness(facts: JobFacts) -> str:
    closeness = facts.values["closeness"]
    degree = "très proches" if closeness >= 0.88 else "proches" if closeness >= 0.82 else "assez éloignés"
    return (
        f"Intitulé et contenu {degree} de votre projet"
        if facts.reader is Reader.PERSON
        else f"Projet et demande {degree}"
    )


def _relation(facts: JobFacts) -> str:
    value = facts.values["relation"]
    if facts.job_label is None or not known(value):
        return "Le métier de l'offre n'est pas codé : seul le texte est comparé"
    job = quoted(facts.job_label) + (" (déduit du titre)" if facts.job_inferred else "")
    project = quoted(facts.project_label)
    whose = "vous visez" if facts.reader is Reader.PERSON else "la personne vise"
    match Relation(int(value)):
        case Relation.SAME:
            return f"C'est le métier que {whose} : {job}"
        case Relation.PARENT:
            return f"{job} est de la même famille que {project}"
        case Relation.MOBILITY:
            return f"{job} est un métier proche de {project} selon le ROME"
        case Relation.DOMAIN:
            return f"{job} est du même domaine professionnel que {project}"
        case Relation.GRAND_DOMAIN:
            return f"{job} est du même grand domaine que {project}"
        case _:
            return f"{job} n'est pas relié à {project} dans le ROME"


def _affinity(facts: JobFacts) -> str:
    share = facts.values["affinity"]
    if not known(share):
        return "Travail commun des deux métiers inconnu"
    if share > 0.99:
        return "Même métier : les mêmes compétences sont en jeu"
    degree = "beaucoup" if share >= 0.2 else "une partie" if share >= 0.05 else "peu"
    return f"Compétences que les deux métiers partagent : {degree}"


def _skills(facts: JobFacts) -> str:
    wanted = len(facts.held_skills) + len(facts.missing_skills)
    if wanted == 0:
        return "L'offre ne précise pas de compétences"
    if not known(facts.values["skills"]):
        return f"Compétences attendues : {enumeration(facts.missing_skills)} (pas de comparaison possible)"
    declares = "vous déclarez" if facts.reader is Reader.PERSON else "la personne déclare"
    shown = f" : {enumeration(facts.held_skills)}" if facts.held_skills else ""
    return f"Compétences attendues que {declares} : {len(facts.held_skills)} sur {wanted}{shown}"


def _experience(facts: JobFacts) -> str:
    held = months(facts.person_experience_months) if facts.person_experience_months > 0 else "aucune"
    comparable = known(facts.person_experience_months)
    declared = f"déclarée dans le métier : {held}" if comparable else "pas de comparaison possible"
    if not known(facts.required_experience_months):
        return "Expérience demandée non précisée" + (f" ({declared})" if comparable else "")
    if facts.beginner_accepted:
        return "Débutant accepté" + (f" (expérience {declared})" if facts.person_experience_months > 0 else "")
    return f"Expérience demandée : {months(facts.required_experience_months)} ({declared})"


def _education(facts: JobFacts) -> str:
    if facts.asked_education == 0:
        return "Aucun diplôme précisé"
    return f"Diplôme demandé : {education(facts.asked_education)} ({_held_level(facts)})"


def _held_level(facts: JobFacts) -> str:
    if facts.person_education == 0:
        return "niveau non déclaré"
    return f"niveau déclaré : {education(facts.person_education)}"


def _licence(facts: JobFacts) -> str:
    if not known(facts.values["licence"]):
        return "Aucun permis demandé"
    if not facts.missing_licences:
        return "Permis demandé détenu"
    return f"Permis {enumeration([licence.value for licence in facts.missing_licences])} demandé, non déclaré"


def _languages(facts: JobFacts) -> str:
    if not facts.required_languages:
        return "Aucune langue exigée"
    if not known(facts.values["languages"]):
        return f"Langue exigée : {_named(facts.required_languages)} (pas de comparaison possible)"
    if not facts.missing_languages:
        return "Langues exigées déclarées"
    return f"Langue exigée, non déclarée : {_named(facts.missing_languages)}"


def _named(codes: tuple[str, ...]) -> str:
    return enumeration([language(code) for code in codes])


def _pay(facts: JobFacts) -> str:
    if not known(facts.pay_max):
        return "Salaire non précisé par l'offre"
    offered = f"Jusqu'à {euros(facts.pay_max)} brut par mois"
    if not facts.pay_floor > 0:
        return f"{offered}, sans minimum déclaré"
    difference = facts.pay_max / facts.pay_floor - 1
    if abs(difference) < 0.01:
        return f"{offered}, au niveau du minimum souhaité"
    return (
        f"{offered}, {percent(abs(difference))} {'au-dessus' if difference > 0 else 'en dessous'} du minimum souhaité"
    )


def _distance(facts: JobFacts) -> str:
    if not known(facts.distance_km):
        return "Distance inconnue"
    where = "de chez vous" if facts.reader is Reader.PERSON else "du lieu de travail"
    if facts.reader is Reader.EMPLOYER:
        return f"À {kilometres(facts.distance_km)} environ {where}"
    near = "Dans la même commune" if facts.distance_km < 0.5 else f"À {kilometres(facts.distance_km)} {where}"
    return f"{near} (déplacement accepté : {kilometres(facts.reach_km)})"


def _freshness(facts: JobFacts) -> str:
    days = facts.values["freshness"]
    if not known(days):
        return "Date de publication inconnue"
    if days < 1:
        return "Publiée aujourd'hui"
    if days >= 365:
        return "Publiée il y a plus d'un an"
    return "Publiée hier" if days < 2 else f"Publiée il y a {round(days)} jours"


def _tension(facts: JobFacts) -> str:
    share = facts.values["tension"]
    if not known(share):
        return "Tension du métier inconnue dans ce bassin"
    return f"{percent(share)} des recrutements de ce métier sont jugés difficiles dans ce bassin"


def _closeness_over_projects(facts: JobFacts, name: str, among: str) -> str:
    closeness = facts.values[name]
    if not known(closeness):
        return f"Proximité avec {among} inconnue"
    degree = "très forte" if closeness >= 0.88 else "forte" if closeness >= 0.82 else "faible"
    return f"Proximité {degree} avec {among}"


def _closeness_best(facts: JobFacts) -> str:
    return _closeness_over_projects(facts, "closeness_best", "le projet le plus proche")


def _closeness_mean(facts: JobFacts) -> str:
    return _closeness_over_projects(facts, "closeness_mean", "l'ensemble des projets")


def _appellation(facts: JobFacts) -> str:
    same = facts.values["appellation"]
    if not known(same):
        return "Appellation non précisée"
    return "Même appellation que le projet" if same >= 1 else "Autre appellation que celle du projet"


def _skills_core(facts: JobFacts) -> str:
    share = facts.values["skills_core"]
    if not known(share):
        return "Compétences cœur de métier : pas de comparaison possible"
    return f"{percent(share)} des compétences cœur de métier sont déclarées"


def _skills_required(facts: JobFacts) -> str:
    share = facts.values["skills_required"]
    if not known(share):
        return "Compétences exigées : pas de comparaison possible"
    return f"{percent(share)} des compétences exigées sont déclarées"


def _skills_missing(facts: JobFacts) -> str:
    missing = facts.values["skills_missing"]
    if not known(missing):
        return "Compétences attendues : pas de comparaison possible"
    return "Aucune compétence attendue ne manque" if missing == 0 else "Des compétences attendues ne sont pas déclarées"


def _contract(facts: JobFacts) -> str:
    fits = facts.values["contract"]
    if not known(fits):
        return "Contrat non précisé"
    return "Contrat accepté" if fits >= 1 else "Contrat autre que ceux souhaités"


def _working_time(facts: JobFacts) -> str:
    fits = facts.values["working_time"]
    if not known(fits):
        return "Temps de travail non précisé"
    return "Temps de travail souhaité" if fits >= 1 else "Temps de travail autre que celui souhaité"


def _hours(facts: JobFacts) -> str:
    beyond = facts.values["hours"]
    if not known(beyond):
        return "Durée hebdomadaire non précisée"
    if abs(beyond) < 0.5:
        return "Durée hebdomadaire usuelle pour le temps de travail souhaité"
    side = "de plus" if beyond > 0 else "de moins"
    return f"{counted(abs(beyond), 'heure', 'heures')} par semaine {side} que le temps de travail souhaité"


def _pay_market(facts: JobFacts) -> str:
    ratio = facts.values["pay_market"]
    if not known(ratio):
        return "Salaire non comparable à ceux du métier dans ce bassin"
    if abs(ratio) < 0.01:
        return "Salaire médian du métier dans ce bassin"
    return f"Salaire {percent(abs(ratio))} {'au-dessus' if ratio > 0 else 'en dessous'} du médian de ce métier ici"


def _minutes(facts: JobFacts) -> str:
    minutes = facts.values["minutes"]
    if not known(minutes):
        return "Temps de trajet inconnu"
    return f"Environ {counted(minutes, 'minute', 'minutes')} de trajet"


def _posts(facts: JobFacts) -> str:
    posts = facts.values["posts"]
    return counted(posts, "poste à pourvoir", "postes à pourvoir") if known(posts) else "Nombre de postes inconnu"


def _interest(facts: JobFacts) -> str:
    points = facts.values["interest"]
    whose = "Vous avez" if facts.reader is Reader.PERSON else "La personne a"
    if not known(points) or points == 0:
        return "Aucune consultation récente dans cette famille de métiers"
    did = "consulté" if points > 0 else "écarté"
    return f"{whose} récemment {did} des offres de cette famille de métiers"


def _responsiveness(facts: JobFacts) -> str:
    share = facts.values["responsiveness"]
    if not known(share):
        return "Réponses de l'entreprise aux candidatures inconnues"
    return f"L'entreprise reçoit environ {percent(share)} des candidats en entretien"


def _crowding(facts: JobFacts) -> str:
    times = facts.values["crowding"]
    if not known(times):
        return "Nombre d'affichages inconnu"
    return f"Affichée {counted(times, 'fois', 'fois')} par poste ces derniers temps"


def _collaborative(facts: JobFacts) -> str:
    points = facts.values["collaborative"]
    if not known(points):
        return "Pas de parcours comparable"
    often = "souvent" if points > 0 else "rarement"
    return f"Famille de métiers {often} consultée par des personnes au parcours comparable"


SENTENCES: Final[dict[str, Callable[[JobFacts], str]]] = {
    "closeness": _closeness,
    "relation": _relation,
    "affinity": _affinity,
    "skills": _skills,
    "experience": _experience,
    "education": _education,
    "licence": _licence,
    "languages": _languages,
    "pay": _pay,
    "distance": _distance,
    "freshness": _freshness,
    "tension": _tension,
    "closeness_best": _closeness_best,
    "closeness_mean": _closeness_mean,
    "appellation": _appellation,
    "skills_core": _skills_core,
    "skills_required": _skills_required,
    "skills_missing": _skills_missing,
    "contract": _contract,
    "working_time": _working_time,
    "hours": _hours,
    "pay_market": _pay_market,
    "minutes": _minutes,
    "posts": _posts,
    "interest": _interest,
    "responsiveness": _responsiveness,
    "crowding": _crowding,
    "collaborative": _collaborative,
}
"""The sentence of each of `JOB_FEATURES`."""
