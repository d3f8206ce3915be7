"""The story of people over HTTP, with the local provider: signing in, being somebody, signing out; and what fails."""

import datetime as dt
import re
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient

from api.app import create_app
from api.security import accounts
from api.security.actor import Role
from api.service import Service
from api.settings import Settings
from features.records import Establishment, Identity, Profile
from features.store import Kind
from features.store.access import accounts as kept
from features.store.tables import access_failure, access_session, account, link_code
from tests.waiting import until

BASE = "http://127.0.0.1:8000"
ADMIN = {"Authorization": "Bearer demo:administrateur"}


@pytest.fixture(scope="module")
def opened(sample_data_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    folder = Path(shutil.copytree(sample_data_dir, tmp_path_factory.mktemp("people") / "var"))
    service = Service.open(Settings(data_dir=folder, local_provider=True, demo_identities=True))
    with TestClient(create_app(service), base_url=BASE) as client:  # follows as long as it is open
        yield client


@pytest.fixture
def service(opened: TestClient) -> Iterator[Service]:
    """A service that nobody has signed in to yet."""
    found: Service = opened.app.state.service  # type: ignore[attr-defined]
    with found.store.writing() as writer:
        for table in (account, access_session, access_failure, link_code):
            writer.connection.execute(sa.delete(table))
    yield found
    shifted(found, 0)


@pytest.fixture
def browser(opened: TestClient, service: Service) -> Callable[[], TestClient]:
    """A new browser, with no cookies."""

    def fresh() -> TestClient:
        return TestClient(opened.app, base_url=BASE, follow_redirects=False, raise_server_exceptions=False)

    return fresh


def query(url: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


def to_provider(browser: TestClient, back: str = "/v1/moi") -> dict[str, str]:
    """What a browser is sent to the provider with."""
    left = browser.get(f"/connexion/entrer?{urlencode({'retour': back})}")
    assert left.status_code == 303, left.text
    return query(left.headers["location"])


def chosen(browser: TestClient, asked: dict[str, str], person: str = "camille") -> str:
    """The address that the provider sends back to, once somebody is chosen."""
    form = browser.get(f"/fournisseur-local/autoriser?{urlencode(asked)}")
    assert form.status_code == 200, form.text
    hidden = dict(re.findall(r'name="([a-z_]+)" value="([^"]*)"', form.text))
    hidden.pop("personne")
    answered = browser.post("/fournisseur-local/autoriser", data={**hidden, "personne": person})
    assert answered.status_code == 303, answered.text
    return answered.headers["location"]


def sign_in(browser: TestClient, person: str = "camille") -> dict[str, Any]:
    """Sign in; what `/v1/moi` says then."""
    came = browser.get(chosen(browser, to_provider(browser), person))
    assert (came.status_code, came.headers["location"]) == (303, "/v1/moi"), came.text
    told: dict[str, Any] = browser.get("/v1/moi").json()
    return told


def write(browser: TestClient, path: str, token: str, json: object = None) -> Any:
    return browser.post(path, json=json, headers={"X-Jeton-CSRF": token})


def test_somebody_new_signs_in_and_is_a_newcomer(browser: Callable[[], TestClient]) -> None:
    camille = browser()
    assert camille.get("/v1/moi").status_code == 401
    me = sign_in(camille)
    assert (me["role"], me["etat"]) == ("arrivant", "nouveau")
    assert "liez votre profil" in me["texte"]
    assert "camille" not in str(me).lower()
    cookie = next(each for each in camille.cookies.jar if each.name == "vivier")
    assert cookie.has_nonstandard_attr("HttpOnly")
    assert camille.get("/v1/profils").status_code == 403
    assert sign_in(browser())["id"] == me["id"]


def test_an_employer_is_approved_by_another_and_closed_within_a_second(
    browser: Callable[[], TestClient], service: Service
) -> None:
    siret = service.store.page(Establishment, 0, 1)[0].id
    alix = browser()
    me = sign_in(alix, "alix")
    asked = write(alix, "/v1/moi/demande", me["jetonCsrf"], {"role": "employeur", "siret": siret})
    assert asked.json()["etat"] == "demande", asked.text
    assert "deuxième personne" in asked.json()["texte"]
    waiting = alix.get("/v1/comptes?etat=demande", headers=ADMIN).json()["resultats"]
    assert [each["id"] for each in waiting] == [me["id"]]
    assert waiting[0]["presente"]["courriel"] == "alix@exemple.invalid"
    assert "ne confirme pas ce SIRET" in waiting[0]["avis"]
    opened = alix.post(f"/v1/comptes/{me['id']}/accord", json={}, headers=ADMIN)
    assert opened.json()["etat"] == "actif", opened.text
    assert "presente" not in opened.json()
    until(lambda: alix.get("/v1/moi").json()["role"] == "employeur")
    assert alix.get("/v1/moi").json()["siret"] == siret
    assert alix.get(f"/v1/etablissements/{siret}").status_code == 200
    assert alix.get("/v1/evenements/x").status_code == 403
    again = alix.post(f"/v1/comptes/{me['id']}/accord", json={}, headers=ADMIN)
    assert again.status_code == 409
    alix.post(f"/v1/comptes/{me['id']}/desactivation", headers=ADMIN)
    until(lambda: alix.get("/v1/moi").status_code == 401)
    came = alix.get(chosen(alix, to_provider(alix), "alix"))
    assert came.status_code == 400
    assert "Votre compte est fermé" in came.text


def test_a_closed_account_that_reopens_does_not_revive_its_sessions(
    browser: Callable[[], TestClient], service: Service
) -> None:
    siret = service.store.page(Establishment, 0, 1)[0].id
    alix = browser()
    me = sign_in(alix, "alix")
    write(alix, "/v1/moi/demande", me["jetonCsrf"], {"role": "employeur", "siret": siret})
    for step in ("accord", "desactivation", "reouverture"):
        assert alix.post(f"/v1/comptes/{me['id']}/{step}", json={}, headers=ADMIN).status_code == 200
    same = alix.post(f"/v1/comptes/{me['id']}/accord", json={}, headers=ADMIN)
    assert same.status_code == 409, "who reopened it asked for it"
    accounts.approve(service.store, me["id"], "quelqu-un-d-autre")
    until(lambda: alix.get("/v1/moi").status_code == 401)
    again = browser()
    sign_in(again, "alix")
    until(lambda: again.get("/v1/moi").json()["role"] == "employeur")


def test_nobody_approves_their_own_request(browser: Callable[[], TestClient], service: Service) -> None:
    sacha = browser()
    me = sign_in(sacha, "sacha")
    write(sacha, "/v1/moi/demande", me["jetonCsrf"], {"role": "administrateur"})
    with pytest.raises(accounts.Conflict, match="deuxième regard"):
        accounts.approve(service.store, me["id"], me["id"])
    asked = accounts.register(service.store, "https://a", "b", Role.ADMINISTRATOR, "cli:a")
    with pytest.raises(accounts.Conflict, match="deuxième regard"):
        accounts.approve(service.store, asked.id, "cli:a")
    assert accounts.approve(service.store, asked.id, "cli:b").decided_by == "cli:b"


def test_a_request_names_what_is_there(browser: Callable[[], TestClient]) -> None:
    alix = browser()
    token = sign_in(alix, "alix")["jetonCsrf"]
    for body, told in (
        ({"role": "employeur", "siret": "00000000000000"}, "n'est pas celui d'un établissement"),
        ({"role": "employeur"}, "donne le SIRET"),
        ({"role": "conseiller"}, "identifiant de conseiller"),
        ({"role": "auditeur", "siret": "13000548100010"}, "lui seul"),
    ):
        refused = write(alix, "/v1/moi/demande", token, body)
        assert refused.status_code == 422, body
        assert told in refused.json()["detail"]
    assert write(alix, "/v1/moi/demande", token, {"role": "demandeur"}).status_code == 422


def a_profile(service: Service) -> Profile:
    return next(each for each in service.store.page(Profile, 0, 100) if each.counsellor_id is not None)


def test_a_jobseeker_links_their_profile_with_their_counsellors_code(
    browser: Callable[[], TestClient], service: Service
) -> None:
    profile = a_profile(service)
    counsellor = {"Authorization": f"Bearer demo:conseiller:{profile.counsellor_id}"}
    camille = browser()
    token = sign_in(camille)["jetonCsrf"]
    given = camille.post(f"/v1/profils/{profile.id}/code-de-rattachement", headers=counsellor)
    assert given.status_code == 201, given.text
    stranger = {"Authorization": "Bearer demo:conseiller:conseiller-zzz"}
    assert camille.post(f"/v1/profils/{profile.id}/code-de-rattachement", headers=stranger).status_code == 404
    code = given.json()["code"]
    typed = f" {code.lower().replace('-', ' ')}"
    linked = write(camille, "/v1/moi/profil", token, {"profil": profile.id, "code": typed})
    assert (linked.status_code, linked.json()["role"]) == (200, "demandeur"), linked.text
    until(lambda: camille.get("/v1/moi").json().get("profil") == profile.id)
    assert camille.get(f"/v1/profils/{profile.id}").status_code == 200
    assert camille.get(f"/v1/profils/{profile.id}/offres").status_code in (200, 206, 204)

    other = browser()
    token = sign_in(other, "claude")["jetonCsrf"]
    used = write(other, "/v1/moi/profil", token, {"profil": profile.id, "code": code})
    assert used.status_code == 422
    unknown = write(other, "/v1/moi/profil", token, {"profil": "personne", "code": code})
    assert unknown.json() == used.json()

    service.store.delete(Kind.PROFILE, [profile.id])
    until(lambda: camille.get("/v1/moi").status_code == 401)
    with service.store.engine.connect() as connection:
        assert kept.of_profile(connection, profile.id) == []


def test_codes_are_guessed_five_times_and_no_more(browser: Callable[[], TestClient], service: Service) -> None:
    profile = a_profile(service)
    camille = browser()
    token = sign_in(camille)["jetonCsrf"]
    code = accounts.code_for(service.store, profile.id, "conseiller")
    for _ in range(accounts.MOST_FAILURES):
        assert write(camille, "/v1/moi/profil", token, {"profil": profile.id, "code": "AAAAA-AAAAA"}).status_code == 422
    locked = write(camille, "/v1/moi/profil", token, {"profil": profile.id, "code": code})
    assert locked.status_code == 429
    assert int(locked.headers["retry-after"]) <= 30


def test_a_code_is_asked_by_e_mail_without_telling_who_is_there(
    browser: Callable[[], TestClient], service: Service
) -> None:
    profile = a_profile(service)
    service.store.upsert([Identity(id=profile.id, email="dominique@exemple.invalid")], "essai")
    camille = browser()
    token = sign_in(camille)["jetonCsrf"]
    there = write(camille, "/v1/moi/profil/code", token, {"profil": profile.id})
    nobody = write(camille, "/v1/moi/profil/code", token, {"profil": "personne"})
    assert (there.status_code, there.content) == (nobody.status_code, nobody.content) == (202, b"")
    found = accounts.code_to_send(service.store, profile.id)
    assert found is not None
    assert found[1] == "dominique@exemple.invalid"
    assert accounts.code_to_send(service.store, profile.id) is None, "one was made a moment ago"
    assert accounts.code_to_send(service.store, "personne") is None
    linked = write(camille, "/v1/moi/profil", token, {"profil": profile.id, "code": found[0]})
    assert linked.json()["role"] == "demandeur"


def test_signing_out_ends_the_session_everywhere(browser: Callable[[], TestClient], service: Service) -> None:
    camille = browser()
    token = sign_in(camille)["jetonCsrf"]
    stolen = camille.cookies["vivier"]
    left = camille.post("/connexion/sortir", data={"jetonCsrf": token})
    assert left.status_code == 303
    assert left.headers["location"].startswith(f"{BASE}/fournisseur-local/sortir?id_token_hint=")
    back = camille.get(left.headers["location"])
    assert back.headers["location"].startswith(f"{BASE}/connexion/au-revoir?state=")
    assert "La déconnexion est faite" in camille.get(back.headers["location"]).text
    assert "vivier" not in camille.cookies
    thief = browser()
    thief.cookies.set("vivier", stolen)
    assert thief.get("/v1/moi").status_code == 401
    second = Service.open(service.settings)
    try:
        other = TestClient(create_app(second), base_url=BASE, cookies={"vivier": stolen})
        assert other.get("/v1/moi").status_code == 401
    finally:
        second.store.close()


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-Jeton-CSRF": "faux"},
        {"X-Jeton-CSRF": "{bon}", "Origin": "https://evil.example"},
        {"X-Jeton-CSRF": "{bon}", "Origin": "null"},
        {"X-Jeton-CSRF": "{bon}", "Sec-Fetch-Site": "cross-site"},
        {"X-Jeton-CSRF": "{bon}", "Sec-Fetch-Site": "same-site"},
    ],
)
def test_another_site_cannot_act_in_somebodys_name(browser: Callable[[], TestClient], headers: dict[str, str]) -> None:
    camille = browser()
    token = sign_in(camille)["jetonCsrf"]
    sent = {name: value.format(bon=token) for name, value in headers.items()}
    for path in ("/v1/moi/demande", "/connexion/sortir"):
        assert camille.post(path, json={"role": "auditeur"}, headers=sent).status_code == 403
    assert camille.get("/v1/moi").json()["etat"] == "nouveau"
    good = {"X-Jeton-CSRF": token, "Origin": BASE, "Sec-Fetch-Site": "same-origin"}
    assert camille.post("/v1/moi/demande", json={"role": "auditeur"}, headers=good).status_code == 200


def test_an_answer_of_the_provider_counts_once(browser: Callable[[], TestClient]) -> None:
    camille = browser()
    asked = to_provider(camille)
    login_cookie = camille.cookies["vivier-entree"]
    back = chosen(camille, asked)
    assert camille.get(back).status_code == 303
    assert "vivier-entree" not in camille.cookies
    assert camille.get(back).status_code == 400
    camille.cookies.set("vivier-entree", login_cookie)
    replayed = camille.get(back)
    assert replayed.status_code == 400
    assert "recommencez" in replayed.text


def test_an_answer_counts_in_the_browser_that_began(browser: Callable[[], TestClient]) -> None:
    """A victim who is given somebody else's answer (login CSRF) is not signed in as them."""
    attacker, victim = browser(), browser()
    back = chosen(attacker, to_provider(attacker))
    assert victim.get(back).status_code == 400
    to_provider(victim)
    assert victim.get(back).status_code == 400
    assert "vivier" not in victim.cookies


def test_answers_that_were_twisted(browser: Callable[[], TestClient]) -> None:
    twists: list[Callable[[dict[str, str]], dict[str, str]]] = [
        lambda told: {**told, "state": "autre"},
        lambda told: {**told, "iss": "https://evil.example"},
        lambda told: {name: value for name, value in told.items() if name != "iss"},
        lambda told: {**told, "code": "autre"},
        lambda told: {name: value for name, value in told.items() if name != "code"},
        lambda told: {"error": "access_denied", "state": told["state"]},
    ]
    for twist in twists:
        camille = browser()
        told = query(chosen(camille, to_provider(camille)))
        came = camille.get(f"/connexion/retour/local?{urlencode(twist(told))}")
        assert came.status_code == 400, twist(told)
        assert "Recommencer" in came.text
        assert camille.get("/v1/moi").status_code == 401
    camille = browser()
    back = chosen(camille, to_provider(camille))
    assert camille.get(f"{back}&state=x").status_code == 400
    assert camille.get(back.replace("/retour/local", "/retour/autre")).status_code == 404
    back = chosen(camille, to_provider(camille))
    assert camille.get(f"{back}&session_state=ajout").status_code == 303, "what a provider adds is left alone"


@pytest.mark.parametrize(
    "back",
    [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "",
        "\t//evil",
        "/a\nb",
        "evil",
    ],
)
def test_nobody_is_sent_elsewhere_after_signing_in(browser: Callable[[], TestClient], back: str) -> None:
    refused = browser().get(f"/connexion/entrer?{urlencode({'retour': back})}")
    assert refused.status_code == 400


def test_a_session_has_an_id_that_nobody_chose(browser: Callable[[], TestClient], service: Service) -> None:
    """Session fixation: a cookie that was planted is not taken up, and one that was there ends."""
    camille = browser()
    sign_in(camille)
    first = camille.cookies["vivier"]
    sign_in(camille)
    assert camille.cookies["vivier"] != first
    old = browser()
    old.cookies.set("vivier", first)
    assert old.get("/v1/moi").status_code == 401
    planted = browser()
    planted.cookies.set("vivier", "choisi-par-un-autre", domain="127.0.0.1", path="/")
    assert sign_in(planted)["etat"] == "nouveau"
    assert planted.cookies["vivier"] != "choisi-par-un-autre"


def test_a_cookie_that_comes_twice_is_refused(browser: Callable[[], TestClient]) -> None:
    camille, attacker = browser(), browser()
    sign_in(camille)
    sign_in(attacker, "claude")
    tossed = f"vivier={attacker.cookies['vivier']}; vivier={camille.cookies['vivier']}"
    answered = browser().get("/v1/moi", headers={"Cookie": tossed})
    assert answered.status_code == 401
    assert "deux fois" in answered.json()["detail"]


def test_the_provider_asks_for_pkce_and_knows_one_address(browser: Callable[[], TestClient]) -> None:
    camille = browser()
    asked = to_provider(camille)
    assert asked["code_challenge_method"] == "S256"
    for twist in (
        {"code_challenge_method": "plain"},
        {"code_challenge_method": ""},
        {"code_challenge": "court"},
        {"redirect_uri": "http://127.0.0.1:8000/connexion/retour/local/../autre"},
        {"redirect_uri": "https://evil.example/connexion/retour/local"},
        {"client_id": "autre"},
        {"nonce": ""},
        {"response_type": "token"},
        {"scope": "email"},
    ):
        refused = camille.get(f"/fournisseur-local/autoriser?{urlencode({**asked, **twist})}")
        assert refused.status_code == 400, twist
        assert "location" not in refused.headers


def test_a_code_without_its_verifier_is_worth_nothing(browser: Callable[[], TestClient]) -> None:
    camille = browser()
    asked = to_provider(camille)
    code = query(chosen(camille, asked))["code"]
    form = {
        "grant_type": "authorization_code",
        "client_id": "vivier",
        "redirect_uri": f"{BASE}/connexion/retour/local",
        "code": code,
    }
    for verifier in (
        {},
        {"code_verifier": ""},
        {"code_verifier": "a" * 43},
        {"code_verifier": asked["code_challenge"]},
    ):
        refused = camille.post("/fournisseur-local/jeton", data={**form, **verifier})
        assert (refused.status_code, refused.json()) == (400, {"error": "invalid_grant"})


def test_the_local_provider_answers_this_machine_alone(browser: Callable[[], TestClient]) -> None:
    about = "/fournisseur-local/.well-known/openid-configuration"
    assert browser().get(about).status_code == 200
    assert browser().get(about, headers={"Host": "vivier.example"}).status_code == 421
    assert browser().get(about, headers={"Host": "testserver"}).status_code == 404


def test_the_local_provider_is_off_unless_asked_and_refused_elsewhere(deployment: Path) -> None:
    from api.security.providers import ProvidersUnusable

    off = Service.open(Settings(data_dir=deployment))
    client = TestClient(create_app(off), base_url=BASE)
    assert client.get("/fournisseur-local/jwks.json").status_code == 404
    assert "Aucun fournisseur" in client.get("/connexion/entrer").text
    off.store.close()
    with pytest.raises(ProvidersUnusable, match="lets anybody in as anybody"):
        Service.open(Settings(data_dir=deployment, local_provider=True, public_url="https://vivier.example"))


def test_pages_are_in_french_and_load_nothing(browser: Callable[[], TestClient]) -> None:
    camille = browser()
    form = camille.get(f"/fournisseur-local/autoriser?{urlencode(to_provider(camille))}")
    assert "Qui voulez-vous être" in form.text
    for answered in (form, camille.get("/connexion/au-revoir"), camille.get("/connexion/retour/local")):
        assert "default-src 'none'" in answered.headers["content-security-policy"]
        assert answered.headers["cache-control"] == "no-store"
        assert "http" not in answered.text.replace(BASE, "").partition("</style>")[2]


def test_a_session_is_given_anew_and_ends(browser: Callable[[], TestClient], service: Service) -> None:
    camille = browser()
    sign_in(camille)
    first = camille.cookies["vivier"]
    camille.get("/v1/moi")
    assert camille.cookies["vivier"] == first, "young: kept as it is"
    moved = dt.timedelta(minutes=6).total_seconds()
    shifted(service, moved)
    assert camille.get("/v1/moi").status_code == 200
    assert camille.cookies["vivier"] != first
    for _ in range(20):  # active every twenty minutes: six hours and a half
        moved += 1200
        shifted(service, moved)
        assert camille.get("/v1/moi").status_code == 200
    shifted(service, dt.timedelta(hours=8, seconds=1).total_seconds())
    assert camille.get("/v1/moi").status_code == 401, "eight hours are the most"
    shifted(service, 0)
    claude = browser()
    sign_in(claude, "claude")
    shifted(service, dt.timedelta(minutes=31).total_seconds())
    assert claude.get("/v1/moi").status_code == 401, "idle"


def shifted(service: Service, by_s: float) -> None:
    """Move the clock of sign-in."""

    def clock() -> float:
        return time.time() + by_s

    for part in (service.access, service.access.tokens):
        object.__setattr__(part, "clock", clock)
    service.sessions._seen._clock = clock
