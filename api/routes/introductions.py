"""Contact between employers and people, through the service alone."""

import datetime as dt
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from api.intake import model_of
from api.introducing import reply, send, tell_sequel
from api.introduction_shapes import MiseEnRelationIn, MisesEnRelation, ReponseIn, SuiteIn, balance, shown
from api.openapi import answer, body, page_answers, problem_answer, ref
from api.pagination import DEFAULT_RANGE, Range, json_response, page, window_of
from api.problems import ErreurChamp, ProblemType
from api.routes.records import Key
from api.security.actor import Role
from api.security.gate import ActorOf
from api.security.reaches import (
    ANYTHING,
    IN_THE_BODY,
    INTRODUCTION_TO_SELF,
    OWN_FIRM,
    OWN_INTRODUCTION,
    person,
)
from api.security.rules import Rule, allowed
from api.security.scopes import Scope
from api.seen import note_known
from api.service import ServiceOf
from features.border.base import clean_siret
from features.records import ContactRequest, Establishment, Identity, Profile
from features.store import about_profile
from matching.errors import BadParameter, NotFound
from matching.introductions import LAPSE_DAYS, State, record_of, state_of
from matching.pools import visible

router = APIRouter(prefix="/v1", tags=["Mise en relation"])

Siret = Annotated[
    str | None,
    Query(description="SIRET de l'établissement qui demande ; sans lui, celui du compte.", examples=["13000548100010"]),
]
_ASKED: Final = {
    "siret": "13000548100010",
    "profil": "exemple-profil",
    "besoin": "Aide-soignant de nuit (H/F)",
    "message": "Bonjour, votre expérience nous intéresse pour un poste de nuit à Guéret. Souhaitez-vous en parler ?",
}
_SHOWN: Final = {
    "id": "13000548100010-0f8fad5bd9cb469fa16570867728950e",
    "etat": "acceptee",
    "siret": "13000548100010",
    "profil": "exemple-profil",
    "envoyeeLe": "2026-11-26T09:00:00+00:00",
    "expireLe": "2026-12-10T09:00:00+00:00",
    "message": _ASKED["message"],
    "besoin": "Aide-soignant de nuit (H/F)",
    "reponduLe": "2026-11-27T18:00:00+00:00",
    "coordonnees": {"prenom": "Camille", "nom": "Exemple", "courriel": "camille@exemple.invalid"},
}
_WAITING: Final = {
    **{key: value for key, value in _SHOWN.items() if key not in ("coordonnees", "reponduLe")},
    "etat": "en_attente",
}
_BALANCE: Final = {
    "siret": "13000548100010",
    "demandes": 12,
    "enAttente": 3,
    "acceptees": 5,
    "refusees": 2,
    "expirees": 2,
    "suites": 4,
    "enRetard": 1,
    "tauxSuite": 0.8,
}
ASKS: Final = Rule(Scope.INTRODUCTIONS_WRITE, {Role.EMPLOYER: IN_THE_BODY, Role.SERVICE: ANYTHING})
READS: Final = Rule(
    Scope.INTRODUCTIONS_READ,
    {Role.EMPLOYER: OWN_INTRODUCTION, Role.SERVICE: ANYTHING},
)
ANSWERS: Final = Rule(Scope.INTRODUCTIONS_WRITE, {Role.JOBSEEKER: INTRODUCTION_TO_SELF, Role.SERVICE: ANYTHING})
FOLLOWS_UP: Final = Rule(Scope.INTRODUCTIONS_WRITE, {Role.EMPLOYER: OWN_INTRODUCTION, Role.SERVICE: ANYTHING})
FIRMS_BALANCE: Final = Rule(
    Scope.INTRODUCTIONS_READ, {Role.EMPLOYER: OWN_FIRM, Role.COUNSELLOR: ANYTHING, Role.SERVICE: ANYTHING}
)
_SIRET: Final = ErreurChamp("siret", "12", "le SIRET est faux", "Écrire ses 14 chiffres")
CONFLICT: Final = problem_answer(ProblemType.CONFLICT, "Cette demande a déjà reçu une réponse.")


@router.post(
    "/mises-en-relation",
    summary="Demander à être mis en relation",
    description=(
        f"Un employeur écrit à une personne qu'il a trouvée. Elle accepte ou refuse ; sans réponse, la demande expire "
        f"au "
        f"bout de {LAPSE_DAYS} jours. Le message ne contient pas de coordonnées : l'identité n'est donnée qu'après "
        "l'accord, et à cet employeur seul."
    ),
    status_code=201,
    openapi_extra=body(ref("MiseEnRelationIn"), _ASKED),
    responses={201: answer("Envoyée.", ref("MiseEnRelation"), _WAITING), 409: CONFLICT},
)
@allowed(ASKS)
async def ask(request: Request, service: ServiceOf, actor: ActorOf) -> Response:
    sent, notice = await send(request, service, actor, await model_of(request, MiseEnRelationIn))
    location = {"Location": f"/v1/mises-en-relation/{sent.id}"}
    return json_response(shown(sent, sent.sent_at, notice=notice), 201, location)


@router.get(
    "/mises-en-relation/{id}",
    summary="Où en est une mise en relation",
    description=(
        "Pour l'employeur qui l'a demandée. L'identité et les coordonnées n'y sont qu'une fois la demande acceptée, et "
        "tant que la personne reste visible des employeurs."
    ),
    responses={
        200: answer("La demande.", ref("MiseEnRelation"), _SHOWN),
        422: problem_answer(ProblemType.INVALID_BODY, "Le SIRET est faux.", (_SIRET,)),
    },
)
@allowed(READS)
async def read(key: Key, request: Request, service: ServiceOf, actor: ActorOf, siret: Siret = None) -> Response:
    asking = actor.siret if siret is None else clean_siret(siret, "siret")
    if asking is None:
        raise BadParameter("siret", "", "le SIRET de l'établissement qui a fait la demande")
    found = await run_in_threadpool(service.store.get, ContactRequest, key)
    if found is None or found.siret != asking:
        raise NotFound("La demande", key)
    note_known(request, (found.profile_id,))
    now = dt.datetime.now(dt.UTC)
    identity = None
    if state_of(found, now) is State.ACCEPTED and visible(service.engine, found.profile_id):
        identity = await run_in_threadpool(service.store.get, Identity, found.profile_id)
    return json_response(shown(found, now, identity=identity))


@router.post(
    "/mises-en-relation/{id}/reponse",
    summary="Accepter ou refuser une mise en relation",
    description="La réponse de la personne. Elle est définitive ; une demande expirée n'en prend plus.",
    openapi_extra=body(ref("ReponseIn"), {"profil": "exemple-profil", "accepte": True}),
    responses={200: answer("Répondue.", ref("MiseEnRelation"), {**_WAITING, "etat": "acceptee"}), 409: CONFLICT},
)
@allowed(ANSWERS)
async def respond(key: Key, request: Request, service: ServiceOf) -> Response:
    told = await model_of(request, ReponseIn)
    now = dt.datetime.now(dt.UTC).replace(microsecond=0)
    return json_response(shown(await reply(request, service, key, told.profil, told.accepte, now), now))


@router.post(
    "/mises-en-relation/{id}/suite",
    summary="Dire la suite d'une mise en relation",
    description=(
        "Ce que l'employeur a fait d'une acceptation : entretien, embauche ou sans suite. Un employeur qui laisse les "
        "personnes sans nouvelles en est averti, puis ses offres sont classées plus bas."
    ),
    openapi_extra=body(ref("SuiteIn"), {"siret": "13000548100010", "suite": "entretien"}),
    responses={200: answer("Notée.", ref("MiseEnRelation"), {**_SHOWN, "suite": "entretien"}), 409: CONFLICT},
)
@allowed(FOLLOWS_UP)
async def follow(key: Key, request: Request, service: ServiceOf) -> Response:
    told = await model_of(request, SuiteIn)
    siret = clean_siret(told.siret, "siret")
    now = dt.datetime.now(dt.UTC).replace(microsecond=0)
    return json_response(shown(await tell_sequel(request, service, key, siret, told.suite, now), now))


@router.get(
    "/profils/{id}/mises-en-relation",
    summary="Les demandes reçues par une personne",
    description="Les demandes de mise en relation, les plus récentes d'abord, avec l'entreprise et son message.",
    responses=page_answers("demandes", ref("MisesEnRelation"), {"resultats": [_WAITING]}),
)
@allowed(person(Scope.INTRODUCTIONS_READ))
async def received(key: Key, service: ServiceOf, range_: Range = DEFAULT_RANGE) -> Response:
    window = window_of(range_)
    now = dt.datetime.now(dt.UTC)

    def find() -> tuple[list[ContactRequest], dict[str, Establishment]]:
        if service.store.get(Profile, key) is None:
            raise NotFound("Le profil", key)
        requests = service.store.of_source(ContactRequest, about_profile(key))
        return requests, service.store.get_many(Establishment, {each.siret for each in requests})

    requests, firms = await run_in_threadpool(find)
    ordered = sorted(requests, key=lambda each: (each.sent_at, each.id), reverse=True)
    part = [
        shown(each, now, firm=firms[each.siret].name if each.siret in firms else None)
        for each in ordered[window.first : window.last + 1]
    ]
    return page("demandes", window, len(part), len(ordered), MisesEnRelation(part))


@router.get(
    "/etablissements/{id}/mises-en-relation",
    summary="Le bilan des demandes d'un établissement",
    description="Combien de demandes, d'acceptations et de refus, et combien d'acceptations ont eu une suite.",
    responses={200: answer("Le bilan.", ref("BilanMisesEnRelation"), _BALANCE)},
)
@allowed(FIRMS_BALANCE)
async def balanced(key: Key, service: ServiceOf) -> Response:
    def find() -> list[ContactRequest]:
        requests = service.store.of_prefix(ContactRequest, f"{key}-")
        if not requests and service.store.get(Establishment, key) is None:
            raise NotFound("L'établissement", key)
        return requests

    requests = await run_in_threadpool(find)
    return json_response(balance(key, record_of(requests, dt.datetime.now(dt.UTC))))
