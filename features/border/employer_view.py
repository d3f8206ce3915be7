"""A profile as an employer sees it: a list of fields that are shown, and nothing else.

Left out on purpose: name and contact (they are not in a profile), commune and address, dates that tell an age, the pay
floor (it would weigh on the negotiation), and every text that the person wrote: a job title in one's own words tells
the sex ("serveuse"), a summary can tell anything. Titles come from ROME instead, which writes both genders.
"""

import msgspec

from features.records import Education, Experience, Profile, Project, WorkingTime, occupation_code
from features.reference import Reference


class ProjetVu(msgspec.Struct, frozen=True, omit_defaults=True):
    """Un métier visé."""

    codeROME: str
    libelle: str | None = None
    appellation: str | None = None
    typesContrat: tuple[str, ...] = ()
    tempsPlein: bool | None = None
    deduit: bool = False
    """The occupation was read in the person's words."""


class CompetenceVue(msgspec.Struct, frozen=True, omit_defaults=True):
    """Une compétence déclarée."""

    code: str
    libelle: str | None = None
    niveau: str | None = None


class ExperienceVue(msgspec.Struct, frozen=True, omit_defaults=True):
    """Un emploi occupé, avec le libellé du ROME."""

    mois: int
    codeROME: str | None = None
    libelle: str | None = None
    deduit: bool = False
    """The occupation was read in the person's words."""


class DiplomeVu(msgspec.Struct, frozen=True, omit_defaults=True):
    """Un diplôme, avec le libellé du RNCP."""

    niveau: int | None = None
    codeRNCP: str | None = None
    libelle: str | None = None


class LangueVue(msgspec.Struct, frozen=True, omit_defaults=True):
    """Une langue parlée."""

    code: str
    niveau: str | None = None


class ProfilVu(msgspec.Struct, frozen=True, omit_defaults=True):
    """Un profil, tel qu'un employeur le voit : ni nom, ni contact, ni âge, ni sexe, ni adresse."""

    id: str
    projets: tuple[ProjetVu, ...]
    competences: tuple[CompetenceVue, ...] = ()
    experiences: tuple[ExperienceVue, ...] = ()
    diplomes: tuple[DiplomeVu, ...] = ()
    langues: tuple[LangueVue, ...] = ()
    permis: tuple[str, ...] = ()
    departement: str | None = None
    disponibleLe: str | None = None


def profile_for_employer(profile: Profile, reference: Reference) -> ProfilVu:
    """What an employer may see of `profile`."""
    rome = reference.rome
    commune = None if profile.commune_insee is None else reference.communes.get_row(profile.commune_insee)
    return ProfilVu(
        id=profile.id,
        projets=tuple(
            _project(project, code, reference)
            for project in profile.projects
            if (code := occupation_code(project)) is not None
        ),
        competences=tuple(
            CompetenceVue(
                claim.code,
                None if (row := rome.get_skill_row(claim.code)) is None else rome.skill_labels[row],
                None if claim.level is None else claim.level.value,
            )
            for claim in profile.skills
        ),
        experiences=tuple(_experience(experience, reference) for experience in profile.experiences),
        diplomes=tuple(_diploma(education, reference) for education in profile.education),
        langues=tuple(
            LangueVue(spoken.language, None if spoken.level is None else spoken.level.value)
            for spoken in profile.languages
        ),
        permis=tuple(licence.value for licence in profile.licences),
        departement=None if commune is None else reference.communes.departements[commune],
        disponibleLe=None if profile.available_from is None else profile.available_from.isoformat(),
    )


def _project(project: Project, code: str, reference: Reference) -> ProjetVu:
    return ProjetVu(
        codeROME=code,
        libelle=_occupation(code, reference),
        appellation=_appellation(project.appellation_code, reference),
        typesContrat=tuple(contract.value for contract in project.contracts),
        tempsPlein=None if project.working_time is None else project.working_time is WorkingTime.FULL,
        deduit=project.inferred is not None,
    )


def _experience(experience: Experience, reference: Reference) -> ExperienceVue:
    label = _appellation(experience.appellation_code, reference)
    code = occupation_code(experience)
    if label is None and code is not None:
        label = _occupation(code, reference)
    return ExperienceVue(experience.months, code, label, experience.inferred is not None)


def _diploma(education: Education, reference: Reference) -> DiplomeVu:
    certifications = reference.certifications
    row = None if education.rncp is None else certifications.get_row(education.rncp)
    return DiplomeVu(education.level, education.rncp, None if row is None else certifications.labels[row])


def _occupation(code: str, reference: Reference) -> str | None:
    """The label of an occupation; None for a v3 code that several occupations share."""
    if not reference.rome.contains(code):
        return None
    return reference.rome.labels[reference.rome.row_of(code)]


def _appellation(code: str | None, reference: Reference) -> str | None:
    row = None if code is None else reference.rome.get_appellation_row(code)
    return None if row is None else reference.rome.appellation_labels[row]
