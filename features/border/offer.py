"""Offers at the border, in the shape of *Offres d'emploi v2*, with a few fields of our own where it only has labels.

An explicit field (`tempsPlein`, `experienceMois`, `salaire.minMensuel` ...) wins over the label that says the same.
"""

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from features.border.base import (
    LIST_LIMIT,
    BorderModel,
    DeductionIn,
    Id,
    ShortText,
    Title,
    WrittenTime,
    appellation_of_label,
    clean_naf,
    clean_siret,
    compact,
    deduction_out,
    full_time,
    if_given,
    inferred_of,
    iso,
    known_appellation,
    known_rome,
    occupation_of_appellation,
    working_time,
)
from features.border.problems import BorderError
from features.job_labels import (
    LANGUAGE_NAMES,
    ContractRead,
    read_contract,
    read_education_level,
    read_experience,
    read_language,
    read_licence,
    read_working_time,
)
from features.pay import parse_pay
from features.place_labels import Place, read_place
from features.records import (
    EducationDemand,
    Exigence,
    ExperienceDemand,
    LanguageDemand,
    LicenceDemand,
    Offer,
    OfferSource,
    Pay,
    SkillDemand,
)
from features.text import plain

if TYPE_CHECKING:
    from features.reference import Reference


class LieuTravailIn(BorderModel):
    """Le lieu de travail : au mieux le code commune ; à défaut le code postal ou « 33 - Bordeaux »."""

    libelle: ShortText | None = None
    latitude: float | None = Field(None, ge=-90, le=90)
    longitude: float | None = Field(None, ge=-180, le=180)
    codePostal: ShortText | None = None
    commune: ShortText | None = Field(None, description="Code INSEE")
    departement: ShortText | None = None


class EntrepriseIn(BorderModel):
    nom: ShortText | None = None
    siret: str | None = None


class CompetenceOffreIn(BorderModel):
    code: ShortText | None = Field(None, description="Code OGR")
    libelle: Title
    exigence: Exigence = Exigence.WISHED


class QualiteIn(BorderModel):
    libelle: Title
    description: str | None = None


class LangueOffreIn(BorderModel):
    libelle: Title = Field(description="Nom français ou code ISO 639-1", examples=["Anglais"])
    exigence: Exigence = Exigence.WISHED


class PermisOffreIn(BorderModel):
    libelle: Title = Field(examples=["B - Véhicule léger"])
    exigence: Exigence = Exigence.WISHED


class FormationOffreIn(BorderModel):
    niveau: int | None = Field(None, ge=1, le=8)
    niveauLibelle: ShortText | None = None
    codeFormation: ShortText | None = None
    domaineLibelle: ShortText | None = None
    commentaire: ShortText | None = None
    exigence: Exigence = Exigence.WISHED


class SalaireIn(BorderModel):
    libelle: ShortText | None = Field(None, examples=["Mensuel de 1900.0 Euros à 2100.0 Euros sur 12.0 mois"])
    minMensuel: float | None = Field(None, ge=0, le=1_000_000, description="Euros bruts par mois, temps plein")
    maxMensuel: float | None = Field(None, ge=0, le=1_000_000, description="Euros bruts par mois, temps plein")
    commentaire: ShortText | None = None
    complement1: ShortText | None = None
    complement2: ShortText | None = None


class OrigineIn(BorderModel):
    origine: ShortText | None = None
    identifiant: ShortText | None = Field(None, description="Identifiant chez la source")
    urlOrigine: Annotated[str, Field(max_length=2_000)] | None = None


class OffreIn(BorderModel):
    """Une offre d'emploi."""

    id: Id
    intitule: Title
    description: str = ""
    dateCreation: WrittenTime
    dateActualisation: WrittenTime | None = None
    dateExpiration: WrittenTime | None = None
    lieuTravail: LieuTravailIn = LieuTravailIn()
    romeCode: ShortText | None = Field(None, examples=["D1106"])
    romeLibelle: ShortText | None = None
    appellationCode: ShortText | None = None
    appellationlibelle: ShortText | None = None
    metierDeduit: DeductionIn | None = None
    entreprise: EntrepriseIn = EntrepriseIn()
    typeContrat: ShortText | None = Field(None, description="Code du référentiel typesContrats", examples=["CDI"])
    typeContratLibelle: ShortText | None = Field(None, examples=["CDD - 6 Mois"])
    dureeContratMois: float | None = Field(None, ge=0, le=600)
    natureContrat: ShortText | None = None
    experienceExige: ExperienceDemand | None = None
    experienceLibelle: ShortText | None = None
    experienceMois: int | None = Field(None, ge=0, le=600)
    formations: tuple[FormationOffreIn, ...] = Field((), max_length=LIST_LIMIT)
    langues: tuple[LangueOffreIn, ...] = Field((), max_length=LIST_LIMIT)
    permis: tuple[PermisOffreIn, ...] = Field((), max_length=LIST_LIMIT)
    competences: tuple[CompetenceOffreIn, ...] = Field((), max_length=LIST_LIMIT)
    qualitesProfessionnelles: tuple[QualiteIn, ...] = Field((), max_length=LIST_LIMIT)
    salaire: SalaireIn = SalaireIn()
    dureeTravailLibelle: ShortText | None = Field(None, examples=["35H Travail en journée"])
    dureeTravailLibelleConverti: ShortText | None = Field(None, examples=["Temps plein"])
    tempsPlein: bool | None = None
    dureeHebdomadaireHeures: float | None = Field(None, ge=1, le=70)
    alternance: bool = False
    nombrePostes: int = Field(1, ge=1, le=10_000)
    accessibleTH: bool = False
    codeNAF: ShortText | None = Field(None, examples=["10.71C"])
    urlPostuler: Annotated[str, Field(max_length=2_000)] | None = None
    origineOffre: OrigineIn = OrigineIn()

    def to_record(self, reference: "Reference", source: str | None = None) -> Offer:
        """The offer, its labels read and its codes checked. Raises BorderError.

        `source` is given for a partner's feed: the record's id is then `source:id`, and an INSEE code that is no
        longer a commune's falls back on the postal code and the label. Without it the publisher speaks for itself,
        and such a code is refused.
        """
        appellation = if_given(known_appellation, reference, self.appellationCode, "appellationCode")
        appellation = appellation or appellation_of_label(reference, self.appellationlibelle)
        place = self._place(reference, strict=source is None)
        contract = self._contract()
        experience = read_experience(self.experienceLibelle)
        hours = read_working_time(self.dureeTravailLibelle)
        time = read_working_time(self.dureeTravailLibelleConverti).time or hours.time
        return Offer(
            id=self.id if source is None else f"{source}:{self.id}",
            title=self.intitule,
            description=plain(self.description),
            source=self._source(source),
            rome_code=if_given(known_rome, reference, self.romeCode, "romeCode")
            or occupation_of_appellation(reference, appellation),
            appellation_code=appellation,
            inferred=inferred_of(self.metierDeduit),
            commune_insee=place.commune_insee,
            departement=place.departement,
            lat=self.lieuTravail.latitude,
            lon=self.lieuTravail.longitude,
            place_label=self.lieuTravail.libelle or None,
            contract=None if contract is None else contract.contract,
            contract_months=self._contract_months(contract),
            apprenticeship=self.alternance or "apprentissage" in (self.natureContrat or "").lower(),
            working_time=time if self.tempsPlein is None else working_time(self.tempsPlein),
            weekly_hours=hours.weekly_hours if self.dureeHebdomadaireHeures is None else self.dureeHebdomadaireHeures,
            experience=self.experienceExige or experience.demand,
            experience_months=experience.months if self.experienceMois is None else self.experienceMois,
            skills=tuple(
                SkillDemand(label=c.libelle, code=c.code or None, exigence=c.exigence) for c in self.competences
            ),
            soft_skills=tuple(quality.libelle for quality in self.qualitesProfessionnelles),
            languages=tuple(_language(spoken, f"langues[{i}].libelle") for i, spoken in enumerate(self.langues)),
            licences=tuple(_licence(permit, f"permis[{i}].libelle") for i, permit in enumerate(self.permis)),
            education=tuple(_education(wanted) for wanted in self.formations),
            pay=self._pay(),
            posts=self.nombrePostes,
            siret=clean_siret(self.entreprise.siret, "entreprise.siret"),
            firm_name=self.entreprise.nom or None,
            naf=clean_naf(self.codeNAF, "codeNAF"),
            published_on=self.dateCreation.date(),
            updated_on=self.dateActualisation and self.dateActualisation.date(),
            expires_on=self.dateExpiration and self.dateExpiration.date(),
            open_to_rqth=self.accessibleTH,
            apply_url=self.urlPostuler or None,
        )

    def _place(self, reference: "Reference", *, strict: bool) -> Place:
        where = self.lieuTravail
        if strict and where.commune and reference.communes.get_row(where.commune) is None:
            raise BorderError.one("lieuTravail.commune", where.commune, "unknown_commune")
        place = read_place(reference.communes, where.commune, where.codePostal, where.libelle)
        if place.commune_insee is None and where.departement:
            return Place(departement=where.departement)
        return place

    def _contract(self) -> ContractRead | None:
        code, label = read_contract(self.typeContrat), read_contract(self.typeContratLibelle)
        for read, path, value in (
            (code, "typeContrat", self.typeContrat),
            (code or label, "typeContratLibelle", self.typeContratLibelle),
        ):
            if value and read is None:
                raise BorderError.one(path, value, "unknown_contract")
        if code is None:
            return label
        return ContractRead(code.contract, code.months if label is None or code.months is not None else label.months)

    def _contract_months(self, read: ContractRead | None) -> float | None:
        if self.dureeContratMois is not None:
            return self.dureeContratMois
        return None if read is None else read.months

    def _pay(self) -> Pay:
        read, low, high = parse_pay(self.salaire.libelle), self.salaire.minMensuel, self.salaire.maxMensuel
        if low is None and high is None:
            return read
        if low is not None and high is not None and high < low:
            raise BorderError.one("salaire.maxMensuel", high, "bad_order")
        return Pay(min_monthly=low, max_monthly=high, label=read.label)

    def _source(self, source: str | None) -> OfferSource:
        origin = self.origineOffre
        if source is not None:
            return OfferSource(name=source, id=self.id, url=origin.urlOrigine or None)
        return OfferSource(
            name=origin.origine or "api", id=origin.identifiant or self.id, url=origin.urlOrigine or None
        )


def _language(spoken: LangueOffreIn, path: str) -> LanguageDemand:
    code = read_language(spoken.libelle)
    if code is None:
        raise BorderError.one(path, spoken.libelle, "unknown_language")
    return LanguageDemand(language=code, exigence=spoken.exigence)


def _licence(permit: PermisOffreIn, path: str) -> LicenceDemand:
    licence = read_licence(permit.libelle)
    if licence is None:
        raise BorderError.one(path, permit.libelle, "unknown_licence")
    return LicenceDemand(licence=licence, exigence=permit.exigence)


def _education(wanted: FormationOffreIn) -> EducationDemand:
    level = wanted.niveau if wanted.niveau is not None else read_education_level(wanted.niveauLibelle)
    return EducationDemand(
        level=level, label=wanted.domaineLibelle or wanted.niveauLibelle or None, exigence=wanted.exigence
    )


def offre_out(offer: Offer) -> dict[str, object]:
    """The JSON of an offer, in the shape that `OffreIn` reads; what is unknown is absent."""
    return compact(
        id=offer.id,
        intitule=offer.title,
        description=offer.description,
        dateCreation=iso(offer.published_on),
        dateActualisation=iso(offer.updated_on),
        dateExpiration=iso(offer.expires_on),
        lieuTravail=compact(
            libelle=offer.place_label,
            latitude=offer.lat,
            longitude=offer.lon,
            commune=offer.commune_insee,
            departement=offer.departement,
        ),
        romeCode=offer.rome_code,
        appellationCode=offer.appellation_code,
        metierDeduit=deduction_out(offer.inferred),
        entreprise=compact(nom=offer.firm_name, siret=offer.siret),
        typeContrat=offer.contract and offer.contract.value,
        dureeContratMois=offer.contract_months,
        experienceExige=offer.experience and offer.experience.value,
        experienceMois=offer.experience_months,
        formations=[
            compact(niveau=wanted.level, domaineLibelle=wanted.label, exigence=wanted.exigence.value)
            for wanted in offer.education
        ],
        langues=[
            {"libelle": LANGUAGE_NAMES.get(spoken.language, spoken.language), "exigence": spoken.exigence.value}
            for spoken in offer.languages
        ],
        permis=[{"libelle": permit.licence.value, "exigence": permit.exigence.value} for permit in offer.licences],
        competences=[
            compact(code=skill.code, libelle=skill.label, exigence=skill.exigence.value) for skill in offer.skills
        ],
        qualitesProfessionnelles=[{"libelle": label} for label in offer.soft_skills],
        salaire=compact(libelle=offer.pay.label, minMensuel=offer.pay.min_monthly, maxMensuel=offer.pay.max_monthly),
        tempsPlein=full_time(offer.working_time),
        dureeHebdomadaireHeures=offer.weekly_hours,
        alternance=offer.apprenticeship,
        nombrePostes=offer.posts,
        accessibleTH=offer.open_to_rqth,
        codeNAF=offer.naf,
        urlPostuler=offer.apply_url,
        origineOffre=compact(origine=offer.source.name, identifiant=offer.source.id, urlOrigine=offer.source.url),
    )
