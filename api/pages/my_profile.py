"""A jobseeker's profile: read in sentences, changed with words or a pasted CV that is read back before it counts."""

import re
from dataclasses import dataclass
from typing import Final

import msgspec
from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from api.pages.forms import Form, FormOf
from api.pages.keeping import change_shown
from api.pages.offer_cards import CONTRACTS
from api.pages.rules import jobseekers
from api.pages.sentences import occupation_words, said, skill_words
from api.pages.shell import html
from api.pages.space import back, own_profile
from api.problems import ApiProblem, ErreurChamp, ProblemType
from api.security.gate import ActorOf
from api.security.owners import not_theirs
from api.security.rules import allowed
from api.security.scopes import Scope
from api.service import Service, ServiceOf
from features.records import Contract, Profile, Project, SkillClaim, WorkingTime, occupation_code
from features.store import Kind
from models.tagger import THRESHOLD

router = APIRouter(prefix="/espace", include_in_schema=False)

MOST_TEXT: Final = 20_000
MOST_PIECES: Final = 40
MOST_WORDS: Final = 9
MOST_READ: Final = 25
MOST_PROJECTS: Final = 20
SURE: Final = 0.5
OFFERED: Final = (Contract.CDI, Contract.CDD, Contract.INTERIM, Contract.SEASONAL)
_PIECE: Final = re.compile(r"[^\n.;:,!?()•·]+")


@dataclass(frozen=True)
class Recognised:
    """Something that was read in a text, to be confirmed or struck."""

    code: str
    label: str
    sure: bool


@router.get("/profil", response_class=Response)
@allowed(jobseekers(Scope.PROFILES_READ))
async def mine(request: Request, service: ServiceOf, actor: ActorOf) -> Response:
    me = own_profile(request, actor)
    profile = await run_in_threadpool(service.store.get, Profile, me)
    if profile is None:
        raise not_theirs(me)
    return html(
        request,
        service,
        actor,
        "profile.html.j2",
        told=said(profile, service.reference),
        profile=profile,
        contracts=[(each, CONTRACTS[each]) for each in OFFERED],
        most_text=MOST_TEXT,
    )


@router.post("/profil/lecture", response_class=Response)
@allowed(jobseekers(Scope.PROFILES_WRITE))
async def read(request: Request, service: ServiceOf, actor: ActorOf, form: FormOf) -> Response:
    me = own_profile(request, actor)
    text = form["texte"][:MOST_TEXT]
    profile = await run_in_threadpool(service.store.get, Profile, me)
    if profile is None:
        raise not_theirs(me)
    jobs, skills = await run_in_threadpool(_read, service, text, profile)
    return html(request, service, actor, "profile_read.html.j2", text=text, jobs=jobs, skills=skills)


@router.post("/profil/ajouter", response_class=Response)
@allowed(jobseekers(Scope.PROFILES_WRITE))
async def add(request: Request, service: ServiceOf, actor: ActorOf, form: FormOf) -> Response:
    me = own_profile(request, actor)
    rome = service.reference.rome
    jobs = [code for code in form.all("metier") if rome.contains(code)]
    skills = [code for code in form.all("competence") if rome.get_skill_row(code) is not None]

    def added(profile: Profile) -> Profile:
        there = {occupation_code(each) for each in profile.projects}
        held = {each.code for each in profile.skills}
        new = [Project(rome_code=code) for code in dict.fromkeys(jobs) if code not in there]
        return msgspec.structs.replace(
            profile,
            projects=(*profile.projects, *new)[:MOST_PROJECTS],
            skills=(*profile.skills, *[SkillClaim(code=code) for code in dict.fromkeys(skills) if code not in held]),
        )

    await change_shown(service, actor, Kind.PROFILE, me, added)
    return back("/espace/profil")


@router.post("/profil/retirer", response_class=Response)
@allowed(jobseekers(Scope.PROFILES_WRITE))
async def strike(request: Request, service: ServiceOf, actor: ActorOf, form: FormOf) -> Response:
    me = own_profile(request, actor)

    def without(profile: Profile) -> Profile:
        left = tuple(each for place, each in enumerate(profile.projects) if str(place) != form["projet"])
        if not left:
            raise ApiProblem(ProblemType.CONFLICT, "Il faut garder un projet : ajoutez-en un autre avant.")
        skills = tuple(each for each in profile.skills if each.code != form["competence"])
        return msgspec.structs.replace(profile, projects=left, skills=skills)

    await change_shown(service, actor, Kind.PROFILE, me, without)
    return back("/espace/profil")


@router.post("/profil/conditions", response_class=Response)
@allowed(jobseekers(Scope.PROFILES_WRITE))
async def conditions(request: Request, service: ServiceOf, actor: ActorOf, form: FormOf) -> Response:
    me = own_profile(request, actor)
    asked = _asked(form)
    chosen = tuple(each for each in OFFERED if each.value in form.all("contrat"))

    def changed(profile: Profile) -> Profile:
        if not any(str(place) == form["projet"] for place in range(len(profile.projects))):
            raise not_theirs(form["projet"])
        projects = list(profile.projects)
        place = int(form["projet"])
        others = tuple(each for each in projects[place].contracts if each not in OFFERED)
        projects[place] = msgspec.structs.replace(
            projects[place], contracts=(*chosen, *others) if chosen else (), **asked
        )
        return msgspec.structs.replace(profile, projects=tuple(projects))

    await change_shown(service, actor, Kind.PROFILE, me, changed)
    return back("/espace/profil")


@router.post("/profil/trajet", response_class=Response)
@allowed(jobseekers(Scope.PROFILES_WRITE))
async def travel(request: Request, service: ServiceOf, actor: ActorOf, form: FormOf) -> Response:
    me = own_profile(request, actor)
    km = number(form, "km", "la distance", 500)

    def changed(profile: Profile) -> Profile:
        return msgspec.structs.replace(profile, mobility=msgspec.structs.replace(profile.mobility, km=km))

    await change_shown(service, actor, Kind.PROFILE, me, changed)
    return back("/espace/profil")


def number(form: Form, name: str, called: str, most: float) -> float | None:
    """A number that somebody typed; None for an empty field. Raises ApiProblem (422)."""
    text = form[name].replace("\u202f", "").replace("\u00a0", "").replace(" ", "").replace(",", ".")
    if not text:
        return None
    if not re.fullmatch(r"[0-9]{1,6}(\.[0-9]{1,2})?", text) or not 0 < float(text) <= most:
        error = ErreurChamp(name, form[name][:80], f"{called} n'est pas comprise", f"Écrire un nombre de 1 à {most:g}")
        raise ApiProblem(ProblemType.INVALID_BODY, "Un champ est refusé.", errors=(error,))
    return float(text)


def _asked(form: Form) -> dict[str, object]:
    times = {"plein": WorkingTime.FULL, "partiel": WorkingTime.PART}
    return {
        "working_time": times.get(form["temps"]),
        "pay_floor_monthly": number(form, "salaire", "la somme", 100_000),
        "radius_km": number(form, "rayon", "la distance", 500),
    }


def _read(service: Service, text: str, profile: Profile) -> tuple[list[Recognised], list[Recognised]]:
    """The occupations and skills that a text speaks of and that the profile does not have. For a worker thread."""
    lookups, reference = service.engine.lookups, service.reference
    rome = reference.rome
    pieces = [each.strip() for each in _PIECE.findall(text)]
    short = [each for each in dict.fromkeys(pieces) if each and len(each.split()) <= MOST_WORDS][:MOST_PIECES]
    best: dict[int, float] = {}
    for found in lookups.tagger.tag(short, k=1) if short else []:
        for each in found:
            if each.score >= THRESHOLD:
                best[each.occupation] = max(each.score, best.get(each.occupation, 0.0))
    there = {occupation_code(each) for each in profile.projects}
    jobs = [
        Recognised(rome.codes[row], str(occupation_words(rome.codes[row], reference)), False)
        for row in sorted(best, key=lambda row: -best[row])[:6]
        if rome.codes[row] not in there
    ]
    held = {each.code for each in profile.skills}
    scores: dict[int, float] = {}
    for mention in lookups.skill_reader.read(text) if text.strip() else []:
        scores[mention.skill] = max(mention.score, scores.get(mention.skill, 0.0))
    skills = [
        Recognised(rome.skill_codes[row], skill_words(rome.skill_codes[row], reference), scores[row] >= SURE)
        for row in sorted(scores, key=lambda row: -scores[row])
        if rome.skill_codes[row] not in held
    ][:MOST_READ]
    return jobs, skills
