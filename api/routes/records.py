"""The routes of a kind of record: create, read, replace, delete, list; one factory for all kinds."""

import logging
from typing import Annotated
from urllib.parse import quote

import msgspec
from fastapi import APIRouter, Path, Request, Response
from starlette.concurrency import run_in_threadpool

from api.edge.watch import check_before_writing
from api.examples import EXAMPLES
from api.forgetting import forget
from api.intake import record_of
from api.openapi import Described, list_schema, page_answers, problem_answer, record_answer, record_body, record_schema
from api.pagination import DEFAULT_RANGE, Range, json_response, page, window_of
from api.problems import ApiProblem, ErreurChamp, ProblemType
from api.security.actor import Actor
from api.security.gate import ActorOf
from api.security.listing import PROFILES_LISTED, listed
from api.security.owners import API_SOURCE, RULES, check_write, reaches, rule_by_record, source_of
from api.security.rules import allowed
from api.seen import note_seen
from api.service import Service, ServiceOf
from features.border.registry import Border
from features.records import Record, TalentPool
from features.store import RECORD_TYPES, Kind, record_id
from features.store.concerned import people_of
from matching.pools import visible

SOURCE = API_SOURCE
"""The source of what the routes write for anyone but a partner."""

DELETES = "Supprime l'enregistrement ; il quitte les résultats de recherche dans la seconde."
ERASES = (
    "Efface la personne : profil, identité, statut protégé, abonnements, envois, événements, mises en relation, "
    "viviers. Elle quitte toutes les réponses dans la seconde, puis tous les fichiers. Rien ne peut être rétabli, et "
    "l'identifiant n'est plus accepté ensuite (409)."
)
log = logging.getLogger(__name__)

CONFLICT = problem_answer(ProblemType.CONFLICT, "L'identifiant « exemple-offre » est déjà pris.")

Key = Annotated[
    str, Path(alias="id", description="Identifiant donné par l'éditeur.", examples=["exemple"], max_length=200)
]


def records_router(border: Border) -> APIRouter:
    """The routes under `/v1/<path>` for one kind of record."""
    router = APIRouter(prefix=f"/v1/{border.path}", tags=[border.label_fr.capitalize()])
    record_type = RECORD_TYPES[border.kind]
    described = Described.of(border)
    rules = RULES[border.kind]
    example = EXAMPLES[border.kind]

    @router.post(
        "",
        summary=f"Créer {described.a}",
        description=f"Crée {described.a}. Un identifiant déjà pris est refusé (409) : PUT remplace.",
        status_code=201,
        openapi_extra=record_body(border, example),
        responses={201: record_answer(border, example, "Créé ; `Location` donne son adresse."), 409: CONFLICT},
    )
    @allowed(rule_by_record(rules.write_scope, rules.write))
    async def create(request: Request, service: ServiceOf, actor: ActorOf) -> Response:
        record = await run_in_threadpool(service.completed, await record_of(request, border, service.reference))
        _count(request, actor, record)

        def write() -> None:
            with service.writing() as writer:
                if writer.exists(border.kind, record_id(record)):
                    raise ApiProblem(ProblemType.CONFLICT, f"L'identifiant « {record_id(record)} » est déjà pris.")
                check_write(border.kind, actor, record, None, None)
                writer.upsert([record], source_of(actor))

        await run_in_threadpool(write)
        service.follower.nudge()
        location = {"Location": f"/v1/{border.path}/{quote(record_id(record), safe='')}"}
        return json_response(border.out(_seen(service, record)), 201, location)

    @router.get(
        "",
        summary=f"Lister {described.all}",
        description=PROFILES_LISTED if border.kind is Kind.PROFILE else "Par ordre d'identifiant, page par page.",
        responses=page_answers(border.path, list_schema(record_schema(border)), {"resultats": [example]}),
    )
    @allowed(rule_by_record(rules.read_scope, rules.listed))
    async def listing(request: Request, service: ServiceOf, actor: ActorOf, range_: Range = DEFAULT_RANGE) -> Response:
        window = window_of(range_)
        records, total = await listed(service, border.kind, actor, window.first, window.last - window.first + 1)
        shown = [_seen(service, record) for record in records]
        note_seen(request, [person for record in shown for person in people_of(record)])
        body = {"resultats": [border.out(record) for record in shown]}
        return page(border.path, window, len(records), total, body)

    @router.get(
        "/{id}",
        summary=f"Lire {described.a}",
        description=f"Rend {described.the} tel que le magasin le tient.",
        responses={200: record_answer(border, example, "Trouvé.")},
    )
    @allowed(rule_by_record(rules.read_scope, rules.read))
    async def read(key: Key, request: Request, service: ServiceOf, actor: ActorOf) -> Response:
        record = await run_in_threadpool(service.store.get, record_type, key)
        if record is None or not reaches(rules.read, actor, record, None):
            raise described.not_found(key)
        shown = _seen(service, record)
        note_seen(request, people_of(shown))
        return json_response(border.out(shown))

    @router.put(
        "/{id}",
        summary=f"Créer ou remplacer {described.a}",
        description="Le corps est l'enregistrement entier ; son `id` est celui de l'adresse.",
        openapi_extra=record_body(border, example),
        responses={
            200: record_answer(border, example, "Remplacé, ou déjà identique."),
            201: record_answer(border, example, "Créé."),
        },
    )
    @allowed(rule_by_record(rules.write_scope, rules.write))
    async def replace(key: Key, request: Request, service: ServiceOf, actor: ActorOf) -> Response:
        record = await run_in_threadpool(service.completed, await record_of(request, border, service.reference))
        check_same_id(border, record, key)
        _count(request, actor, record)

        def write() -> bool:
            with service.writing() as writer:
                before, source = writer.held(record_type, key)
                check_write(border.kind, actor, record, before, source)
                return writer.upsert([record], source_of(actor)).inserted > 0

        created = await run_in_threadpool(write)
        service.follower.nudge()
        return json_response(border.out(_seen(service, record)), 201 if created else 200)

    @router.delete(
        "/{id}",
        summary=f"Supprimer {described.a}",
        description=ERASES if border.kind is Kind.PROFILE else DELETES,
        status_code=204,
        responses={204: {"description": "Supprimé."}},
    )
    @allowed(rule_by_record(rules.write_scope, rules.delete))
    async def delete(key: Key, service: ServiceOf, actor: ActorOf) -> Response:
        def write() -> bool:
            with service.writing() as writer:
                before, source = writer.held(record_type, key)
                if before is None or not reaches(rules.delete, actor, before, source):
                    return False
                if border.kind is not Kind.PROFILE:
                    return writer.delete(border.kind, [key]) > 0
            left = forget(service.store, service.settings, key).swept.left
            if left:
                log.warning("files that only their owner can change name a person who was erased: %s", ", ".join(left))
            return True

        if not await run_in_threadpool(write):
            raise described.not_found(key)
        service.follower.nudge()
        return Response(status_code=204)

    return router


def _count(request: Request, actor: Actor, record: Record) -> None:
    """Note whom a record to be written is about. Raises ApiProblem for an employer's who are beyond what they may see,
    before anything is written."""
    people = people_of(record)
    note_seen(request, people)
    if people:
        check_before_writing(request, actor, people)


def _seen(service: Service, record: Record) -> Record:
    """A record as it is shown: a talent pool without those who were put into it and are not to be seen, whether they
    are there or not."""
    if not isinstance(record, TalentPool):
        return record
    kept = tuple([key for key in record.profile_ids if visible(service.engine, key)])
    return msgspec.structs.replace(record, profile_ids=kept)


def check_same_id(border: Border, record: Record, key: str) -> None:
    """Raises ApiProblem (422) when the body speaks of another record than the address."""
    if record_id(record) != key:
        name = "id" if "id" in border.model.model_fields else "siret"
        remedy = f"Écrire {key[:80]}"
        error = ErreurChamp(name, record_id(record)[:80], "l'identifiant n'est pas celui de l'adresse", remedy)
        raise ApiProblem(ProblemType.INVALID_BODY, "Un champ est refusé.", errors=(error,))
