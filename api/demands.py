"""What the two POST searches read: an employer's need, and a counsellor's search for firms."""

import datetime as dt
from collections.abc import Mapping

import msgspec
from pydantic import Field

from features.border.base import BorderModel, Id, ShortText, if_given, known_commune, known_rome
from features.border.offer import OffreIn
from features.border.problems import BorderError
from features.reference import Reference
from matching.demand import Demand, ProspectionDemand
from matching.solicitation import CONTACTED_DAYS

MOST_PROFILES = 1000
MOST_LIKED = 20


class BesoinIn(OffreIn):
    """Le besoin d'un employeur, dans la forme d'une offre : un intitulé ou un code ROME suffit."""

    id: Id = Field("besoin", description="Sans effet : le besoin n'est pas gardé")
    intitule: ShortText = Field(
        "", description="Le poste, avec les mots de l'employeur", examples=["Aide-soignant de nuit"]
    )
    dateCreation: dt.datetime = Field(
        dt.datetime(1970, 1, 1, tzinfo=dt.UTC), description="Sans effet : le besoin est d'aujourd'hui"
    )

    criteres: dict[str, str] = Field(
        default_factory=dict,
        max_length=30,
        description="Paramètres de la recherche de profils, avec leurs noms publics ; ceux de l'adresse l'emportent",
        examples=[{"commune": "23096", "distance": "20"}],
    )

    commeProfils: tuple[Id, ...] = Field(
        (),
        max_length=MOST_LIKED,
        description="Identifiants de profils dont les résultats doivent se rapprocher ; eux-mêmes ne sont plus montrés",
    )
    pasCommeProfils: tuple[Id, ...] = Field(
        (),
        max_length=MOST_LIKED,
        description="Identifiants de profils dont les résultats doivent s'éloigner ; ils ne sont plus montrés",
    )
    sansDiplome: bool = Field(False, description="Le diplôme ne compte ni dans l'ordre ni dans les phrases")
    ouvrirAuDomaine: bool = Field(
        False, description="Voir aussi les personnes qui visent un autre métier du même domaine du ROME"
    )
    parHabiletes: bool = Field(
        False,
        description=(
            "Chercher par les seules compétences et qualités, sans titre, diplôme ni expérience ; avec un lieu. Les "
            "résultats ne montrent alors ni expériences ni diplômes"
        ),
    )

    def to_demand(self, reference: Reference, today: dt.date, parameters: Mapping[str, str]) -> Demand:
        """The demand, its codes checked. Raises BorderError, also when it names neither a title nor a ROME code."""
        for at, key in enumerate(self.pasCommeProfils):
            if key in self.commeProfils:
                raise BorderError.one(f"pasCommeProfils[{at}]", key, "liked_and_unliked")
        title = self.intitule
        if not title and not (self.parHabiletes and not self.romeCode):
            if not self.romeCode:
                raise BorderError.one("intitule", "", "missing")
            rows = reference.rome.resolve(known_rome(reference, self.romeCode, "romeCode"))
            title = reference.rome.labels[rows[0]]
        offer = msgspec.structs.replace(self.to_record(reference), title=title, published_on=today)
        return Demand(
            offer,
            {**self.criteres, **parameters},
            liked=self.commeProfils,
            unliked=self.pasCommeProfils,
            without_diploma=self.sansDiplome,
            by_skills=self.parHabiletes,
            open_domain=self.ouvrirAuDomaine,
        )


class CiblesIn(BorderModel):
    """Pour qui prospecter, et où. Conseiller, profils et codes ROME s'ajoutent ; l'un des trois est nécessaire."""

    conseiller: Id | None = Field(None, description="Identifiant du conseiller : son portefeuille")
    profils: tuple[Id, ...] = Field((), max_length=MOST_PROFILES, description="Identifiants de profils choisis")
    codesROME: tuple[str, ...] = Field((), max_length=50, description="Métiers visés", examples=[["J1501"]])
    commune: str | None = Field(
        None, description="Code INSEE du centre ; sinon, là où vit l'essentiel du portefeuille", examples=["23096"]
    )
    rayonKm: float = Field(30.0, ge=0, le=1_000, description="Rayon autour du centre, en km")
    nonContactesDepuisJours: int = Field(
        CONTACTED_DAYS,
        ge=0,
        le=10_000,
        description="Écarter les établissements contactés depuis moins de tant de jours ; 0 : aucun pour cela",
    )

    def to_demand(self, reference: Reference, parameters: Mapping[str, str]) -> ProspectionDemand:
        """The demand, its codes checked. Raises BorderError, also when it says for whom in none of the three ways."""
        if self.conseiller is None and not self.profils and not self.codesROME:
            raise BorderError.one("codesROME", "", "missing")
        return ProspectionDemand(
            counsellor_id=self.conseiller,
            profile_ids=self.profils,
            rome_codes=tuple(known_rome(reference, code, f"codesROME[{i}]") for i, code in enumerate(self.codesROME)),
            commune_insee=if_given(known_commune, reference, self.commune, "commune"),
            radius_km=self.rayonKm,
            not_contacted_days=self.nonContactesDepuisJours,
            parameters=dict(parameters),
        )
