"""What a jobseeker is sent: the setting in a sentence, tried on the last days before it counts, and the next letter."""

import datetime as dt
import uuid
from dataclasses import asdict, dataclass
from typing import Any, Final

import msgspec
from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from api.delivery.base import Recipient
from api.delivery.render import HTML_HEADERS, render
from api.delivery.wording import Letter, letter_of
from api.pages.filters import NAMES, in_words
from api.pages.forms import Form, FormOf
from api.pages.keeping import change, create
from api.pages.my_profile import number
from api.pages.rules import jobseekers
from api.pages.shell import html
from api.pages.space import back, own_profile
from api.problems import ApiProblem, ProblemType
from api.routes.records import Key
from api.security.gate import ActorOf
from api.security.owners import not_theirs
from api.security.rules import allowed
from api.security.scopes import Scope
from api.service import Service, ServiceOf
from features.records import Channel, DigestContent, Frequency, Identity, Profile, Subscription
from features.store import Kind, owners
from features.store.digests import Delivery, delivered
from matching.digests.backtest import Backtest, Variant, backtest
from matching.digests.digest import Digest
from matching.digests.prepare import Due, Ledger, Rules, prepare
from matching.errors import VivierError
from matching.schema import Collection

router = APIRouter(prefix="/espace/abonnements", include_in_schema=False)

PAUSE_DAYS: Final = 30
EVERY: Final = {
    Frequency.INSTANT: "Dès qu'une offre paraît",
    Frequency.DAILY: "Chaque jour où il y a du nouveau",
    Frequency.WEEKLY: "Chaque semaine",
}
CONTENTS: Final = {
    DigestContent.BOTH: "Des offres et des formations",
    DigestContent.OFFERS: "Des offres",
    DigestContent.TRAININGS: "Des formations",
}
WAYS: Final = {
    Channel.PAGE: "sur votre page",
    Channel.EMAIL: "par courriel",
    Channel.ATOM: "par un flux Atom",
    Channel.WEBHOOK: "à une autre application",
}
CHOSEN_HERE: Final = (Channel.PAGE, Channel.EMAIL)


@dataclass(frozen=True)
class Shown:
    """A subscription and what it would have sent."""

    record: Subscription
    sentence: str
    state: str
    tried: Backtest | None
    """None where it cannot be tried: no occupation is read in the person's words."""
    wider: tuple[Variant, ...]
    narrower: tuple[Variant, ...]


@router.get("", response_class=Response)
@allowed(jobseekers(Scope.SUBSCRIPTIONS_READ))
async def mine(request: Request, service: ServiceOf, actor: ActorOf) -> Response:
    me = own_profile(request, actor)

    def read() -> list[Subscription]:
        with service.store.engine.connect() as connection:
            ids = owners.subscriptions_of(connection, [me])
        found = service.store.get_many(Subscription, ids)
        return [found[each] for each in ids if each in found]

    found = await run_in_threadpool(read)
    return html(
        request,
        service,
        actor,
        "subscriptions.html.j2",
        found=[await _shown(service, each) for each in found],
        **_choices(),
    )


@router.post("", response_class=Response)
@allowed(jobseekers(Scope.SUBSCRIPTIONS_WRITE))
async def begin(request: Request, service: ServiceOf, actor: ActorOf, form: FormOf) -> Response:  # noqa: ARG001
    me = own_profile(request, actor)
    record = Subscription(id=f"abonnement-{uuid.uuid4().hex}", profile_id=me)
    await run_in_threadpool(create, service, actor, Kind.SUBSCRIPTION, record)
    service.follower.nudge()
    return back("/espace/abonnements")


@router.post("/{id}", response_class=Response)
@allowed(jobseekers(Scope.SUBSCRIPTIONS_WRITE))
async def settle(key: Key, request: Request, service: ServiceOf, actor: ActorOf, form: FormOf) -> Response:
    """Try a setting out, or save it, pause, resume, stop."""
    me = own_profile(request, actor)
    step = form["faire"]
    if step == "essayer":
        setting = _wanted(form, await _own(service, me, key))
        tried = await _shown(service, setting)
        return html(request, service, actor, "subscription_tried.html.j2", one=tried, **_choices())
    today = service.engine.today()

    def changed(before: Subscription) -> Subscription:
        match step:
            case "enregistrer":
                return _wanted(form, before)
            case "suspendre":
                return msgspec.structs.replace(before, paused_until=today + dt.timedelta(days=PAUSE_DAYS))
            case "reprendre":
                return msgspec.structs.replace(before, active=True, paused_until=None)
            case "arreter":
                return msgspec.structs.replace(before, active=False)
        raise ApiProblem(ProblemType.INVALID_BODY, "Ce bouton n'existe pas : rouvrez la page.")

    await _own(service, me, key)
    await run_in_threadpool(change, service, actor, Kind.SUBSCRIPTION, key, changed)
    service.follower.nudge()
    return back("/espace/abonnements")


@router.get("/{id}/apercu", response_class=Response)
@allowed(jobseekers(Scope.SUBSCRIPTIONS_READ))
async def preview(key: Key, request: Request, service: ServiceOf, actor: ActorOf) -> Response:
    me = own_profile(request, actor)
    digest, letter = await _letter(service, me, key)
    text = "" if letter is None else render("digest.txt.j2", **_values(letter))
    return html(
        request,
        service,
        actor,
        "preview.html.j2",
        key=key,
        subject=None if letter is None else letter.subject,
        text=text,
        why_nothing=in_words(digest.why_nothing),
    )


@router.get("/{id}/apercu/courriel", response_class=Response)
@allowed(jobseekers(Scope.SUBSCRIPTIONS_READ))
async def letter_alone(key: Key, request: Request, service: ServiceOf, actor: ActorOf) -> Response:
    """The letter itself, as a mail reader shows it; framed by `preview`."""
    _, letter = await _letter(service, own_profile(request, actor), key)
    if letter is None:
        raise not_theirs(key)
    policy = HTML_HEADERS["Content-Security-Policy"].replace("frame-ancestors 'none'", "frame-ancestors 'self'")
    headers = {**HTML_HEADERS, "Content-Security-Policy": policy, "X-Frame-Options": "SAMEORIGIN"}
    return Response(render("digest.html.j2", **_values(letter)), headers=headers, media_type="text/html")


async def _own(service: Service, me: str, key: str) -> Subscription:
    found = await run_in_threadpool(service.store.get, Subscription, key)
    if found is None or found.profile_id != me:
        raise not_theirs(key)
    return found


async def _letter(service: Service, me: str, key: str) -> tuple[Digest, Letter | None]:
    """The next digest of a subscription as it stands now, and its letter; None where it would be empty."""
    subscription = await _own(service, me, key)

    def read() -> tuple[Profile | None, Identity | None, list[Delivery]]:
        store = service.store
        return store.get(Profile, me), store.get(Identity, me), list(delivered(store, [me]))

    profile, identity, sent = await run_in_threadpool(read)
    if profile is None:
        raise not_theirs(me)
    rules = Rules(service.settings.digest_least_quality)
    due = [Due(subscription, service.engine.today().isoformat())]
    ledger = Ledger.of(service.engine, sent)
    (digest,) = await service.searches.beside(prepare, service.engine, due, ledger, rules)
    if not digest.offers and not digest.trainings:
        return digest, None
    return digest, letter_of(service.house, digest, Recipient(subscription, profile, identity))


def _values(letter: Letter) -> dict[str, Any]:
    return {**asdict(letter), "sections": letter.sections}


def _choices() -> dict[str, Any]:
    return {"every": EVERY, "contents": CONTENTS, "ways": {each: WAYS[each] for each in CHOSEN_HERE}}


def _wanted(form: Form, before: Subscription) -> Subscription:
    """A subscription with the setting of a form. Raises ApiProblem (422)."""
    size = number(form, "taille", "le nombre d'offres", 50)
    try:
        channel = Channel(form["canal"]) if form["canal"] else before.channel
        return msgspec.structs.replace(
            before,
            frequency=Frequency(form["frequence"]),
            content=DigestContent(form["contenu"]),
            channel=channel if channel in CHOSEN_HERE else before.channel,
            size=before.size if size is None else int(size),
        )
    except ValueError:
        raise ApiProblem(ProblemType.INVALID_BODY, "Ce réglage n'est pas dans la liste : rouvrez la page.") from None


async def _shown(service: Service, subscription: Subscription) -> Shown:
    what = CONTENTS[subscription.content].lower()
    criteria = ", ".join(NAMES.get(name, name).lower() for name, _ in subscription.criteria)
    sentence = (
        f"{EVERY[subscription.frequency]}, {what}, {WAYS[subscription.channel]}, {subscription.size} offres au plus"
        + (f", avec vos filtres ({criteria})." if criteria else ".")
    )
    today = service.engine.today()
    paused = subscription.paused_until is not None and subscription.paused_until > today
    state = "arrêté" if not subscription.active else "suspendu" if paused else "actif"
    tried = None
    if subscription.profile_id in service.engine.catalogue(Collection.PROFILES):
        try:
            rules = Rules(service.settings.digest_least_quality)
            tried = await service.searches.beside(backtest, service.engine, subscription, rules)
        except VivierError:
            tried = None
    return Shown(
        subscription,
        sentence,
        state,
        tried,
        () if tried is None else tried.wider[:3],
        () if tried is None else tried.narrower[:3],
    )
