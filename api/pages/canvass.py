"""A counsellor's pages: whom to call on and for whom, who is to be called again, and the log in two clicks."""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final
from urllib.parse import quote

from fastapi import APIRouter, Path, Request, Response
from starlette.concurrency import run_in_threadpool

from api.contact_log import CHANNELS, OUTCOMES, callback, solicitation
from api.pages.around import Around, around
from api.pages.filters import asked_of, chips_of, described, facets_shown, in_words, pages_of
from api.pages.forms import FormOf, settled
from api.pages.keeping import create
from api.pages.offer_cards import place_of
from api.pages.rules import canvassers
from api.pages.shell import html, whole
from api.pages.space import back
from api.pages.told import Told, told_of
from api.problems import ApiProblem, ErreurChamp, ProblemType
from api.security.actor import Actor
from api.security.gate import ActorOf
from api.security.listing import listed
from api.security.owners import not_theirs
from api.security.rules import allowed
from api.security.scopes import Scope
from api.seen import note_seen
from api.service import Service, ServiceOf
from api.spreadsheet import csv_of
from features.records import (
    Contact,
    ContactChannel,
    ContactOutcome,
    Establishment,
    Identity,
    occupation_code,
)
from features.store import Kind
from matching.answer import Window
from matching.demand import ProspectionDemand
from matching.engine import Engine
from matching.filters.registry import parameters_for
from matching.hirings import Expected
from matching.lookups import day_number
from matching.prospection import Target, targets
from matching.schema import Collection
from matching.solicitation import CONTACTED_DAYS
from models.ranked import Ranked

router = APIRouter(prefix="/prospection", include_in_schema=False)

CALLBACKS: Final = 8
CALLBACK_DAYS: Final = 7
HISTORY: Final = 30
PEOPLE: Final = 100
EXPORTED: Final = 150
MOST_NOTE: Final = 2000
AGAIN_DAYS: Final = 7
CSV: Final = "text/csv; charset=utf-8"
HEADER: Final = ("SIRET", "Nom", "Où et quoi", "Embauches attendues", "Personnes à présenter", "Pour commencer")
GESTURES: Final = {
    "visite": (ContactChannel.VISIT, None),
    "appel": (ContactChannel.PHONE, None),
    "rappel": (ContactChannel.PHONE, ContactOutcome.CALL_BACK),
}
"""What one click notes on the round of the day."""
Key = Annotated[str, Path(alias="id", max_length=14)]


@dataclass(frozen=True)
class ShownFirm:
    """One card."""

    id: str
    number: int
    name: str
    href: str
    facts: str
    hirings: str | None
    present: tuple[tuple[str, str], ...]
    """(occupation, why), of people to present."""
    hooks: tuple[str, ...]
    told: Told
    where: tuple[float, float] | None


@router.get("", response_class=Response, openapi_extra=described(parameters_for(Collection.ESTABLISHMENTS)))
@allowed(canvassers(Scope.PROSPECTION_READ))
async def firms(request: Request, service: ServiceOf, actor: ActorOf) -> Response:
    asked = asked_of(request)
    found = targets(service.engine, _demand(actor, asked.parameters), asked.window)
    note_seen(request, [each.profile_id for target in found.targets for each in target.present], found.answer.model)
    shown = [
        shown_firm(service.engine, target, asked.window.first + place) for place, target in enumerate(found.targets, 1)
    ]
    return html(
        request,
        service,
        actor,
        "canvass.html.j2",
        firms=shown,
        total=found.answer.total,
        notice=in_words(found.answer.notice),
        centre=place_of(service.engine, found.commune_insee, None),
        map=_map(service.engine, found.commune_insee, shown),
        chips=chips_of(asked, service.engine.lookups),
        facets=facets_shown(found.answer.facets, asked, service.engine.lookups),
        pages=pages_of(found.answer, asked),
        clear=asked.path,
        callbacks=await _callbacks(service, actor),
        channels=CHANNELS,
        outcomes=OUTCOMES,
    )


@router.get("/portefeuille", response_class=Response)
@allowed(canvassers(Scope.PROFILES_READ))
async def portfolio(request: Request, service: ServiceOf, actor: ActorOf) -> Response:
    found, total = await listed(service, Kind.PROFILE, actor, 0, PEOPLE)
    who = await run_in_threadpool(service.store.get_many, Identity, [each.id for each in found])
    rome = service.reference.rome
    people = []
    for each in found:
        codes = [occupation_code(project) for project in each.projects]
        names = [rome.labels[rome.row_of(code)] for code in codes if code and rome.contains(code)]
        own = [project.label for project in each.projects if project.label]
        people.append((each, who.get(each.id), ", ".join(dict.fromkeys(names or own)) or "Métier à préciser"))
    note_seen(request, [each.id for each, _, _ in people])
    places = {each.id: place_of(service.engine, each.commune_insee, None) for each, _, _ in people}
    return html(request, service, actor, "portfolio.html.j2", people=people, total=total, places=places)


@router.get("/export", response_class=Response)
@allowed(canvassers(Scope.PROSPECTION_READ))
async def export(request: Request, service: ServiceOf, actor: ActorOf) -> Response:
    found = targets(service.engine, _demand(actor, {}), Window(0, EXPORTED - 1))
    note_seen(request, [each.profile_id for target in found.targets for each in target.present], found.answer.model)
    shown = [shown_firm(service.engine, target, place) for place, target in enumerate(found.targets, 1)]
    lines = [
        (each.id, each.name, each.facts, each.hirings or "", str(len(each.present)), ". ".join(each.hooks))
        for each in shown
    ]
    headers = {"Content-Disposition": 'attachment; filename="prospection.csv"'}
    return Response(csv_of(HEADER, lines), media_type=CSV, headers=headers)


@router.get("/etablissements/{id}", response_class=Response)
@allowed(canvassers(Scope.CONTACTS_READ))
async def firm(key: Key, request: Request, service: ServiceOf, actor: ActorOf) -> Response:
    links, today = service.engine.links, day_number(service.engine.today())
    ids = links.last_contacts(key)[:HISTORY]

    def read() -> tuple[Establishment | None, dict[str, Contact]]:
        return service.store.get(Establishment, key), service.store.get_many(Contact, ids)

    record, contacts = await run_in_threadpool(read)
    if record is None:
        raise not_theirs(key)
    return html(
        request,
        service,
        actor,
        "firm.html.j2",
        firm=record,
        name=record.name or f"Établissement {key}",
        facts=firm_facts(service.engine, record),
        history=[contacts[each] for each in ids if each in contacts],
        may=solicitation(record, links.contact_days(key), today),
        channels=CHANNELS,
        outcomes=OUTCOMES,
        most_note=MOST_NOTE,
        again=service.engine.today() + dt.timedelta(days=AGAIN_DAYS),
    )


@router.post("/echanges", response_class=Response)
@allowed(canvassers(Scope.CONTACTS_WRITE))
async def note(service: ServiceOf, actor: ActorOf, form: FormOf) -> Response:
    """A line of the shared log."""
    siret = form["etablissement"]
    if await run_in_threadpool(service.store.get, Establishment, siret) is None:
        raise not_theirs(siret)
    channel, outcome = _gesture(form["geste"]) if form["geste"] else (_channel(form["canal"]), _outcome(form["issue"]))
    now = dt.datetime.now(dt.UTC).replace(microsecond=0)
    day = _day(form["rappel"], now.date())
    if outcome is ContactOutcome.CALL_BACK and day is None:
        day = now.date() + dt.timedelta(days=AGAIN_DAYS)
    needs = tuple(line.strip() for line in form["besoins"].splitlines() if line.strip())[:20]
    contact = Contact(
        id=f"echange-{uuid.uuid4().hex}",
        counsellor_id=actor.counsellor_id or "",
        siret=siret,
        at=now,
        channel=channel,
        outcome=outcome,
        note=form["note"][:MOST_NOTE] or None,
        needs=needs,
        call_back_on=day,
    )
    await run_in_threadpool(create, service, actor, Kind.CONTACT, contact)
    await settled(service)
    return back(form["retour"] or f"/prospection/etablissements/{quote(siret)}", space="/prospection")


def _demand(actor: Actor, parameters: Any) -> ProspectionDemand:
    """What a counsellor asks for: their own portfolio, nobody who was just called."""
    if actor.counsellor_id is None:
        raise not_theirs("")
    return ProspectionDemand(
        counsellor_id=actor.counsellor_id, not_contacted_days=CONTACTED_DAYS, parameters=dict(parameters)
    )


def shown_firm(engine: Engine, target: Target, number: int) -> ShownFirm:
    """The card of a firm."""
    record = target.record
    located = record.lat is not None and record.lon is not None
    return ShownFirm(
        target.id,
        number,
        record.name or f"Établissement {target.id}",
        f"/prospection/etablissements/{quote(target.id)}",
        firm_facts(engine, record),
        _hirings(target.openings, target.expected),
        tuple((each.occupation_label, each.why) for each in target.present),
        target.hooks,
        told_of(target, engine.rankers[Ranked.FIRMS].ranker),
        (float(record.lat or 0), float(record.lon or 0)) if located else None,
    )


def _hirings(openings: Expected | None, in_all: Expected | None) -> str | None:
    """« Dans les métiers visés : 2 à 5 embauches d'ici six mois… », the bounds between which four futures in five lie.
    The reasons tell of all hirings."""
    told = openings or in_all
    if told is None:
        return None
    where = "Dans les métiers visés" if openings is not None else "En tout"
    bounds = f"{told.low} à {told.high}" if told.low != told.high else f"{told.low}"
    noun = "embauches" if told.high > 1 else "embauche"
    return f"{where} : {bounds} {noun} d'ici six mois, quatre fois sur cinq"


def firm_facts(engine: Engine, record: Establishment) -> str:
    """Where a firm is, what it does, and how many work there."""
    label = engine.lookups.reference.naf.labels.get(record.naf)
    size = None
    if record.headcount_min is not None:
        most = "" if record.headcount_max is None else f" à {whole(record.headcount_max)}"
        size = f"{whole(record.headcount_min)}{most or ' et plus'} salariés"
    return " · ".join(part for part in (place_of(engine, record.commune_insee, None), label, size) if part)


def _map(engine: Engine, centre: str, shown: Sequence[ShownFirm]) -> Around | None:
    communes = engine.lookups.reference.communes
    row = communes.get_row(centre)
    if row is None:
        return None
    places = [(each.number, *each.where) for each in shown if each.where is not None]
    return around((float(communes.lat[row]), float(communes.lon[row])), places)


async def _callbacks(service: Service, actor: Actor) -> list[tuple[str, str, str]]:
    """Firms that the counsellor is to call again within a week: address, name, words."""
    links, today = service.engine.links, service.engine.today()
    last = day_number(today) + CALLBACK_DAYS
    due = sorted(
        (day, key)
        for key in links.callbacks.get(actor.counsellor_id or "", ())
        if (day := links.contacts[key].call_back_day) is not None and day <= last and not links.is_done(key)
    )[:CALLBACKS]

    def read() -> tuple[dict[str, Contact], dict[str, Establishment]]:
        found = service.store.get_many(Contact, [key for _, key in due])
        return found, service.store.get_many(Establishment, {each.siret for each in found.values()})

    contacts, names = await run_in_threadpool(read)
    told = []
    for _, key in due:
        if key in contacts:
            siret = contacts[key].siret
            shown = callback(contacts[key], names.get(siret), today)
            name = shown.get("nom") or f"Établissement {siret}"
            told.append((f"/prospection/etablissements/{quote(siret)}", str(name), str(shown["texte"])))
    return told


def _gesture(text: str) -> tuple[ContactChannel, ContactOutcome | None]:
    """What a button of the round notes. Raises ApiProblem (422)."""
    if text not in GESTURES:
        raise ApiProblem(ProblemType.INVALID_BODY, "Ce geste n'est pas dans la liste.")
    return GESTURES[text]


def _channel(text: str) -> ContactChannel:
    try:
        return ContactChannel(text)
    except ValueError:
        raise ApiProblem(ProblemType.INVALID_BODY, "Dites comment l'échange a eu lieu.") from None


def _outcome(text: str) -> ContactOutcome | None:
    try:
        return ContactOutcome(text) if text else None
    except ValueError:
        raise ApiProblem(ProblemType.INVALID_BODY, "Cette issue n'est pas dans la liste.") from None


def _day(text: str, today: dt.date) -> dt.date | None:
    """A day that was typed; None for an empty field. Raises ApiProblem (422)."""
    if not text:
        return None
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or not today <= day <= today + dt.timedelta(days=730):
        error = ErreurChamp(
            "rappel", text[:80], "ce jour de rappel ne convient pas", "Choisir un jour dans les deux ans"
        )
        raise ApiProblem(ProblemType.INVALID_BODY, "Un champ est refusé.", errors=(error,))
    return day
