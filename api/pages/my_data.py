"""A person's own data: what they agree to, all of it to take away, and how to erase it."""

import logging
from typing import Final

import msgspec
from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from api.forgetting import forget
from api.pages.forms import FormOf
from api.pages.keeping import change_shown
from api.pages.rules import jobseekers
from api.pages.shell import html
from api.pages.space import back, own_profile
from api.problems import ApiProblem, ProblemType
from api.routes import archive
from api.security.demo import COOKIE
from api.security.gate import ActorOf
from api.security.owners import not_theirs
from api.security.rules import allowed
from api.security.scopes import Scope
from api.service import ServiceOf
from features.records import Consents, Identity, Profile
from features.store import Kind

router = APIRouter(prefix="/espace/donnees", include_in_schema=False)
log = logging.getLogger(__name__)

WORD: Final = "EFFACER"


@router.get("", response_class=Response)
@allowed(jobseekers(Scope.IDENTITIES_READ))
async def mine(request: Request, service: ServiceOf, actor: ActorOf) -> Response:
    me = own_profile(request, actor)

    def read() -> tuple[Profile | None, Identity | None]:
        return service.store.get(Profile, me), service.store.get(Identity, me)

    profile, identity = await run_in_threadpool(read)
    if profile is None:
        raise not_theirs(me)
    return html(
        request, service, actor, "data.html.j2", consents=profile.consents, identity=identity, word=WORD, profile_id=me
    )


@router.post("/accords", response_class=Response)
@allowed(jobseekers(Scope.PROFILES_WRITE))
async def agree(request: Request, service: ServiceOf, actor: ActorOf, form: FormOf) -> Response:
    me = own_profile(request, actor)
    agreed = Consents(
        visible_to_employers="visible" in form.all("accord"),
        profiling="profilage" in form.all("accord"),
        contact_by_email="courriel" in form.all("accord"),
    )

    def changed(profile: Profile) -> Profile:
        return msgspec.structs.replace(profile, consents=agreed)

    await change_shown(service, actor, Kind.PROFILE, me, changed)
    return back("/espace/donnees")


@router.get("/archive", response_class=Response)
@allowed(jobseekers(Scope.PROFILES_READ))
async def take_away(request: Request, service: ServiceOf, actor: ActorOf) -> Response:
    return await archive.whole(own_profile(request, actor), service)


@router.post("/effacer", response_class=Response)
@allowed(jobseekers(Scope.PROFILES_WRITE))
async def erase(request: Request, service: ServiceOf, actor: ActorOf, form: FormOf) -> Response:
    me = own_profile(request, actor)
    if form["mot"].upper() != WORD:
        raise ApiProblem(ProblemType.INVALID_BODY, f"Rien n'a été effacé. Pour confirmer, écrivez {WORD} dans la case.")
    done = await run_in_threadpool(forget, service.store, service.settings, me)
    if done.swept.left:
        log.warning("files that only their owner can change name a person who was erased: %s", len(done.swept.left))
    service.follower.nudge()
    answer = html(request, service, None, "erased.html.j2")
    answer.delete_cookie(COOKIE, path="/", httponly=True, samesite="lax")
    return answer
