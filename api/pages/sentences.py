"""A profile in sentences, as the person who it is about reads it."""

from dataclasses import dataclass
from typing import Final

from api.pages.offer_cards import CONTRACTS
from api.pages.shell import day
from features.records import (
    Education,
    Experience,
    Mobility,
    Profile,
    Project,
    SkillLevel,
    TravelMode,
    WorkingTime,
    occupation_code,
)
from features.reference import Reference
from matching.explain.wording import education, enumeration, euros, kilometres, language, months

_MODES: Final = {
    TravelMode.CAR: "en voiture",
    TravelMode.TRANSIT: "en transports en commun",
    TravelMode.BIKE: "à vélo",
    TravelMode.WALK: "à pied",
}
LEVELS: Final = {
    SkillLevel.BEGINNER: "débutant",
    SkillLevel.INTERMEDIATE: "intermédiaire",
    SkillLevel.ADVANCED: "avancé",
    SkillLevel.EXPERT: "expert",
}


@dataclass(frozen=True)
class SkillSaid:
    code: str
    words: str


@dataclass(frozen=True)
class ProjectSaid:
    """A project: its position, what it is called, the occupation that was read, and the conditions."""

    place: int
    title: str
    read: str | None
    conditions: str
    record: Project


@dataclass(frozen=True)
class Said:
    """A whole profile."""

    projects: tuple[ProjectSaid, ...]
    skills: tuple[SkillSaid, ...]
    experiences: tuple[str, ...]
    education: tuple[str, ...]
    languages: tuple[str, ...]
    licences: str | None
    travel: str
    available: str
    home: str | None


def said(profile: Profile, reference: Reference) -> Said:
    communes = reference.communes
    row = None if profile.commune_insee is None else communes.get_row(profile.commune_insee)
    return Said(
        tuple(_project(place, each, reference) for place, each in enumerate(profile.projects)),
        tuple(
            SkillSaid(each.code, skill_words(each.code, reference) + (f" ({LEVELS[each.level]})" if each.level else ""))
            for each in profile.skills
        ),
        tuple(_experience(each, reference) for each in profile.experiences),
        tuple(_education(each, reference) for each in profile.education),
        tuple(
            f"{language(each.language).capitalize()}{f', niveau {each.level.value}' if each.level else ''}"
            for each in profile.languages
        ),
        None if not profile.licences else enumeration([each.value for each in profile.licences], 15),
        _travel(profile.mobility),
        "Disponible maintenant." if profile.available_from is None else f"À partir du {day(profile.available_from)}.",
        None if row is None else communes.label(row),
    )


def skill_words(code: str, reference: Reference) -> str:
    row = reference.rome.get_skill_row(code)
    return (
        f"compétence n° {code}, que le référentiel ne connaît plus" if row is None else reference.rome.skill_labels[row]
    )


def occupation_words(code: str | None, reference: Reference) -> str | None:
    """The label of a ROME code; None where it is not one of today's."""
    rome = reference.rome
    return rome.labels[rome.row_of(code)] if code is not None and rome.contains(code) else None


def _project(place: int, project: Project, reference: Reference) -> ProjectSaid:
    label = occupation_words(occupation_code(project), reference)
    title = project.label or _appellation(project.appellation_code, reference) or label or "Métier à préciser"
    read = None
    if project.inferred is not None and label is not None:
        read = f"Nous avons compris : « {label} »."
    elif project.rome_code is None:
        read = "Aucun métier n'a été reconnu dans ces mots : dites-le autrement."
    return ProjectSaid(place, title, read, _conditions(project, reference), project)


def _conditions(project: Project, reference: Reference) -> str:
    communes = reference.communes
    row = None if project.commune_insee is None else communes.get_row(project.commune_insee)
    parts = [
        None if row is None else f"autour de {communes.label(row)}",
        None if project.radius_km is None else f"à {kilometres(project.radius_km)} au plus",
        enumeration([CONTRACTS[each] for each in project.contracts], 12) if project.contracts else "tout contrat",
        {WorkingTime.FULL: "à temps plein", WorkingTime.PART: "à temps partiel", None: None}[project.working_time],
        None if project.pay_floor_monthly is None else f"{euros(project.pay_floor_monthly)} brut par mois au moins",
        None if project.start_date is None else f"à partir du {day(project.start_date)}",
    ]
    told = ", ".join(part for part in parts if part)
    return f"{told[0].upper()}{told[1:]}."


def _appellation(code: str | None, reference: Reference) -> str | None:
    row = None if code is None else reference.rome.get_appellation_row(code)
    return None if row is None else reference.rome.appellation_labels[row]


def _experience(experience: Experience, reference: Reference) -> str:
    name = experience.title or _appellation(experience.appellation_code, reference)
    title = name or occupation_words(occupation_code(experience), reference) or "Un emploi"
    ended = "" if experience.ended_on is None else f", jusqu'au {day(experience.ended_on)}"
    return f"{title[0].upper()}{title[1:]} : {months(experience.months)}{ended}."


def _education(diploma: Education, reference: Reference) -> str:
    row = None if diploma.rncp is None else reference.certifications.get_row(diploma.rncp)
    named = diploma.label or (None if row is None else reference.certifications.labels[row])
    level = None if diploma.level is None else education(diploma.level)
    title = named or level or "Un diplôme"
    besides = [part for part in (level if named else None, None if diploma.year is None else str(diploma.year)) if part]
    told = title + (f" ({', '.join(besides)})" if besides else "")
    return f"{told[0].upper()}{told[1:]}."


def _travel(mobility: Mobility) -> str:
    how = f", {enumeration([_MODES[each] for each in mobility.modes], 4)}" if mobility.modes else ""
    if mobility.km is not None:
        return f"Jusqu'à {kilometres(mobility.km)} de chez vous{how}."
    if mobility.minutes is not None:
        return f"Jusqu'à {mobility.minutes:g} minutes de trajet{how}."
    return f"Vous n'avez pas dit jusqu'où vous vous déplacez{how}."
