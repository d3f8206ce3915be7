"""Requests of employers to be put in touch: who asks, what for, and the person's answer."""

import datetime as dt
from typing import Final

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from api.introducing import reply
from api.introduction_shapes import MiseEnRelation, shown
from api.pages.forms import FormOf
from api.pages.rules import jobseekers
from api.pages.shell import html
from api.pages.space import back, own_profile
from api.problems import ApiProblem, ProblemType
from api.security.gate import ActorOf
from api.security.rules import allowed
from api.security.scopes import Scope
from api.service import ServiceOf
from features.records import ContactRequest, Establishment, Offer
from features.store import about_profile

router = APIRouter(prefix="/espace/demandes", include_in_schema=False)

STATES: Final = {
    "en_attente": "En attente de votre réponse",
    "acceptee": "Vous avez accepté",
    "refusee": "Vous avez refusé",
    "expiree": "Expirée : plus aucune réponse n'est attendue",
}
SEQUELS: Final = {
    "entretien": "L'employeur a annoncé un entretien.",
    "embauche": "L'employeur a annoncé une embauche.",
    "sans_suite": "L'employeur n'a pas donné suite.",
}


@router.get("", response_class=Response)
@allowed(jobseekers(Scope.INTRODUCTIONS_READ))
async def received(request: Request, service: ServiceOf, actor: ActorOf) -> Response:
    me = own_profile(request, actor)
    now = dt.datetime.now(dt.UTC)

    def read() -> list[tuple[MiseEnRelation, str]]:
        found = service.store.of_source(ContactRequest, about_profile(me))
        firms = service.store.get_many(Establishment, {each.siret for each in found})
        offers = service.store.get_many(Offer, {each.offer_id for each in found if each.offer_id is not None})
        told = []
        for each in sorted(found, key=lambda each: (each.sent_at, each.id), reverse=True):
            firm = firms[each.siret].name if each.siret in firms else None
            offer = offers.get(each.offer_id or "")
            told.append((shown(each, now, firm=firm), each.need or (offer.title if offer is not None else "un poste")))
        return told

    requests = await run_in_threadpool(read)
    waiting = sum(each.etat == "en_attente" for each, _ in requests)
    return html(
        request, service, actor, "requests.html.j2", requests=requests, waiting=waiting, states=STATES, sequels=SEQUELS
    )


@router.post("", response_class=Response)
@allowed(jobseekers(Scope.INTRODUCTIONS_WRITE))
async def answer(request: Request, service: ServiceOf, actor: ActorOf, form: FormOf) -> Response:
    me = own_profile(request, actor)
    if form["reponse"] not in ("oui", "non"):
        raise ApiProblem(ProblemType.INVALID_BODY, "Répondez en acceptant ou en refusant.")
    now = dt.datetime.now(dt.UTC).replace(microsecond=0)
    await reply(request, service, form["demande"], me, form["reponse"] == "oui", now)
    return back("/espace/demandes")
