"""The ways to more doors: one training, two in a row, before a hiring, or by experience."""

from typing import Any, Final

from fastapi import APIRouter, Request, Response

from api.examples import EXAMPLES
from api.openapi import answer, query_parameters, ref
from api.pagination import json_response
from api.path_shapes import ParcoursTrouves, parcours
from api.result_examples import OPENING
from api.routes.records import Key
from api.security.reaches import person
from api.security.rules import allowed
from api.security.scopes import Scope
from api.service import ServiceOf
from features.store import Kind
from matching.explain.wording import WITHOUT_PROFILING
from matching.filters.registry import parameters_for
from matching.paths.find import no_path, paths, placed, profiled
from matching.schema import Collection

router = APIRouter(prefix="/v1/profils/{id}", tags=["Recommandations"])

EXAMPLE: Final[dict[str, Any]] = {
    "resultats": [
        {
            "nature": "formation",
            "resume": "« Diplôme d'État d'aide-soignant » (1540 heures, le 1er mars 2027) : +37 offres accessibles "
            "autour de chez vous, pour votre projet « Aide-soignant / Aide-soignante ».",
            "projet": {"codeROME": "J1501", "libelle": "Aide-soignant / Aide-soignante", "proche": False},
            "ouvre": OPENING,
            "etapes": [{**EXAMPLES[Kind.SESSION], "formation": EXAMPLES[Kind.TRAINING]}],
            "dureeHeures": 1540,
            "dateDebut": "2027-03-01",
            "resteAPayer": 0,
        }
    ]
}


@router.get(
    "/parcours",
    summary="Les parcours qui ouvrent le plus d'offres",
    description=(
        "Les chemins vers plus d'offres accessibles dans les métiers du projet et les métiers proches : une "
        "formation ; deux qui s'enchaînent, quand la première répond à ce qui manque pour entrer dans la seconde (un "
        "niveau, les savoirs de base qu'elle suppose) ; une formation de 400 heures au plus avant l'embauche sur une "
        "offre en ligne (POEI) ; un titre par la validation des acquis de l'expérience (VAE). Trois au plus de chaque, "
        "ceux du projet même d'abord. Les filtres "
        "sont ceux des formations."
    ),
    openapi_extra={"parameters": query_parameters(parameters_for(Collection.SESSIONS))[:-1]},
    responses={200: answer("Les parcours.", ref("ParcoursTrouves"), EXAMPLE)},
)
@allowed(person(Scope.PROFILES_READ))
async def ways(key: Key, request: Request, service: ServiceOf) -> Response:
    parameters = dict(request.query_params)

    def find() -> ParcoursTrouves:
        found = paths(service.engine, key, parameters)
        lookups, at_home = service.engine.lookups, placed(service.engine, key)
        notices = [] if profiled(service.engine, key) else [WITHOUT_PROFILING]
        if not found:
            notices.append(no_path(service.engine, key, parameters))
        return ParcoursTrouves([parcours(path, lookups, at_home) for path in found], " ".join(notices) or None)

    return json_response(await service.searches.beside(find))
