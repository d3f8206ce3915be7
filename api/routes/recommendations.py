"""What a jobseeker is shown: the offers and the training sessions for a profile."""

from collections.abc import Iterable, Mapping
from typing import Any, Final
from urllib.parse import quote

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from api.openapi import page_answers, query_parameters, ref
from api.parameters import search_of
from api.result_examples import OFFER_ANSWER, SESSION_ANSWER
from api.results import search_page
from api.routes.records import Key
from api.security.reaches import person
from api.security.rules import allowed
from api.security.scopes import Scope
from api.seen import note_seen
from api.service import Service, ServiceOf
from api.sessions import session_json
from features.border.base import compact
from features.records import Profile, occupation_code
from matching.answer import Answer, Aside
from matching.errors import NotFound
from matching.filters.base import Context
from matching.filters.registry import parameters_for, parse
from matching.schema import Collection
from matching.subscriptions import offers_for_profile
from matching.trainings import sessions_for_profile

router = APIRouter(prefix="/v1/profils/{id}", tags=["Recommandations"])

UNREAD_PROJECTS: Final = (
    "Aucun métier n'a été reconnu dans {words} : précisez un code ROME, une appellation du ROME ou d'autres mots."
)


@router.get(
    "/offres",
    summary="Les offres pour un profil",
    description=(
        "Les offres les plus proches des projets de la personne, expliquées. Ses propres conditions (rayon, contrats, "
        "temps de travail, salaire, permis) sont des filtres ; les paramètres resserrent encore, et `commune`, "
        "`bassin` ou `departement` remplacent son domicile et son rayon."
    ),
    openapi_extra={"parameters": query_parameters(parameters_for(Collection.OFFERS))},
    responses=page_answers("offres", ref("OffresTrouvees"), OFFER_ANSWER),
)
@allowed(person(Scope.PROFILES_READ))
async def offers(key: Key, request: Request, service: ServiceOf) -> Response:
    parameters, window = search_of(request)
    try:
        answer = await service.searches.ask(offers_for_profile, service.engine, key, parameters, window)
    except NotFound as missing:
        answer = await run_in_threadpool(unread, service, key, Collection.OFFERS, parameters, missing)
    note_seen(request, (), answer.model)
    if not answer.aside:
        return search_page("offres", window, answer)
    return search_page("offres", window, answer, misesDeCote=put_aside(answer.aside))


@router.get(
    "/formations",
    summary="Les formations pour un profil",
    description=(
        "Les sessions de formation qui ouvrent le plus de portes à la personne, d'où elle part. `ouvre` compte les "
        "offres à sa portée qui ne lui sont pas accessibles aujourd'hui et le seraient après la formation ; le "
        "classement tient aussi compte des métiers visés, des compétences manquantes, du niveau d'entrée, du reste à "
        "payer, de la durée, de la distance, de la date et du retour à l'emploi. "
        "Une liste vide dit quel filtre retirer."
    ),
    openapi_extra={"parameters": query_parameters(parameters_for(Collection.SESSIONS))},
    responses=page_answers("formations", ref("SessionsTrouvees"), SESSION_ANSWER),
)
@allowed(person(Scope.PROFILES_READ))
async def trainings(key: Key, request: Request, service: ServiceOf) -> Response:
    parameters, window = search_of(request)
    try:
        answer = await service.searches.ask(sessions_for_profile, service.engine, key, parameters, window)
    except NotFound as missing:
        answer = await run_in_threadpool(unread, service, key, Collection.SESSIONS, parameters, missing)
    note_seen(request, (), answer.model)
    return search_page("formations", window, answer, session_json(service.reference.rome))


def put_aside(asides: Iterable[Aside]) -> list[dict[str, object]]:
    """`misesDeCote`: what the person put aside, what that does, and where to undo it."""
    return [
        compact(
            evenement=each.event_id,
            offre=each.offer_id,
            motif=each.reason,
            texte=each.text,
            annuler=f"/v1/evenements/{quote(each.event_id, safe='')}",
        )
        for each in asides
    ]


def unread(
    service: Service, key: str, searched: Collection, parameters: Mapping[str, str], missing: NotFound
) -> Answer[Any]:
    """The empty answer to a person whose words tell no occupation: it says so. Raises `missing` for anyone else."""
    profile = service.store.get(Profile, key)
    if profile is None or any(occupation_code(project) is not None for project in profile.projects):
        raise missing
    parse(parameters, Context(searched, service.engine.lookups, service.engine.today()))
    words = ", ".join(f"« {project.label[:80]} »" for project in profile.projects if project.label is not None)
    return Answer((), 0, notice=UNREAD_PROJECTS.format(words=words))
