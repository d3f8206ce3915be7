"""A jobseeker's offers: the list with its reasons, one offer in full, and the gestures."""

from typing import Annotated, Final

import msgspec
import numpy as np
from fastapi import APIRouter, Path, Request, Response
from starlette.concurrency import run_in_threadpool

from api.delivery.wording import GESTURES
from api.pages import gestures
from api.pages.around import Around, around
from api.pages.filters import asked_of, chips_of, described, facets_shown, in_words, pages_of
from api.pages.forms import FormOf, is_fragment, settled
from api.pages.gestures import GESTURE, Gesture
from api.pages.offer_cards import ShownOffer, facts_of, outside_link, shown_offer
from api.pages.rules import jobseekers
from api.pages.shell import html
from api.pages.space import back, own_profile
from api.problems import ApiProblem, ProblemType
from api.routes.recommendations import unread
from api.security.gate import ActorOf
from api.security.owners import not_theirs
from api.security.rules import allowed
from api.security.scopes import Scope
from api.service import Service, ServiceOf
from features.records import DismissReason, Offer
from matching.answer import Match
from matching.errors import NotFound
from matching.explain.verdict import verdict
from matching.filters.registry import parameters_for
from matching.gap import gap
from matching.payload import record_part
from matching.rows.offer import OfferCard
from matching.schema import Collection
from matching.subscriptions import offer_for_profile, offers_for_profile

router = APIRouter(prefix="/espace", include_in_schema=False)

_CARD: Final = msgspec.json.Decoder(OfferCard)


@router.get("", response_class=Response, openapi_extra=described(parameters_for(Collection.OFFERS)))
@allowed(jobseekers(Scope.PROFILES_READ))
async def listing(request: Request, service: ServiceOf, actor: ActorOf, done: Gesture = None) -> Response:
    me = own_profile(request, actor)
    asked = asked_of(request, besides=(GESTURE,))
    parameters = asked.parameters
    try:
        answer = await service.searches.ask(offers_for_profile, service.engine, me, parameters, asked.window)
    except NotFound as missing:
        answer = await run_in_threadpool(unread, service, me, Collection.OFFERS, parameters, missing)
    kept = await run_in_threadpool(gestures.kept_among, service, me, [match.id for match in answer.matches])
    shown = [
        shown_offer(service.engine, match, asked.window.first + place, kept)
        for place, match in enumerate(answer.matches, 1)
    ]
    return html(
        request,
        service,
        actor,
        "offers.html.j2",
        offers=shown,
        total=answer.total,
        notice=in_words(answer.notice),
        asides=[(each.event_id, _title(service, each.offer_id), each.text) for each in answer.aside],
        chips=chips_of(asked, service.engine.lookups),
        facets=facets_shown(answer.facets, asked, service.engine.lookups),
        pages=pages_of(answer, asked),
        clear=asked.path,
        words=parameters.get("motsCles", ""),
        map=_map(service, me, shown),
        reasons=GESTURES,
        last=await run_in_threadpool(gestures.last, service, me, done),
    )


@router.get("/offres/{id}", response_class=Response)
@allowed(jobseekers(Scope.OFFERS_READ))
async def one(
    key: Annotated[str, Path(alias="id", max_length=200)], request: Request, service: ServiceOf, actor: ActorOf
) -> Response:
    me = own_profile(request, actor)
    engine = service.engine
    offer = await run_in_threadpool(service.store.get, Offer, key)
    if offer is None:
        raise not_theirs(key)
    match = await _match(service, me, key)
    kept = await run_in_threadpool(gestures.kept_among, service, me, [key])
    shown = None if match is None else shown_offer(engine, match, 1, kept)
    distance_km = None if match is None else match.distance_km
    compared = gap(engine, me, None, key) if key in engine.catalogue(Collection.OFFERS) else None
    return html(
        request,
        service,
        actor,
        "offer.html.j2",
        offer=offer,
        facts=facts_of(engine, offer, distance_km),
        age_days=max(0, (engine.today() - offer.published_on).days),
        paragraphs=[each.strip() for each in offer.description.splitlines() if each.strip()],
        told=None if shown is None else shown.told,
        kept=key in kept,
        map=None if shown is None else _map(service, me, [shown]),
        verdict=None if compared is None else verdict(compared, engine.lookups),
        link=outside_link(offer.apply_url, offer.source.url),
        reasons=GESTURES,
    )


@router.get("/gardees", response_class=Response)
@allowed(jobseekers(Scope.EVENTS_READ))
async def kept(request: Request, service: ServiceOf, actor: ActorOf) -> Response:
    me = own_profile(request, actor)

    def read() -> list[Offer]:
        ids = gestures.kept_ids(service, me)
        found = service.store.get_many(Offer, ids)
        return [found[each] for each in ids if each in found]

    found = await run_in_threadpool(read)
    live = service.engine.catalogue(Collection.OFFERS)
    offers = [(each, facts_of(service.engine, each, None), each.id in live) for each in found]
    return html(request, service, actor, "kept.html.j2", offers=offers)


@router.post("/garder", response_class=Response)
@allowed(jobseekers(Scope.EVENTS_WRITE))
async def keep(request: Request, service: ServiceOf, actor: ActorOf, form: FormOf) -> Response:
    me, offer = own_profile(request, actor), form["offre"]
    change = gestures.no_longer_keep if form["retirer"] else gestures.keep
    await run_in_threadpool(change, service, me, offer)
    service.follower.nudge()
    if is_fragment(request):
        return html(request, service, actor, "keep_button.html.j2", id=offer, kept=not form["retirer"])
    return back(form["retour"])


@router.post("/ecarter", response_class=Response)
@allowed(jobseekers(Scope.EVENTS_WRITE))
async def put_aside(request: Request, service: ServiceOf, actor: ActorOf, form: FormOf) -> Response:
    me = own_profile(request, actor)
    offer, session = form["offre"] or None, form["session"] or None
    reason = _reason(form["motif"])
    key = await run_in_threadpool(lambda: gestures.put_aside(service, me, offer=offer, session=session, reason=reason))
    await settled(service)
    if is_fragment(request):
        last = await run_in_threadpool(gestures.last, service, me, key)
        return html(request, service, actor, "aside_done.html.j2", last=last)
    return back(form["retour"], {GESTURE: key})


@router.post("/remettre", response_class=Response)
@allowed(jobseekers(Scope.EVENTS_WRITE))
async def take_back(request: Request, service: ServiceOf, actor: ActorOf, form: FormOf) -> Response:
    await run_in_threadpool(gestures.take_back, service, own_profile(request, actor), form["evenement"])
    await settled(service)
    return back(form["retour"])


def _reason(text: str) -> DismissReason | None:
    """Raises ApiProblem (422) for a reason that is none."""
    if not text:
        return None
    try:
        return DismissReason(text)
    except ValueError:
        raise ApiProblem(ProblemType.INVALID_BODY, "Cette raison n'est pas dans la liste.") from None


async def _match(service: Service, me: str, offer_id: str) -> Match[OfferCard] | None:
    """An offer as the person's list has it; None where it does not, or they have no list."""
    try:
        return await service.searches.ask(offer_for_profile, service.engine, me, offer_id)
    except NotFound:
        return None


def _title(service: Service, offer_id: str | None) -> str:
    """What an offer was called; empty where it is gone from memory."""
    offers = service.engine.catalogue(Collection.OFFERS)
    if offer_id is None or len(rows := offers.rows_of(offer_id)) == 0:
        return ""
    return _CARD.decode(record_part(offers.payload_of(int(rows[0])))).offer.title


def _map(service: Service, me: str, shown: list[ShownOffer]) -> Around | None:
    """The map of the offers of a page around the first project's home."""
    profiles, communes = service.engine.catalogue(Collection.PROFILES), service.reference.communes
    rows = profiles.rows_of(me)
    if len(rows) == 0 or (home := int(profiles.take("commune", rows[:1])[0])) < 0:
        return None
    reach_km = float(profiles.take("radius_km", rows[:1])[0])
    places = [(each.number, *each.where) for each in shown if each.where is not None]
    at = float(communes.lat[home]), float(communes.lon[home])
    return around(at, places, None if np.isnan(reach_km) else reach_km)
