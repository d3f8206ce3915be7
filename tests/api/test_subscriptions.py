"""Subscribing, end to end over HTTP: by default, tried out, run, received, answered by a click, and not sent twice."""

import asyncio
import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa
from defusedxml.ElementTree import fromstring
from fastapi.testclient import TestClient

from api.app import create_app
from api.delivery.hand_over import hand_over
from api.delivery.links import Feed, Gesture, Stop
from api.digest_run import prepare_day
from api.service import Service
from api.settings import Settings
from features.enrolment import default_id
from features.records import DismissReason, Event, Identity, Profile, Subscription
from features.store import Kind
from features.store.digests import BUCKETS
from features.store.tables import delivery, digest, subscription_owner
from tests.api.conftest import AS_SERVICE
from tests.api.delivery.conftest import Sink, sink  # noqa: F401 - a fixture
from tests.waiting import until

Json = dict[str, Any]

MOMENT = dt.datetime.combine(dt.datetime.now(dt.UTC).date(), dt.time(12), dt.UTC)


@pytest.fixture
def service(deployment: Path, sink: Sink) -> Service:  # noqa: F811
    settings = Settings(
        data_dir=deployment,
        demo_identities=True,
        subscribe_by_default=True,
        digest_least_quality=0.3,
        smtp_host="127.0.0.1",
        smtp_port=sink.port,
        smtp_security="none",
        public_url="http://testserver",
        mail_from="Vivier <nepasrepondre@vivier.exemple>",
    )
    opened = Service.open(settings)
    for batch in opened.store.scan(Subscription):
        opened.store.delete(Kind.SUBSCRIPTION, [each.id for each in batch])
    return opened


@pytest.fixture
def client(service: Service) -> Iterator[TestClient]:
    with TestClient(create_app(service), raise_server_exceptions=False, headers=AS_SERVICE) as opened:
        yield opened


@pytest.fixture
def person(client: TestClient, service: Service) -> Profile:
    """Who has the most offers of those who agree to e-mail, written as a new profile over HTTP."""
    best: tuple[int, Profile | None] = (0, None)
    for candidate in service.store.page(Profile, 0, 40):
        tried = client.post(f"/v1/profils/{candidate.id}/abonnements/simulation", json={"frequence": "quotidienne"})
        if tried.status_code == 200 and tried.json()["nbOffres"] > best[0]:
            best = tried.json()["nbOffres"], candidate
    assert best[1] is not None
    body = client.get(f"/v1/profils/{best[1].id}").json()
    body["id"] = "nouvelle-personne"
    body["consentements"] = {"profilage": True, "contactCourriel": True}
    for project in body["projets"]:
        assert project.get("codeROME") or project.get("intitule")
    assert client.post("/v1/profils", json=body).status_code == 201
    service.store.upsert([Identity(id="nouvelle-personne", first_name="Camille", email="camille@exemple.fr")], "test")
    service.engine.catch_up()
    found = service.store.get(Profile, "nouvelle-personne")
    assert found is not None
    return found


def run(service: Service, day: int = 0) -> None:
    """Prepare and hand over all that is due `day` days from now."""
    moment = MOMENT + dt.timedelta(days=day)
    service.engine.catch_up()
    service.engine.clock = moment.date
    prepare_day(service, moment, range(BUCKETS))
    done = asyncio.run(hand_over(service.house, service.engine, range(BUCKETS), lambda: moment))
    assert done.closed == {}


def test_the_whole_story(
    client: TestClient,
    service: Service,
    person: Profile,
    sink: Sink,  # noqa: F811
) -> None:
    # subscribed without asking, since the project is established and the deployment says so
    (own,) = client.get(f"/v1/profils/{person.id}/abonnements").json()["resultats"]
    assert own["id"] == default_id(person.id)
    assert (own["parDefaut"], own["frequence"], own["canal"]) == (True, "hebdomadaire", "courriel")

    # tried out, then changed with one call
    setting = {"contenu": "offres", "frequence": "quotidienne", "canal": "courriel", "taille": 3}
    tried = client.post(f"/v1/profils/{person.id}/abonnements/simulation", json=setting)
    assert tried.status_code == 200, tried.text
    told = tried.json()
    assert told["nbOffres"] > 0
    assert f"{told['nbOffres']} offre" in told["texte"]
    assert 1 <= len(told["exemples"]) <= 5
    changed = {key: value for key, value in own.items() if key != "parDefaut"} | setting
    assert client.put(f"/v1/abonnements/{own['id']}", json=changed).status_code == 200

    # run: the letter arrives
    run(service)
    letters = [message for message in sink.messages if message["To"] == "camille@exemple.fr"]
    (letter,) = letters
    body = letter.get_body(("html",))
    assert body is not None
    text = body.get_content()
    assert "Bonjour Camille" in text
    (sent,) = [each for each in client.get(f"/v1/profils/{person.id}/envois").json()["resultats"] if "offres" in each]
    assert sent["etat"] == "remise"
    assert 1 <= len(sent["offres"]) <= 3
    first = sent["offres"][0]

    # a click on "pas mon métier": the page asks, the button acts
    links = re.findall(r'href="http://testserver(/v1/gestes/[^"]+)"', text)
    gesture = links[1]
    asked = client.get(gesture)
    assert asked.status_code == 200
    assert asked.headers["content-type"].startswith("text/html")
    assert "default-src 'none'" in asked.headers["content-security-policy"]
    assert not [each for batch in service.store.scan(Event) for each in batch if each.id.startswith("geste-")]
    assert client.post(gesture).status_code == 200
    acted = client.post(gesture)
    assert "C&#39;est noté" in acted.text
    (event,) = [each for batch in service.store.scan(Event) for each in batch if each.id.startswith("geste-")]
    assert (event.profile_id, event.offer_id) == (person.id, first["id"])
    assert event.reason is DismissReason.NOT_MY_JOB
    assert event.rome_code is not None
    service.engine.catch_up()
    listed = client.get(f"/v1/profils/{person.id}/offres", params={"range": "0-149"}).json()
    assert first["id"] not in {each["id"] for each in listed["resultats"]}
    (aside,) = listed["misesDeCote"]
    assert (aside["offre"], aside["motif"]) == (first["id"], "pas_mon_metier")

    # run again, the same day and the days after: nothing twice
    run(service)
    run(service, day=1)
    run(service, day=2)
    seen: list[str] = []
    for each in client.get(f"/v1/profils/{person.id}/envois", params={"range": "0-49"}).json()["resultats"]:
        seen += [offer["id"] for offer in each.get("offres", [])]
    assert len(seen) == len(set(seen))
    ids = [message["Message-ID"] for message in sink.messages]
    assert len(ids) == len(set(ids))

    # undone, by the address that the list gives
    assert client.delete(aside["annuler"]).status_code == 204
    service.engine.catch_up()
    assert "misesDeCote" not in client.get(f"/v1/profils/{person.id}/offres").json()

    # one click in the mail reader stops it (RFC 8058)
    one_click = letter["List-Unsubscribe"].strip("<>").removeprefix("http://testserver")
    assert client.get(one_click).status_code == 200
    kept = service.store.get(Subscription, own["id"])
    assert kept is not None
    assert kept.active
    stopped = client.post(
        one_click,
        content=b"List-Unsubscribe=One-Click",
        headers={"content-type": "application/x-www-form-urlencoded"},
    )
    assert stopped.status_code == 200
    kept = service.store.get(Subscription, own["id"])
    assert kept is not None
    assert not kept.active
    before = len(sink.messages)
    run(service, day=3)
    assert len(sink.messages) == before


def test_pause_resume_stop(client: TestClient, service: Service, person: Profile) -> None:
    key = default_id(person.id)
    paused = client.post(f"/v1/abonnements/{key}/pause", params={"jours": 10}).json()
    assert paused["pauseJusquau"] == (service.engine.today() + dt.timedelta(days=10)).isoformat()
    resumed = client.post(f"/v1/abonnements/{key}/reprise").json()
    assert "pauseJusquau" not in resumed
    assert resumed["actif"] is True
    assert client.delete(f"/v1/abonnements/{key}").status_code == 204
    body = client.get(f"/v1/profils/{person.id}").json()
    body["permis"] = ["B"]
    assert client.put(f"/v1/profils/{person.id}", json=body).status_code == 200
    assert client.get(f"/v1/profils/{person.id}/abonnements").json()["resultats"] == []  # who said no is left alone
    run(service)
    assert client.get(f"/v1/profils/{person.id}/abonnements").json()["resultats"] == []
    for action in ("pause", "reprise"):
        assert client.post(f"/v1/abonnements/inconnu/{action}").status_code == 404
    assert client.post(f"/v1/abonnements/{key}/pause", params={"jours": 0}).status_code == 400


def test_the_feed_has_a_secret_address(client: TestClient, service: Service, person: Profile) -> None:
    body = {"id": "mon-flux", "profil": person.id, "canal": "atom", "frequence": "quotidienne", "contenu": "offres"}
    client.delete(f"/v1/abonnements/{default_id(person.id)}")
    assert client.post("/v1/abonnements", json=body).status_code == 201
    run(service)
    address = client.get("/v1/abonnements/mon-flux/acces").json()["flux"].removeprefix("http://testserver")
    answer = client.get(address)
    assert answer.headers["content-type"] == "application/atom+xml"
    feed = fromstring(answer.content)
    assert feed.findall("{http://www.w3.org/2005/Atom}entry")
    assert client.put("/v1/abonnements/mon-flux", json={**body, "versionFlux": 1}).status_code == 200
    gone = client.get(address)
    assert gone.status_code == 404
    assert gone.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("wrong", "field", "words"),
    [
        ({"criteres": {"typeContra": "CDI"}}, "criteres.typeContra", "typeContrat"),
        ({"criteres": {"salaireMin": "beaucoup"}}, "criteres.salaireMin", "un nombre"),
        ({"projets": ["Z9999"]}, "projets[0]", "ROME"),
        ({"canal": "webhook"}, "adresseWebhook", "Ajouter"),
        ({"canal": "webhook", "adresseWebhook": "https://a:b@c.fr/"}, "adresseWebhook", "https"),
        ({"canal": "webhook", "adresseWebhook": "https://127.0.0.1/envois"}, "adresseWebhook", "internet public"),
        ({"canal": "webhook", "adresseWebhook": "https://[::1]/"}, "adresseWebhook", "internet public"),
        ({"canal": "webhook", "adresseWebhook": "https://10.0.0.8:8443/"}, "adresseWebhook", "internet public"),
        ({"taille": 0}, "taille", "1"),
    ],
)
def test_wrong_settings_are_told_by_field(client: TestClient, wrong: Json, field: str, words: str) -> None:
    for address, more in (
        ("/v1/profils/profil-000001/abonnements/simulation", {}),
        ("/v1/abonnements", {"id": "a1", "profil": "profil-000001"}),
    ):
        answer = client.post(address, json={**wrong, **more})
        assert answer.status_code == 422, answer.text
        (error,) = answer.json()["erreurs"]
        assert error["champ"] == field
        assert words in error["remede"]


def test_nobody_is_subscribed_to_nothing(client: TestClient) -> None:
    answer = client.post("/v1/abonnements", json={"id": "a1", "profil": "inconnu"})
    assert answer.status_code == 422
    (error,) = answer.json()["erreurs"]
    assert (error["champ"], error["valeur"]) == ("profil", "inconnu")


def test_a_trial_says_what_consent_and_content_leave_of_it(client: TestClient, person: Profile) -> None:
    address = f"/v1/profils/{person.id}/abonnements/simulation"
    tried = client.post(address, json={"canal": "courriel", "contenu": "offres"}).json()
    assert tried["nbOffres"] > 0
    assert tried["nbFormations"] == 0
    lessons = client.post(address, json={"contenu": "formations"}).json()
    assert (lessons["nbOffres"], lessons["exemples"]) == (0, [])
    assert lessons["texte"].startswith("Ce réglage n'envoie que des formations")
    body = client.get(f"/v1/profils/{person.id}").json()
    refused = {**body, "consentements": {"profilage": True}}
    assert client.put(f"/v1/profils/{person.id}", json=refused).status_code == 200

    def silent() -> bool:
        answer = client.post(address, json={"canal": "courriel", "contenu": "offres"}).json()
        return answer["nbOffres"] == 0 and "vous n'avez pas accepté d'être joint par courriel" in answer["texte"]

    until(silent)
    (page,) = client.post(address, json={"canal": "courriel", "contenu": "offres"}).json()["pourElargir"]
    assert (page["changement"], page["nbOffres"]) == ({"canal": "page"}, tried["nbOffres"])


def test_unknown_people_and_wrong_links(client: TestClient, service: Service) -> None:
    assert client.post("/v1/profils/inconnu/abonnements/simulation", json={}).status_code == 404
    assert client.get("/v1/profils/inconnu/envois").status_code == 404
    token = service.house.signer.token
    for path in ("gestes", "desabonnement", "flux"):
        for wrong in ("x.y", token(Gesture("none", "o1")), token(Stop("none")), token(Feed("none"))):
            answer = client.get(f"/v1/{path}/{wrong}", headers={"Accept": "text/html"})
            assert answer.status_code == 404, (path, wrong)
            kind = "application/problem+json" if path == "flux" else "text/html"
            assert answer.headers["content-type"].startswith(kind), path
            assert client.get(f"/v1/{path}/{wrong}").headers["content-type"] == "application/problem+json"
    answer = client.post("/v1/gestes/x.y", headers={"Accept": "text/html"})
    assert answer.status_code == 404
    assert "Ce lien ne mène plus nulle part" in answer.text
    assert "dans votre espace" in answer.text


def test_a_person_who_goes_takes_everything_with_them(client: TestClient, service: Service, person: Profile) -> None:
    run(service)
    assert client.get(f"/v1/profils/{person.id}/envois").status_code in (200, 206)
    assert client.delete(f"/v1/profils/{person.id}").status_code == 204
    with service.store.engine.connect() as connection:
        for table in (delivery, digest, subscription_owner):
            statement = sa.select(sa.func.count()).select_from(table).where(table.c.profile_id == person.id)
            assert connection.scalar(statement) == 0


def test_nothing_sent_says_why_and_what_would_help(client: TestClient, service: Service, person: Profile) -> None:
    key = default_id(person.id)
    body = {"id": key, "profil": person.id, "contenu": "offres", "criteres": {"salaireMin": "90000"}}
    assert client.put(f"/v1/abonnements/{key}", json=body).status_code == 200
    run(service)
    answer = client.get(f"/v1/profils/{person.id}/envois").json()
    assert "avec ces critères" in answer["resultats"][0]["pourquoiRien"]
    assert "Sans le filtre « salaire minimum » : " in answer["avis"]


def test_stopping_keeps_what_was_changed_just_before(
    client: TestClient, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    profile = service.store.page(Profile, 0, 1)[0]
    mine = Subscription(id="mine", profile_id=profile.id, size=5)
    service.store.upsert([mine], "test")
    writing = service.store.writing

    def after_another() -> Any:
        monkeypatch.setattr(service.store, "writing", writing)
        service.store.upsert([msgspec.structs.replace(mine, size=20)], "test")
        return writing()

    monkeypatch.setattr(service.store, "writing", after_another)
    assert client.post(f"/v1/desabonnement/{service.house.signer.token(Stop('mine'))}").status_code == 200
    found = service.store.get(Subscription, "mine")
    assert found is not None
    assert (found.active, found.size) == (False, 20)
