"""An employer's requests to be put in touch: written, waiting, answered, and what came of them."""

import datetime as dt
from typing import Annotated, Final

import msgspec
from fastapi import APIRouter, Path, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from api.intake import validated
from api.introducing import send, tell_sequel
from api.introduction_shapes import MiseEnRelationIn, reminder, shown
from api.pages.forms import FormOf
from api.pages.recruit import facts_of
from api.pages.rules import employers
from api.pages.shell import html
from api.pages.space import back, own_firm
from api.problems import ApiProblem, ProblemType
from api.security.gate import ActorOf
from api.security.owners import not_theirs
from api.security.rules import allowed
from api.security.scopes import Scope
from api.seen import note_known, note_seen
from api.service import Service, ServiceOf
from features.border.employer_view import ProfilVu
from features.contact_message import MOST
from features.records import ContactRequest, Identity, Offer, Sequel
from matching.introductions import State, record_of, state_of
from matching.payload import view_part
from matching.pools import visible
from matching.schema import Collection

router = APIRouter(prefix="/recruter", include_in_schema=False)

STATES: Final = {
    "en_attente": "En attente",
    "acceptee": "Acceptée",
    "refusee": "Refusée",
    "expiree": "Sans réponse à temps",
}
SEQUELS: Final = {Sequel.INTERVIEW: "Entretien", Sequel.HIRED: "Embauche", Sequel.NONE: "Sans suite"}
DRAFT: Final = (
    "Bonjour, votre expérience nous intéresse pour un poste que nous cherchons à pourvoir. Souhaitez-vous en parler ?"
)
Person = Annotated[str, Query(alias="profil", max_length=200)]
Need = Annotated[str, Query(alias="besoin", max_length=200)]
_VIEW: Final = msgspec.json.Decoder(ProfilVu)


@router.get("/contacter", response_class=Response)
@allowed(employers(Scope.INTRODUCTIONS_WRITE))
async def write(request: Request, service: ServiceOf, actor: ActorOf, person: Person, need: Need = "") -> Response:
    return html(
        request,
        service,
        actor,
        "contact.html.j2",
        person=person,
        seen=_seen(request, service, person),
        need=need,
        draft=DRAFT,
        most=MOST,
    )


@router.get("/demandes", response_class=Response)
@allowed(employers(Scope.INTRODUCTIONS_READ))
async def sent(request: Request, service: ServiceOf, actor: ActorOf) -> Response:
    firm = own_firm(actor)
    now = dt.datetime.now(dt.UTC)

    found = await run_in_threadpool(service.store.of_prefix, ContactRequest, f"{firm}-")
    accepted = {each.profile_id for each in found if state_of(each, now) is State.ACCEPTED}
    to_name = {each for each in accepted if visible(service.engine, each)}

    def read() -> tuple[dict[str, Offer], dict[str, Identity]]:
        offers = service.store.get_many(Offer, {each.offer_id for each in found if each.offer_id is not None})
        return offers, service.store.get_many(Identity, to_name)

    offers, identities = await run_in_threadpool(read)
    requests = []
    for each in sorted(found, key=lambda each: (each.sent_at, each.id), reverse=True):
        may_be_named = state_of(each, now) is State.ACCEPTED
        offer = offers.get(each.offer_id or "")
        title = each.need or (offer.title if offer is not None else "Un poste")
        requests.append((shown(each, now, identity=identities.get(each.profile_id) if may_be_named else None), title))
    late = reminder(record_of(found, now))
    note_known(request, [each.profil for each, _ in requests])
    return html(request, service, actor, "sent.html.j2", requests=requests, late=late, states=STATES, sequels=SEQUELS)


@router.post("/demandes", response_class=Response)
@allowed(employers(Scope.INTRODUCTIONS_WRITE))
async def ask(request: Request, service: ServiceOf, actor: ActorOf, form: FormOf) -> Response:
    asked = validated(
        MiseEnRelationIn,
        msgspec.json.encode(
            {
                "siret": own_firm(actor),
                "profil": form["profil"],
                "besoin": form["besoin"] or None,
                "message": form["message"],
            }
        ),
    )
    await send(request, service, actor, asked)
    service.follower.nudge()
    return back("/recruter/demandes", space="/recruter")


@router.post("/demandes/{id}", response_class=Response)
@allowed(employers(Scope.INTRODUCTIONS_WRITE))
async def follow(
    key: Annotated[str, Path(alias="id", max_length=200)],
    request: Request,
    service: ServiceOf,
    actor: ActorOf,
    form: FormOf,
) -> Response:
    try:
        sequel = Sequel(form["suite"])
    except ValueError:
        raise ApiProblem(ProblemType.INVALID_BODY, "Dites la suite : entretien, embauche ou sans suite.") from None
    now = dt.datetime.now(dt.UTC).replace(microsecond=0)
    await tell_sequel(request, service, key, own_firm(actor), sequel, now)
    return back("/recruter/demandes", space="/recruter")


def _seen(request: Request, service: Service, key: str) -> tuple[str, tuple[str, ...]]:
    """The occupation and facts of a person whom employers may see. Raises ApiProblem (404) for anyone else."""
    profiles = service.engine.catalogue(Collection.PROFILES)
    if not visible(service.engine, key):
        raise not_theirs(key)
    note_seen(request, (key,))
    seen = _VIEW.decode(view_part(profiles.payload_of(int(profiles.rows_of(key)[0]))))
    title = next((each.appellation or each.libelle for each in seen.projets), None)
    return title or "Métier à préciser", facts_of(seen, None)
