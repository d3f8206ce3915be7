"""What lists do to groups of people, for auditors; and the card of each list, for whoever reads it."""

from typing import Annotated, Any, Final

import msgspec
from fastapi import APIRouter, Path, Response
from starlette.concurrency import run_in_threadpool

from api.fairness_page import latest
from api.fairness_shapes import RapportEquite
from api.list_card import list_card
from api.openapi import answer, ref
from api.pagination import json_response
from api.problems import ApiProblem, ProblemType
from api.security.actor import Role
from api.security.reaches import ANYONE_SIGNED_IN, ANYTHING
from api.security.rules import Rule, allowed
from api.security.scopes import Scope
from api.service import ServiceOf
from models.ranked import Ranked

router = APIRouter(prefix="/v1", tags=["Équité et transparence"])

AUDITORS: Final = Rule(Scope.FAIRNESS_READ, {Role.AUDITOR: ANYTHING, Role.PILOT: ANYTHING, Role.SERVICE: ANYTHING})
NOTHING_YET: Final = (
    "Aucun rapport n'a encore été établi : l'exploitant du service lance `vivier fairness groups`, puis "
    "`vivier fairness report`."
)
REPORT: Final[dict[str, Any]] = {
    "genereLe": "2026-11-26T09:00:00+00:00",
    "source": "Les listes que le service donnerait aujourd'hui",
    "graine": 0,
    "personnes": 2000,
    "embauches": 140,
    "constats": [],
    "resultats": [
        {
            "service": "profils",
            "titre": "Personnes proposées aux employeurs",
            "modele": "transparent",
            "listes": 500,
            "axes": [
                {
                    "axe": "sexe",
                    "titre": "Femmes et hommes",
                    "selection": {
                        "mesure": "Part des personnes trouvées par une offre qui figurent parmi les dix premières",
                        "groupes": [
                            {"groupe": "femmes", "personnes": 980, "taux": 0.121, "tauxBas": 0.115, "tauxHaut": 0.127},
                            {"groupe": "hommes", "personnes": 1020, "taux": 0.13, "tauxBas": 0.124, "tauxHaut": 0.136},
                        ],
                        "ratioImpact": 0.93,
                        "ratioImpactBas": 0.87,
                        "ratioImpactHaut": 0.99,
                        "moinsServi": "femmes",
                        "mieuxServi": "hommes",
                        "constat": "Au-dessus de quatre cinquièmes.",
                    },
                }
            ],
        }
    ],
    "proxys": [
        {
            "attribut": "femmes",
            "depuis": "le métier recherché seul",
            "aire": 0.78,
            "aireBas": 0.76,
            "aireHaut": 0.8,
        }
    ],
}
CARD: Final[dict[str, Any]] = {
    "service": "offres",
    "titre": "Les offres proposées à une personne",
    "modele": {
        "nom": "transparent",
        "nature": "Une somme pondérée, dont les poids sont fixes et publics.",
    },
    "familles": [
        {
            "famille": "metier",
            "libelle": "Métier",
            "criteres": ["lien entre les deux métiers dans le ROME", "proximité des mots du projet et de l'offre"],
            "part": 0.49,
        }
    ],
    "donnees": ["L'offre telle qu'elle est publiée, le ROME, les distances et l'enquête Besoins en main-d'œuvre."],
    "jamaisUtilise": ["Le nom, le sexe, l'âge et la date de naissance."],
    "ceQueVousPouvezChanger": ["Votre projet, vos conditions et vos compétences."],
    "aucuneDecision": "Cette liste est une aide. Elle n'écarte personne et ne décide de rien.",
    "contact": "equite@exemple.invalid",
}


@router.get(
    "/equite/rapport",
    summary="Le dernier rapport d'équité",
    description=(
        "Ce que les listes des quatre services font à des groupes de personnes : taux de sélection et règle des quatre "
        "cinquièmes, visibilité, écarts de salaire et de distance, attributs qui se devinent. Aucun classement ne peut "
        "lire ces groupes ; les petits effectifs sont masqués. Le rapport est établi par `vivier fairness report`."
    ),
    responses={200: answer("Le rapport, ou ce qui manque pour l'établir.", ref("RapportEquite"), REPORT)},
)
@allowed(AUDITORS)
async def report(service: ServiceOf) -> Response:
    found = await run_in_threadpool(latest, service.settings.data_dir)
    if found is None:
        return json_response(RapportEquite((), avis=NOTHING_YET))
    services = found.pop("services")
    return json_response(msgspec.convert({"resultats": services, **found}, RapportEquite))


@router.get(
    "/listes/{service}/fiche",
    summary="La fiche d'une liste",
    description=(
        "Comment la liste est classée aujourd'hui (modèle, familles de critères et leurs poids), sur quelles données, "
        "ce que chacun peut changer, et à qui s'adresser. Aucune décision n'est automatique."
    ),
    responses={200: answer("La fiche.", ref("FicheListe"), CARD)},
)
@allowed(ANYONE_SIGNED_IN)
async def card(
    name: Annotated[
        str,
        Path(
            alias="service",
            description="`offres`, `formations`, `profils` ou `etablissements`.",
            examples=["offres"],
        ),
    ],
    service: ServiceOf,
) -> Response:
    try:
        ranked = Ranked(name)
    except ValueError:
        known = ", ".join(f"« {each.value} »" for each in Ranked)
        raise ApiProblem(ProblemType.NOT_FOUND, f"La liste « {name[:80]} » n'existe pas ; il y a {known}.") from None
    return json_response(list_card(ranked, service.engine.rankers[ranked], service.settings.fairness_contact))
