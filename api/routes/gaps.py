"""The gap between a profile and an occupation or an offer."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Response

from api.gap_shapes import ecarts
from api.openapi import answer, ref
from api.pagination import json_response
from api.routes.records import Key
from api.security.reaches import person
from api.security.rules import allowed
from api.security.scopes import Scope
from api.service import ServiceOf
from matching.gap import gap

router = APIRouter(prefix="/v1/profils/{id}", tags=["Recommandations"])

EXAMPLE: Final[dict[str, Any]] = {
    "cible": {
        "nature": "metier",
        "libelle": "Aide-soignant / Aide-soignante",
        "codeROME": "J1501",
        "libelleROME": "Aide-soignant / Aide-soignante",
    },
    "verdict": "Vous avez une bonne part de ce que demande « Aide-soignant / Aide-soignante » : 9 des 14 compétences, "
    "dont 3 acquises comme « Auxiliaire de vie ». Il vous manque surtout « Surveiller l'état de santé général de la "
    "personne ». Aucune des 12 offres de ce métier autour de chez vous ne vous est accessible aujourd'hui.",
    "competences": [
        {
            "code": "107740",
            "libelle": "Réaliser ou contrôler les soins d'hygiène, de confort et apporter une aide au patient",
            "etat": "transferable",
            "coeurMetier": True,
            "depuis": {"codeROME": "K1302", "libelle": "Auxiliaire de vie", "mois": 36},
        }
    ],
    "conditions": [
        {
            "nature": "titre",
            "exigence": "exigee",
            "statut": "non_remplie",
            "texte": "« Aide-soignant / Aide-soignante » est un métier réglementé : un titre est exigé (« Diplôme "
            "d'Etat d'aide-soignant »), et aucun n'est déclaré",
        }
    ],
    "savoirEtre": ["Faire preuve de réactivité"],
    "titres": ["Diplôme d'Etat d'aide-soignant"],
    "couverture": 0.61,
    "offresDuMetier": {"autourDeChezVous": True, "offres": 12, "accessibles": 0},
    "acces": "Cet emploi est accessible avec le diplôme d'État d'aide-soignant.",
}


@router.get(
    "/ecarts",
    summary="L'écart entre un profil et un métier ou une offre",
    description=(
        "Ce que la personne a, ce qui en est proche et ce qui lui manque pour un métier ou une offre : compétences par "
        "importance, celles qui viennent d'un métier exercé, titre, diplôme, permis, expérience, langues, et un court "
        "verdict. Sans paramètre, le premier projet du profil."
    ),
    responses={200: answer("L'écart.", ref("Ecarts"), EXAMPLE)},
)
@allowed(person(Scope.PROFILES_READ))
async def gaps(
    key: Key,
    service: ServiceOf,
    rome_code: Annotated[
        str | None, Query(alias="codeROME", description="Le métier : code ROME 4.0 ou v3.", examples=["J1501"])
    ] = None,
    offer: Annotated[
        str | None,
        Query(alias="offre", description="L'identifiant d'une offre, au lieu du métier.", examples=["offre-000013"]),
    ] = None,
) -> Response:
    found = gap(service.engine, key, rome_code, offer)
    return json_response(ecarts(found, service.engine.lookups))
