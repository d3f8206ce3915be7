"""One's own account: who one is here, asking to be more, and proving that a profile is one's own."""

import datetime as dt
from typing import Final

import anyio.to_thread
from fastapi import APIRouter, Request, Response
from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool

from api.account_problems import problem_of
from api.account_shapes import CodeRattachement, DemandeCodeIn, DemandeCompteIn, RattachementIn, me
from api.intake import model_of
from api.openapi import answer, body, problem_answer, ref
from api.pagination import json_response
from api.problems import ApiProblem, ErreurChamp, ProblemType
from api.routes.records import Key
from api.security import accounts
from api.security.actor import Role
from api.security.code_letter import send_code
from api.security.gate import ActorOf
from api.security.owners import not_theirs
from api.security.reaches import ANYTHING, FOLLOWED
from api.security.rules import Rule, allowed
from api.security.scopes import Scope
from api.security.session import Session, actor_of
from api.service import ServiceOf
from features.store.access.accounts import Account

router = APIRouter(prefix="/v1", tags=["Mon compte"])

ONESELF: Final = Rule(Scope.OWN_ACCOUNT_READ, dict.fromkeys(Role, ANYTHING))
NEWCOMERS: Final = Rule(Scope.OWN_ACCOUNT_WRITE, {Role.NEWCOMER: ANYTHING})
GIVES_CODES: Final = Rule(Scope.PROFILES_WRITE, {Role.COUNSELLOR: FOLLOWED, Role.SERVICE: ANYTHING})
NO_ACCOUNT: Final = "Une identité de démonstration n'a pas de compte : connectez-vous par /connexion/entrer."

_ME: Final = {
    "id": "4f1c0e3a9b7d4c2e8f60a1b2c3d4e5f6",
    "role": "employeur",
    "texte": "Vous utilisez ce service au nom d'un établissement.",
    "droits": ["moi.lire", "offres.ecrire", "offres.lire", "referentiel.lire"],
    "etat": "actif",
    "siret": "13000548100010",
    "jetonCsrf": "Zk3b5x0m1qv7tY2uN8pLrw",
}
_NEWCOMER: Final = {
    "id": _ME["id"],
    "role": "arrivant",
    "texte": "Votre demande de compte attend l'accord d'une deuxième personne.",
    "droits": ["moi.ecrire", "moi.lire", "referentiel.lire"],
    "etat": "demande",
}
_CODE: Final = {
    "code": "AB2C4-DE6FG",
    "expireLe": "2026-12-03T09:00:00Z",
    "texte": "À donner à la personne, en main propre : ce code n'est montré que cette fois.",
}
CONFLICT: Final = problem_answer(ProblemType.CONFLICT, "Ce compte est déjà ouvert, ou fermé.")
LOCKED: Final = problem_answer(ProblemType.LOCKED, "Trop d'essais de suite : réessayez dans 1 min.")


@router.get(
    "/moi",
    summary="Qui je suis pour ce service",
    description="Le compte ou le client qui demande, ses droits, et le jeton que ses pages montrent en écrivant.",
    responses={200: answer("Vous.", ref("Moi"), _ME)},
)
@allowed(ONESELF)
async def read(actor: ActorOf, request: Request) -> Response:
    session: Session | None = getattr(request.state, "session", None)
    told = me(actor, None, None) if session is None else me(actor, session.account, session.csrf)
    return json_response(told, headers={"Cache-Control": "no-store"})


@router.post(
    "/moi/demande",
    summary="Demander un compte",
    description=(
        "Pour qui vient de se connecter : être employeur d'un établissement connu, conseiller, auditeur ou "
        "administrateur. Une deuxième personne donne son accord. Un demandeur d'emploi lie plutôt son profil."
    ),
    openapi_extra=body(ref("DemandeCompteIn"), {"role": "employeur", "siret": "13000548100010"}),
    responses={200: answer("Demandé.", ref("Moi"), _NEWCOMER), 409: CONFLICT},
)
@allowed(NEWCOMERS)
async def ask(request: Request, actor: ActorOf, service: ServiceOf) -> Response:
    asked = await model_of(request, DemandeCompteIn)
    session = session_shown(request)
    role = Role(asked.role)
    party = service.doors.parties.get(session.provider)
    if party is not None and role not in party.provider.roles:
        reason = f"{party.provider.label} n'identifie pas de compte « {role} »"
        remedy = f"Demander : {', '.join(each for each in party.provider.roles if each in accounts.ASKED_FOR)}"
        error = ErreurChamp("role", asked.role, reason, remedy)
        raise ApiProblem(ProblemType.INVALID_BODY, "Un champ est refusé.", errors=(error,))
    siret = None if asked.siret is None else "".join(asked.siret.split())

    def requested() -> Account:
        return accounts.ask(service.store, session.account.id, role, siret, asked.conseiller)

    try:
        account = await run_in_threadpool(requested)
    except accounts.Refused as refused:
        raise problem_of(refused, "siret" if siret is not None else "role") from None
    service.access.follower.nudge()
    service.access.note(actor, "compte demandé", role=role.value)
    return json_response(me(actor, account, session.csrf), headers={"Cache-Control": "no-store"})


@router.post(
    "/moi/profil/code",
    summary="Recevoir un code pour lier son profil",
    description=(
        "Envoie un code au courriel du profil, s'il en a un. La réponse est la même quoi qu'il en soit : elle ne dit "
        "pas si un profil existe."
    ),
    status_code=202,
    response_class=Response,
    openapi_extra=body(ref("DemandeCodeIn"), {"profil": "exemple-profil"}),
    responses={202: {"description": "Si ce profil a un courriel, un code y part."}},
)
@allowed(NEWCOMERS)
async def send(request: Request, service: ServiceOf) -> Response:
    asked = await model_of(request, DemandeCodeIn)
    return Response(status_code=202, background=BackgroundTask(send_code, service, asked.profil))


@router.post(
    "/moi/profil",
    summary="Lier son compte à son profil",
    description=(
        "Montre le code reçu. Il sert une fois ; cinq erreurs de suite font attendre, de plus en plus longtemps."
    ),
    openapi_extra=body(ref("RattachementIn"), {"profil": "exemple-profil", "code": "AB2C4-DE6FG"}),
    responses={200: answer("Lié.", ref("Moi"), {**_ME, "role": "demandeur"}), 409: CONFLICT, 429: LOCKED},
)
@allowed(NEWCOMERS)
async def link(request: Request, actor: ActorOf, service: ServiceOf) -> Response:
    shown = await model_of(request, RattachementIn)
    session = session_shown(request)

    def linked() -> Account:
        return accounts.link(service.store, session.account.id, shown.profil, shown.code)

    try:
        account = await anyio.to_thread.run_sync(linked, limiter=service.access.hashing)
    except accounts.Refused as refused:
        service.access.note(actor, "rattachement refusé")
        raise problem_of(refused, "code") from None
    service.access.follower.nudge()
    service.access.note(actor, "profil rattaché")
    return json_response(me(actor_of(account), account, session.csrf), headers={"Cache-Control": "no-store"})


@router.post(
    "/profils/{id}/code-de-rattachement",
    summary="Donner à une personne le code de son profil",
    description=(
        "Pour le conseiller de la personne, qui la connaît : un code d'une semaine, à lui donner en main propre, avec "
        "lequel elle lie son compte à son profil. Le code d'avant ne vaut plus."
    ),
    status_code=201,
    responses={201: answer("Le code.", ref("CodeRattachement"), _CODE)},
)
@allowed(GIVES_CODES)
async def give(key: Key, actor: ActorOf, service: ServiceOf) -> Response:
    made_at = dt.datetime.now(dt.UTC).replace(microsecond=0)
    try:
        code = await run_in_threadpool(accounts.code_for, service.store, key, actor.id)
    except accounts.Refused:
        raise not_theirs(key) from None
    service.access.note(actor, "code donné")
    expires_at = made_at + dt.timedelta(seconds=accounts.COUNSELLOR_CODE_S)
    told = CodeRattachement(code, expires_at, _CODE["texte"])
    return json_response(told, 201, {"Cache-Control": "no-store"})


def session_shown(request: Request) -> Session:
    """The session of whoever asks. Raises ApiProblem (409) for an identity that has no account."""
    session: Session | None = getattr(request.state, "session", None)
    if session is None:
        raise ApiProblem(ProblemType.CONFLICT, NO_ACCOUNT)
    return session
