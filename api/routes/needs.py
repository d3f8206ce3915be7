"""Reading an employer's words as a need that can be corrected, then searched."""

from typing import Final

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from api.intake import model_of
from api.openapi import answer, body, ref
from api.pagination import json_response
from api.reading_shapes import LectureIn, lecture
from api.security.reaches import SEARCHES_PEOPLE
from api.security.rules import allowed
from api.service import ServiceOf
from matching.reading.need import read_need

router = APIRouter(tags=["Recherche de profils"])

_TEXT: Final = "soudeur TIG à 20 km de Saint-Nazaire, débutant accepté"
_READ: Final = {
    "besoin": {
        "intitule": "Soudeur TIG",
        "romeCode": "H2916",
        "lieuTravail": {"commune": "44184"},
        "criteres": {"commune": "44184", "distance": "20"},
        "experienceExige": "D",
    },
    "elements": [
        {
            "champ": "criteres.distance",
            "nom": "Rayon",
            "libelle": "20 km autour",
            "debut": 12,
            "fin": 19,
            "extrait": "à 20 km",
            "valeur": "20",
        }
    ],
    "metiers": [{"codeROME": "H2916", "libelle": "Soudeur / Soudeuse Tungsten Inert Gas -TIG-", "score": 0.88}],
    "nonCompris": [],
    "resume": "Soudeur TIG ; 20 km autour ; Saint-Nazaire (44) ; Débutant accepté.",
}


@router.post(
    "/v1/besoins/lecture",
    summary="Lire un besoin écrit en toutes lettres",
    description=(
        "Lit une phrase comme « soudeur TIG à 20 km de Saint-Nazaire, débutant accepté » : métier et autres métiers "
        "possibles, lieu (les homonymes sont proposés), rayon, contrat, temps de travail, expérience, diplôme, permis, "
        "langues, disponibilité, salaire, compétences. Chaque élément dit les mots dont il vient ; ce qui n'a pas été "
        "compris est rendu. `besoin` est le corps que prend `POST /v1/profils/recherche`."
    ),
    openapi_extra=body(ref("LectureIn"), {"texte": _TEXT}),
    responses={200: answer("Ce qui a été lu.", ref("LectureBesoin"), _READ)},
)
@allowed(SEARCHES_PEOPLE)
async def read(request: Request, service: ServiceOf) -> Response:
    asked = await model_of(request, LectureIn)
    reading = await run_in_threadpool(read_need, service.engine.lookups, asked.texte, service.engine.today())
    return json_response(lecture(asked.texte, reading, service.reference.rome))
