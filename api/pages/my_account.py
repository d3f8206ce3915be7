"""Where somebody arrives who signed in: their space, or what opens one (linking a profile, asking for an account)."""

import asyncio
from http import HTTPStatus
from typing import Final

import anyio.to_thread
from fastapi import APIRouter, Request, Response
from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool

from api.account_problems import problem_of
from api.account_shapes import me
from api.pages.forms import FormOf
from api.pages.rules import OWN_SPACE
from api.pages.shell import home_of, html
from api.problems import ApiProblem, ProblemType
from api.routes.account import session_shown
from api.security import accounts
from api.security.actor import Actor, Role
from api.security.code_letter import send_code
from api.security.gate import ActorOf
from api.security.rules import Rule, allowed
from api.security.scopes import Scope
from api.security.session import Session
from api.service import Service, ServiceOf
from features.store.access.accounts import Account

router = APIRouter(prefix="/compte", include_in_schema=False)

ARRIVED: Final = Rule(Scope.OWN_ACCOUNT_READ, dict.fromkeys(Role, OWN_SPACE))
NEWCOMERS: Final = Rule(Scope.OWN_ACCOUNT_WRITE, {Role.NEWCOMER: OWN_SPACE})
MOST_TYPED: Final = 64
_ROLES: Final = {Role.EMPLOYER: "un employeur", Role.COUNSELLOR: "un conseiller"}


@router.get("", response_class=Response)
@allowed(ARRIVED)
async def arrive(request: Request, service: ServiceOf, actor: ActorOf) -> Response:
    if actor.role is not Role.NEWCOMER:
        return _to(home_of(actor.role))
    return _page(request, service, actor)


@router.post("/profil/code", response_class=Response)
@allowed(NEWCOMERS)
async def send(request: Request, service: ServiceOf, actor: ActorOf, form: FormOf) -> Response:
    profile = form["profil"][:MOST_TYPED]
    answer = _page(request, service, actor, profile=profile, sent=True)
    answer.background = BackgroundTask(send_code, service, profile)
    return answer


@router.post("/profil", response_class=Response)
@allowed(NEWCOMERS)
async def link(request: Request, service: ServiceOf, actor: ActorOf, form: FormOf) -> Response:
    session = session_shown(request)
    profile, code = form["profil"][:MOST_TYPED], form["code"][:MOST_TYPED]

    def linked() -> Account:
        return accounts.link(service.store, session.account.id, profile, code)

    try:
        account = await anyio.to_thread.run_sync(linked, limiter=service.access.hashing)
    except accounts.Refused as refused:
        service.access.note(actor, "rattachement refusé")
        return _refused(request, service, actor, refused, profile=profile)
    service.access.note(actor, "profil rattaché")
    await _known(service, account)
    return _to("/espace")


@router.post("/demande", response_class=Response)
@allowed(NEWCOMERS)
async def ask(request: Request, service: ServiceOf, actor: ActorOf, form: FormOf) -> Response:
    session = session_shown(request)
    role = next((each for each in _ROLES if each.value == form["role"]), None)
    if role is None:
        raise ApiProblem(ProblemType.INVALID_BODY, "Dites si vous êtes un employeur ou un conseiller.")
    whose = "".join(form["qui"][:MOST_TYPED].split())
    party = service.doors.parties.get(session.provider)
    if party is not None and role not in party.provider.roles:
        refused = accounts.Refused(
            f"{party.provider.label} n'ouvre pas de compte d'{_ROLES[role].removeprefix('un ')}."
        )
        return _refused(request, service, actor, refused)
    siret, counsellor = (whose, None) if role is Role.EMPLOYER else (None, whose)
    try:
        account = await run_in_threadpool(accounts.ask, service.store, session.account.id, role, siret, counsellor)
    except accounts.Refused as refused:
        return _refused(request, service, actor, refused)
    service.access.note(actor, "compte demandé", role=role.value)
    await _known(service, account)
    return _to("/compte")


async def _known(service: Service, account: Account) -> None:
    """Wait until this process knows an account as it has just become, a second at most."""
    service.access.follower.nudge()
    for _ in range(100):
        if service.access.directory.accounts.get(account.id) == account:
            return
        await asyncio.sleep(0.01)


def _to(path: str) -> Response:
    return Response(status_code=HTTPStatus.SEE_OTHER, headers={"Location": path})


def _refused(
    request: Request, service: Service, actor: Actor, refused: accounts.Refused, profile: str = ""
) -> Response:
    problem = problem_of(refused, "code")
    return _page(request, service, actor, problem.status, profile=profile, refused=str(refused))


def _page(
    request: Request,
    service: Service,
    actor: Actor,
    status: int = 200,
    *,
    profile: str = "",
    refused: str = "",
    sent: bool = False,
) -> Response:
    session: Session | None = getattr(request.state, "session", None)
    told = me(actor, None if session is None else session.account, None)
    return html(
        request,
        service,
        actor,
        "account.html.j2",
        status,
        told=told.texte,
        profile=profile,
        refused=refused,
        sent=sent,
        roles=_ROLES,
        most=MOST_TYPED,
    )
