"""An employer's pools: people put together by hand, who they are now, and the file to take away."""

import uuid
from typing import Annotated, Final
from urllib.parse import quote

import msgspec
from fastapi import APIRouter, Path, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from api.pages.filters import MOST_PAGES, PAGE, SIZE, Pages
from api.pages.forms import FormOf
from api.pages.keeping import change_shown, create
from api.pages.recruit import facts_of
from api.pages.rules import employers
from api.pages.shell import html
from api.pages.space import back, own_firm
from api.problems import ApiProblem, ProblemType
from api.routes import pools
from api.security.actor import Actor
from api.security.gate import ActorOf
from api.security.listing import listed
from api.security.owners import not_theirs, shares_pool
from api.security.rules import allowed
from api.security.scopes import Scope
from api.seen import note_seen
from api.service import Service, ServiceOf
from features.border.employer_view import ProfilVu
from features.records import TalentPool
from features.store import Kind
from matching.pools import members_of, visible

router = APIRouter(prefix="/recruter/viviers", include_in_schema=False)

MOST_POOLS: Final = 100
MOST_NAME: Final = 120
MOST_PEOPLE: Final = 500
_VIEW: Final = msgspec.json.Decoder(ProfilVu)
Key = Annotated[str, Path(alias="id", max_length=200)]


@router.get("", response_class=Response)
@allowed(employers(Scope.POOLS_READ))
async def mine(
    request: Request,
    service: ServiceOf,
    actor: ActorOf,
    person: Annotated[str | None, Query(alias="profil", max_length=200)] = None,
) -> Response:
    """The pools; with `profil`, those to put somebody into."""
    found, total = await listed(service, Kind.TALENT_POOL, actor, 0, MOST_POOLS)
    members = [await service.searches.beside(members_of, service.engine, each) for each in found]
    told = [(each, len(there.people)) for each, there in zip(found, members, strict=True)]
    return html(request, service, actor, "pools.html.j2", pools=told, total=total, person=person, most_name=MOST_NAME)


@router.post("", response_class=Response)
@allowed(employers(Scope.POOLS_WRITE))
async def begin(service: ServiceOf, actor: ActorOf, form: FormOf) -> Response:
    name = form["nom"][:MOST_NAME]
    if not name:
        raise ApiProblem(ProblemType.INVALID_BODY, "Donnez un nom au vivier.")
    person = form["profil"]
    if person and not visible(service.engine, person):
        raise not_theirs(person)
    record = TalentPool(
        id=f"vivier-{uuid.uuid4().hex}",
        name=name,
        owner_id=own_firm(actor),
        profile_ids=(person,) if person else (),
    )
    await run_in_threadpool(create, service, actor, Kind.TALENT_POOL, record)
    return back("/recruter/viviers", space="/recruter")


@router.get("/{id}", response_class=Response)
@allowed(employers(Scope.POOLS_READ))
async def one(
    key: Key,
    request: Request,
    service: ServiceOf,
    actor: ActorOf,
    number: Annotated[int, Query(alias=PAGE, ge=1, le=MOST_PAGES)] = 1,
) -> Response:
    """The people, page by page: those of a page are shown, and count as such."""
    pool = await _shared(service, actor, key)
    everyone = (await service.searches.beside(members_of, service.engine, pool)).people
    members = everyone[(number - 1) * SIZE : number * SIZE]
    note_seen(request, [each.id for each in members])
    request.state.first = (number - 1) * SIZE
    pools.note_rule(request, pool)
    people = []
    for each in members:
        seen = _VIEW.decode(each.shown)
        title = next((job.appellation or job.libelle for job in seen.projets), None)
        people.append((each.id, title or "Métier à préciser", " · ".join(facts_of(seen, None)), each.by_hand))
    owns = pool.owner_id == actor.siret
    return html(
        request,
        service,
        actor,
        "pool.html.j2",
        pool=pool,
        people=people,
        total=len(everyone),
        owns=owns,
        pages=_pages(key, number, len(members), len(everyone)),
    )


def _pages(key: str, number: int, n_shown: int, total: int) -> Pages:
    first = (number - 1) * SIZE + 1
    last = first + n_shown - 1
    address = f"/recruter/viviers/{quote(key, safe='')}?{PAGE}="
    return Pages(
        first,
        last,
        total,
        f"{address}{number - 1}" if number > 1 else None,
        f"{address}{number + 1}" if n_shown and last < total else None,
    )


@router.get("/{id}/export", response_class=Response)
@allowed(employers(Scope.POOLS_READ))
async def export(key: Key, request: Request, service: ServiceOf, actor: ActorOf) -> Response:
    return await pools.export(key, request, service, actor)


@router.post("/{id}", response_class=Response)
@allowed(employers(Scope.POOLS_WRITE))
async def settle(key: Key, service: ServiceOf, actor: ActorOf, form: FormOf) -> Response:
    """Put somebody in, or take them out."""
    person = form["profil"]
    taken_out = bool(form["retirer"])
    if not taken_out and not visible(service.engine, person):
        raise not_theirs(person)
    await _shared(service, actor, key)

    def changed(before: TalentPool) -> TalentPool:
        left = tuple(each for each in before.profile_ids if each != person)
        if not taken_out and len(left) >= MOST_PEOPLE:
            raise ApiProblem(ProblemType.CONFLICT, f"Un vivier tient {MOST_PEOPLE} personnes au plus.")
        return msgspec.structs.replace(before, profile_ids=left if taken_out else (*left, person))

    await change_shown(service, actor, Kind.TALENT_POOL, key, changed)
    return back(f"/recruter/viviers/{key}", space="/recruter")


async def _shared(service: Service, actor: Actor, key: str) -> TalentPool:
    pool = await run_in_threadpool(service.store.get, TalentPool, key)
    if pool is None or not shares_pool(actor, pool):
        raise not_theirs(key)
    return pool
