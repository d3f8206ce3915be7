"""Who a profile is, and its RQTH: sub-resources of the profile, read one at a time, never listed."""

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from api.examples import EXAMPLES
from api.intake import record_of
from api.openapi import Described, record_answer, record_body
from api.pagination import json_response
from api.problems import invalid_body
from api.routes.records import SOURCE, Key, check_same_id
from api.security.reaches import person, person_alone
from api.security.rules import allowed
from api.security.scopes import Scope
from api.service import ServiceOf
from features.border.problems import BorderError
from features.border.registry import BORDERS
from features.store import RECORD_TYPES, Kind

READ_BY = {Kind.IDENTITY: person(Scope.IDENTITIES_READ), Kind.PROTECTED: person_alone(Scope.IDENTITIES_READ)}
"""A counsellor reads whom they call; RQTH is the person's own affair."""

PROFILE = Described.of(BORDERS[Kind.PROFILE])


def sub_resource(kind: Kind, name: str) -> APIRouter:
    """The routes under `/v1/profils/{id}/<name>`: read, replace, delete."""
    border = BORDERS[kind]
    router = APIRouter(prefix="/v1/profils/{id}/" + name, tags=["Profil"])
    record_type = RECORD_TYPES[kind]
    described = Described.of(border)
    example = EXAMPLES[kind]

    @router.get(
        "",
        summary=f"Lire {described.the} d'un profil",
        description="Tenu à part du profil ; n'entre dans aucun index, score ni motif.",
        responses={200: record_answer(border, example, "Trouvé.")},
    )
    @allowed(READ_BY[kind])
    async def read(key: Key, service: ServiceOf) -> Response:
        record = await run_in_threadpool(service.store.get, record_type, key)
        if record is None:
            raise described.not_found(key)
        return json_response(border.out(record))

    @router.put(
        "",
        summary=f"Écrire {described.the} d'un profil",
        description="Le profil doit exister ; sa suppression emporte cet enregistrement.",
        openapi_extra=record_body(border, example),
        responses={
            200: record_answer(border, example, "Remplacé, ou déjà identique."),
            201: record_answer(border, example, "Créé."),
        },
    )
    @allowed(person_alone(Scope.IDENTITIES_WRITE))
    async def replace(key: Key, request: Request, service: ServiceOf) -> Response:
        try:
            record = await record_of(request, border, service.reference)
        except BorderError as wrong:
            raise invalid_body(wrong.problems, with_values=False) from None
        check_same_id(border, record, key)

        def write() -> bool:
            with service.writing() as writer:
                if not writer.exists(Kind.PROFILE, key):
                    raise PROFILE.not_found(key)
                return writer.upsert([record], SOURCE).inserted > 0

        created = await run_in_threadpool(write)
        service.follower.nudge()
        return json_response(border.out(record), 201 if created else 200)

    @router.delete(
        "",
        summary=f"Effacer {described.the} d'un profil",
        description="Efface cet enregistrement et laisse le profil.",
        status_code=204,
        responses={204: {"description": "Effacé."}},
    )
    @allowed(person_alone(Scope.IDENTITIES_WRITE))
    async def delete(key: Key, service: ServiceOf) -> Response:
        if await run_in_threadpool(service.store.delete, kind, [key]) == 0:
            raise described.not_found(key)
        service.follower.nudge()
        return Response(status_code=204)

    return router
