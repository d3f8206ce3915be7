"""The audit log, for auditors."""

from dataclasses import fields, replace
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from api.audit_shapes import EXAMPLE, ligne
from api.auditing.actors import actor_name
from api.openapi import list_schema, page_answers, ref
from api.pagination import DEFAULT_RANGE, Range, page, window_of
from api.security.actor import Role
from api.security.reaches import ANYTHING
from api.security.rules import Rule, allowed
from api.security.scopes import Scope
from api.seen import note_seen
from api.service import ServiceOf
from features.audit.actions import Action
from features.audit.reading import Question, count, find
from features.store import Store
from matching.errors import BadParameter
from matching.filters.base import parse_date

router = APIRouter(tags=["Audit"])

NAMES: Final = {"actor": "acteur", "action": "action", "since": "du", "until": "au", "person": "profil"}
"""Parameters, by the field of `Question` that they fill."""


@router.get(
    "/v1/audit",
    summary="Lire le journal d'audit",
    description=(
        "Qui a vu, cherché, contacté, modifié ou exporté quoi, quand, et avec quel modèle, les dernières lignes "
        "d'abord. Les personnes n'y sont que sous un pseudonyme ; `profil` prend l'identifiant d'un profil et le "
        "traduit. Les lignes se suivent par leurs empreintes : `vivier audit verify` dit si l'une a été touchée."
    ),
    responses=page_answers("lignes", list_schema(ref("LigneAudit")), EXAMPLE),
)
@allowed(Rule(Scope.AUDIT_READ, {Role.AUDITOR: ANYTHING}))
async def lines(
    request: Request,
    service: ServiceOf,
    actor: Annotated[
        str | None,
        Query(alias="acteur", description="Identifiant du compte ou du client.", examples=["compte-7f3a"]),
    ] = None,
    action: Annotated[
        str | None,
        Query(description=f"Une de : {', '.join(each.value for each in Action)}.", examples=["cherche"]),
    ] = None,
    since: Annotated[
        str | None, Query(alias="du", description="Premier jour, AAAA-MM-JJ.", examples=["2026-11-01"])
    ] = None,
    until: Annotated[
        str | None, Query(alias="au", description="Dernier jour, compris, AAAA-MM-JJ.", examples=["2026-11-30"])
    ] = None,
    profile: Annotated[
        str | None,
        Query(alias="profil", description="Identifiant d'un profil : qui l'a vu ?", examples=["exemple-profil"]),
    ] = None,
    range_: Range = DEFAULT_RANGE,
) -> Response:
    window = window_of(range_)
    question = Question(
        actor=None if actor is None else actor_name(actor, service.audit.chain.key),
        action=None if action is None else _action(action),
        since=None if since is None else parse_date("du", since),
        until=None if until is None else parse_date("au", until),
        person=None if profile is None else service.audit.chain.key.person(profile),
    )
    if question.since is not None and question.until is not None and question.until < question.since:
        raise BadParameter("au", str(until), f"un jour à partir du {question.since:%d/%m/%Y}")
    if profile is not None:
        note_seen(request, (profile,))
    found, total = await run_in_threadpool(
        lambda: (
            find(service.store, question, window.first, window.last - window.first + 1),
            count(service.store, question),
        )
    )
    body: dict[str, object] = {"resultats": [ligne(each) for each in found]}
    if total == 0:
        body["avis"] = await run_in_threadpool(_why_nothing, service.store, question)
    return page("lignes", window, len(found), total, body, has_notice=total == 0)


def _action(text: str) -> Action:
    try:
        return Action(text)
    except ValueError:
        raise BadParameter("action", text, f"une de : {', '.join(each.value for each in Action)}") from None


def _why_nothing(store: Store, question: Question) -> str:
    """What an empty answer comes from, and the one filter to leave out that would fill it best."""
    given = [each.name for each in fields(question) if getattr(question, each.name) is not None]
    if not given:
        return "Le journal est vide : rien n'a encore été noté."
    without = {name: count(store, replace(question, **{name: None})) for name in given}
    best = max(given, key=lambda name: without[name])
    if without[best] == 0:
        return "Aucune ligne ne répond à ces critères, même en retirant l'un d'eux : élargir la période ou les retirer."
    lines = "une" if without[best] == 1 else str(without[best])
    return f"Aucune ligne ne répond à tous ces critères ; sans « {NAMES[best]} », il y en a {lines}."
