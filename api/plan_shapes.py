"""What the plan of prospection reads and answers, by its French names."""

import datetime as dt
from collections.abc import Mapping
from typing import Annotated, Any, Final
from zoneinfo import ZoneInfo

import msgspec
from pydantic import ConfigDict, Field, StringConstraints

from api.planning import Load, Plan, Visit
from api.targets import expected_json
from features.border.base import BorderModel, Day, Id, Moment, clean_siret, if_given, known_commune
from features.border.problems import BorderError
from features.records import Establishment, TravelMode
from features.reference import Reference
from features.working_days import working_days
from matching.demand import ProspectionDemand
from matching.payload import view_part
from matching.plan_demand import Earlier, PlanDemand, Planned
from matching.solicitation import CONTACTED_DAYS

MOST_COUNSELLORS: Final = 50
MOST_VISITS: Final = 100
MOST_EARLIER: Final = 5_000
ShortLabel = Annotated[str, StringConstraints(max_length=500)]


class ConseillerPlanIn(BorderModel):
    """Un conseiller du plan."""

    id: Id = Field(examples=["conseiller-0001"])
    visites: int = Field(8, ge=0, le=MOST_VISITS, description="Nombre de visites au plus, sur tout le plan")
    agence: str | None = Field(
        None, description="Code INSEE de la commune de départ ; sinon, là où vit l'essentiel du portefeuille"
    )
    absences: tuple[Day, ...] = Field((), max_length=60, description="Jours où il ne visite pas")


class VisitePrecedenteIn(BorderModel):
    """Une visite du plan précédent."""

    siret: str
    conseiller: Id
    jour: Day | None = None
    verrouillee: bool = Field(False, description="Rendez-vous pris : la visite reste, quoi qu'il arrive d'autre")


class PlanIn(BorderModel):
    """Les conseillers, les jours, et ce que doivent remplir les établissements."""

    conseillers: tuple[ConseillerPlanIn, ...] = Field(min_length=1, max_length=MOST_COUNSELLORS)
    debut: Day | None = Field(None, description="Premier jour ; demain par défaut. Jours ouvrés seulement")
    jours: int = Field(5, ge=1, le=20, description="Nombre de jours ouvrés")
    visitesParJour: int = Field(4, ge=1, le=10)
    dureeVisiteMinutes: int = Field(45, ge=10, le=240)
    mode: TravelMode = TravelMode.CAR
    rayonKm: float = Field(30.0, ge=1, le=200)
    nonContactesDepuisJours: int = Field(CONTACTED_DAYS, ge=0, le=10_000)
    equite: float = Field(
        0.3, ge=0, le=1, description="0 : le plus de placements ; 1 : la charge la mieux partagée entre conseillers"
    )
    planPrecedent: tuple[VisitePrecedenteIn, ...] = Field((), max_length=MOST_EARLIER)

    def to_demand(self, reference: Reference, today: dt.date, parameters: Mapping[str, str]) -> PlanDemand:
        """The demand, its codes checked. Raises BorderError."""
        if self.debut is not None and self.debut < today:
            raise BorderError.one("debut", self.debut, "past_day", hint=f"{today:%Y-%m-%d}")
        names = [each.id for each in self.conseillers]
        for at, name in enumerate(names):
            if name in names[:at]:
                raise BorderError.one(f"conseillers[{at}].id", name, "given_twice")
        seen: set[str] = set()
        return PlanDemand(
            counsellors=tuple(
                Planned(
                    each.id,
                    if_given(known_commune, reference, each.agence, f"conseillers[{at}].agence"),
                    each.visites,
                    frozenset(each.absences),
                )
                for at, each in enumerate(self.conseillers)
            ),
            days=tuple(working_days(self.debut or today + dt.timedelta(days=1), self.jours)),
            a_day=self.visitesParJour,
            visit_minutes=float(self.dureeVisiteMinutes),
            mode=self.mode,
            search=ProspectionDemand(
                radius_km=self.rayonKm, not_contacted_days=self.nonContactesDepuisJours, parameters=dict(parameters)
            ),
            earlier=tuple(self._earlier(at, each, names, seen) for at, each in enumerate(self.planPrecedent)),
            fairness=self.equite,
        )

    def _earlier(self, at: int, visit: VisitePrecedenteIn, names: list[str], seen: set[str]) -> Earlier:
        siret = clean_siret(visit.siret, f"planPrecedent[{at}].siret")
        if siret is None:
            raise BorderError.one(f"planPrecedent[{at}].siret", visit.siret, "bad_siret")
        if siret in seen:
            raise BorderError.one(f"planPrecedent[{at}].siret", visit.siret, "given_twice")
        seen.add(siret)
        if visit.verrouillee and visit.conseiller not in names:
            raise BorderError.one(f"planPrecedent[{at}].conseiller", visit.conseiller, "not_in_plan")
        return Earlier(siret, visit.conseiller, visit.jour, visit.verrouillee)


class PersonneAPresenterIn(BorderModel):
    id: Id
    metier: ShortLabel
    pourquoi: ShortLabel = ""


class VisiteExportIn(BorderModel):
    """Une visite telle que le plan la rend ; les autres champs du plan peuvent y rester."""

    model_config = ConfigDict(extra="ignore")

    conseiller: Id
    siret: str
    nom: ShortLabel | None = None
    ville: ShortLabel | None = None
    secteur: ShortLabel | None = None
    debut: Moment | None = None
    fin: Moment | None = None
    ordre: int = Field(0, ge=0)
    trajetMinutes: float = Field(0, ge=0)
    motif: ShortLabel = ""
    statut: ShortLabel = ""
    accroches: tuple[ShortLabel, ...] = Field((), max_length=10)
    aPresenter: tuple[PersonneAPresenterIn, ...] = Field((), max_length=20)


class ExportIn(BorderModel):
    """Les visites d'un plan, telles qu'il les a rendues."""

    model_config = ConfigDict(extra="ignore")

    visites: tuple[VisiteExportIn, ...] = Field(max_length=MOST_COUNSELLORS * MOST_VISITS)
    conseiller: Id | None = Field(None, description="Les visites de ce seul conseiller")


class ChargePlan(msgspec.Struct, frozen=True):
    """Ce qui revient à un conseiller."""

    conseiller: str
    depart: str
    """Code INSEE de la commune de départ."""
    visites: int
    capacite: int
    trajetMinutes: int
    etablissementsAPortee: int


class VisiteRetiree(msgspec.Struct, frozen=True):
    """Une visite du plan précédent qui n'est plus dans celui-ci."""

    siret: str
    conseiller: str


class BilanPlan(msgspec.Struct, frozen=True):
    """Ce que vaut le plan, et ce qui a changé depuis le précédent."""

    valeur: float
    """Somme des chances de placement des visites, trajets et équilibre de la charge déduits."""
    borne: float
    """Aucun plan sans contrainte du plan précédent ne vaut plus."""
    ecart: float
    """Part de la borne qui manque à la valeur : 0 quand le plan est optimal ; au-delà, ce que coûte de garder autant de
    visites du plan précédent."""
    maintenues: int
    deplacees: int
    retirees: tuple[VisiteRetiree, ...]
    sansJour: int
    """Visites attribuées pour lesquelles aucun jour n'avait de place."""
    dureeCalculSecondes: float


OVERSEAS: Final = {
    "971": "America/Guadeloupe",
    "972": "America/Martinique",
    "973": "America/Cayenne",
    "974": "Indian/Reunion",
    "975": "America/Miquelon",
    "976": "Indian/Mayotte",
    "987": "Pacific/Tahiti",
    "988": "Pacific/Noumea",
}


def zone_of(commune_insee: str) -> ZoneInfo:
    """The time zone of a commune."""
    return ZoneInfo(OVERSEAS.get(commune_insee[:3], "Europe/Paris"))


STRUCTS: Final = (ChargePlan, VisiteRetiree, BilanPlan)


def plan_json(plan: Plan, notice: str | None) -> dict[str, Any]:
    """The answer; times are those of the place that the counsellor leaves from."""
    body: dict[str, Any] = {
        "visites": [_visit(visit) for visit in plan.visits],
        "charges": [_load(load) for load in plan.loads],
        "bilan": BilanPlan(
            valeur=round(plan.value, 4),
            borne=round(plan.bound, 4),
            ecart=round(max(plan.bound - plan.value, 0) / plan.bound, 4) if plan.bound > 0 else 0.0,
            maintenues=plan.kept,
            deplacees=plan.moved,
            retirees=tuple([VisiteRetiree(each.siret, each.counsellor_id) for each in plan.dropped]),
            sansJour=sum(visit.day is None for visit in plan.visits),
            dureeCalculSecondes=round(plan.seconds, 2),
        ),
    }
    if notice is not None:
        body["avis"] = notice
    return body


def _visit(visit: Visit) -> dict[str, Any]:
    target = visit.stop.target
    shown = msgspec.json.decode(view_part(target.payload))
    record: Establishment = target.record
    zone = zone_of(visit.base_insee)
    found: dict[str, Any] = {
        "conseiller": visit.counsellor_id,
        "siret": visit.stop.siret,
        "nom": record.name,
        "ville": shown.get("city"),
        "secteur": shown.get("naf_label"),
        "jour": None if visit.day is None else visit.day.isoformat(),
        "debut": None if visit.start is None else visit.start.replace(tzinfo=zone).isoformat(),
        "fin": None if visit.end is None else visit.end.replace(tzinfo=zone).isoformat(),
        "ordre": visit.order,
        "trajetMinutes": round(visit.road_minutes),
        "statut": visit.status,
        "motif": visit.why,
        "valeur": round(visit.value, 4),
        "score": round(target.score, 4),
        "hiring_potential": None if target.expected is None else round(target.expected.mean, 1),
        "embauchesMetiersVises": None if target.openings is None else expected_json(target.openings),
        "accroches": list(target.hooks),
        "aPresenter": [
            {"id": each.profile_id, "metier": each.occupation_label, "pourquoi": each.why} for each in target.present
        ],
    }
    return {name: value for name, value in found.items() if value is not None}


def _load(load: Load) -> ChargePlan:
    return ChargePlan(
        load.counsellor_id, load.base_insee, load.visits, load.capacity, round(load.road_minutes), load.firms_in_reach
    )
