"""The right of access and of portability: all that is known of a person, in one document."""

import datetime as dt
from typing import Final

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse

from api.archive.base import Asked
from api.archive.happened import all_pools
from api.archive.registry import SECTIONS
from api.archive.writing import RIGHTS, archive, live_items
from api.openapi import Described, answer
from api.routes.records import Key
from api.security.reaches import person_alone
from api.security.rules import allowed
from api.security.scopes import Scope
from api.service import ServiceOf
from features.border.registry import BORDERS
from features.records import Profile
from features.store import Kind

router = APIRouter(prefix="/v1", tags=["Profil"])

_PROFILE: Final = Described.of(BORDERS[Kind.PROFILE])
_SECTION: Final = {
    "type": "object",
    "required": ["quoi", "elements"],
    "properties": {
        "quoi": {"type": "string", "description": "Ce que la section contient, en une phrase."},
        "elements": {"type": "array", "items": {"type": "object"}},
    },
}
_SCHEMA: Final = {
    "type": "object",
    "required": ["personne", "etabliLe", "vosDroits", *(section.name for section in SECTIONS)],
    "properties": {
        "personne": {"type": "string"},
        "etabliLe": {"type": "string", "format": "date-time"},
        "vosDroits": {"type": "string"},
        **{section.name: _SECTION for section in SECTIONS},
    },
}
_EXAMPLE: Final = {
    "personne": "exemple-profil",
    "etabliLe": "2026-11-26T09:00:00+00:00",
    "vosDroits": RIGHTS,
    **{section.name: {"quoi": section.about, "elements": []} for section in SECTIONS},
    "profil": {
        "quoi": SECTIONS[0].about,
        "elements": [
            {"source": "api", "ecritLe": "2026-11-20", "id": "exemple-profil", "projets": [{"codeROME": "J1501"}]}
        ],
    },
}


@router.get(
    "/profils/{id}/archive",
    summary="Tout ce qui est su d'une personne",
    description=(
        "Le droit d'accès et à la portabilité (RGPD, art. 15 et 20) : ce qui est déclaré, déduit, calculé et noté "
        "de la personne, avec les sources et les versions des modèles. Un seul document JSON, écrit au fil de la "
        "lecture ; personne d'autre n'y est nommé."
    ),
    responses={200: answer("L'archive, une section par sujet.", _SCHEMA, _EXAMPLE)},
)
@allowed(person_alone(Scope.PROFILES_READ))
async def whole(key: Key, service: ServiceOf) -> StreamingResponse:
    if await run_in_threadpool(service.store.get, Profile, key) is None:
        raise _PROFILE.not_found(key)
    pools = await run_in_threadpool(all_pools, service.store)
    asked = Asked(service, key, dt.datetime.now(dt.UTC), pools)
    pieces = archive(asked, SECTIONS, live_items(asked, SECTIONS))
    headers = {"Cache-Control": "no-store", "Content-Disposition": 'attachment; filename="archive-vivier.json"'}
    return StreamingResponse(pieces, media_type="application/json", headers=headers)
