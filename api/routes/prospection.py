"""What a counsellor is shown: the firms to prospect, and for whom."""

from fastapi import APIRouter, Request, Response

from api.demands import CiblesIn
from api.intake import model_of
from api.openapi import body, page_answers, query_parameters, ref
from api.parameters import search_of
from api.result_examples import FIRM_ANSWER, SEARCH
from api.results import search_page
from api.service import ServiceOf
from api.targets import target_json
from matching.filters.registry import parameters_for
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
    responses=page_answers("etablissements", ref("CiblesTrouvees"), FIRM_ANSWER),
)
async def firms(request: Request, service: ServiceOf) -> Response:
    parameters, window = search_of(request)
    search = await model_of(request, CiblesIn)
    found = targets(service.engine, search.to_demand(service.reference, parameters), window)
    shown = {target.id: target for target in found.targets}
    return search_page(
        "etablissements",
        window,
        found.answer,
        lambda match: target_json(shown[match.id]),
        centre=found.commune_insee,
    )
