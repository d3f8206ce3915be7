"""Establishments at the border."""

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from features.border.base import (
    BorderModel,
    Day,
    ShortText,
    clean_naf,
    clean_siret,
    compact,
    if_given,
    iso,
    known_commune,
)
from features.border.problems import BorderError
from features.records import Establishment, MonthlyHirings

if TYPE_CHECKING:
    from features.reference import Reference


class EmbauchesMoisIn(BorderModel):
    """Les embauches d'un mois."""

    mois: Annotated[str, Field(pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])$")] = Field(examples=["2025-04"])
    nombre: int = Field(ge=0, le=1_000_000)


class LocalisationIn(BorderModel):
    lat: float = Field(ge=-90, le=90)
    lon: float = Field(ge=-180, le=180)


class EtablissementIn(BorderModel):
    """Un établissement, avec les noms de champs de La Bonne Boîte ; jamais le nom d'un entrepreneur individuel."""

    siret: str = Field(examples=["13000548100010"])
    naf: str = Field(examples=["1071C"])
    nom: ShortText | None = Field(None, description="Raison sociale ou enseigne d'une personne morale")
    headcount_min: int | None = Field(None, ge=0, le=1_000_000)
    headcount_max: int | None = Field(None, ge=0, le=1_000_000)
    commune: str | None = Field(None, description="Code INSEE")
    location: LocalisationIn | None = None
    embauches: tuple[EmbauchesMoisIn, ...] = Field((), max_length=240)
    engage: bool = Field(False, description="Employeur inclusif engagé auprès du réseau")
    nePasDemarcher: bool = Field(False, description="L'établissement refuse d'être démarché")
    dateCreation: Day | None = None

    def to_record(self, reference: "Reference") -> Establishment:
        """The establishment, its codes checked. Raises BorderError."""
        siret, naf = clean_siret(self.siret, "siret"), clean_naf(self.naf, "naf")
        if siret is None:
            raise BorderError.one("siret", self.siret, "bad_siret")
        if naf is None:
            raise BorderError.one("naf", self.naf, "bad_naf")
        low, high = self.headcount_min, self.headcount_max
        if low is not None and high is not None and high < low:
            raise BorderError.one("headcount_max", high, "bad_order")
        return Establishment(
            id=siret,
            naf=naf,
            name=self.nom or None,
            headcount_min=low,
            headcount_max=high,
            commune_insee=if_given(known_commune, reference, self.commune, "commune"),
            lat=None if self.location is None else self.location.lat,
            lon=None if self.location is None else self.location.lon,
            hirings=tuple(MonthlyHirings(month=e.mois, count=e.nombre) for e in self.embauches),
            engaged=self.engage,
            opt_out=self.nePasDemarcher,
            created_on=self.dateCreation,
        )


def etablissement_out(establishment: Establishment) -> dict[str, object]:
    """The JSON of an establishment, in the shape that `EtablissementIn` reads."""
    lat, lon = establishment.lat, establishment.lon
    return compact(
        siret=establishment.id,
        naf=establishment.naf,
        nom=establishment.name,
        headcount_min=establishment.headcount_min,
        headcount_max=establishment.headcount_max,
        commune=establishment.commune_insee,
        location=None if lat is None or lon is None else {"lat": lat, "lon": lon},
        embauches=[{"mois": month.month, "nombre": month.count} for month in establishment.hirings],
        engage=establishment.engaged or None,
        nePasDemarcher=establishment.opt_out or None,
        dateCreation=iso(establishment.created_on),
    )
