"""Why this job for this person, told to the person or to the employer."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from math import isnan
from typing import Final

from features.rome.referential import Relation
from matching.explain.families import Family
from matching.explain.job_facts import EMPLOYER, PERSON, JobFacts
from matching.explain.job_own import OWN_SENTENCES
from matching.explain.voice import Withheld
from matching.explain.wording import (
    education,
    enumeration,
    kilometres,
    language,
    months,
    percent,
    quoted,
)


def _closeness(facts: JobFacts) -> str:
    closeness = facts.values["closeness"]
    degree = "très proches" if closeness >= 0.88 else "proches" if closeness >= 0.82 else "assez éloignés"
    return f"Intitulé et contenu {degree} de votre projet" if facts.reader is PERSON else f"Projet et demande {degree}"


def _relation(facts: JobFacts) -> str:
    value = facts.values["relation"]
    if facts.job_label is None or isnan(value):
        return "Le métier de l'offre n'est pas codé : seul le texte est comparé"
    to_person = facts.reader is PERSON
    return _related(int(value), facts.job_label, facts.job_inferred, facts.project_label, to_person)


@lru_cache(maxsize=4096)
def _related(relation: int, job_label: str, inferred: bool, project_label: str, to_person: bool) -> str:
    job = quoted(job_label) + (" (déduit du titre)" if inferred else "")
    project = quoted(project_label)
    whose = "vous visez" if to_person else "la personne vise"
    match Relation(relation):
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
    if isnan(share):
        return "Travail commun des deux métiers inconnu"
    if share > 0.99:
        return "Même métier : les mêmes compétences sont en jeu"
    degree = "beaucoup" if share >= 0.2 else "une partie" if share >= 0.05 else "peu"
    return f"Compétences que les deux métiers partagent : {degree}"


def _skills(facts: JobFacts) -> str:
    if not facts.held_skills and not facts.missing_skills:
        return "L'offre ne précise pas de compétences"
    if isnan(facts.values["skills"]):
        return f"Compétences attendues : {enumeration(facts.missing_skills)} ({_not_compared(facts)})"
    return _mastered(facts.held_skills, facts.missing_skills, facts.core_skills, facts.reader is PERSON)


@lru_cache(maxsize=1024)
def _mastered(
    held_skills: Sequence[str], missing_skills: Sequence[str], core_skills: frozenset[str], to_person: bool
) -> str:
    """Those that are *cœur de métier* where some are, else all."""
    held = [label for label in held_skills if label in core_skills]
    missing = [label for label in missing_skills if label in core_skills]
    kind = "compétence cœur de métier" if held or missing else "compétence attendue"
    if not held and not missing:
        held, missing = list(held_skills), list(missing_skills)
    masters = "Vous maîtrisez" if to_person else "La personne maîtrise"
    if not missing:
        which = _plural(kind) if len(held) > 1 else kind
        whole = f"les {len(held)} {which}" if len(held) > 1 else f"la {which}"
        return f"{masters} {whole} : {enumeration(held)}"
    if not held:
        none = "Vous n'avez déclaré ni exercé" if to_person else "La personne n'a déclaré ni exercé"
        of = f"aucune des {len(missing)} {_plural(kind)}" if len(missing) > 1 else f"la {kind}"
        return f"{none} {of} : {enumeration(missing)}"
    return f"{masters} {len(held)} des {len(held) + len(missing)} {_plural(kind)} ; il manque : {enumeration(missing)}"


def _plural(kind: str) -> str:
    """« compétences cœur de métier », « compétences attendues »."""
    return kind.replace("compétence", "compétences").replace("attendue", "attendues")


def _not_compared(facts: JobFacts) -> str:
    """An employer is not told why: nothing declared and background withheld read the same."""
    return "pas de comparaison possible" if facts.reader is PERSON else "à voir avec la personne"


def experience(facts: JobFacts) -> str:
    held = months(facts.person_experience_months) if facts.person_experience_months > 0 else "aucune"
    comparable = not isnan(facts.person_experience_months)
    if facts.reader is EMPLOYER:
        comparable = facts.person_experience_months > 0
    whose = "votre" if facts.reader is PERSON else "son"
    declared = f"déclarée dans le métier de {whose} projet : {held}" if comparable else _not_compared(facts)
    if isnan(facts.required_experience_months):
        return "Expérience demandée non précisée" + (f" ({declared})" if comparable else "")
    if facts.beginner_accepted:
        return "Débutant accepté" + (f" (expérience {declared})" if facts.person_experience_months > 0 else "")
    return f"Expérience demandée : {months(facts.required_experience_months)} ({declared})"


def _experience_held(facts: JobFacts) -> str:
    held = facts.values["experience_held"]
    if isnan(held):
        return f"Expérience dans cette famille de métiers : {_not_compared(facts)}"
    return f"Expérience dans cette famille de métiers : {months(held) if held > 0 else 'aucune déclarée'}"


def _experience_asked(facts: JobFacts) -> str:
    if isnan(facts.required_experience_months):
        return "Expérience demandée non précisée"
    if facts.beginner_accepted:
        return "Débutant accepté"
    return f"Expérience demandée : {months(facts.required_experience_months)}"


def _education(facts: JobFacts) -> str:
    if facts.asked_education == 0:
        return "Aucun diplôme précisé"
    return f"Diplôme demandé : {education(facts.asked_education)} ({held_level(facts)})"


def held_level(facts: JobFacts) -> str:
    if facts.person_education == 0:
        return "niveau non déclaré" if facts.reader is PERSON else _not_compared(facts)
    return f"niveau déclaré : {education(facts.person_education)}"


def _licence(facts: JobFacts) -> str:
    if isnan(facts.values["licence"]):
        return "Aucun permis demandé"
    if not facts.missing_licences:
        return "Permis demandé détenu"
    return f"Permis {enumeration([licence.value for licence in facts.missing_licences])} demandé, non déclaré"


def languages(facts: JobFacts) -> str:
    if not facts.required_languages:
        return "Aucune langue exigée"
    if isnan(facts.values["languages"]):
        return f"Langue exigée : {_named(facts.required_languages)} ({_not_compared(facts)})"
    if not facts.missing_languages:
        return "Langues exigées déclarées"
    return f"Langue exigée, non déclarée : {_named(facts.missing_languages)}"


def _named(codes: tuple[str, ...]) -> str:
    return enumeration([language(code) for code in codes])


def _accepted(facts: JobFacts) -> str:
    """To the employer, who is told how far in bands and nothing of what the person would accept."""
    accepted = "ce que la personne accepte ou recherche (le détail lui appartient)"
    if isnan(facts.distance_km):
        return f"C{accepted[1:]}"
    return f"À {kilometres(facts.distance_km)} environ du lieu de travail, et {accepted}"


def _appellation(facts: JobFacts) -> str:
    same = facts.values["appellation"]
    if isnan(same):
        return "Appellation non précisée"
    project = "votre projet" if facts.reader is PERSON else "le projet de la personne"
    return f"La même appellation que {project}" if same >= 1 else f"Une autre appellation que {project}"


def _skills_core(facts: JobFacts) -> str:
    share = facts.values["skills_core"]
    if isnan(share):
        return f"Compétences cœur de métier : {_not_compared(facts)}"
    return f"{percent(share)} des compétences cœur de métier sont déclarées ou exercées"


def _skills_required(facts: JobFacts) -> str:
    share = facts.values["skills_required"]
    if isnan(share):
        return f"Compétences exigées : {_not_compared(facts)}"
    return f"{percent(share)} des compétences exigées sont déclarées ou exercées"


def _skills_missing(facts: JobFacts) -> str:
    missing = facts.values["skills_missing"]
    if isnan(missing):
        return f"Compétences attendues : {_not_compared(facts)}"
    if missing == 0:
        return "Aucune compétence attendue ne manque"
    return "Des compétences attendues ne sont ni déclarées ni exercées"


SENTENCES: Final[dict[str, Callable[[JobFacts], str]]] = {
    "closeness": _closeness,
    "relation": _relation,
    "affinity": _affinity,
    "skills": _skills,
    "experience": experience,
    "experience_held": _experience_held,
    "experience_asked": _experience_asked,
    "education": _education,
    "licence": _licence,
    "languages": languages,
    "appellation": _appellation,
    "skills_core": _skills_core,
    "skills_required": _skills_required,
    "skills_missing": _skills_missing,
    **OWN_SENTENCES,
}
"""The sentence of each of `JOB_FEATURES`."""

WITHHELD: Final = Withheld[JobFacts]("accord", Family.ACCEPTED, _accepted)
"""What an employer may not be told one by one."""
