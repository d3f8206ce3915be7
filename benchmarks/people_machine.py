"""A state machine over people's own say: profiles, consents, searches, introductions, pools, subscriptions, erasure.

Hypothesis plays random stories against a service in this process, over HTTP, beside a model of what each person has
said. After every step, once the follower is level with the store:

* a search of an employer shows those of the story's people who consent to be seen, all of them and nobody else;
* who refused is in no pool, and their firm reads no identity of theirs; identities are read after a yes alone;
* who was erased is unknown at every address of theirs, and their id is not taken again;
* what the store holds, what the change log came to and what the index shows are the same people;
* a count of people told to an employer is never under 5;

and at the end of every story, the chain of the audit log verifies.

The people of a story carry its number, so that one service serves all stories; its limits are lifted by its settings.
"""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Final

import httpx2
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from api.app import create_app
from api.service import Service
from benchmarks.sample_world import alone, unlimited
from features.audit.verify import verify
from features.records import Profile
from matching.discretion import LEAST
from matching.schema import Collection

Json = dict[str, Any]

CARER: Final = "J1501"
GUERET: Final = "23096"
FIRMS: Final = ("13000548100010", "99999999999999")
STRANGER: Final = "11111111111111"
"""A firm that asks nobody."""
AS_SERVICE: Final = {"Authorization": "Bearer demo:service"}
NEED: Final = {"romeCode": CARER, "lieuTravail": {"commune": GUERET}}
PATIENCE_S: Final = 60.0
MOST_PEOPLE: Final = 8


@dataclass
class Asked:
    """A request to be put in touch, as the story knows it."""

    id: str
    firm: str
    answer: bool | None = None


@dataclass
class Person:
    """What somebody has said so far."""

    id: str
    visible: bool
    profiling: bool
    name: str | None = None
    pooled: bool = False
    subscribed: bool = False
    asked: list[Asked] = field(default_factory=list)


class Counted:
    """How many steps and stories were played, over all machines."""

    steps: ClassVar[int] = 0
    stories: ClassVar[int] = 0
    checks: ClassVar[int] = 0
    verified_upto: ClassVar[int] = 0
    """Line of the audit log up to which its chain was verified: each story goes on from there."""


class Exchange:
    """HTTP with an application on this thread: nothing of it runs between two calls but what works in threads."""

    def __init__(self, service: Service) -> None:
        self.service = service
        app = create_app(service)
        self._loop = asyncio.new_event_loop()
        self._lifespan = app.router.lifespan_context(app)
        self._loop.run_until_complete(self._lifespan.__aenter__())
        transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
        self._client = httpx2.AsyncClient(transport=transport, base_url="http://testserver")

    def request(self, method: str, path: str, body: Json | None, headers: dict[str, str]) -> httpx2.Response:
        return self._loop.run_until_complete(self._client.request(method, path, json=body, headers=headers))

    def wait(self, seconds: float) -> None:
        """Let the application work."""
        self._loop.run_until_complete(asyncio.sleep(seconds))

    def close(self) -> None:
        self._loop.run_until_complete(self._client.aclose())
        self._loop.run_until_complete(self._lifespan.__aexit__(None, None, None))
        self._loop.run_until_complete(self._loop.shutdown_default_executor())
        self._loop.close()


class PeopleMachine(RuleBasedStateMachine):
    """One story. `exchange` is set by `playing`."""

    exchange: ClassVar[Exchange]

    def __init__(self) -> None:
        super().__init__()
        Counted.stories += 1
        self.story = Counted.stories
        self.people: dict[str, Person] = {}
        self.erased: dict[str, Person] = {}
        self.last: Person | None = None
        """Whom the last step was about."""

    @property
    def service(self) -> Service:
        return self.exchange.service

    # -- what people do

    @initialize(visible=st.booleans())
    def someone_is_there(self, visible: bool) -> None:
        self._arrive(visible, True)

    @precondition(lambda self: len(self.people) < MOST_PEOPLE)
    @rule(visible=st.booleans(), profiling=st.booleans())
    def someone_arrives(self, visible: bool, profiling: bool) -> None:
        Counted.steps += 1
        self._arrive(visible, profiling)

    def _arrive(self, visible: bool, profiling: bool) -> None:
        number = len(self.people) + len(self.erased)
        person = Person(f"recit-{self.story}-{number}", visible, profiling)
        self._expect(self._call("PUT", f"/v1/profils/{person.id}", self._profile(person)), 201)
        self.people[person.id] = self.last = person

    @precondition(lambda self: self.people)
    @rule(data=st.data(), visible=st.booleans(), profiling=st.booleans())
    def someone_changes_their_mind(self, data: st.DataObject, visible: bool, profiling: bool) -> None:
        person = self._someone(data)
        person.visible, person.profiling = visible, profiling
        self._expect(self._call("PUT", f"/v1/profils/{person.id}", self._profile(person)), 200)

    @precondition(lambda self: self.people)
    @rule(data=st.data())
    def someone_tells_who_they_are(self, data: st.DataObject) -> None:
        person = self._someone(data)
        told = {"id": person.id, "prenom": "Camille", "nom": f"Nom-{person.id}"}
        response = self._call("PUT", f"/v1/profils/{person.id}/identite", told)
        self._expect(response, 200 if person.name else 201)
        person.name = told["nom"]

    @precondition(lambda self: self.people)
    @rule(data=st.data())
    def someone_subscribes(self, data: st.DataObject) -> None:
        person = self._someone(data)
        key = f"abonnement-{person.id}"
        response = self._call("PUT", f"/v1/abonnements/{key}", {"id": key, "profil": person.id})
        self._expect(response, 200 if person.subscribed else 201)
        person.subscribed = True

    @precondition(lambda self: self.people)
    @rule(data=st.data(), firm=st.sampled_from(FIRMS))
    def a_firm_asks_for_someone(self, data: st.DataObject, firm: str) -> None:
        person = self._someone(data)
        body = {"siret": firm, "profil": person.id, "besoin": "Aide-soignant", "message": "Bonjour, parlons-en ?"}
        response = self._call("POST", "/v1/mises-en-relation", body, as_firm(firm))
        waiting = any(each.firm == firm and each.answer is None for each in person.asked)
        self._expect(response, 422 if not person.visible else 409 if waiting else 201)
        if response.status_code == 201:
            person.asked.append(Asked(response.json()["id"], firm))

    @precondition(lambda self: any(person.asked for person in self.people.values()))
    @rule(data=st.data(), accepts=st.booleans())
    def someone_answers(self, data: st.DataObject, accepts: bool) -> None:
        Counted.steps += 1
        person = data.draw(st.sampled_from([each for each in self.people.values() if each.asked]))
        asked = data.draw(st.sampled_from(person.asked))
        self.last = person
        body = {"profil": person.id, "accepte": accepts}
        response = self._call("POST", f"/v1/mises-en-relation/{asked.id}/reponse", body)
        self._expect(response, 200 if asked.answer is None else 409)
        if asked.answer is None:
            asked.answer = accepts

    @precondition(lambda self: self.people)
    @rule(data=st.data())
    def a_firm_puts_someone_in_its_pool(self, data: st.DataObject) -> None:
        person = self._someone(data)
        person.pooled = True
        members = [each.id for each in self.people.values() if each.pooled]
        pool = {"id": self._pool, "nom": "Vivier", "proprietaire": FIRMS[0], "profils": members}
        self._expect(self._call("PUT", f"/v1/viviers/{self._pool}", pool), 200, 201)
        address = f"/v1/viviers/{self._pool}/actualisation?utilisateur={FIRMS[0]}"
        self._expect(self._call("POST", address), 200)

    @precondition(lambda self: self.people)
    @rule(data=st.data())
    def someone_is_erased(self, data: st.DataObject) -> None:
        person = self._someone(data)
        self._expect(self._call("DELETE", f"/v1/profils/{person.id}"), 204)
        self.erased[person.id] = self.people.pop(person.id)

    @precondition(lambda self: self.erased)
    @rule(data=st.data())
    def an_erased_id_comes_back(self, data: st.DataObject) -> None:
        Counted.steps += 1
        person = data.draw(st.sampled_from(list(self.erased.values())))
        self.last = person
        self._expect(self._call("PUT", f"/v1/profils/{person.id}", self._profile(person)), 409)
        self._expect(self._call("DELETE", f"/v1/profils/{person.id}"), 404)

    @rule(distance=st.integers(10, 100))
    def a_firm_asks_what_shrinks_its_pool(self, distance: int) -> None:
        Counted.steps += 1
        address = f"/v1/offres/diagnostic?distance={distance}&commune={GUERET}"
        response = self._call("POST", address, NEED, as_firm(FIRMS[0]))
        self._expect(response, 200)
        hold(all(count >= LEAST for count in counts_in(response.json())), f"a small count: {response.text[:2000]}")

    # -- what must hold after each

    @invariant()
    def what_people_said_holds(self) -> None:
        self._the_engine_is_level_with_the_log()  # first: the others look at what is shown
        self._a_search_shows_all_who_consent_and_nobody_else()
        self._the_store_and_the_index_hold_the_same_people()
        self._identities_are_read_after_a_yes_alone()
        self._a_pool_has_those_who_consent()
        self._who_was_erased_is_unknown_everywhere()

    def _the_engine_is_level_with_the_log(self) -> None:
        within = time.monotonic() + PATIENCE_S
        while self.service.engine.watermark < self.service.store.watermark():
            hold(time.monotonic() < within, "the follower does not come level with the log")
            self.exchange.wait(0.001)

    def _a_search_shows_all_who_consent_and_nobody_else(self) -> None:
        response = self._call("POST", "/v1/profils/recherche?range=0-149", NEED, as_firm(FIRMS[0]))
        found = {each["id"] for each in response.json()["resultats"]} if response.content else set()
        ours = {key for key in found if key.startswith(f"recit-{self.story}-")}
        hold(response.status_code != 206, "the story's people no longer fit in one page")
        hold(ours == {person.id for person in self.people.values() if person.visible}, f"a search shows {ours}")
        Counted.checks += 1

    def _the_store_and_the_index_hold_the_same_people(self) -> None:
        catalogue = self.service.engine.catalogue(Collection.PROFILES)
        held = self.service.store.get_many(Profile, [*self.people, *self.erased])
        hold(held.keys() == self.people.keys(), f"the store holds {sorted(held)}")
        hold(all(key in catalogue for key in self.people), "the index lacks somebody")
        hold(not any(key in catalogue for key in self.erased), "the index holds somebody who was erased")
        for person in self.people.values():
            hold(held[person.id].consents.visible_to_employers is person.visible, "the store holds another consent")

    def _identities_are_read_after_a_yes_alone(self) -> None:
        if self.last is None:
            return
        for asked in self.last.asked:
            response = self._call("GET", f"/v1/mises-en-relation/{asked.id}", actor=as_firm(asked.firm))
            if self.last.id in self.erased:
                self._expect(response, 404)
                continue
            self._expect(response, 200)
            told = self.last.name is not None and self.last.name in response.text
            may = asked.answer is True and self.last.visible and self.last.name is not None
            hold(told is may, f"an identity is {'told' if told else 'kept'}: {asked}, {self.last}")
        for asked in self.last.asked[:1]:
            response = self._call("GET", f"/v1/mises-en-relation/{asked.id}", actor=as_firm(STRANGER))
            self._expect(response, 404)

    def _a_pool_has_those_who_consent(self) -> None:
        if not any(each.pooled for each in (*self.people.values(), *self.erased.values())):
            return
        wanted = {each.id for each in self.people.values() if each.pooled and each.visible}
        read = self._call("GET", f"/v1/viviers/{self._pool}").json()
        hold(set(read.get("profils", ())) == wanted, f"a pool has {read.get('profils')}")
        address = f"/v1/viviers/{self._pool}/membres?utilisateur={FIRMS[0]}&range=0-149"
        members = self._call("GET", address)
        found = {each["id"] for each in members.json()["resultats"]} if members.content else set()
        hold(found <= wanted, f"a pool shows {found}")

    def _who_was_erased_is_unknown_everywhere(self) -> None:
        person = self.last
        if person is None or person.id not in self.erased:
            return
        for address in (
            "",
            "/identite",
            "/statut-protege",
            "/offres",
            "/mises-en-relation",
            "/abonnements",
            "/archive",
        ):
            self._expect(self._call("GET", f"/v1/profils/{person.id}{address}"), 404)
        self._expect(self._call("GET", f"/v1/abonnements/abonnement-{person.id}"), 404)

    def teardown(self) -> None:
        chain = self.service.audit.chain
        verdict = verify(self.service.store, chain.witness, chain.key.public, Counted.verified_upto + 1)
        hold(verdict.fault is None, f"the audit log: {verdict.fault}")
        Counted.verified_upto = verdict.last
        for key in list(self.people):
            self._call("DELETE", f"/v1/profils/{key}")  # so that the next story's fit in one page
        if any(each.pooled for each in (*self.people.values(), *self.erased.values())):
            self._call("DELETE", f"/v1/viviers/{self._pool}")

    # -- how it is told

    @property
    def _pool(self) -> str:
        return f"vivier-{self.story}"

    def _someone(self, data: st.DataObject) -> Person:
        Counted.steps += 1
        self.last = data.draw(st.sampled_from(list(self.people.values())))
        return self.last

    def _profile(self, person: Person) -> Json:
        return {
            "id": person.id,
            "projets": [{"codeROME": CARER}],
            "commune": GUERET,
            "mobilite": {"km": 50},
            "consentements": {"visibleEmployeurs": person.visible, "profilage": person.profiling},
        }

    def _call(self, method: str, path: str, body: Json | None = None, actor: dict[str, str] | None = None) -> Any:
        return self.exchange.request(method, path, body, AS_SERVICE if actor is None else actor)

    def _expect(self, response: Any, *statuses: int) -> None:
        hold(
            response.status_code in statuses,
            f"{response.request.method} {response.request.url}: {response.status_code}, not {statuses}: "
            f"{response.text[:500]}",
        )


def hold(kept: object, broken: str) -> None:
    """Raises AssertionError for an invariant that does not hold."""
    if not kept:
        raise AssertionError(broken)


def as_firm(siret: str) -> dict[str, str]:
    return {"Authorization": f"Bearer demo:employeur:{siret}"}


def counts_in(value: object) -> Iterator[int]:
    """Every count of people in a diagnostic: `nombre`, at any depth."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key == "nombre" and isinstance(inner, int):
                yield inner
            yield from counts_in(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from counts_in(inner)


@contextmanager
def playing(folder: Path) -> Iterator[type[PeopleMachine]]:
    """The machine over the service of a data folder, with the firms of its stories."""
    exchange = Exchange(alone(Service.open(unlimited(folder, "testserver"))))
    try:
        for siret in (*FIRMS, STRANGER):
            firm = {"siret": siret, "naf": "8610A", "commune": GUERET}
            require(exchange.request("PUT", f"/v1/etablissements/{siret}", firm, AS_SERVICE))
            offer: Json = {"id": f"offre-{siret}", "intitule": "Aide-soignant", "dateCreation": "2026-11-01"}
            offer |= {"entreprise": {"siret": siret}, **NEED}
            require(exchange.request("PUT", f"/v1/offres/offre-{siret}", offer, AS_SERVICE))
        PeopleMachine.exchange = exchange
        Counted.verified_upto = 0
        yield PeopleMachine
    finally:
        exchange.close()


def require(response: Any) -> None:
    if response.status_code not in (200, 201):
        raise RuntimeError(response.text)
