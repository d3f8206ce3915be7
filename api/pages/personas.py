"""Whom a demonstration lets one be: people and firms of the loaded world who have something to show."""

from collections import Counter
from dataclasses import dataclass
from typing import Final
from weakref import WeakKeyDictionary

from api.security.actor import Role
from api.security.demo import TEAM
from api.service import Service
from features.records import Offer, Profile, occupation_code
from matching.answer import Window
from matching.engine import Engine
from matching.errors import VivierError
from matching.schema import Collection
from matching.sourcing import profiles_for_offer
from matching.subscriptions import offers_for_profile
from matching.trainings import sessions_for_profile

READ: Final = 150
"""Records among which personas are looked for."""
TRIED: Final = 25
"""Of each line of work, and of the offers: those whose lists are made to choose the best."""
PEOPLE: Final = 3
FIRMS: Final = 2
TEAM_MATES: Final = 2
AROUND: Final = 600
"""Profiles among which a counsellor's team is looked for."""


@dataclass(frozen=True)
class Persona:
    """Somebody to be, and the words of the button."""

    role: Role
    token: str
    words: str


_PILOT: Final = Persona(Role.PILOT, "demo:pilote", "le pilote du réseau")
_CHOSEN: "WeakKeyDictionary[Service, tuple[Persona, ...]]" = WeakKeyDictionary()


def personas(service: Service) -> tuple[Persona, ...]:
    """The personas of a service, chosen once, which takes dozens of lists. Searches the engine (`api.searching`)."""
    found = _CHOSEN.get(service)
    if found is None:
        people = _jobseekers(service)
        found = (*[persona for persona, _ in people], *_employers(service), *_counsellors(people, service), _PILOT)
        _CHOSEN[service] = found
    return found


def _jobseekers(service: Service) -> list[tuple[Persona, Profile]]:
    """People of different lines of work whose lists are full; an aide-soignante first where there is one."""
    people = [each for each in service.store.page(Profile, 0, READ) if each.consents.profiling]
    by_line: dict[str, list[Profile]] = {}
    for each in sorted(people, key=lambda each: not (occupation_code(each.projects[0]) or "").startswith("J1501")):
        by_line.setdefault((occupation_code(each.projects[0]) or "?")[:1], []).append(each)
    lines = sorted(by_line.values(), key=lambda line: -len(line))
    lines.sort(key=lambda line: not (occupation_code(line[0].projects[0]) or "").startswith("J1501"))
    chosen = [max(line[:TRIED], key=lambda each: _liking(service.engine, each)) for line in lines[:PEOPLE]]
    return [(Persona(Role.JOBSEEKER, f"demo:demandeur:{each.id}", _words(service, each)), each) for each in chosen]


def _liking(engine: Engine, profile: Profile) -> float:
    try:
        window = Window(0, 4)
        offers = offers_for_profile(engine, profile.id, {}, window)
        sessions = sessions_for_profile(engine, profile.id, {}, window)
    except VivierError:
        return 0.0
    return sum(each.score for each in offers.matches) + sum(each.score for each in sessions.matches)


def _words(service: Service, profile: Profile) -> str:
    code = occupation_code(profile.projects[0])
    rome, communes = service.reference.rome, service.reference.communes
    label = "personne" if code is None or not rome.contains(code) else rome.labels[rome.row_of(code)]
    row = None if profile.commune_insee is None else communes.get_row(profile.commune_insee)
    return f"« {label} »" + ("" if row is None else f", {communes.label(row)}")


def _counsellors(people: list[tuple[Persona, Profile]], service: Service) -> list[Persona]:
    """Who follows the first of these people, with a team."""
    for _, profile in people:
        if profile.counsellor_id is not None:
            communes = service.reference.communes
            row = None if profile.commune_insee is None else communes.get_row(profile.commune_insee)
            where = "" if row is None else f", {communes.label(row)}"
            team = TEAM.join([profile.counsellor_id, *_team_mates(profile, service)])
            return [Persona(Role.COUNSELLOR, f"demo:conseiller:{team}", f"un conseiller{where}")]
    return []


def _team_mates(profile: Profile, service: Service) -> list[str]:
    """The other counsellors who follow most people in the commune of one of a counsellor's own."""
    around = [
        each.counsellor_id
        for each in service.store.page(Profile, 0, AROUND)
        if each.counsellor_id is not None and each.commune_insee == profile.commune_insee
    ]
    return [each for each, _ in Counter(around).most_common(TEAM_MATES + 1) if each != profile.counsellor_id][
        :TEAM_MATES
    ]


def _employers(service: Service) -> list[Persona]:
    live = service.engine.catalogue(Collection.OFFERS)
    offers = [
        each
        for each in service.store.page(Offer, 0, READ)
        if each.id in live and each.siret is not None and each.firm_name is not None
    ]
    drawing = sorted(offers[: 2 * TRIED], key=lambda each: -_drawing(service.engine, each))
    chosen = {each.siret: each for each in reversed(drawing)}
    best = [each for each in drawing if chosen.get(each.siret) is each]
    communes = service.reference.communes
    found = []
    for each in best[:FIRMS]:
        row = None if each.commune_insee is None else communes.get_row(each.commune_insee)
        where = "" if row is None else f", {communes.label(row)}"
        found.append(Persona(Role.EMPLOYER, f"demo:employeur:{each.siret}", f"« {each.firm_name} »{where}"))
    return found


def _drawing(engine: Engine, offer: Offer) -> float:
    try:
        return sum(each.score for each in profiles_for_offer(engine, offer.id, {}, Window(0, 4)).matches)
    except VivierError:
        return 0.0
