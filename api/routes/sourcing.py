"""What an employer is shown: the profiles for an offer, or for a need that is not published."""

from fastapi import APIRouter, Request, Response

from api.demands import BesoinIn
from api.edge.sought import note_sought, place_of, within
from api.intake import model_of
from api.openapi import body, page_answers, query_parameters, ref
from api.parameters import search_of
from api.result_examples import NEED, PROFILE_ANSWER
from api.results import EMPLOYER_DIGITS, SHOWN, search_page, without_past
from api.routes.records import Key
from api.security.reaches import PEOPLE_FOR_AN_OFFER, SEARCHES_PEOPLE
from api.security.rules import allowed
from api.seen import note_seen
from api.service import ServiceOf
from matching.filters.registry import parameters_for
from matching.schema import Collection
from matching.sourcing import profiles_for_demand, profiles_for_offer

router = APIRouter(tags=["Recherche de profils"])

SEEN = (
    "Seules les personnes qui ont accepté d'être visibles des employeurs sont rendues, sans nom, contact, âge, sexe ni "
    "adresse. Leurs propres conditions (mobilité, contrats, temps de travail, salaire) sont respectées."
)


@router.get(
    "/v1/offres/{id}/profils",
    summary="Les profils pour une offre",
    description=f"Les profils les plus proches d'une offre publiée, expliqués. {SEEN}",
    openapi_extra={"parameters": query_parameters(parameters_for(Collection.PROFILES))},
    responses=page_answers("profils", ref("ProfilsTrouves"), PROFILE_ANSWER),
)
@allowed(PEOPLE_FOR_AN_OFFER)
async def for_offer(key: Key, request: Request, service: ServiceOf) -> Response:
    parameters, window = search_of(request)
    answer = await service.searches.ask(profiles_for_offer, service.engine, key, parameters, window)
    note_seen(request, [match.id for match in answer.matches], answer.model)
    note_sought(request, within(key, parameters), published=True)
    return search_page("profils", window, answer, digits=EMPLOYER_DIGITS)


@router.post(
    "/v1/profils/recherche",
    summary="Les profils pour un besoin",
    description=(
        "Les profils les plus proches d'un besoin, écrit comme une offre et qui n'est pas gardé ; un intitulé ou un "
        "code ROME suffit. `commeProfils` et `pasCommeProfils` rapprochent les résultats de certains profils ou les en "
        "éloignent, `sansDiplome` ordonne sans regarder le diplôme, `parHabiletes` cherche par les seules compétences. "
        f"{SEEN}"
    ),
    openapi_extra={
        **body(ref("BesoinIn"), NEED),
        "parameters": query_parameters(parameters_for(Collection.PROFILES)),
    },
    responses=page_answers("profils", ref("ProfilsTrouves"), PROFILE_ANSWER),
)
@allowed(SEARCHES_PEOPLE)
async def for_need(request: Request, service: ServiceOf) -> Response:
    parameters, window = search_of(request)
    need = await model_of(request, BesoinIn)
    demand = need.to_demand(service.reference, service.engine.today(), parameters)
    answer = await service.searches.ask(profiles_for_demand, service.engine, demand, window)
    note_seen(request, [match.id for match in answer.matches], answer.model)
    note_sought(request, place_of(demand), published=False)
    view = without_past if demand.by_skills else SHOWN
    return search_page("profils", window, answer, view, digits=EMPLOYER_DIGITS)
