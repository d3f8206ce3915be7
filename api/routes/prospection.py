"""What a counsellor is shown: the firms to prospect, and for whom."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from api.demands import CiblesIn
from api.intake import model_of
from api.openapi import NAMED_IN_BODY, answer, body, page_answers, query_parameters, ref
from api.pagination import json_response
from api.parameters import search_of
from api.result_examples import FIRM_ANSWER, PREVISIONS, SEARCH
from api.results import search_page
from api.routes.records import Key
from api.security.gate import ActorOf
from api.security.portfolios import require_portfolio
from api.security.reaches import counsellors
from api.security.rules import allowed
from api.security.scopes import Scope
from api.seen import note_seen
from api.service import ServiceOf
from api.targets import expected_json, target_json
from matching.filters.registry import parameters_for
from matching.previsions import previsions
from matching.prospection import targets
from matching.schema import Collection

router = APIRouter(prefix="/v1/prospection", tags=["Prospection"])


@router.post(
    "/cibles",
    summary="Les établissements à démarcher",
    description=(
        "Les établissements qui devraient embaucher les personnes d'un portefeuille, des profils choisis ou des "
        "métiers donnés, expliqués, avec les personnes à y présenter (celles qui ont accepté d'être visibles des "
        "employeurs). Les établissements qui refusent le démarchage ne sont jamais rendus."
    ),
    openapi_extra={
        **body(ref("CiblesIn"), SEARCH),
        "parameters": query_parameters(parameters_for(Collection.ESTABLISHMENTS)),
    },
    responses={**page_answers("etablissements", ref("CiblesTrouvees"), FIRM_ANSWER), 404: NAMED_IN_BODY},
)
@allowed(counsellors(Scope.PROSPECTION_READ))
async def firms(request: Request, service: ServiceOf, actor: ActorOf) -> Response:
    parameters, window = search_of(request)
    search = await model_of(request, CiblesIn)
    await require_portfolio(actor, service, search.conseiller, search.profils)
    found = targets(service.engine, search.to_demand(service.reference, parameters), window)
    shown = {target.id: target for target in found.targets}
    people = [person.profile_id for target in found.targets for person in target.present]
    note_seen(request, people, found.answer.model)
    return search_page(
        "etablissements",
        window,
        found.answer,
        lambda match: target_json(shown[match.id]),
        centre=found.commune_insee,
    )


@router.get(
    "/etablissements/{id}/previsions",
    summary="Les embauches attendues d'un établissement",
    description=(
        "Les embauches attendues sur les six mois à venir, en tout et par métier, avec l'intervalle où tombent quatre "
        "cas sur cinq. Par métier, c'est la part du secteur, corrigée des postes que l'établissement a publiés depuis "
        "six mois : il peut embaucher autrement que ses pareils, et l'intervalle en tient compte."
    ),
    responses={200: answer("Les prévisions.", ref("PrevisionsEtablissement"), PREVISIONS)},
)
@allowed(counsellors(Scope.PROSPECTION_READ))
async def forecasts(
    key: Key,
    service: ServiceOf,
    codes: Annotated[
        str | None,
        Query(
            alias="codeROME",
            description="Métiers, séparés par des virgules ; sans eux, les vingt que le secteur embauche le plus.",
            examples=["J1501,J1506"],
        ),
    ] = None,
) -> Response:
    wanted = tuple([code.strip() for code in codes.split(",") if code.strip()][:50]) if codes else ()
    total, by_occupation = previsions(service.engine, key, wanted)
    found = {
        "siret": key,
        "embauchesAttendues": None if total is None else expected_json(total),
        "metiers": [
            {
                "codeROME": each.rome_code,
                "libelle": each.label,
                "partSecteur": round(each.share, 4),
                "postesPublies": each.posts,
                "embauchesAttendues": expected_json(each.expected),
            }
            for each in by_occupation
        ],
    }
    return json_response({name: value for name, value in found.items() if value is not None})
