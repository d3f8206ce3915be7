"""Accounts that were flagged for the way in which they look at people, for auditors."""

from typing import Annotated

from fastapi import APIRouter, Query, Response
from starlette.concurrency import run_in_threadpool

from api.flag_shapes import EXAMPLE, signalement
from api.openapi import list_schema, page_answers, ref
from api.pagination import DEFAULT_RANGE, Range, page, window_of
from api.security.actor import Role
from api.security.reaches import ANYTHING
from api.security.rules import Rule, allowed
from api.security.scopes import Scope
from api.service import ServiceOf
from features.store import flags

router = APIRouter(tags=["Audit"])


@router.get(
    "/v1/signalements",
    summary="Lire les signalements de comptes",
    description=(
        "Les comptes d'employeurs et de conseillers qui consultent les personnes comme on les collecte : beaucoup de "
        "personnes, des pages profondes, un balayage des métiers et des lieux, un quota forcé, ou un profil témoin "
        "affiché. Les derniers d'abord. Un signalement n'arrête personne : il demande qu'on regarde."
    ),
    responses=page_answers("signalements", list_schema(ref("Signalement")), EXAMPLE),
)
@allowed(Rule(Scope.AUDIT_READ, {Role.AUDITOR: ANYTHING}))
async def listed(
    service: ServiceOf,
    account: Annotated[
        str | None, Query(alias="compte", description="Identifiant d'un compte.", examples=["compte-7f3a"])
    ] = None,
    range_: Range = DEFAULT_RANGE,
) -> Response:
    window = window_of(range_)
    size = window.last - window.first + 1
    found, total = await run_in_threadpool(flags.page, service.store, window.first, size, account)
    return page("signalements", window, len(found), total, {"resultats": [signalement(flag) for flag in found]})
