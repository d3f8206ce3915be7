"""The pages of whoever steers the network: the market, what lists do to it, and the service itself, in figures."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import numpy as np
from fastapi import APIRouter, Request, Response

from api.pages.rules import pilots
from api.pages.shell import MENUS, html
from api.security.gate import ActorOf
from api.security.rules import allowed
from api.security.scopes import Scope
from api.service import Service, ServiceOf
from api.steering.indicators import Names
from api.steering.kept import Made
from api.steering.latency import RouteTimes
from matching.discretion import Discretion
from matching.errors import BadParameter
from matching.explain.wording import MONTHS
from matching.steering.attention import BUCKETS, Attention
from matching.steering.contacts import LEAST_FOR_A_SHARE
from matching.steering.market import Line, Market, Order, line, lines, total

router = APIRouter(prefix="/pilotage", include_in_schema=False)

ROWS: Final = 20
"""Occupations of a table; of one *grand domaine*, all."""
DRAWN: Final = 12
"""Of them, those that the chart has."""
CROSSED: Final = 8
"""Occupations, and below areas, of the table that crosses them."""
AREAS_CROSSED: Final = 5
ROUTES: Final = 15
ORDERS: Final = {
    Order.TENSION: "les plus difficiles à recruter",
    Order.OFFERS: "ceux qui ont le plus d'offres",
    Order.PEOPLE: "les plus recherchés",
}
OPEN: Final = "/v1/indicateurs"


@dataclass(frozen=True)
class Asked:
    """What a reader wants to see of the market."""

    area: int | None
    domain: str | None
    order: Order


@router.get("", response_class=Response)
@allowed(pilots(Scope.STEERING_READ))
async def market(request: Request, service: ServiceOf, actor: ActorOf) -> Response:
    board, discretion = service.board, service.engine.discretion
    names = board.names
    asked = _asked(request, names)
    made = await board.market.get()
    if made is None:
        return html(request, service, actor, "steer_market.html.j2", made=None)
    families = names.families_in(asked.domain)
    found = lines(made.value, families, asked.area, discretion, asked.order)
    shown = found if asked.domain is not None else found[:ROWS]
    where = {"bassin": None if asked.area is None else names.areas[asked.area], "grandDomaine": asked.domain}
    query = urlencode({key: value for key, value in where.items() if value is not None})
    return html(
        request,
        service,
        actor,
        "steer_market.html.j2",
        made=_hour(service, made),
        names=names,
        asked=asked,
        areas=_areas(made.value, names),
        orders=ORDERS,
        total=total(made.value, families, asked.area, discretion),
        lines=shown,
        n_lines=len(found),
        drawn=DRAWN,
        crossing=_crossing(made.value, found, asked, names, discretion),
        json_address=f"{OPEN}?{query}" if query else OPEN,
        csv_address=f"{OPEN}/export",
    )


@router.get("/recommandations", response_class=Response)
@allowed(pilots(Scope.STEERING_READ))
async def recommendations(request: Request, service: ServiceOf, actor: ActorOf) -> Response:
    board = service.board
    attention, contacts, fairness = await board.attention.get(), await board.contacts.get(), await board.fairness.get()
    return html(
        request,
        service,
        actor,
        "steer_lists.html.j2",
        attention=None if attention is None else attention.value,
        attention_made=_hour(service, attention),
        spread=() if attention is None else _spread(attention.value.offers, attention.value.people),
        contacts=None if contacts is None else contacts.value,
        least=LEAST_FOR_A_SHARE,
        months=MONTHS,
        fairness=None if fairness is None else fairness.value,
        may_read_report=Scope.FAIRNESS_READ in actor.scopes,
    )


@router.get("/service", response_class=Response)
@allowed(pilots(Scope.STEERING_READ))
async def about_the_service(request: Request, service: ServiceOf, actor: ActorOf) -> Response:
    board = service.board
    models, times = await board.models.get(), await board.times.get()
    return html(
        request,
        service,
        actor,
        "steer_service.html.j2",
        models=None if models is None else models.value,
        times=None if times is None else _named(request, times.value),
        n_answers=0 if times is None else sum(each.answers for each in times.value),
        since=_moment(service, board.began),
        routes=ROUTES,
    )


def _asked(request: Request, names: Names) -> Asked:
    """Raises BadParameter for an area, a domain or an order that there is not."""
    area, domain, order = (request.query_params.get(name) or None for name in ("bassin", "domaine", "tri"))
    if area is not None and area not in names.areas:
        raise BadParameter("bassin", area, "un bassin d'emploi de la liste")
    if domain is not None and domain not in names.domains:
        raise BadParameter("domaine", domain, "un grand domaine de la liste")
    try:
        chosen = Order(order or Order.TENSION)
    except ValueError:
        raise BadParameter("tri", str(order), "un ordre de la liste") from None
    return Asked(None if area is None else names.areas.index(area), domain, chosen)


def _areas(market: Market, names: Names) -> list[tuple[str, str]]:
    """(code, name) of the areas where there is an offer, by name."""
    some = np.flatnonzero(market.offers[:, :-1].sum(axis=0)).tolist()
    return sorted(((names.areas[row], names.area_labels[row]) for row in some), key=lambda each: each[1])


@dataclass(frozen=True)
class Crossing:
    """The occupations that most people look for, in the areas where most people do."""

    areas: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Line, ...]], ...]
    """(occupation, its line in each area)"""


def _crossing(market: Market, found: Sequence[Line], asked: Asked, names: Names, told: Discretion) -> Crossing | None:
    """None where one area is chosen, or where there is but one."""
    families = [each.family for each in sorted(found, key=lambda each: -(each.people.count or 0))][:CROSSED]
    areas = np.argsort(-market.people[families, :-1].sum(axis=0), kind="stable")[:AREAS_CROSSED].tolist()
    if asked.area is not None or len(areas) < 2 or not families:
        return None
    rows = [
        (names.family_labels[family], tuple(line(market, family, area, told) for area in areas)) for family in families
    ]
    return Crossing(tuple(names.area_labels[area] for area in areas), tuple(rows))


@dataclass(frozen=True)
class Bar:
    """How much of what lists showed was in so many of them."""

    times: str
    offers: float
    people: float


def _spread(offers: Attention, people: Attention) -> list[Bar]:
    ends = [*BUCKETS[1:], 0]
    return [
        Bar(_times_shown(begin, end), _part(offers, place), _part(people, place))
        for place, (begin, end) in enumerate(zip(BUCKETS, ends, strict=True))
    ]


def _part(shown: Attention, place: int) -> float:
    return shown.histogram[place] / max(sum(shown.histogram), 1)


def _times_shown(begin: int, end: int) -> str:
    if end == 0:
        return f"{begin} ou plus"
    return str(begin) if end == begin + 1 else f"{begin} à {end - 1}"


@dataclass(frozen=True)
class Operation:
    """A route as readers call it."""

    name: str
    times: RouteTimes


def _named(request: Request, found: Sequence[RouteTimes]) -> list[Operation]:
    """The routes of pages and of the API, by what their documentation calls them; probes and files are left out."""
    summaries: dict[tuple[str, str], str] = request.app.state.summaries
    return [
        Operation(summaries.get((each.method, each.route)) or _page_name(each), each)
        for each in found
        if each.route.startswith(("/v1/", "/espace", "/recruter", "/prospection", "/pilotage")) or each.route == "/"
    ][:ROUTES]


def _page_name(found: RouteTimes) -> str:
    label = next((place.label for menu in MENUS.values() for place in menu if place.path == found.route), None)
    if label is not None and found.method == "GET":
        return f"Page « {label} »"
    if found.route == "/":
        return "Page d'accueil"
    return f"{'Page' if found.method == 'GET' else 'Formulaire'} {found.route}"


def _hour(service: Service, made: Made[Any] | None) -> str | None:
    """« 16 h 05 », of the computation of some figures."""
    return None if made is None else _moment(service, dt.datetime.fromtimestamp(made.at, dt.UTC)).rpartition(" à ")[2]


def _moment(service: Service, at: dt.datetime) -> str:
    """« 3 septembre à 16 h 05 », where the deployment is."""
    there = at.astimezone(ZoneInfo(service.settings.timezone))
    return f"{there.day} {MONTHS[there.month - 1]} à {there.hour} h {there.minute:02d}"
