"""Trainings and their sessions at the border."""

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from features.border.base import (
    BorderModel,
    Day,
    Id,
    ShortText,
    Title,
    clean_siret,
    compact,
    if_given,
    iso,
    known_commune,
    known_rome,
    known_skill,
)
from features.border.problems import BorderError
from features.records import Attendance, Funding, Training, TrainingSession

if TYPE_CHECKING:
    from features.reference import Reference


class FormationIn(BorderModel):
    """Une formation : ce qu'on y apprend et où elle mène."""

    id: Id
    intitule: Title
    objectif: str = ""
    codeRNCP: Annotated[str, Field(pattern=r"^(RNCP|RS)[0-9]{1,7}$")] | None = None
    codesROME: tuple[str, ...] = Field((), max_length=50)
    competences: tuple[str, ...] = Field((), max_length=500, description="Codes OGR des compétences acquises")
    niveauSortie: int | None = Field(None, ge=1, le=8)
    niveauEntree: int | None = Field(None, ge=1, le=8)
    prerequis: str | None = None
    dureeHeures: float | None = Field(None, ge=0, le=20_000)
    organisme: ShortText | None = None
    siret: str | None = None
    tauxInsertion: float | None = Field(None, ge=0, le=1, description="Part en emploi six mois après")

    def to_record(self, reference: "Reference") -> Training:
        """The training, its codes checked. Raises BorderError."""
        return Training(
            id=self.id,
            title=self.intitule,
            objective=self.objectif,
            rncp=self.codeRNCP,
            rome_codes=tuple(known_rome(reference, code, f"codesROME[{i}]") for i, code in enumerate(self.codesROME)),
            skills=tuple(known_skill(reference, code, f"competences[{i}]") for i, code in enumerate(self.competences)),
            level=self.niveauSortie,
            entry_level=self.niveauEntree,
            entry_requirements=self.prerequis or None,
            duration_hours=self.dureeHeures,
            organisation=self.organisme or None,
            siret=clean_siret(self.siret, "siret"),
            outcome_rate=self.tauxInsertion,
        )


def formation_out(training: Training) -> dict[str, object]:
    """The JSON of a training, in the shape that `FormationIn` reads."""
    return compact(
        id=training.id,
        intitule=training.title,
        objectif=training.objective,
        codeRNCP=training.rncp,
        codesROME=list(training.rome_codes),
        competences=list(training.skills),
        niveauSortie=training.level,
        niveauEntree=training.entry_level,
        prerequis=training.entry_requirements,
        dureeHeures=training.duration_hours,
        organisme=training.organisation,
        siret=training.siret,
        tauxInsertion=training.outcome_rate,
    )


class LieuSessionIn(BorderModel):
    commune: str | None = Field(None, description="Code INSEE")
    latitude: float | None = Field(None, ge=-90, le=90)
    longitude: float | None = Field(None, ge=-180, le=180)


class SessionIn(BorderModel):
    """Une session : quand, où, comment, avec quel financement."""

    id: Id
    formation: Id = Field(description="Identifiant de la formation")
    dateDebut: Day
    dateFin: Day | None = None
    lieu: LieuSessionIn = LieuSessionIn()
    modalite: Attendance = Attendance.ON_SITE
    places: int | None = Field(None, ge=0, le=100_000)
    placesRestantes: int | None = Field(None, ge=0, le=100_000)
    financements: tuple[Funding, ...] = Field((), max_length=20)
    prixEuros: float | None = Field(None, ge=0, le=1_000_000)
    accessible: bool | None = Field(None, description="Accessible aux personnes en situation de handicap")

    def to_record(self, reference: "Reference") -> TrainingSession:
        """The session, its commune checked. Raises BorderError, also for dates in the wrong order."""
        if self.dateFin is not None and self.dateFin < self.dateDebut:
            raise BorderError.one("dateFin", self.dateFin, "bad_order")
        return TrainingSession(
            id=self.id,
            training_id=self.formation,
            starts_on=self.dateDebut,
            ends_on=self.dateFin,
            commune_insee=if_given(known_commune, reference, self.lieu.commune, "lieu.commune"),
            lat=self.lieu.latitude,
            lon=self.lieu.longitude,
            attendance=self.modalite,
            seats=self.places,
            seats_left=self.placesRestantes,
            fundings=self.financements,
            price_eur=self.prixEuros,
            accessible=self.accessible,
        )


def session_out(session: TrainingSession) -> dict[str, object]:
    """The JSON of a session, in the shape that `SessionIn` reads."""
    return compact(
        id=session.id,
        formation=session.training_id,
        dateDebut=iso(session.starts_on),
        dateFin=iso(session.ends_on),
        lieu=compact(commune=session.commune_insee, latitude=session.lat, longitude=session.lon),
        modalite=session.attendance.value,
        places=session.seats,
        placesRestantes=session.seats_left,
        financements=[funding.value for funding in session.fundings],
        prixEuros=session.price_eur,
        accessible=session.accessible,
    )
