"""The round of the day: a counsellor's visits in order, with the hours, the road, whom to present, and the log."""

import datetime as dt
from dataclasses import dataclass
from math import isnan
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from api.contact_log import CHANNELS, OUTCOMES, solicitation
from api.pages.around import Around, around
from api.pages.canvass import firm_facts
from api.pages.hours import duration, hour, weekday
from api.pages.offer_cards import place_of
from api.pages.rules import canvassers
from api.pages.shell import html
from api.pages.visits import WEEKS, file_of, why_of
from api.security.actor import Actor
from api.security.gate import ActorOf
from api.security.owners import not_theirs
from api.security.rules import allowed
from api.security.scopes import Scope
from api.seen import note_seen
from api.service import Service, ServiceOf
from api.team_plan import reading
from api.team_plan.calendar import days_of
from api.team_plan.week import Day, Stay, Week
from features.records import Contact, Identity
from features.store import visits
from features.store.visits import State, monday_of
from matching.engine import Engine
from matching.errors import BadParameter
from matching.explain.wording import counted, french_date, kilometres
from matching.lookups import day_number
from matching.prospection import Target

router = APIRouter(prefix="/prospection/tournee", include_in_schema=False)

PATH: Final = "/prospection/tournee"
DayOf = Annotated[str, Query(alias="jour", max_length=10)]


@dataclass(frozen=True)
class Presented:
    """Somebody to present: their name is for the counsellor's screen, and not printed."""

    name: str | None
    occupation: str
    why: str


@dataclass(frozen=True)
class Call:
    """A visit of the round."""

    number: int
    siret: str
    stay: Stay
    name: str
    facts: str
    why: str
    present: tuple[Presented, ...]
    hooks: tuple[str, ...]
    last: str
    """The last contact, in words."""
    noted: tuple[str, ...]
    """What was noted of the firm on that day, or today."""


@router.get("", response_class=Response)
@allowed(canvassers(Scope.PROSPECTION_READ))
async def round_of_day(request: Request, service: ServiceOf, actor: ActorOf, asked: DayOf = "") -> Response:
    today = service.engine.today()
    coming = await run_in_threadpool(_coming, service, actor, today)
    day = _day(asked, today) if asked else next(iter(coming), today)
    week, found = await _own(service, actor, day)
    calls = await _calls(request, service, actor, week, found)
    return html(
        request,
        service,
        actor,
        "day_round.html.j2",
        day=day,
        is_today=day == today,
        found=found,
        calls=calls,
        base=None if week.base_insee is None else place_of(service.engine, week.base_insee, None),
        map=None if found is None else _map(service.engine, week, found),
        road_km=_road_km(found),
        coming=[each for each in coming if each != day],
        days=[each for each in days_of(monday_of(day)) if each != day],
        hour=hour,
        duration=duration,
        weekday=weekday,
        here=PATH,
        back=f"{PATH}?jour={day.isoformat()}",
    )


@router.get("/export", response_class=Response)
@allowed(canvassers(Scope.PROSPECTION_READ))
async def export(
    request: Request,
    service: ServiceOf,
    actor: ActorOf,
    asked: DayOf = "",
    format_: Annotated[str, Query(alias="format", max_length=10)] = "csv",
) -> Response:
    day = _day(asked, service.engine.today())
    week, _ = await _own(service, actor, day)
    return await file_of(request, service, (week,), day, format_, "tournee")


def _coming(service: Service, actor: Actor, today: dt.date) -> list[dt.date]:
    """The days from today on, of this week and the next, on which a counsellor has visits. For a worker thread."""
    own = (actor.counsellor_id or "",)
    weeks = (monday_of(today), monday_of(today) + dt.timedelta(weeks=1))
    held = [each for week in weeks for each in visits.of_week(service.store, week, own)]
    return sorted({each.day for each in held if each.day and each.day >= today and each.state is not State.STRUCK})


async def _own(service: Service, actor: Actor, day: dt.date) -> tuple[Week, Day | None]:
    """A counsellor's own week and its day; no day where it is not a working one. Raises ApiProblem (404) for an account
    that is no counsellor's."""
    if actor.counsellor_id is None:
        raise not_theirs("")
    found = await reading.read(service, actor, monday_of(day))
    return found.weeks[0], next((each for each in found.weeks[0].days if each.day == day), None)


async def _calls(request: Request, service: Service, actor: Actor, week: Week, found: Day | None) -> list[Call]:
    if found is None or not found.stays:
        return []
    engine = service.engine
    sirets = [each.visit.siret for each in found.stays]
    told = reading.told_of_firms(engine, week, sirets)
    people = {each.profile_id for target in told.values() for each in target.present}
    note_seen(request, sorted(people))
    today = day_number(engine.today())
    days = {day_number(found.day), today}
    of_day = {siret: _contacts_of(engine, siret, days) for siret in sirets}

    def read() -> tuple[dict[str, Identity], dict[str, Contact]]:
        keys = [key for keys in of_day.values() for key in keys]
        return service.store.get_many(Identity, people), service.store.get_many(Contact, keys)

    names, contacts = await run_in_threadpool(read)
    return [
        Call(
            number,
            stay.visit.siret,
            stay,
            f"Établissement {stay.visit.siret}" if stay.firm is None or stay.firm.name is None else stay.firm.name,
            "" if stay.firm is None else firm_facts(engine, stay.firm),
            why_of(actor, stay.visit),
            _presented(told.get(stay.visit.siret), names),
            () if stay.visit.siret not in told else told[stay.visit.siret].hooks,
            ""
            if stay.firm is None
            else solicitation(stay.firm, engine.links.contact_days(stay.visit.siret), today).texte,
            tuple(_noted(contacts[key]) for key in of_day[stay.visit.siret] if key in contacts),
        )
        for number, stay in enumerate(found.stays, start=1)
    ]


def _contacts_of(engine: Engine, siret: str, days: set[int]) -> list[str]:
    """Ids of the contacts with a firm on some days (since 1970), the earliest first."""
    links = engine.links
    return [key for key in reversed(links.last_contacts(siret)) if links.contacts[key].day in days]


def _noted(contact: Contact) -> str:
    """« appel du 3 décembre 2026, à rappeler », what was noted."""
    outcome = "" if contact.outcome is None else f", {OUTCOMES[contact.outcome]}"
    return f"{CHANNELS[contact.channel].lower()} du {french_date(contact.at.date())}{outcome}"


def _presented(target: Target | None, names: dict[str, Identity]) -> tuple[Presented, ...]:
    if target is None:
        return ()
    found = []
    for each in target.present:
        who = names.get(each.profile_id)
        name = None if who is None else " ".join(part for part in (who.first_name, who.last_name) if part) or None
        found.append(Presented(name, each.occupation_label, each.why))
    return tuple(found)


def _road_km(found: Day | None) -> str | None:
    """The road of the day; None where a place is not known."""
    if found is None or not found.stays or found.back_km is None:
        return None
    parts = [each.road_km for each in found.stays]
    return None if None in parts else kilometres(sum(part for part in parts if part is not None) + found.back_km)


def _map(engine: Engine, week: Week, found: Day) -> Around | None:
    communes = engine.lookups.reference.communes
    row = None if week.base_insee is None else communes.get_row(week.base_insee)
    if row is None:
        return None
    places = [(number, *stay.place) for number, stay in enumerate(found.stays, start=1) if not isnan(stay.place[0])]
    words = (
        f"Le tour de {counted(len(places), 'visite', 'visites')} depuis {communes.label(row)}, dans l'ordre, à vol "
        "d'oiseau. L'heure et la route de chacune sont écrites sur sa fiche."
    )
    return around((float(communes.lat[row]), float(communes.lon[row])), places, words=words, joined=True)


def _day(text: str, today: dt.date) -> dt.date:
    """Raises BadParameter for no day, or one that is too far."""
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        day = dt.date.min
    if abs(day - today) > dt.timedelta(weeks=WEEKS):
        raise BadParameter("jour", text, f"un jour des {WEEKS} semaines avant ou après aujourd'hui")
    return day
