"""Contact between employers and people, through the service alone."""

import datetime as dt
import uuid
from collections.abc import Callable
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from api.edge.watch import check_before_writing
from api.intake import model_of
from api.introduction_shapes import (
    MiseEnRelationIn,
    MisesEnRelation,
    ReponseIn,
    SuiteIn,
    balance,
    reminder,
    shown,
)
from api.openapi import answer, body, page_answers, problem_answer, ref
from api.pagination import DEFAULT_RANGE, json_response, page, window_of
from api.problems import ApiProblem, ErreurChamp, ProblemType, invalid_body
from api.routes.records import SOURCE, Key, Range
from api.security.actor import Actor, Role
from api.security.gate import ActorOf
from api.security.owners import require
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
from api.seen import note_known, note_seen
from api.service import Service, ServiceOf
from features.border.base import clean_siret
from features.border.problems import BorderError, Problem
from features.contact_message import cleaned, objection
from features.records import ContactRequest, Establishment, Event, Identity, Offer, Profile, Sequel
from features.store import about_profile
from features.text import one_line
from matching.errors import BadParameter, NotFound
from matching.introductions import LAPSE_DAYS, MOST_WAITING, State, answered, followed, record_of, state_of
from matching.pools import visible

router = APIRouter(prefix="/v1", tags=["Mise en relation"])

Further = tuple[ContactRequest, tuple[Event, ...]]
"""A request one step further, and what that tells."""

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


async def send(
    request: Request, service: Service, actor: Actor, asked: MiseEnRelationIn
) -> tuple[ContactRequest, str | None]:
    """The request that was sent, and what a firm that lets people wait is told. Raises BorderError, and ApiProblem for
    one that may not be sent."""
    siret = clean_siret(asked.siret, "siret")
    if siret is None:
        raise BorderError.one("siret", asked.siret, "bad_siret")
    require(actor.role is not Role.EMPLOYER or siret == actor.siret, "siret", siret, "le SIRET de votre établissement")
    if (asked.offre is None) == (asked.besoin is None):
        raise BorderError.one("offre", asked.offre or "", "missing")
    message = _sendable("message", asked.message)
    need = None if asked.besoin is None else one_line(_sendable("besoin", asked.besoin))
    note_seen(request, (asked.profil,))
    if not visible(service.engine, asked.profil):
        raise _unseen(asked.profil)
    check_before_writing(request, actor, (asked.profil,))
    now = dt.datetime.now(dt.UTC).replace(microsecond=0)
    sent = ContactRequest(
        id=f"{siret}-{uuid.uuid4().hex}",
        siret=siret,
        profile_id=asked.profil,
        offer_id=asked.offre,
        need=need,
        message=message,
        sent_at=now,
        lapses_at=now + dt.timedelta(days=LAPSE_DAYS),
    )

    def write() -> str | None:
        offer = None if sent.offer_id is None else service.store.get(Offer, sent.offer_id)
        if sent.offer_id is not None and (
            offer is None or (actor.role is Role.EMPLOYER and offer.siret != actor.siret)
        ):
            raise _refused("offre", sent.offer_id, "Cette offre n'existe pas.")
        if service.store.get(Establishment, siret) is None:
            raise BorderError.one("siret", siret, "unknown_siret")
        with service.writing() as writer:
            person = service.store.get(Profile, sent.profile_id)
            if person is None or not person.consents.visible_to_employers:
                raise _unseen(sent.profile_id)
            before = service.store.of_prefix(ContactRequest, f"{siret}-")
            waiting = [each for each in before if state_of(each, now) is State.WAITING]
            if any(each.profile_id == sent.profile_id for each in waiting):
                raise ApiProblem(ProblemType.CONFLICT, "Une demande à cette personne attend déjà sa réponse.")
            if len(waiting) >= MOST_WAITING:
                raise ApiProblem(
                    ProblemType.CONFLICT, f"{MOST_WAITING} demandes attendent déjà une réponse : laissez-les aboutir."
                )
            writer.upsert([sent], about_profile(sent.profile_id))
        return reminder(record_of(before, now))

    return sent, await run_in_threadpool(write)


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


async def reply(
    request: Request, service: Service, key: str, profile_id: str, accepted: bool, now: dt.datetime
) -> ContactRequest:
    """A request to a person with their answer, which is final. Raises NotFound, and ApiProblem (409) for a request that
    takes no answer."""

    def step(found: ContactRequest) -> Further:
        state = state_of(found, now)
        if state is not State.WAITING:
            closed = "a expiré" if state is State.LAPSED else "a déjà reçu une réponse"
            raise ApiProblem(ProblemType.CONFLICT, f"Cette demande {closed}.")
        return answered(found, accepted, now)

    return await _taken_further(request, service, key, lambda found: found.profile_id == profile_id, step)


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


async def tell_sequel(
    request: Request, service: Service, key: str, siret: str | None, sequel: Sequel, now: dt.datetime
) -> ContactRequest:
    """A firm's request with what came of it. Raises NotFound, and ApiProblem (409) for one that was not accepted."""

    def step(found: ContactRequest) -> Further:
        if state_of(found, now) is not State.ACCEPTED:
            raise ApiProblem(ProblemType.CONFLICT, "Cette demande n'est pas acceptée : elle n'a pas de suite.")
        return followed(found, sequel, now)

    return await _taken_further(request, service, key, lambda found: found.siret == siret, step)


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


async def _taken_further(
    request: Request,
    service: Service,
    key: str,
    is_theirs: Callable[[ContactRequest], bool],
    step: Callable[[ContactRequest], Further],
) -> ContactRequest:
    """The request after `step`, written with the events that tell of it, all in one transaction. Raises NotFound where
    it is not there or not the caller's."""

    def write() -> ContactRequest:
        with service.writing() as writer:
            found = service.store.get(ContactRequest, key)
            if found is None or not is_theirs(found):
                raise NotFound("La demande", key)
            note_known(request, (found.profile_id,))
            done, events = step(found)
            writer.upsert([done], about_profile(found.profile_id))
            if events:
                writer.upsert(events, SOURCE)
        return done

    done = await run_in_threadpool(write)
    service.follower.nudge()
    return done


def _sendable(field: str, text: str) -> str:
    """What the person will read of a text, cleaned. Raises ApiProblem where it may not be sent."""
    words = cleaned(text)
    against = objection(words) if words else "Le texte est vide une fois le balisage retiré."
    if against is not None:
        raise _refused(field, text, against)
    return words


def _unseen(key: str) -> ApiProblem:
    return _refused("profil", key, "Ce profil n'existe pas, ou n'est pas visible des employeurs.")


def _refused(field: str, value: str, reason: str) -> ApiProblem:
    """422 for a field that is well formed and cannot be taken."""
    problem = invalid_body([Problem.of(field, value, "refused")])
    told = ErreurChamp(field, value[:80], reason, "Corriger le champ, puis renvoyer la demande")
    return ApiProblem(problem.kind, problem.detail, errors=(told,))
