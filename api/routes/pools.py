"""Talent pools: who is in one, who came and left, and its export."""

import datetime as dt
from typing import Annotated, Final

import msgspec
from fastapi import APIRouter, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from api.edge.sought import note_sought, within
from api.edge.watch import check_before_writing
from api.openapi import answer, content, page_answers, ref
from api.pagination import DEFAULT_RANGE, Range, json_response, page, window_of
from api.pool_shapes import HEADER, Actualisation, Mouvement, Mouvements, cells
from api.problems import ApiProblem, ProblemType
from api.result_examples import PROFILE_ANSWER
from api.results import merged
from api.routes.records import SOURCE, Key
from api.security.actor import Actor
from api.security.gate import ActorOf
from api.security.owners import user_of
from api.security.reaches import pool
from api.security.rules import allowed
from api.security.scopes import Scope
from api.seen import note_seen
from api.service import Service, ServiceOf
from api.spreadsheet import csv_of
from features.records import TalentPool, TalentPoolState
from matching.errors import BadParameter, NotFound
from matching.explain.wording import counted
from matching.pools import MOST_BY_RULE, members_of, refreshed, rule_of, shared_pool, shown_moves

router = APIRouter(prefix="/v1/viviers/{id}", tags=["Vivier"])

User = Annotated[
    str | None,
    Query(
        alias="utilisateur",
        description="Qui demande : le propriétaire du vivier ou un membre de son équipe ; sans lui, le compte.",
        examples=["exemple-conseiller"],
    ),
]
CSV: Final = "text/csv; charset=utf-8"
MOST_NAMED: Final = 10
"""People whom a refresh names: they are shown, and count as such."""
NOBODY: Final = (
    "Ce vivier est vide : personne, parmi les profils visibles, n'y est mis à la main ni ne répond à sa règle. Ajoutez "
    "des profils ou élargissez les critères."
)
_MEMBER: Final = {
    key: value
    for key, value in PROFILE_ANSWER["resultats"][0].items()
    if key in ("id", "projets", "experiences", "diplomes", "permis", "departement")
}
_MOVES: Final = {
    "resultats": [{"date": "2026-11-26T09:00:00+00:00", "mouvement": "entree", "profil": "exemple-profil"}]
}
_REFRESHED: Final = {
    "date": "2026-11-26T09:00:00+00:00",
    "presents": 12,
    "entres": ["exemple-profil"],
    "autresEntres": 0,
    "sortis": 1,
    "texte": "12 personnes dans le vivier : 1 entrée et 1 sortie depuis la dernière actualisation.",
}


@router.get(
    "/membres",
    summary="Les personnes d'un vivier",
    description=(
        "Les profils mis à la main et ceux qui répondent à la règle, tels qu'un employeur les voit, par ordre "
        "d'identifiant. La liste est établie à la lecture : une personne qui n'est plus visible en sort aussitôt."
    ),
    responses=page_answers("profils", ref("MembresVivier"), {"resultats": [{**_MEMBER, "origine": "main"}]}),
)
@allowed(pool(Scope.POOLS_READ))
async def members(
    key: Key, request: Request, service: ServiceOf, actor: ActorOf, user: User = None, range_: Range = DEFAULT_RANGE
) -> Response:
    window = window_of(range_)
    pool = await _pool(service, key, actor, user)
    found = await service.searches.beside(members_of, service.engine, pool)
    shown = found.people[window.first : window.last + 1]
    note_seen(request, [each.id for each in shown])
    note_rule(request, pool)
    body: dict[str, object] = {
        "resultats": [
            msgspec.Raw(merged(each.shown, msgspec.json.encode({"origine": "main" if each.by_hand else "regle"})))
            for each in shown
        ]
    }
    if found.left_out:
        body["avis"] = (
            f"La règle trouve {counted(found.left_out, 'personne', 'personnes')} de plus que les {MOST_BY_RULE} qu'un "
            "vivier peut tenir : resserrez-la."
        )
    if not found.people:
        body["avis"] = NOBODY
    return page("profils", window, len(shown), len(found.people), body, has_notice=not found.people)


@router.post(
    "/actualisation",
    summary="Actualiser un vivier",
    description=(
        "Note qui est entré dans le vivier et qui en est sorti depuis la dernière fois. Les dix premières personnes "
        "entrées sont nommées, et comptent parmi celles que l'on voit dans la journée ; les mouvements donnent les "
        "autres, page par page. Les personnes sorties sont comptées, pas nommées : ne plus être visible est un droit."
    ),
    responses={200: answer("Ce qui a changé.", ref("Actualisation"), _REFRESHED)},
)
@allowed(pool(Scope.POOLS_WRITE))
async def refresh(key: Key, request: Request, service: ServiceOf, actor: ActorOf, user: User = None) -> Response:
    pool = await _pool(service, key, actor, user)
    ids = (await service.searches.beside(members_of, service.engine, pool)).ids
    now = dt.datetime.now(dt.UTC).replace(microsecond=0)
    known = await run_in_threadpool(service.store.get, TalentPoolState, key)
    named = _named(request, actor, refreshed(key, ids, known, now)[1][:MOST_NAMED])

    def write() -> Actualisation:
        with service.writing() as writer:
            before = service.store.get(TalentPoolState, key)
            state, entered, left = refreshed(key, ids, before, now)
            writer.upsert([state], SOURCE)
        there = counted(len(ids), "personne", "personnes")
        moves = f"{counted(len(entered), 'entrée', 'entrées')} et {counted(len(left), 'sortie', 'sorties')}"
        text = f"{there} dans le vivier : {moves} depuis la dernière actualisation."
        told = tuple([each for each in named if each in set(entered)])
        return Actualisation(now.isoformat(), len(ids), told, len(entered) - len(told), len(left), text)

    return json_response(await run_in_threadpool(write))


@router.get(
    "/mouvements",
    summary="Les entrées et les sorties d'un vivier",
    description=(
        "Les mouvements constatés aux actualisations, les plus récents d'abord. Le profil d'une personne qui n'est "
        "plus "
        "visible n'est pas nommé."
    ),
    responses=page_answers("mouvements", ref("Mouvements"), _MOVES),
)
@allowed(pool(Scope.POOLS_READ))
async def moves(
    key: Key, request: Request, service: ServiceOf, actor: ActorOf, user: User = None, range_: Range = DEFAULT_RANGE
) -> Response:
    window = window_of(range_)
    await _pool(service, key, actor, user)
    state = await run_in_threadpool(service.store.get, TalentPoolState, key)
    found = shown_moves(service.engine, state)
    shown = [
        Mouvement(move.at.isoformat(), "entree" if move.entered else "sortie", move.profile_id or None)
        for move in found[window.first : window.last + 1]
    ]
    note_seen(request, [move.profil for move in shown if move.profil is not None])
    return page("mouvements", window, len(shown), len(found), Mouvements(shown))


@router.get(
    "/export",
    response_class=Response,
    summary="Exporter un vivier",
    description=(
        "Les personnes du vivier en CSV, avec ce qu'un employeur voit d'elles et rien d'autre. Aucune cellule ne peut "
        "être prise pour une formule par un tableur."
    ),
    responses={
        200: {
            "description": "Le fichier.",
            "content": content({"type": "string"}, '"Identifiant";"Origine"\r\n"exemple-profil";"règle"\r\n', CSV),
        }
    },
)
@allowed(pool(Scope.POOLS_READ))
async def export(key: Key, request: Request, service: ServiceOf, actor: ActorOf, user: User = None) -> Response:
    pool = await _pool(service, key, actor, user)
    found = await service.searches.beside(members_of, service.engine, pool)
    note_seen(request, found.ids)
    note_rule(request, pool)
    headers = {"Content-Disposition": 'attachment; filename="vivier.csv"'}
    text = await run_in_threadpool(lambda: csv_of(HEADER, map(cells, found.people)))
    return Response(text, media_type=CSV, headers=headers)


def note_rule(request: Request, pool: TalentPool) -> None:
    """A pool that a rule fills looks for people where the rule says: changing it goes from place to place."""
    rule = rule_of(pool)
    if rule:
        note_sought(request, within(rule.get("codeROME", ""), rule), published=True)


def _named(request: Request, actor: Actor, people: list[str]) -> list[str]:
    """Those of some people whom a refresh names: all, or none where the day has no room for them. Raises ApiProblem
    (403) without an open offer."""
    if not people:
        return []
    note_seen(request, people)
    try:
        check_before_writing(request, actor, people)
    except ApiProblem as refused:
        if refused.kind is not ProblemType.QUOTA:
            raise
        return []
    return people


async def _pool(service: Service, key: str, actor: Actor, user: str | None) -> TalentPool:
    """The pool that a user may read. Raises NotFound, and BadParameter where nobody is named."""
    own = user_of(actor)
    if own is not None and user not in (None, own):
        raise NotFound("Le vivier", key)
    asking = own or user
    if asking is None:
        raise BadParameter("utilisateur", "", "l'identifiant du propriétaire du vivier ou d'un membre de son équipe")
    pool = await run_in_threadpool(service.store.get, TalentPool, key)
    if pool is None:
        raise NotFound("Le vivier", key)
    return shared_pool(pool, key, asking)
