"""What in an employer's demand shrinks the pool of people."""

from typing import Final

from fastapi import APIRouter, Request, Response

from api.demands import BesoinIn
from api.diagnosis_shapes import diagnostic
from api.intake import model_of
from api.openapi import answer, body, query_parameters, ref
from api.pagination import json_response
from api.result_examples import DIAGNOSIS, DIAGNOSIS_ANSWER
from api.security.reaches import SEARCHES_PEOPLE
from api.security.rules import allowed
from api.service import ServiceOf
from matching.diagnosis.diagnose import diagnose
from matching.diagnosis.steps import ALONE
from matching.filters.registry import parameters_for
from matching.schema import Collection

router = APIRouter(tags=["Recherche de profils"])

_PARAMETERS: Final = [
    item
    for item in query_parameters(each for each in parameters_for(Collection.PROFILES) if each.name not in ALONE)
    if item["name"] != "range"
]


@router.post(
    "/v1/offres/diagnostic",
    summary="Ce qui réduit le vivier d'une offre",
    description=(
        "Compte les profils visibles qui répondent à un besoin tel qu'il est écrit, puis avec chaque critère assoupli "
        "seul et avec les meilleures paires, et dit si les personnes en plus sont aussi proches de la demande. Situe "
        "le "
        "salaire et le délai de recrutement, relève les formulations que le Code du travail interdit (art. L1132-1) et "
        "ce qui manque. Le corps est celui de la recherche de profils ; les paramètres aussi. Les nombres sont "
        "arrondis "
        "et légèrement brouillés, et ne sont pas dits en dessous de 5."
    ),
    openapi_extra={**body(ref("BesoinIn"), DIAGNOSIS), "parameters": _PARAMETERS},
    responses={200: answer("Le diagnostic.", ref("Diagnostic"), DIAGNOSIS_ANSWER)},
)
@allowed(SEARCHES_PEOPLE)
async def diagnosis(request: Request, service: ServiceOf) -> Response:
    need = await model_of(request, BesoinIn)
    demand = need.to_demand(service.reference, service.engine.today(), dict(request.query_params))
    found = await service.searches.ask(diagnose, service.engine, demand)
    return json_response(diagnostic(found, demand.offer, service.reference.rome))
