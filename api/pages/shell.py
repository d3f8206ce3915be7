"""The frame of every page: who is signed in, where they can go, and what a browser is told of it."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, partial
from typing import Any, Final

from fastapi import Request, Response
from jinja2 import Environment

from api.delivery.render import templates
from api.delivery.spacing import spaced
from api.pages.static import address
from api.security import csrf, demo
from api.security.actor import Actor, Role
from api.security.session import Session
from api.service import Service
from matching.explain.wording import counted, euros, french_date, kilometres, percent

POLICY: Final = (
    "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'; img-src 'self'"
)
HEADERS: Final = {
    "Content-Security-Policy": POLICY,
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "X-Robots-Tag": "noindex",
    "Cache-Control": "no-store",
}
"""Nothing is loaded from elsewhere, and nobody keeps a copy."""


@dataclass(frozen=True)
class Place:
    """An entry of the menu."""

    path: str
    label: str


MENUS: Final[Mapping[Role, tuple[Place, ...]]] = {
    Role.JOBSEEKER: (
        Place("/espace", "Mes offres"),
        Place("/espace/formations", "Formations"),
        Place("/espace/metiers", "Métiers possibles"),
        Place("/espace/profil", "Mon profil"),
        Place("/espace/abonnements", "Mes envois"),
        Place("/espace/demandes", "Demandes reçues"),
        Place("/espace/donnees", "Mes données"),
    ),
    Role.EMPLOYER: (
        Place("/recruter", "Trouver des personnes"),
        Place("/recruter/annonce", "Vérifier une annonce"),
        Place("/recruter/viviers", "Mes viviers"),
        Place("/recruter/demandes", "Mes demandes"),
    ),
    Role.COUNSELLOR: (
        Place("/prospection", "Entreprises à appeler"),
        Place("/prospection/plan", "Plan de l'équipe"),
        Place("/prospection/tournee", "Ma tournée"),
        Place("/prospection/portefeuille", "Mon portefeuille"),
    ),
    **dict.fromkeys(
        (Role.PILOT, Role.AUDITOR, Role.ADMINISTRATOR),
        (
            Place("/pilotage", "Marché du travail"),
            Place("/pilotage/recommandations", "Recommandations"),
            Place("/pilotage/service", "Le service"),
        ),
    ),
}
NAMES: Final[Mapping[Role, str]] = {
    Role.JOBSEEKER: "personne en recherche d'emploi",
    Role.EMPLOYER: "employeur",
    Role.COUNSELLOR: "conseiller",
    Role.PARTNER: "partenaire",
    Role.AUDITOR: "auditeur",
    Role.ADMINISTRATOR: "administrateur",
    Role.PILOT: "pilote",
    Role.SERVICE: "service du réseau",
    Role.NEWCOMER: "arrivant",
}


def home_of(role: Role) -> str:
    """Where somebody begins."""
    if role is Role.NEWCOMER:
        return "/compte"
    return MENUS[role][0].path if role in MENUS else "/"


def html(
    request: Request, service: Service, actor: Actor | None, template: str, status: int = 200, **values: object
) -> Response:
    """A whole page, of a template under `pages/` that extends `shell.html.j2`."""
    return Response(rendered(request, service, actor, template, **values), status, HEADERS, "text/html")


def rendered(request: Request, service: Service, actor: Actor | None, template: str, **values: object) -> str:
    """The text of a template under `pages/`; what it is given by all is `_frame`."""
    text = _environment().get_template(f"pages/{template}").render({**_frame(request, service, actor), **values})
    return spaced(text)


def _frame(request: Request, service: Service, actor: Actor | None) -> dict[str, object]:
    menu = () if actor is None else MENUS.get(actor.role, ())
    path = request.url.path
    inside = [place.path for place in menu if path == place.path or path.startswith(f"{place.path}/")]
    return {
        "actor": actor,
        "role_name": None if actor is None else NAMES[actor.role],
        "menu": menu,
        "here": max(inside, key=len, default=None),
        "home": "/" if actor is None else home_of(actor.role),
        "csrf_field": csrf.FIELD,
        "csrf_token": _form_token(request, service, actor),
    }


def _form_token(request: Request, service: Service, actor: Actor | None) -> str:
    """What the forms of this reader carry; empty for who has no cookie that could be misused."""
    session: Session | None = getattr(request.state, "session", None)
    if session is not None:
        return session.csrf
    return demo.form_token(actor.id, service) if actor is not None and actor.demo else ""


def day(value: dt.date | str | None) -> str:
    """« 3 septembre 2026 », of a date or of its ISO form; empty for none."""
    if value is None:
        return ""
    return french_date(dt.date.fromisoformat(value[:10]) if isinstance(value, str) else value)


def capital(text: str) -> str:
    """The same, its first letter a capital."""
    return text[:1].upper() + text[1:]


def ago(days: int) -> str:
    """« aujourd'hui », « hier », « il y a 4 jours »."""
    return {0: "aujourd'hui", 1: "hier"}.get(days, f"il y a {days} jours")


def whole(number: float) -> str:
    """« 12 480 »."""
    return f"{round(number):,}".replace(",", "\u202f")


def compile_all() -> None:
    """Compile the templates of pages, so that no reader waits for it."""
    environment = _environment()
    for name in environment.list_templates(filter_func=lambda name: name.startswith("pages/")):
        environment.get_template(name)


def decimal(number: float, digits: int) -> str:
    """« 0,82 », « 12,5 »."""
    return f"{number:,.{digits}f}".replace(",", "\u202f").replace(".", ",")


def milliseconds(number: float) -> str:
    """« 0,4 », « 12 », « 1 240 »: as many digits as tell something."""
    return whole(number) if number >= 10 else decimal(number, 1)


def measure(number: float) -> str:
    """A figure of any size with three digits that count, or whole: « 0,731 », « 6,74 », « 989 415 »."""
    return whole(number) if number >= 100 or number == int(number) else decimal(number, 2 if number >= 1 else 3)


@cache
def _environment() -> Environment:
    """The project's templates with what pages need besides."""
    pages = templates().overlay()
    filters: dict[str, Any] = {
        "jour": day,
        "km": kilometres,
        "euros": euros,
        "nombre": whole,
        "compte": counted,
        "majuscule": capital,
        "il_y_a": ago,
        "part": percent,
        "dixieme": partial(decimal, digits=1),
        "centieme": partial(decimal, digits=2),
        "duree": milliseconds,
        "mesure": measure,
    }
    pages.filters = {**pages.filters, **filters}
    pages.globals = {**pages.globals, "fichier": address}
    return pages
