"""Accounts for those who decide on them: who asks to be what, and agreeing, refusing, closing."""

from collections.abc import Callable
from typing import Annotated, Final

from fastapi import APIRouter, Path, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from api.account_problems import problem_of
from api.account_shapes import AccordIn, Compte, Comptes, shown
from api.intake import model_of
from api.openapi import answer, body, page_answers, problem_answer, ref
from api.pagination import DEFAULT_RANGE, Range, json_response, page, window_of
from api.problems import ApiProblem, ProblemType
from api.security import accounts
from api.security.actor import Actor, Role
from api.security.gate import ActorOf
from api.security.presented import presented_of
from api.security.reaches import ANYTHING
from api.security.rules import Rule, allowed
from api.security.scopes import Scope
from api.service import Service, ServiceOf
from features.store.access import accounts as kept
from features.store.access.accounts import Account, AccountState
from matching.errors import BadParameter

router = APIRouter(prefix="/v1/comptes", tags=["Comptes"])

READS: Final = Rule(Scope.ACCOUNTS_READ, {Role.ADMINISTRATOR: ANYTHING})
DECIDES: Final = Rule(Scope.ACCOUNTS_WRITE, {Role.ADMINISTRATOR: ANYTHING})
STATES: Final = ", ".join(AccountState)

Key = Annotated[
    str,
    Path(
        alias="id",
        description="Identifiant du compte, tel que la liste le donne.",
        examples=["4f1c0e3a9b7d4c2e8f60a1b2c3d4e5f6"],
        max_length=64,
    ),
]
State = Annotated[
    str | None, Query(alias="etat", description=f"Les comptes dans cet état : {STATES}.", examples=["demande"])
]
_ACCOUNT: Final = {
    "id": "4f1c0e3a9b7d4c2e8f60a1b2c3d4e5f6",
    "etat": "demande",
    "fournisseur": "https://fournisseur.example",
    "demandeLe": "2026-11-26T09:00:00Z",
    "role": "employeur",
    "siret": "13000548100010",
    "presente": {"nom": "Alix Essai", "courriel": "alix@exemple.invalid", "siret": "13000548100010"},
    "avis": "Le fournisseur d'identité confirme ce SIRET.",
}
_OPEN: Final = {
    "id": _ACCOUNT["id"],
    "etat": "actif",
    "fournisseur": "https://fournisseur.example",
    "demandeLe": "2026-11-26T09:00:00Z",
    "role": "employeur",
    "siret": "13000548100010",
    "decideLe": "2026-11-26T10:00:00Z",
    "decidePar": "9a8b7c6d5e4f40312233445566778899",
}
CONFLICT: Final = problem_answer(
    ProblemType.CONFLICT, "Qui a demandé un compte ne l'accorde pas : un deuxième regard est nécessaire."
)


@router.get(
    "",
    summary="Lister les comptes",
    description="Les demandes les plus récentes d'abord ; `etat=demande` donne celles qui attendent une décision.",
    responses=page_answers("comptes", ref("Comptes"), {"resultats": [_ACCOUNT]}),
)
@allowed(READS)
async def listing(service: ServiceOf, state: State = None, range_: Range = DEFAULT_RANGE) -> Response:
    window = window_of(range_)
    if state is not None and state not in set(AccountState):
        raise BadParameter("etat", state, f"un de ceux-ci : {STATES}")
    wanted = None if state is None else AccountState(state)

    def find() -> tuple[list[Account], int]:
        with service.store.engine.connect() as connection:
            return kept.page(connection, wanted, window.first, window.last - window.first + 1)

    found, total = await run_in_threadpool(find)
    return page("comptes", window, len(found), total, Comptes([_told(service, each) for each in found]))


@router.get(
    "/{id}",
    summary="Lire un compte",
    description="Le compte, et ce que le fournisseur d'identité garantit de la personne tant que rien n'est décidé.",
    responses={200: answer("Le compte.", ref("Compte"), _ACCOUNT)},
)
@allowed(READS)
async def read(key: Key, service: ServiceOf) -> Response:
    def find() -> Account | None:
        with service.store.engine.connect() as connection:
            return kept.get(connection, key)

    found = await run_in_threadpool(find)
    if found is None:
        raise ApiProblem(ProblemType.NOT_FOUND, f"Le compte « {key} » n'existe pas.")
    return json_response(_told(service, found))


@router.post(
    "/{id}/accord",
    summary="Accorder un compte",
    description=(
        "Ouvre un compte demandé. Qui l'a demandé ne peut pas l'accorder. D'un conseiller, on dit l'équipe : les "
        "collègues dont il partage le portefeuille."
    ),
    openapi_extra=body(ref("AccordIn"), {"equipe": []}),
    responses={200: answer("Ouvert.", ref("Compte"), _OPEN), 409: CONFLICT},
)
@allowed(DECIDES)
async def approve(key: Key, request: Request, actor: ActorOf, service: ServiceOf) -> Response:
    team = (await model_of(request, AccordIn)).equipe
    return await _decide(service, actor, "compte accordé", lambda: accounts.approve(service.store, key, actor.id, team))


@router.post(
    "/{id}/refus",
    summary="Refuser un compte",
    description="La personne peut faire une autre demande. Ce que le fournisseur en garantissait est effacé.",
    responses={200: answer("Refusé.", ref("Compte"), {**_OPEN, "etat": "refuse"}), 409: CONFLICT},
)
@allowed(DECIDES)
async def refuse(key: Key, actor: ActorOf, service: ServiceOf) -> Response:
    return await _decide(service, actor, "compte refusé", lambda: accounts.refuse(service.store, key, actor.id))


@router.post(
    "/{id}/desactivation",
    summary="Fermer un compte",
    description="Ses sessions prennent fin partout en moins d'une seconde, et la personne ne peut plus se connecter.",
    responses={200: answer("Fermé.", ref("Compte"), {**_OPEN, "etat": "desactive"}), 409: CONFLICT},
)
@allowed(DECIDES)
async def disable(key: Key, actor: ActorOf, service: ServiceOf) -> Response:
    return await _decide(service, actor, "compte fermé", lambda: accounts.disable(service.store, key, actor.id))


@router.post(
    "/{id}/reouverture",
    summary="Rouvrir un compte",
    description="Remet un compte fermé en attente : une autre personne l'accorde de nouveau.",
    responses={200: answer("En attente.", ref("Compte"), {**_OPEN, "etat": "demande"}), 409: CONFLICT},
)
@allowed(DECIDES)
async def reopen(key: Key, actor: ActorOf, service: ServiceOf) -> Response:
    return await _decide(service, actor, "compte rouvert", lambda: accounts.reopen(service.store, key, actor.id))


async def _decide(service: Service, actor: Actor, action: str, decision: Callable[[], Account]) -> Response:
    try:
        account = await run_in_threadpool(decision)
    except accounts.Refused as refused:
        raise problem_of(refused, "equipe") from None
    service.access.follower.nudge()
    service.access.note(actor, action, compte=account.id)
    return json_response(_told(service, account))


def _told(service: Service, account: Account) -> Compte:
    return shown(account, presented_of(service.store, account))
