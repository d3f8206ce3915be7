"""Subscriptions as a person handles them: try a setting out, see what was sent, pause, go on."""

import datetime as dt
from typing import Annotated

import msgspec
from fastapi import APIRouter, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from api.delivery.atom import feed_address
from api.delivery.shapes import Envoi, envoi_of_row
from api.examples import EXAMPLES
from api.intake import model_of
from api.openapi import Described, answer, body, list_schema, page_answers, record_answer, ref
from api.pagination import DEFAULT_RANGE, Range, json_response, page, window_of
from api.routes.records import SOURCE, Key
from api.security.reaches import person, subscription, subscription_alone
from api.security.rules import allowed
from api.security.scopes import Scope
from api.seen import note_seen
from api.service import Service, ServiceOf
from api.subscribing import check_criteria, check_webhook
from api.subscription_examples import ACCESS, BACKTEST, OWN, SENT, SETTING
from api.subscription_shapes import Acces, SimulationIn, simulation_of
from features.border.registry import BORDERS
from features.records import Channel, Profile, Subscription
from features.store import Kind, owners
from features.store.digests import DigestState, count_of_profile, of_profile
from matching.digests.backtest import backtest
from matching.digests.prepare import Rules
from matching.schema import Collection

router = APIRouter(tags=["Abonnement"])

PROFILE = Described.of(BORDERS[Kind.PROFILE])
SUBSCRIPTION = Described.of(BORDERS[Kind.SUBSCRIPTION])
_BORDER = BORDERS[Kind.SUBSCRIPTION]

Days = Annotated[
    int,
    Query(
        alias="jours",
        ge=1,
        le=365,
        description="Durée de la pause en jours ; sans elle, 30.",
        examples=[30],
    ),
]


@router.post(
    "/v1/profils/{id}/abonnements/simulation",
    summary="Essayer un réglage d'abonnement",
    description=(
        "Rejoue les derniers jours avec ce réglage, sans rien enregistrer : combien d'offres auraient été envoyées, en "
        "combien d'envois, cinq exemples, et ce qui en donnerait plus ou moins, chaque fois avec le nombre exact. Les "
        "offres retirées depuis ne sont pas comptées, ni l'encombrement de chacune."
    ),
    openapi_extra=body(ref("SimulationIn"), SETTING),
    responses={200: answer("Ce que le réglage aurait envoyé.", ref("Simulation"), BACKTEST)},
)
@allowed(person(Scope.SUBSCRIPTIONS_READ))
async def simulation(key: Key, request: Request, service: ServiceOf) -> Response:
    asked = await model_of(request, SimulationIn)
    subscription = asked.to_subscription(service.reference, "simulation", key)

    def check() -> None:
        check_criteria(subscription, service.engine.lookups, service.engine.today())
        check_webhook(subscription, service.settings.webhook_private_addresses)

    await run_in_threadpool(check)
    rules = Rules(service.settings.digest_least_quality)
    found = await service.searches.beside(backtest, service.engine, subscription, rules, asked.jours)
    return json_response(simulation_of(found))


@router.get(
    "/v1/profils/{id}/abonnements",
    summary="Les abonnements d'un profil",
    description="Tous ceux de la personne, y compris celui que le service a créé par défaut et ceux en pause.",
    responses={200: answer("Les abonnements.", list_schema(ref("AbonnementIn")), OWN)},
)
@allowed(person(Scope.SUBSCRIPTIONS_READ))
async def own(key: Key, service: ServiceOf) -> Response:
    found = await run_in_threadpool(_subscriptions_of, service, key)
    return json_response({"resultats": [_BORDER.out(each) for each in found]})


@router.get(
    "/v1/profils/{id}/envois",
    summary="Les envois faits à un profil",
    description=(
        "Ce que la personne a reçu, le plus récent d'abord, et pourquoi rien n'est parti les autres fois. C'est sa "
        "page, quel que soit le canal."
    ),
    responses=page_answers("envois", list_schema(ref("Envoi")), SENT),
)
@allowed(person(Scope.SUBSCRIPTIONS_READ))
async def sent(key: Key, service: ServiceOf, range_: Range = DEFAULT_RANGE) -> Response:
    window = window_of(range_)

    def read() -> tuple[list[Envoi], int, bool]:
        _require_profile(service, key)
        rows = of_profile(service.store, key, window.first, window.last - window.first + 1)
        last_failed = window.first == 0 and bool(rows) and rows[0].state is DigestState.UNSENT
        return [envoi_of_row(row) for row in rows], count_of_profile(service.store, key), last_failed

    found, total, last_failed = await run_in_threadpool(read)
    shown: dict[str, object] = {"resultats": found}
    if last_failed:
        notice = await _what_would_help(service, key, found[0].abonnement)
        if notice is not None:
            shown["avis"] = notice
    elif total == 0:
        shown["avis"] = (
            "Rien n'a encore été préparé pour cette personne : le premier envoi suit le prochain passage des "
            "abonnements."
        )
    return page("envois", window, len(found), total, shown, has_notice="avis" in shown)


@router.post(
    "/v1/abonnements/{id}/pause",
    summary="Suspendre un abonnement",
    description="Rien n'est envoyé avant la fin de la pause ; l'abonnement reprend ensuite de lui-même.",
    responses={200: record_answer(_BORDER, EXAMPLES[Kind.SUBSCRIPTION], "Suspendu.")},
)
@allowed(subscription(Scope.SUBSCRIPTIONS_WRITE))
async def pause(key: Key, request: Request, service: ServiceOf, days: Days = 30) -> Response:
    until = service.engine.today() + dt.timedelta(days=days)
    return await _changed(request, service, key, paused_until=until)


@router.post(
    "/v1/abonnements/{id}/reprise",
    summary="Reprendre un abonnement",
    description="Met fin à la pause ou à l'arrêt de l'abonnement.",
    responses={200: record_answer(_BORDER, EXAMPLES[Kind.SUBSCRIPTION], "Repris.")},
)
@allowed(subscription(Scope.SUBSCRIPTIONS_WRITE))
async def resume(key: Key, request: Request, service: ServiceOf) -> Response:
    return await _changed(request, service, key, active=True, paused_until=None)


@router.get(
    "/v1/abonnements/{id}/acces",
    summary="Lire un abonnement par machine",
    description="L'adresse secrète du flux Atom et, pour un webhook, la clé qui signe les envois. À ne montrer qu'à la "
    "personne elle-même.",
    responses={200: answer("L'accès.", ref("Acces"), ACCESS)},
)
@allowed(subscription_alone(Scope.SUBSCRIPTIONS_READ))
async def access(key: Key, request: Request, service: ServiceOf) -> Response:
    subscription = await run_in_threadpool(service.store.get, Subscription, key)
    if subscription is None:
        raise SUBSCRIPTION.not_found(key)
    note_seen(request, (subscription.profile_id,))
    webhook = subscription.channel is Channel.WEBHOOK
    house = service.house
    return json_response(
        Acces(feed_address(house, subscription), house.signer.webhook_key(key) if webhook else None),
        headers={"Cache-Control": "no-store"},
    )


async def _what_would_help(service: Service, profile_id: str, subscription_id: str) -> str | None:
    """The nearest change that would have sent something over the last days, for who was just sent nothing."""
    subscription = await run_in_threadpool(service.store.get, Subscription, subscription_id)
    if subscription is None or profile_id not in service.engine.catalogue(Collection.PROFILES):
        return None
    rules = Rules(service.settings.digest_least_quality)
    found = await service.searches.beside(backtest, service.engine, subscription, rules)
    if found.offers:
        return f"{found.text}. Le prochain envoi suit dès qu'une offre nouvelle convient."
    if found.wider:
        return f"{found.text}. {found.wider[0].text}."
    return f"{found.text} : ajoutez un projet à votre profil, ou allez plus loin de chez vous."


def _subscriptions_of(service: Service, key: str) -> list[Subscription]:
    _require_profile(service, key)
    with service.store.engine.connect() as connection:
        ids = owners.subscriptions_of(connection, [key])
    found = service.store.get_many(Subscription, ids)
    return [found[each] for each in ids if each in found]


def _require_profile(service: Service, key: str) -> None:
    """Raises ApiProblem (404) when there is no such profile."""
    if service.store.get(Profile, key) is None:
        raise PROFILE.not_found(key)


async def _changed(request: Request, service: Service, key: str, **changes: object) -> Response:
    def write() -> Subscription:
        with service.writing() as writer:
            subscription = service.store.get(Subscription, key)
            if subscription is None:
                raise SUBSCRIPTION.not_found(key)
            note_seen(request, (subscription.profile_id,))
            changed = msgspec.structs.replace(subscription, **changes)
            writer.upsert([changed], SOURCE)
        return changed

    changed = await run_in_threadpool(write)
    service.follower.nudge()
    return json_response(_BORDER.out(changed))
