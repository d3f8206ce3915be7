"""Profiles at the border: `ProfilIn` and back. Neither identity nor RQTH can enter here (see `identity.py`)."""

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from features.border.base import (
    LIST_LIMIT,
    BorderModel,
    Day,
    DeductionIn,
    Id,
    ShortText,
    clean_naf,
    compact,
    deduction_out,
    full_time,
    if_given,
    inferred_of,
    iso,
    known_appellation,
    known_commune,
    known_rome,
    known_skill,
    occupation_of_appellation,
    working_time,
)
from features.border.problems import BorderError
from features.records import (
    Consents,
    Contract,
    Education,
    Experience,
    LanguageLevel,
    LanguageSkill,
    Licence,
    Mobility,
    Profile,
    Project,
    SkillClaim,
    SkillLevel,
    TravelMode,
)

if TYPE_CHECKING:
    from features.reference import Reference


class ProjetIn(BorderModel):
    """Un métier visé et les conditions dans lesquelles la personne le veut."""

    codeROME: str | None = Field(
        None,
        description="Code ROME 4.0 (ou v3) du métier visé ; à défaut l'appellation, ou `libelle`",
        examples=["D1106"],
    )
    codeAppellation: str | None = Field(None, description="Code OGR de l'appellation")
    libelle: ShortText | None = Field(
        None, description="Le métier avec les mots de la personne ; sans code, le métier y est lu (`metierDeduit`)"
    )
    metierDeduit: DeductionIn | None = None
    commune: str | None = Field(None, description="Code INSEE d'où chercher, si ce n'est pas le domicile")
    rayonKm: float | None = Field(None, ge=0, le=20_000, description="Rayon propre à ce projet, en km")
    typesContrat: tuple[Contract, ...] = Field((), max_length=20, description="Vide : tout contrat")
    tempsPlein: bool | None = Field(None, description="true : temps plein, false : temps partiel")
    salaireMin: float | None = Field(None, ge=0, le=100_000, description="Euros bruts par mois")
    dateDebut: Day | None = Field(None, description="Date de début souhaitée")


class CompetenceIn(BorderModel):
    """Une compétence du ROME et son niveau."""

    code: str = Field(description="Code OGR de la compétence")
    niveau: SkillLevel | None = None


class ExperienceIn(BorderModel):
    """Un emploi occupé."""

    mois: int = Field(ge=0, le=900, description="Durée en mois")
    intitule: ShortText | None = None
    codeROME: str | None = None
    codeAppellation: str | None = None
    metierDeduit: DeductionIn | None = None
    codeNAF: str | None = None
    dateFin: Day | None = Field(None, description="Absente : emploi en cours, ou date inconnue")


class DiplomeIn(BorderModel):
    """Un diplôme ou un titre obtenu."""

    niveau: int | None = Field(None, ge=1, le=8, description="Cadre national : 3 CAP, 4 bac, 5 BTS ... 8 doctorat")
    codeRNCP: Annotated[str, Field(pattern=r"^(RNCP|RS)[0-9]{1,7}$")] | None = None
    libelle: ShortText | None = None
    annee: int | None = Field(None, ge=1900, le=2200)


class LangueIn(BorderModel):
    """Une langue et son niveau du cadre européen."""

    code: Annotated[str, Field(pattern=r"^[a-z]{2,3}$")] = Field(description="ISO 639-1 ou 639-3", examples=["en"])
    niveau: LanguageLevel | None = None


class MobiliteIn(BorderModel):
    """Jusqu'où la personne se déplace ; les km l'emportent sur les minutes."""

    km: float | None = Field(None, ge=0, le=20_000)
    minutes: float | None = Field(None, ge=0, le=1_440)
    modes: tuple[TravelMode, ...] = Field((), max_length=4)


class ConsentementsIn(BorderModel):
    """Tout est refusé tant que la personne n'a pas dit oui."""

    visibleEmployeurs: bool = False
    profilage: bool = False
    contactCourriel: bool = False


class ProfilIn(BorderModel):
    """Un profil de la banque : ce que la personne vise et sait faire, sans son identité."""

    id: Id
    projets: tuple[ProjetIn, ...] = Field(min_length=1, max_length=20)
    competences: tuple[CompetenceIn, ...] = Field((), max_length=LIST_LIMIT)
    experiences: tuple[ExperienceIn, ...] = Field((), max_length=100)
    diplomes: tuple[DiplomeIn, ...] = Field((), max_length=100)
    langues: tuple[LangueIn, ...] = Field((), max_length=50)
    permis: tuple[Licence, ...] = Field((), max_length=20)
    commune: str | None = Field(None, description="Code INSEE du domicile")
    mobilite: MobiliteIn = MobiliteIn()
    disponibleLe: Day | None = Field(None, description="Absente : disponible maintenant")
    consentements: ConsentementsIn = ConsentementsIn()
    resume: str | None = None
    conseiller: ShortText | None = Field(None, description="Identifiant du conseiller référent")
    dateActualisation: Day | None = None

    def to_record(self, reference: "Reference") -> Profile:
        """The profile, its codes checked. Raises BorderError naming the first code that is unknown."""
        return Profile(
            id=self.id,
            projects=tuple(_project(p, reference, f"projets[{i}]") for i, p in enumerate(self.projets)),
            skills=tuple(
                SkillClaim(code=known_skill(reference, c.code, f"competences[{i}].code"), level=c.niveau)
                for i, c in enumerate(self.competences)
            ),
            experiences=tuple(_experience(e, reference, f"experiences[{i}]") for i, e in enumerate(self.experiences)),
            education=tuple(
                Education(level=d.niveau, rncp=d.codeRNCP, label=d.libelle or None, year=d.annee) for d in self.diplomes
            ),
            languages=tuple(LanguageSkill(language=langue.code, level=langue.niveau) for langue in self.langues),
            licences=self.permis,
            commune_insee=if_given(known_commune, reference, self.commune, "commune"),
            mobility=Mobility(km=self.mobilite.km, minutes=self.mobilite.minutes, modes=self.mobilite.modes),
            available_from=self.disponibleLe,
            consents=Consents(
                visible_to_employers=self.consentements.visibleEmployeurs,
                profiling=self.consentements.profilage,
                contact_by_email=self.consentements.contactCourriel,
            ),
            summary=self.resume or None,
            counsellor_id=self.conseiller or None,
            updated_on=self.dateActualisation,
        )


def _project(project: ProjetIn, reference: "Reference", path: str) -> Project:
    appellation = if_given(known_appellation, reference, project.codeAppellation, f"{path}.codeAppellation")
    code = if_given(known_rome, reference, project.codeROME, f"{path}.codeROME")
    if code is None and appellation is None and not project.libelle:
        raise BorderError.one(f"{path}.codeROME", "", "missing")
    return Project(
        rome_code=code or occupation_of_appellation(reference, appellation),
        appellation_code=appellation,
        label=project.libelle or None,
        inferred=inferred_of(project.metierDeduit),
        commune_insee=if_given(known_commune, reference, project.commune, f"{path}.commune"),
        radius_km=project.rayonKm,
        contracts=project.typesContrat,
        working_time=working_time(project.tempsPlein),
        pay_floor_monthly=project.salaireMin,
        start_date=project.dateDebut,
    )


def _experience(experience: ExperienceIn, reference: "Reference", path: str) -> Experience:
    appellation = if_given(known_appellation, reference, experience.codeAppellation, f"{path}.codeAppellation")
    return Experience(
        months=experience.mois,
        title=experience.intitule or None,
        rome_code=if_given(known_rome, reference, experience.codeROME, f"{path}.codeROME")
        or occupation_of_appellation(reference, appellation),
        appellation_code=appellation,
        inferred=inferred_of(experience.metierDeduit),
        naf=clean_naf(experience.codeNAF, f"{path}.codeNAF"),
        ended_on=experience.dateFin,
    )


def profil_out(profile: Profile) -> dict[str, object]:
    """The JSON of a profile, in the shape that `ProfilIn` reads; what is unknown is absent."""
    mobility, consents = profile.mobility, profile.consents
    return compact(
        id=profile.id,
        projets=[
            compact(
                codeROME=p.rome_code,
                codeAppellation=p.appellation_code,
                metierDeduit=deduction_out(p.inferred),
                libelle=p.label,
                commune=p.commune_insee,
                rayonKm=p.radius_km,
                typesContrat=[contract.value for contract in p.contracts],
                tempsPlein=full_time(p.working_time),
                salaireMin=p.pay_floor_monthly,
                dateDebut=iso(p.start_date),
            )
            for p in profile.projects
        ],
        competences=[compact(code=s.code, niveau=s.level and s.level.value) for s in profile.skills],
        experiences=[
            compact(
                mois=e.months,
                intitule=e.title,
                codeROME=e.rome_code,
                codeAppellation=e.appellation_code,
                metierDeduit=deduction_out(e.inferred),
                codeNAF=e.naf,
                dateFin=iso(e.ended_on),
            )
            for e in profile.experiences
        ],
        diplomes=[compact(niveau=e.level, codeRNCP=e.rncp, libelle=e.label, annee=e.year) for e in profile.education],
        langues=[
            compact(code=spoken.language, niveau=spoken.level and spoken.level.value) for spoken in profile.languages
        ],
        permis=[licence.value for licence in profile.licences],
        commune=profile.commune_insee,
        mobilite=compact(km=mobility.km, minutes=mobility.minutes, modes=[mode.value for mode in mobility.modes]),
        disponibleLe=iso(profile.available_from),
        consentements={
            "visibleEmployeurs": consents.visible_to_employers,
            "profilage": consents.profiling,
            "contactCourriel": consents.contact_by_email,
        },
        resume=profile.summary,
        conseiller=profile.counsellor_id,
        dateActualisation=iso(profile.updated_on),
    )
