"""The shared log of contacts with firms: history, firms to call again, offers drafted from needs."""

import datetime as dt
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from starlette.concurrency import run_in_threadpool

from api.contact_log import callback, draft_json, entry, solicitation
from api.contact_log_examples import CALLBACKS, DRAFTS, HISTORY
from api.openapi import answer, page_answers, ref
from api.pagination import DEFAULT_RANGE, Range, json_response, page, window_of
from api.problems import ApiProblem, ProblemType
from api.routes.records import Key
from api.security.reaches import counsellors
from api.security.rules import allowed
from api.security.scopes import Scope
from api.service import Service, ServiceOf
from features.records import Contact, Establishment
from matching.filters.base import parse_date
from matching.lookups import day_number
from matching.reading.need import read_need

router = APIRouter(prefix="/v1/prospection", tags=["Prospection"])

WEEK_DAYS = 7


@router.get(
    "/etablissements/{id}/historique",
    summary="L'historique d'un établissement",
    description=(
        "Les échanges de tous les conseillers avec l'établissement, le dernier d'abord, et s'il peut être démarché "
        "aujourd'hui, selon la règle des cibles : un établissement ne l'est ni dans les 30 jours d'un échange, ni plus "
        "de trois fois en 90 jours, ni dans les 180 jours d'un refus."
    ),
    responses=page_answers("contacts", ref("HistoriqueEtablissement"), HISTORY),
)
@allowed(counsellors(Scope.CONTACTS_READ))
async def history(key: Key, service: ServiceOf, range_: Range = DEFAULT_RANGE) -> Response:
    window = window_of(range_)
    links, today = service.engine.links, day_number(service.engine.today())
    ids = links.last_contacts(key)
    shown = ids[window.first : window.last + 1]
    firm, contacts = await run_in_threadpool(_firm_and_contacts, service, key, shown)
    if firm is None:
        raise ApiProblem(ProblemType.NOT_FOUND, f"L'établissement « {key[:80]} » n'existe pas.")
    body = {
        "resultats": [entry(contacts[each]) for each in shown if each in contacts],
        "sollicitation": solicitation(firm, links.contact_days(key), today),
    }
    return page("contacts", window, len(body["resultats"]), len(ids), body, has_notice=True)  # type: ignore[arg-type]


@router.get(
    "/rappels",
    summary="Les établissements à rappeler",
    description=(
        "Les rappels d'un conseiller, ou de tous, échus d'ici le jour donné (une semaine par défaut), les plus anciens "
        "d'abord. Un rappel disparaît dès qu'un échange plus récent avec l'établissement est noté, par qui que ce soit."
    ),
    responses=page_answers("rappels", ref("Rappels"), CALLBACKS),
)
@allowed(counsellors(Scope.CONTACTS_READ))
async def callbacks(
    service: ServiceOf,
    counsellor: Annotated[
        str | None,
        Query(
            alias="conseiller",
            description="Identifiant du conseiller ; sans lui, les rappels de tous.",
            examples=["conseiller-0001"],
        ),
    ] = None,
    until: Annotated[
        str | None,
        Query(alias="jusquA", description="Dernier jour, AAAA-MM-JJ.", examples=["2026-02-02"]),
    ] = None,
    range_: Range = DEFAULT_RANGE,
) -> Response:
    window = window_of(range_)
    today = service.engine.today()
    last = parse_date("jusquA", until) if until is not None else today + dt.timedelta(days=WEEK_DAYS)
    links = service.engine.links
    due = [
        (day, key)
        for key in _asked(service, counsellor)
        if (day := links.contacts[key].call_back_day) is not None and day <= day_number(last) and not links.is_done(key)
    ]
    ids = [key for _, key in sorted(due)]
    shown = ids[window.first : window.last + 1]
    contacts, firms = await run_in_threadpool(_contacts_and_firms, service, shown)
    found = [callback(contacts[key], firms.get(contacts[key].siret), today) for key in shown if key in contacts]
    body: dict[str, Any] = {"resultats": found}
    if not ids:
        body["avis"] = _no_callback(service, counsellor, last)
    return page("rappels", window, len(found), len(ids), body, has_notice=not ids)


@router.get(
    "/contacts/{id}/offres",
    summary="Les offres à préparer d'un contact",
    description=(
        "Une offre pour chaque besoin relevé (`besoins`, à défaut la note d'un contact dont l'issue est « besoin »), "
        "remplie de ce que le texte dit : métier, compétences, contrat, temps de travail, nombre de postes, lieu ; et "
        "ce qu'il reste à demander à l'entreprise. À relire, puis à envoyer à `POST /v1/offres`."
    ),
    responses={200: answer("Les offres préparées.", ref("OffresPreparees"), DRAFTS)},
)
@allowed(counsellors(Scope.CONTACTS_READ))
async def drafts(key: Key, service: ServiceOf) -> Response:
    contact = await run_in_threadpool(service.store.get, Contact, key)
    if contact is None:
        raise ApiProblem(ProblemType.NOT_FOUND, f"Le contact « {key[:80]} » n'existe pas.")
    return json_response(await run_in_threadpool(_drafts, service, contact))


def _drafts(service: Service, contact: Contact) -> dict[str, Any]:
    firm = service.store.get(Establishment, contact.siret)
    needs = contact.needs or ((contact.note,) if contact.note else ())
    lookups = service.engine.lookups
    body: dict[str, Any] = {
        "resultats": [
            draft_json(need, read_need(lookups, need, contact.at.date()), firm, contact, at, service.reference)
            for at, need in enumerate(needs)
        ]
    }
    if not needs:
        body["avis"] = "Ce contact ne note aucun besoin : écrivez-y chacun d'eux, un par poste."
    return body


def _firm_and_contacts(service: Service, siret: str, ids: list[str]) -> tuple[Establishment | None, dict[str, Contact]]:
    return service.store.get(Establishment, siret), service.store.get_many(Contact, ids)


def _contacts_and_firms(service: Service, ids: list[str]) -> tuple[dict[str, Contact], dict[str, Establishment]]:
    contacts = service.store.get_many(Contact, ids)
    return contacts, service.store.get_many(Establishment, {contact.siret for contact in contacts.values()})


def _asked(service: Service, counsellor: str | None) -> list[str]:
    """Ids of the contacts of a counsellor, or of all, that say when to call again."""
    callbacks = service.engine.links.callbacks
    return [key for name in ([counsellor] if counsellor is not None else callbacks) for key in callbacks.get(name, ())]


def _no_callback(service: Service, counsellor: str | None, last: dt.date) -> str:
    """Why nobody is to be called again, and from when on somebody is."""
    links = service.engine.links
    later = [
        day
        for key in _asked(service, counsellor)
        if (day := links.contacts[key].call_back_day) is not None and not links.is_done(key)
    ]
    if not later:
        return "Aucun rappel n'est noté : noter un jour de rappel dans un contact en crée un."
    first = dt.date(1970, 1, 1) + dt.timedelta(days=min(later))
    return f"Aucun rappel d'ici le {last:%d/%m/%Y} ; le prochain est le {first:%d/%m/%Y}."
