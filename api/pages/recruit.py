"""An employer's search: a need in plain words, read back, the people who fit it, and what in it keeps people away."""

from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Any, Final

import msgspec
from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from api.demands import BesoinIn
from api.diagnosis_shapes import Diagnostic, diagnostic
from api.edge.sought import note_sought, place_of
from api.pages import needs
from api.pages.filters import MOST_PAGES, PAGE, SIZE, Pages, in_words
from api.pages.needs import Asked, Read, asked_of
from api.pages.offer_cards import CONTRACTS
from api.pages.rules import employers
from api.pages.shell import day, html
from api.pages.told import Told, told_of
from api.parameters import check
from api.security.gate import ActorOf
from api.security.rules import allowed
from api.security.scopes import Scope
from api.seen import note_seen
from api.service import Service, ServiceOf
from features.border.employer_view import DiplomeVu, ExperienceVue, ProfilVu
from features.border.problems import BorderError
from features.records import Contract, Profile
from matching.answer import Answer, Match, Window
from matching.demand import Demand
from matching.diagnosis.diagnose import diagnose
from matching.engine import Engine
from matching.errors import BadParameter
from matching.explain.wording import education, enumeration, language, months
from matching.reading.need import LONGEST
from matching.sourcing import profiles_for_demand
from models.ranked import Ranked

router = APIRouter(prefix="/recruter", include_in_schema=False)

MOST_LIKED: Final = 20
EXAMPLES: Final = (
    "aide-soignante de nuit à Guéret, CDI, permis B, débutante acceptée",
    "soudeur TIG à 20 km de Saint-Nazaire, dispo tout de suite, 2 ans d'expérience",
    "serveur à Bordeaux pour la saison, anglais, 1 900 euros par mois",
)
_VIEW: Final = msgspec.json.Decoder(ProfilVu)
_NAMES: Final = (needs.TEXT, needs.STRUCK, needs.CORRECTED, needs.LOOSENED, needs.LIKE, needs.JOB, PAGE)


@dataclass(frozen=True)
class ShownPerson:
    """One card: what an employer may see, in words."""

    id: str
    number: int
    title: str
    other_jobs: tuple[str, ...]
    facts: tuple[str, ...]
    skills: tuple[str, ...]
    experiences: tuple[str, ...]
    education: tuple[str, ...]
    told: Told
    like: str
    """The address of the same search, nearer to this person."""


@dataclass(frozen=True)
class Loosening:
    """What would bring more people, and the address of the search so changed; None where the employer must change it
    by hand."""

    text: str
    href: str | None


@router.get(
    "", response_class=Response, openapi_extra={"parameters": [{"name": name, "in": "query"} for name in _NAMES]}
)
@allowed(employers(Scope.SOURCING))
async def search(request: Request, service: ServiceOf, actor: ActorOf) -> Response:
    check(request.query_params.multi_items(), _NAMES)
    given = {name: value.strip() for name, value in request.query_params.items() if value.strip()}
    asked, number = asked_of(given), _number(given.get(PAGE, "1"))
    if not asked.text:
        return html(request, service, actor, "recruit.html.j2", asked=asked, examples=EXAMPLES, read=None, most=LONGEST)
    read = await run_in_threadpool(needs.read, asked, service.engine.lookups, service.engine.today())
    demand, refused = _demand(service, read, asked)
    answer: Answer[Profile] = Answer((), 0)
    panel: Diagnostic | None = None
    if demand is not None:
        window = Window((number - 1) * SIZE, number * SIZE - 1)
        answer = await service.searches.ask(profiles_for_demand, service.engine, demand, window)
        note_seen(request, [match.id for match in answer.matches], answer.model)
        note_sought(request, place_of(demand), published=False)
        request.state.first = (number - 1) * SIZE
        plain = replace(demand, liked=())
        found = await service.searches.ask(diagnose, service.engine, plain)
        panel = diagnostic(found, demand.offer, service.reference.rome)
    return html(
        request,
        service,
        actor,
        "recruit.html.j2",
        asked=asked,
        examples=EXAMPLES,
        most=LONGEST,
        read=read,
        refused=refused,
        title=read.need.get("intitule", ""),
        people=[
            shown_person(service.engine, match, (number - 1) * SIZE + place, asked)
            for place, match in enumerate(answer.matches, 1)
        ],
        total=answer.total,
        notice=in_words(answer.notice),
        panel=panel,
        loosenings=_loosenings(panel, asked, read.need),
        panel_notice=None if panel is None else in_words(panel.avis),
        jobs=_likely_jobs(service, read, asked),
        pages=_pages(answer, asked, number),
        all_people=replace(asked, like=()).address(),
    )


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:6]) <= MOST_PAGES):
        raise BadParameter(PAGE, text, f"un numéro de page, de 1 à {MOST_PAGES}")
    return int(text)


def _demand(service: Service, read: Read, asked: Asked) -> tuple[Demand | None, str | None]:
    """The demand of a need that was read; or why there is none."""
    if "intitule" not in read.need:
        return None, "Dites le poste (« serveur », « aide-soignante de nuit »), puis le lieu et les conditions."
    try:
        need = BesoinIn.model_validate({**read.need, "commeProfils": asked.like[:MOST_LIKED]})
        return need.to_demand(service.reference, service.engine.today(), {}), None
    except BorderError as wrong:
        first = wrong.problems[0]
        return None, f"« {first.value} » : {first.reason_fr}. {first.remedy_fr}."


def _loosenings(panel: Diagnostic | None, asked: Asked, need: dict[str, Any]) -> list[Loosening]:
    """What would bring people, one click each where the page can do it."""
    if panel is None:
        return []
    found = [*([panel.plusProche] if panel.plusProche is not None else []), *panel.assouplissements, *panel.paires]
    told: dict[str, Loosening] = {}
    for each in found:
        if each.profilsEnPlus.nombre is None:
            continue
        tried = deepcopy(need)
        known = all(needs.loosen(tried, name) is not None for name in each.criteres)
        href = replace(asked, loosened=(*asked.loosened, *each.criteres)).address() if known else None
        told.setdefault(each.texte, Loosening(each.texte, href))
    return list(told.values())


def _likely_jobs(service: Service, read: Read, asked: Asked) -> list[tuple[str, str]]:
    """Occupations that a title may mean, where none is certain: label, and the address of the search that says it."""
    if "romeCode" in read.need:
        return []
    rome = service.reference.rome
    rows = [each.occupation for each in read.reading.occupations]
    return [(rome.labels[row], replace(asked, job=rome.codes[row]).address()) for row in rows]


def shown_person(engine: Engine, match: Match[Profile], number: int, asked: Asked) -> ShownPerson:
    """The card of a match, of the fields that employers see."""
    seen = _VIEW.decode(match.shown)
    jobs = [each.appellation or each.libelle or "Métier à préciser" for each in seen.projets]
    like = tuple(dict.fromkeys((*asked.like, match.id)))[-MOST_LIKED:]
    return ShownPerson(
        match.id,
        number,
        jobs[0] if jobs else "Métier à préciser",
        tuple(dict.fromkeys(jobs[1:])),
        facts_of(seen, match.distance_km),
        tuple(each.libelle for each in seen.competences if each.libelle is not None),
        tuple(_experience(each) for each in seen.experiences),
        tuple(_diploma(each) for each in seen.diplomes),
        told_of(match, engine.rankers[Ranked.PROFILES].ranker),
        replace(asked, like=like).address(),
    )


def facts_of(seen: ProfilVu, distance_km: float | None) -> tuple[str, ...]:
    """Where, when, which contracts, licences and languages."""
    contracts = dict.fromkeys(Contract(each) for project in seen.projets for each in project.typesContrat)
    spoken = [language(each.code) + (f" {each.niveau}" if each.niveau else "") for each in seen.langues]
    parts = (
        f"à environ {distance_km:.0f} km du poste" if distance_km is not None else None,
        f"département {seen.departement}" if seen.departement is not None else None,
        "disponible maintenant" if seen.disponibleLe is None else f"disponible à partir du {day(seen.disponibleLe)}",
        f"cherche en {enumeration([CONTRACTS[each] for each in contracts], 6)}" if contracts else None,
        f"permis {enumeration(list(seen.permis), 15)}" if seen.permis else None,
        enumeration(spoken, 10) if spoken else None,
    )
    return tuple(part for part in parts if part)


def _experience(seen: ExperienceVue) -> str:
    return f"{seen.libelle or 'Un emploi'} : {months(seen.mois)}"


def _diploma(seen: DiplomeVu) -> str:
    level = None if seen.niveau is None else education(seen.niveau)
    return seen.libelle or (f"Niveau {level}" if level else "Un diplôme")


def _pages(answer: Answer[Any], asked: Asked, number: int) -> Pages:
    first = (number - 1) * SIZE + 1
    last = first + len(answer.matches) - 1
    return Pages(
        first,
        last,
        answer.total,
        asked.address(number - 1) if number > 1 else None,
        asked.address(number + 1) if answer.matches and last < answer.total else None,
    )
