"""What the links of a digest lead to: pages that ask before they act, feeds, and one-click unsubscribing.

Mail servers and browsers open links by themselves: a GET changes nothing, it shows a button; a POST acts, and acting
twice does what acting once did. RFC 8058 has the mail reader's own button POST to the same address.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Annotated

import msgspec
from fastapi import APIRouter, Path, Request, Response
from starlette.concurrency import run_in_threadpool

from api.delivery.atom import DIGESTS_SHOWN, MEDIA_TYPE, feed_of
from api.delivery.clean import words_of
from api.delivery.links import Feed, Gesture, Stop, Undo
from api.delivery.render import HTML_HEADERS, render
from api.delivery.wording import GESTURES
from api.openapi import content
from api.problems import ApiProblem, ProblemType
from api.routes.records import SOURCE
from api.security.rules import PUBLIC, allowed
from api.seen import note_seen
from api.service import Service, ServiceOf
from api.subscribing import told_by
from features.records import DismissReason, Event, EventKind, Subscription
from features.store import Kind, digests
from matching.digests.digest import from_json

router = APIRouter(prefix="/v1", tags=["Liens des envois"])

Token = Annotated[
    str,
    Path(
        alias="jeton",
        description="Jeton signé, pris d'un lien de l'envoi.",
        examples=["eyJ0IjoiZyJ9.q1w2e3r4t5y6u7i8o9p0aa"],
        max_length=2000,
    ),
]
_HTML = "text/html; charset=utf-8"
_PAGE = {"description": "Une page en français.", "content": content({"type": "string"}, "<!doctype html>…", _HTML)}
_FEED = {
    "description": "Le flux.",
    "content": content({"type": "string"}, "<?xml version='1.0' encoding='utf-8'?>…", MEDIA_TYPE),
}

_EFFECTS = {
    DismissReason.TOO_FAR: "Les offres aussi lointaines, ou plus, passeront après les autres.",
    DismissReason.NOT_MY_JOB: "Les offres de ce métier ne vous seront plus proposées, sauf si vous le visez.",
}


@router.get(
    "/gestes/{jeton}",
    summary="Demander avant d'écarter une offre",
    description="La page du lien « pas pour moi » : elle dit ce qui va se passer et attend un clic, sans rien changer.",
    response_class=Response,
    responses={200: _PAGE},
)
@allowed(PUBLIC)
async def ask(token: Token, request: Request, service: ServiceOf) -> Response:
    link = _read(service, token)
    if isinstance(link, Undo):
        return _page("Revenir sur votre geste", ["L'offre reviendra dans votre liste."], [Button("Remettre l'offre")])
    if not isinstance(link, Gesture):
        raise _dead(token)
    title, person = await run_in_threadpool(_item_of, service, link, token)
    note_seen(request, (person,))
    reason = "" if link.reason is None else f" Raison donnée : {GESTURES[link.reason].lower()}."
    what = [f"« {title} » quittera votre liste et ne vous sera plus envoyée.{reason}"]
    if link.reason in _EFFECTS:
        what.append(_EFFECTS[link.reason])
    if link.training:
        return _page("Écarter cette formation", what, [Button("Écarter")])
    if link.reason is not None:
        return _page("Écarter cette offre", what, [Button("Écarter")])
    token_for = service.house.signer.token
    choices = [
        Button(label, token_for(msgspec.structs.replace(link, reason=reason))) for reason, label in GESTURES.items()
    ]
    return _page("Écarter cette offre", [*what, "Pourquoi ?"], choices)


@router.post(
    "/gestes/{jeton}",
    summary="Écarter une offre, ou revenir sur ce geste",
    description="Fait ce que la page du lien annonce. Le faire deux fois ne change rien de plus.",
    response_class=Response,
    responses={200: _PAGE},
)
@allowed(PUBLIC)
async def act(token: Token, request: Request, service: ServiceOf) -> Response:
    link = _read(service, token)
    if isinstance(link, Undo):
        await run_in_threadpool(service.store.delete, Kind.EVENT, [link.event])
        service.follower.nudge()
        return _page("C'est remis", ["L'offre revient dans votre liste dans la seconde."])
    if not isinstance(link, Gesture):
        raise _dead(token)
    title, event = await run_in_threadpool(_put_aside, request, service, link, token)
    service.follower.nudge()
    undo = service.house.signer.token(Undo(event))
    what = [f"« {title} » a quitté votre liste."]
    if link.reason in _EFFECTS:
        what.append(_EFFECTS[link.reason])
    return _page("C'est noté", [*what, "Un clic de trop ? Vous pouvez revenir dessus."], [Button("Remettre", undo)])


@router.get(
    "/desabonnement/{jeton}",
    summary="Demander avant d'arrêter un abonnement",
    description="La page du lien de désabonnement : elle attend un clic et ne change rien d'elle-même.",
    response_class=Response,
    responses={200: _PAGE},
)
@allowed(PUBLIC)
async def ask_to_stop(token: Token, request: Request, service: ServiceOf) -> Response:
    subscription = await run_in_threadpool(_subscription_of, service, token)
    note_seen(request, (subscription.profile_id,))
    return _page(
        "Ne plus recevoir ces envois",
        ["Plus rien ne vous sera envoyé par cet abonnement."],
        [Button("Arrêter les envois")],
    )


@router.post(
    "/desabonnement/{jeton}",
    summary="Arrêter un abonnement en un clic",
    description=(
        "Arrête l'abonnement : c'est l'adresse que le bouton « se désabonner » de la messagerie appelle (RFC 8058). La "
        "personne peut le reprendre dans son espace."
    ),
    response_class=Response,
    responses={200: _PAGE},
)
@allowed(PUBLIC)
async def stop(token: Token, request: Request, service: ServiceOf) -> Response:
    def write() -> None:
        with service.store.writing() as writer:
            subscription = _subscription_of(service, token)
            note_seen(request, (subscription.profile_id,))
            writer.upsert([msgspec.structs.replace(subscription, active=False)], SOURCE)

    await run_in_threadpool(write)
    service.follower.nudge()
    return _page(
        "C'est arrêté",
        ["Cet abonnement ne vous enverra plus rien.", "Vous pouvez le reprendre à tout moment dans votre espace."],
    )


@router.get(
    "/flux/{jeton}",
    summary="Le flux Atom d'un abonnement",
    description="Les derniers envois d'un abonnement (RFC 4287), à une adresse secrète que donne "
    "`/v1/abonnements/{id}/acces`.",
    response_class=Response,
    responses={200: _FEED},
)
@allowed(PUBLIC)
async def feed(token: Token, request: Request, service: ServiceOf) -> Response:
    link = service.house.signer.read(token)
    if not isinstance(link, Feed):
        raise _unknown(token)

    def read() -> bytes:
        subscription = service.store.get(Subscription, link.subscription)
        if subscription is None or subscription.feed_version != link.version:
            raise _unknown(token)
        note_seen(request, (subscription.profile_id,))
        rows = digests.sent_by(service.store, subscription.id, DIGESTS_SHOWN)
        return feed_of(service.house, subscription, rows, dt.datetime.now(dt.UTC).isoformat(timespec="seconds"))

    headers = {"Cache-Control": "private, max-age=300", "Referrer-Policy": "no-referrer"}
    return Response(await run_in_threadpool(read), headers=headers, media_type=MEDIA_TYPE)


def _read(service: Service, token: str) -> Gesture | Undo | Stop | Feed:
    """What a token says. Raises ApiProblem (404) for one that is not ours."""
    link = service.house.signer.read(token)
    if link is None:
        raise _dead(token)
    return link


def _unknown(token: str) -> ApiProblem:
    return ApiProblem(
        ProblemType.NOT_FOUND,
        f"Le lien « {token[:24]} » n'est pas valable, ou n'a plus d'objet : ouvrez votre espace pour faire ce geste.",
    )


class DeadLink(ApiProblem):
    """A link that leads nowhere: who clicks on it in a browser reads a page, with a way on."""

    def response_to(self, request: Request) -> Response:
        if "text/html" not in request.headers.get("accept", ""):
            return self.response()
        page = _page(
            "Ce lien ne mène plus nulle part",
            [
                "L'adresse est incomplète, ou l'envoi dont elle vient n'existe plus. Rien n'a été changé.",
                "Ouvrez de nouveau le lien depuis votre dernier courriel, en entier. Vous pouvez aussi écarter une "
                "offre ou arrêter un abonnement dans votre espace, ou le demander à votre conseiller.",
            ],
        )
        page.status_code = self.status
        return page


def _dead(token: str) -> DeadLink:
    return DeadLink(ProblemType.NOT_FOUND, _unknown(token).detail)


def _item_of(service: Service, link: Gesture, token: str) -> tuple[str, str]:
    """Title of the item that a gesture is about, and whose digest it was in. Raises ApiProblem (404)."""
    row = digests.get(service.store, link.digest)
    if row is None:
        raise _dead(token)
    digest = from_json(row.body)
    items = digest.trainings if link.training else digest.offers
    title = next((item.title for item in items if item.id == link.item), None)
    if title is None:
        raise _dead(token)
    return words_of(title), row.profile_id


def _put_aside(request: Request, service: Service, link: Gesture, token: str) -> tuple[str, str]:
    """Write the event of a gesture, once for the item whatever is clicked; its title and the id of the event."""
    title, profile_id = _item_of(service, link, token)
    note_seen(request, (profile_id,))
    key = "geste-" + blake2b(f"{link.digest}\n{link.item}".encode(), digest_size=16).hexdigest()
    event = Event(
        id=key,
        kind=EventKind.DISMISSED,
        at=dt.datetime.now(dt.UTC),
        profile_id=profile_id,
        offer_id=None if link.training else link.item,
        session_id=link.item if link.training else None,
        reason=link.reason,
    )
    before = service.store.get(Event, key)
    if before is None or before.reason is not link.reason:
        service.store.upsert([told_by(event, service.store)], SOURCE)
    return title, key


def _subscription_of(service: Service, token: str) -> Subscription:
    """The subscription that a token stops. Raises ApiProblem (404)."""
    link = _read(service, token)
    subscription = service.store.get(Subscription, link.subscription) if isinstance(link, Stop) else None
    if subscription is None:
        raise _dead(token)
    return subscription


@dataclass(frozen=True)
class Button:
    """What a page offers to do: `action` is the token that it posts to, "" the page's own."""

    label: str
    action: str = ""


def _page(title: str, paragraphs: list[str], buttons: Sequence[Button] = ()) -> Response:
    text = render("page.html.j2", title=title, paragraphs=paragraphs, buttons=buttons)
    return Response(text, headers=HTML_HEADERS, media_type="text/html")
