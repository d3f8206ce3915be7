"""Requests to be put in touch: sent, answered, and what came of them; what pages and routes do alike."""

import datetime as dt
import uuid
from collections.abc import Callable

from fastapi import Request
from starlette.concurrency import run_in_threadpool

from api.edge.watch import check_before_writing
from api.introduction_shapes import MiseEnRelationIn, reminder
from api.problems import ApiProblem, ErreurChamp, ProblemType, invalid_body
from api.security.actor import Actor, Role
from api.security.owners import API_SOURCE, require
from api.seen import note_known, note_seen
from api.service import Service
from features.border.base import clean_siret
from features.border.problems import BorderError, Problem
from features.contact_message import cleaned, objection
from features.records import ContactRequest, Establishment, Event, Offer, Profile, Sequel
from features.store import about_profile
from features.text import one_line
from matching.errors import NotFound
from matching.introductions import LAPSE_DAYS, MOST_WAITING, State, answered, followed, record_of, state_of
from matching.pools import visible

Further = tuple[ContactRequest, tuple[Event, ...]]
"""A request one step further, and what that tells."""


async def send(
    request: Request, service: Service, actor: Actor, asked: MiseEnRelationIn
) -> tuple[ContactRequest, str | None]:
    """The request that was sent, and what a firm that lets people wait is told. Raises BorderError, and ApiProblem for
    one that may not be sent."""
    siret = clean_siret(asked.siret, "siret")
    if siret is None:
        raise BorderError.one("siret", asked.siret, "bad_siret")
    require(actor.role is not Role.EMPLOYER or siret == actor.siret, "siret", siret, "le SIRET de votre établissement")
    if (asked.offre is None) == (asked.besoin is None):
        raise BorderError.one("offre", asked.offre or "", "missing")
    message = _sendable("message", asked.message)
    need = None if asked.besoin is None else one_line(_sendable("besoin", asked.besoin))
    note_seen(request, (asked.profil,))
    if not visible(service.engine, asked.profil):
        raise _unseen(asked.profil)
    check_before_writing(request, actor, (asked.profil,))
    now = dt.datetime.now(dt.UTC).replace(microsecond=0)
    sent = ContactRequest(
        id=f"{siret}-{uuid.uuid4().hex}",
        siret=siret,
        profile_id=asked.profil,
        offer_id=asked.offre,
        need=need,
        message=message,
        sent_at=now,
        lapses_at=now + dt.timedelta(days=LAPSE_DAYS),
    )

    def write() -> str | None:
        offer = None if sent.offer_id is None else service.store.get(Offer, sent.offer_id)
        if sent.offer_id is not None and (
            offer is None or (actor.role is Role.EMPLOYER and offer.siret != actor.siret)
        ):
            raise _refused("offre", sent.offer_id, "Cette offre n'existe pas.")
        if service.store.get(Establishment, siret) is None:
            raise BorderError.one("siret", siret, "unknown_siret")
        with service.writing() as writer:
            person = service.store.get(Profile, sent.profile_id)
            if person is None or not person.consents.visible_to_employers:
                raise _unseen(sent.profile_id)
            before = service.store.of_prefix(ContactRequest, f"{siret}-")
            waiting = [each for each in before if state_of(each, now) is State.WAITING]
            if any(each.profile_id == sent.profile_id for each in waiting):
                raise ApiProblem(ProblemType.CONFLICT, "Une demande à cette personne attend déjà sa réponse.")
            if len(waiting) >= MOST_WAITING:
                raise ApiProblem(
                    ProblemType.CONFLICT, f"{MOST_WAITING} demandes attendent déjà une réponse : laissez-les aboutir."
                )
            writer.upsert([sent], about_profile(sent.profile_id))
        return reminder(record_of(before, now))

    return sent, await run_in_threadpool(write)


async def reply(
    request: Request, service: Service, key: str, profile_id: str, accepted: bool, now: dt.datetime
) -> ContactRequest:
    """A request to a person with their answer, which is final. Raises NotFound, and ApiProblem (409) for a request that
    takes no answer."""

    def step(found: ContactRequest) -> Further:
        state = state_of(found, now)
        if state is not State.WAITING:
            closed = "a expiré" if state is State.LAPSED else "a déjà reçu une réponse"
            raise ApiProblem(ProblemType.CONFLICT, f"Cette demande {closed}.")
        return answered(found, accepted, now)

    return await _taken_further(request, service, key, lambda found: found.profile_id == profile_id, step)


async def tell_sequel(
    request: Request, service: Service, key: str, siret: str | None, sequel: Sequel, now: dt.datetime
) -> ContactRequest:
    """A firm's request with what came of it. Raises NotFound, and ApiProblem (409) for one that was not accepted."""

    def step(found: ContactRequest) -> Further:
        if state_of(found, now) is not State.ACCEPTED:
            raise ApiProblem(ProblemType.CONFLICT, "Cette demande n'est pas acceptée : elle n'a pas de suite.")
        return followed(found, sequel, now)

    return await _taken_further(request, service, key, lambda found: found.siret == siret, step)


async def _taken_further(
    request: Request,
    service: Service,
    key: str,
    is_theirs: Callable[[ContactRequest], bool],
    step: Callable[[ContactRequest], Further],
) -> ContactRequest:
    """The request after `step`, written with the events that tell of it, all in one transaction. Raises NotFound where
    it is not there or not the caller's."""

    def write() -> ContactRequest:
        with service.writing() as writer:
            found = service.store.get(ContactRequest, key)
            if found is None or not is_theirs(found):
                raise NotFound("La demande", key)
            note_known(request, (found.profile_id,))
            done, events = step(found)
            writer.upsert([done], about_profile(found.profile_id))
            if events:
                writer.upsert(events, API_SOURCE)
        return done

    done = await run_in_threadpool(write)
    service.follower.nudge()
    return done


def _sendable(field: str, text: str) -> str:
    """What the person will read of a text, cleaned. Raises ApiProblem where it may not be sent."""
    words = cleaned(text)
    against = objection(words) if words else "Le texte est vide une fois le balisage retiré."
    if against is not None:
        raise _refused(field, text, against)
    return words


def _unseen(key: str) -> ApiProblem:
    return _refused("profil", key, "Ce profil n'existe pas, ou n'est pas visible des employeurs.")


def _refused(field: str, value: str, reason: str) -> ApiProblem:
    """422 for a field that is well formed and cannot be taken."""
    problem = invalid_body([Problem.of(field, value, "refused")])
    told = ErreurChamp(field, value[:80], reason, "Corriger le champ, puis renvoyer la demande")
    return ApiProblem(problem.kind, problem.detail, errors=(told,))
