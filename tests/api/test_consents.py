"""What a person agreed to holds on every path: who withdraws is gone within a second, from every process.

Every endpoint is in one of the lists below: a new one says here whether it shows people, and is tried if it does.
"""

import datetime as dt
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import msgspec
import pytest
from fastapi.testclient import TestClient

from api.routes.registry import routers
from api.security.rules import endpoints_of
from features.records import (
    Consents,
    Education,
    Event,
    EventKind,
    Experience,
    LanguageSkill,
    Mobility,
    Profile,
    Project,
    SkillClaim,
    SkillLevel,
)
from matching.schema import Collection
from tests.api.conftest import client_over
from tests.api.test_forgetting import service_of
from tests.matching.made import firm
from tests.waiting import soon

Json = dict[str, Any]
MANY: Final = 14
"""So many withdraw together: a count of people moves by more than it is blurred."""
PEOPLE: Final = tuple(f"retrait-{number:02d}" for number in range(MANY))
CARER, GUERET, SIRET = "J1501", "23096", "13000548100010"
COUNSELLOR: Final = "conseiller-retrait"
NEED: Final = {"romeCode": CARER, "lieuTravail": {"commune": GUERET}}


def consenting(number: int, **changes: Any) -> Profile:
    found = Profile(
        id=PEOPLE[number],
        projects=(Project(rome_code=CARER),),
        skills=(SkillClaim(code="107740", level=SkillLevel.EXPERT),),
        experiences=(Experience(months=60, rome_code=CARER),),
        commune_insee=GUERET,
        mobility=Mobility(km=50),
        counsellor_id=COUNSELLOR,
        consents=Consents(visible_to_employers=True, profiling=True, contact_by_email=True),
    )
    return msgspec.structs.replace(found, **changes)


@pytest.fixture
def two(deployment: Path) -> Iterator[tuple[TestClient, TestClient]]:
    """Two processes, as far as store and files go, in which these people are visible, in pools and asked."""
    with client_over(deployment) as client, client_over(deployment) as other:
        store = service_of(client).store
        store.upsert([firm(f"{SIRET[:-1]}{number}", naf="8610Z") for number in range(4)], "essai")
        store.upsert([consenting(number) for number in range(MANY)], "essai")
        offer = {"id": "o-retrait", "intitule": "Aide-soignant (H/F)", "entreprise": {"siret": SIRET}, **NEED}
        assert client.put("/v1/offres/o-retrait", json=offer | {"dateCreation": "2026-11-01"}).status_code == 201
        for each in (client, other):
            assert soon(lambda each=each: PEOPLE[-1] in service_of(each).engine.catalogue(Collection.PROFILES))  # type: ignore[misc]
            assert soon(lambda each=each: "o-retrait" in service_of(each).engine.catalogue(Collection.OFFERS))  # type: ignore[misc]
        for name, body in (("main", {"profils": list(PEOPLE)}), ("regle", {"criteres": {"codeROME": CARER}})):
            pool = {"id": f"v-{name}", "nom": "Vivier", "proprietaire": SIRET, **body}
            assert client.put(f"/v1/viviers/v-{name}", json=pool).status_code == 201
            assert client.post(f"/v1/viviers/v-{name}/actualisation?utilisateur={SIRET}").status_code == 200
        asked = {"siret": SIRET, "profil": PEOPLE[0], "besoin": "Aide-soignant", "message": "Bonjour, un poste ?"}
        address = f"/v1/mises-en-relation/{client.post('/v1/mises-en-relation', json=asked).json()['id']}"
        client.put(f"/v1/profils/{PEOPLE[0]}/identite", json={"id": PEOPLE[0], "nom": "Quatrebarbes"})
        client.post(f"{address}/reponse", json={"profil": PEOPLE[0], "accepte": True})
        client.headers["x-demande"] = address
        yield client, other


@dataclass(frozen=True)
class Way:
    """A way in which people are seen by somebody else: what it shows, as a text."""

    path: str
    method: str
    body: Json | None = None
    query: str = ""
    shown: Callable[[str], bool] | None = None
    """What tells that the people are in it, where that is not their ids."""

    def shows(self, text: str) -> bool:
        """Whether the people are in it, but those whom the question named."""
        if self.shown is not None:
            return self.shown(text)
        return any(key in text for key in PEOPLE if key not in json.dumps(self.body))

    def ask(self, client: TestClient, asked: str) -> str:
        key = {"/v1/offres/{id}/profils": "o-retrait", "/v1/etablissements/{id}/mises-en-relation": SIRET}
        address = self.path.replace("{id}", key.get(self.path, "v-main"))
        address = asked if self.path == "/v1/mises-en-relation/{id}" else address
        response = client.request(self.method, f"{address}{self.query}", json=self.body)
        assert response.status_code < 500, response.text
        return response.text


PLAN: Final = {"conseillers": [{"id": COUNSELLOR, "visites": 4, "agence": GUERET}], "jours": 1}
WAYS: Final = {
    "offer": Way("/v1/offres/{id}/profils", "GET", query="?range=0-149"),
    "need": Way("/v1/profils/recherche", "POST", NEED, "?range=0-149"),
    "like these": Way("/v1/profils/recherche", "POST", {**NEED, "commeProfils": [PEOPLE[1]]}, "?range=0-149"),
    "without diploma": Way("/v1/profils/recherche", "POST", {**NEED, "sansDiplome": True}, "?range=0-149"),
    "skills alone": Way(
        "/v1/profils/recherche",
        "POST",
        {**NEED, "parHabiletes": True, "competences": [{"code": "107740", "libelle": "x", "exigence": "E"}]},
        "?range=0-149",
    ),
    "members": Way("/v1/viviers/{id}/membres", "GET", query=f"?utilisateur={SIRET}&range=0-149"),
    "moves": Way("/v1/viviers/{id}/mouvements", "GET", query=f"?utilisateur={SIRET}&range=0-149"),
    "export": Way("/v1/viviers/{id}/export", "GET", query=f"?utilisateur={SIRET}"),
    "pool": Way("/v1/viviers/{id}", "GET"),
    "pools": Way("/v1/viviers", "GET", query="?range=0-149"),
    "targets": Way("/v1/prospection/cibles", "POST", {"codesROME": [CARER], "commune": GUERET, "rayonKm": 60}),
    "targets of a counsellor": Way("/v1/prospection/cibles", "POST", {"conseiller": COUNSELLOR, "rayonKm": 60}),
    "targets of people": Way(
        "/v1/prospection/cibles",
        "POST",
        {"profils": [PEOPLE[2]], "commune": GUERET, "rayonKm": 60},
        shown=lambda text: f'"id":"{PEOPLE[2]}"' in text,
    ),
    "contact": Way(
        "/v1/mises-en-relation/{id}", "GET", query=f"?siret={SIRET}", shown=lambda text: "Quatrebarbes" in text
    ),
}

NOT_OTHERS: Final = (
    "/v1/profils/{id}",  # the person's own pages, and who follows them
    "/v1/profils/lot", "/v1/profils", "/v1/evenements", "/v1/abonnements",  # machines of the network
    "/v1/gestes/", "/v1/desabonnement/", "/v1/flux/",  # the person's own links
    "/espace", "/compte", "/v1/moi",  # their own pages
)  # fmt: skip
OF_NOBODY: Final = (
    "/v1/rome/", "/v1/offres", "/v1/formations", "/v1/sessions", "/v1/etablissements", "/v1/contacts", "/health/",
    "/problemes/", "/v1/besoins/lecture", "/v1/prospection/etablissements/", "/v1/prospection/rappels",
    "/v1/prospection/contacts/", "/v1/mises-en-relation", "/v1/viviers/lot", "/v1/viviers/{id}/actualisation",
    "/v1/connexion", "/connexion", "/v1/comptes", "/v1/journal", "/v1/audit", "/v1/equite", "/metrics", "/.well-known",
    "/demonstration", "/static/", "/v1/listes/{service}/fiche",
    "/v1/signalements", "/pilotage", "/v1/indicateurs", "/accessibilite", "/plan-du-site",
)  # fmt: skip
"""Addresses that name no jobseeker but by an id that the caller gives."""
APART: Final = frozenset({"/v1/prospection/plan", "/v1/prospection/plan/export", "/v1/offres/diagnostic", "/recruter"})
"""Tried by a step of its own below."""
PAGES: Final = ("/recruter", "/prospection")
"""Employers' and counsellors' pages: made of the very functions of the addresses of `WAYS` (a search, a pool, its
export, requests, targets), and of the portfolio that a counsellor follows in any case."""


def test_every_endpoint_says_whether_it_shows_people() -> None:
    ways = {way.path for way in WAYS.values()} | APART
    paths = {route.path for route in endpoints_of(routers())}
    assert ways <= paths
    unknown = [path for path in paths - ways - {"/"} if not path.startswith((*PAGES, *NOT_OTHERS, *OF_NOBODY))]
    assert unknown == []


def withdraw(client: TestClient) -> None:
    """All of them no longer want to be seen."""
    hidden = Consents(profiling=True, contact_by_email=True)
    service_of(client).store.upsert([consenting(number, consents=hidden) for number in range(MANY)], "essai")


@pytest.mark.slow
def test_who_withdraws_is_gone_from_every_way_and_every_process(two: tuple[TestClient, TestClient]) -> None:
    client, other = two
    asked = str(client.headers.pop("x-demande"))
    for name, way in WAYS.items():
        for process in two:
            assert way.shows(way.ask(process, asked)), f"{name} shows nobody: the test proves nothing"
    plans = [process.post("/v1/prospection/plan", json=PLAN).text for process in two]
    assert all(any(key in text for key in PEOPLE) for text in plans), plans
    before = [process.post("/v1/offres/diagnostic", json=NEED).json() for process in two]
    withdraw(client)
    for process in (other, client):
        assert soon(lambda process=process: not WAYS["offer"].shows(WAYS["offer"].ask(process, asked)))  # type: ignore[misc]
    for name, way in WAYS.items():
        for process in two:
            text = way.ask(process, asked)
            assert not way.shows(text), f"{name} still shows {text[:400]}"
    for process, counted in zip(two, before, strict=True):
        assert not any(key in process.post("/v1/prospection/plan", json=PLAN).text for key in PEOPLE)
        assert process.post("/v1/offres/diagnostic", json=NEED).json() != counted
        again = {"siret": SIRET, "profil": PEOPLE[3], "besoin": "Aide-soignant", "message": "Bonjour, un poste ?"}
        assert process.post("/v1/mises-en-relation", json=again).status_code == 422


# ---------------------------------------------------------------- profiling refused


RICH: Final[Json] = {
    "skills": tuple(SkillClaim(code=code, level=SkillLevel.EXPERT) for code in ("107740", "107663", "107747")),
    "experiences": (Experience(months=240, rome_code=CARER, title="Aide-soignante"),),
    "education": (Education(level=5, rncp="RNCP40692"),),
    "languages": (LanguageSkill(language="en"), LanguageSkill(language="de")),
    "summary": "Vingt ans d'expérience en gériatrie",
}
POOR: Final[Json] = {"skills": (), "experiences": (), "education": (), "languages": (), "summary": None}
OWN: Final = ("offres", "formations", "metiers", "ecarts?metier=J1501", "parcours?metier=J1501")


@pytest.mark.slow
def test_twins_who_refused_profiling_get_the_same_lists_scores_and_reasons(deployment: Path) -> None:
    """They differ in skills, work, education, languages and in all they did; not in what they ask for."""
    with client_over(deployment) as client:
        store = service_of(client).store
        today = service_of(client).engine.today().isoformat()
        refused = Consents(visible_to_employers=True)
        twins = consenting(0, consents=refused, **RICH), consenting(1, consents=refused, **POOR)
        store.upsert(twins, "essai")
        assert soon(lambda: PEOPLE[1] in service_of(client).engine.catalogue(Collection.PROFILES))
        for number in range(6):
            offer = {"id": f"o-{number}", "intitule": f"Aide-soignant de nuit {number} (H/F)", **NEED}
            assert client.put(f"/v1/offres/o-{number}", json=offer | {"dateCreation": today}).status_code == 201
        assert soon(lambda: "o-5" in service_of(client).engine.catalogue(Collection.OFFERS))
        lists = client.get(f"/v1/profils/{PEOPLE[0]}/offres?range=0-149").json()["resultats"]
        assert lists
        store.upsert(
            [
                Event(id=f"t-{number}", kind=kind, at=MOMENT, profile_id=PEOPLE[0], offer_id=each["id"])
                for number, each in enumerate(lists[:6])
                for kind in (EventKind.OPENED if number % 2 else EventKind.APPLIED,)
            ],
            "essai",
        )
        service = service_of(client)
        assert soon(lambda: service.engine.watermark == service.store.watermark())
        for path in OWN:
            rich, poor = (
                client.get(f"/v1/profils/{key}/{path}", params={"range": "0-149"} if "?" not in path else None)
                for key in PEOPLE[:2]
            )
            assert rich.status_code == poor.status_code, path
            assert rich.text.replace(PEOPLE[0], "x") == poor.text.replace(PEOPLE[1], "x"), path
        found = client.post("/v1/profils/recherche?range=0-149", json=NEED).json()["resultats"]
        scores = {each["id"]: (each["score"], each["raisons"]) for each in found if each["id"] in PEOPLE[:2]}
        assert len(scores) == 2
        assert scores[PEOPLE[0]] == scores[PEOPLE[1]]


MOMENT: Final = dt.datetime(2026, 11, 20, 9, tzinfo=dt.UTC)
