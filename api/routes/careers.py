"""The occupations that a person could move to."""

from typing import Any, Final

from fastapi import APIRouter, Request, Response

from api.career_shapes import metiers_possibles
from api.openapi import page_answers, query_parameters, ref
from api.pagination import page
from api.parameters import search_of
from api.routes.records import Key
from api.security.reaches import person
from api.security.rules import allowed
from api.security.scopes import Scope
from api.service import ServiceOf
from matching.careers import PARAMETERS, careers

router = APIRouter(prefix="/v1/profils/{id}", tags=["Recommandations"])

EXAMPLE: Final[dict[str, Any]] = {
    "resultats": [
        {
            "codeROME": "K1302",
            "libelle": "Auxiliaire de vie",
            "score": 0.71,
            "projetDeclare": False,
            "raisons": [
                {"critere": "competences", "texte": "Vous avez 9 de ses 12 compétences clés", "contribution": 0.3},
                {"critere": "offres", "texte": "24 offres autour de chez vous en ce moment", "contribution": 0.23},
                {
                    "critere": "proximite",
                    "texte": "Une évolution que le ROME relie à « Aide-soignant / Aide-soignante »",
                    "contribution": 0.1,
                },
                {
                    "critere": "tension",
                    "texte": "53 % des recrutements y sont jugés difficiles par les employeurs",
                    "contribution": 0.08,
                },
            ],
            "ecart": "À acquérir : « Préparer des repas ».",
            "manquantes": [{"code": "126562", "libelle": "Préparer des repas"}],
            "attendre": "24 offres autour de chez vous, 18 accessibles dès aujourd'hui.",
            "offres": 24,
            "accessibles": 18,
            "reglemente": False,
        }
    ]
}


@router.get(
    "/metiers",
    summary="Les métiers possibles pour un profil",
    description=(
        "Les métiers proches de ce que la personne sait faire et qui recrutent là où elle cherche : compétences en "
        "commun, liens du ROME, offres à sa portée, tension ; l'écart, la formation qui ouvre le plus de leurs offres, "
        "et à quoi s'attendre. Un seul métier par famille, pour un vrai choix ; les projets déclarés sont signalés."
    ),
    openapi_extra={"parameters": query_parameters(PARAMETERS)},
    responses=page_answers("metiers", ref("MetiersPossibles"), EXAMPLE),
)
@allowed(person(Scope.PROFILES_READ))
async def possible(key: Key, request: Request, service: ServiceOf) -> Response:
    parameters, window = search_of(request)
    found = careers(service.engine, key, parameters, window)
    body = metiers_possibles(found, service.engine.lookups, tuple(parameters))
    return page("metiers", window, len(found.shown), found.total, body, has_notice=found.total == 0 and bool(body.avis))
