"""Whatever is asked of the API leaves a line; and auditors read the lines."""

import json
import shutil
import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.auditing import log as auditing
from api.auditing.archive import seen_by
from api.auditing.call import UNKNOWN_ADDRESS
from api.auditing.operations import LISTED, NOT_AUDITED, action_of, is_creation
from api.examples import EXAMPLES
from api.routes.registry import routers
from api.security.actor import Role
from api.security.enrolling import enrol
from api.security.rules import endpoints_of
from api.service import Service
from features.audit.actions import Action, outcome
from features.audit.line import Line, read
from features.audit.reading import Question, about, bodies
from features.audit.verify import verify
from features.records import Establishment, Profile
from features.store import Kind
from tests.api.conftest import client_over
from tests.waiting import until

Json = dict[str, Any]


@pytest.fixture
def client(deployment: Path) -> Iterator[TestClient]:
    with client_over(deployment) as opened:
        yield opened


@pytest.fixture(scope="module")
def shared(sample_data_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """One service for the tests that look at their own lines alone."""
    folder = Path(shutil.copytree(sample_data_dir, tmp_path_factory.mktemp("audited") / "var"))
    with client_over(folder) as opened:
        yield opened


def service_of(client: TestClient) -> Service:
    service: Service = client.app.state.service  # type: ignore[attr-defined]
    return service


def lines_of(client: TestClient) -> list[Line]:
    """All lines, once none waits."""
    service = service_of(client)
    until(lambda: service.audit.waiting == 0)
    return [read(body) for _, body in bodies(service.store, Question())]


def traced(number: int) -> Mapping[str, str]:
    return {"traceparent": f"00-{number:032x}-00f067aa0ba902b7-01"}


def by_trace(client: TestClient) -> dict[int, list[Line]]:
    found: dict[int, list[Line]] = defaultdict(list)
    for line in lines_of(client):
        if line.trace is not None:
            found[int(line.trace, 16)].append(line)
    return found


def operations(document: Json) -> Iterator[tuple[str, str, Json]]:
    for path, methods in document["paths"].items():
        for method, described in methods.items():
            if not path.startswith(NOT_AUDITED):
                yield method.upper(), path, described


def asked(path: str, described: Json) -> tuple[str, dict[str, str], dict[str, Any]]:
    """Address, parameters and body of an example of an operation, about a record that is not there."""
    address = path
    while "{" in address:
        address = address[: address.index("{")] + "inconnu-zzz" + address[address.index("}") + 1 :]
    parameters = {
        each["name"]: each.get("example") or each["schema"]["examples"][0]
        for each in described.get("parameters", ())
        if each["required"] and each["in"] == "query"
    }
    given: dict[str, Any] = {}
    for media_type, content in described.get("requestBody", {}).get("content", {}).items():
        given = {"content": json.dumps(content["example"]), "headers": {"content-type": media_type}}
    return address, parameters, given


def who_asks(path: str, described: Json) -> tuple[str | None, str | None, bool]:
    """Whom `client_over` calls an operation as: nobody is asked who they are where all may call."""
    if not described["security"]:
        return None, None, False
    role = next(role for role in ("service", "auditeur", "administrateur", "arrivant") if role in described["x-acces"])
    return f"demo:{role}", role, True


def test_every_operation_leaves_one_line_that_says_who_and_what(client: TestClient) -> None:
    document = client.get("/openapi.json").json()
    statuses: dict[int, tuple[str, str, Json, int]] = {}
    for number, (method, path, described) in enumerate(operations(document), 1):
        address, parameters, given = asked(path, described)
        headers = {**given.pop("headers", {}), **traced(number)}
        response = client.request(method, address, params=parameters, headers=headers, follow_redirects=False, **given)
        assert response.status_code != 500, f"{method} {path}"
        statuses[number] = (method, path, described, response.status_code)
    found = by_trace(client)
    for number, (method, path, described, status) in statuses.items():
        assert len(found[number]) == 1, f"{method} {path} left {len(found[number])} lines"
        [line] = found[number]
        assert line.operation == f"{method} {path}"
        assert (line.acteur, line.role, line.demo) == who_asks(path, described), line.operation
        assert line.action is outcome(action_of(method, path), status)
        assert line.statut in (status, None), line
        assert (line.statut is not None) or status < 400
        assert "inconnu-zzz" not in "".join(line.identifiants), "what is not there is not written as it was sent"
    service = service_of(client)
    assert verify(service.store, service.audit.chain.witness, service.audit.chain.key.public).fault is None


def test_head_leaves_the_line_that_get_leaves(client: TestClient) -> None:
    profile = service_of(client).store.page(Profile, 0, 1)[0].id
    for number, path in enumerate((f"/v1/profils/{profile}", f"/v1/profils/{profile}/offres", "/v1/offres"), 1):
        asked_by_head = client.head(path, headers=traced(number))
        asked_by_get = client.get(path, headers=traced(100 + number))
        assert asked_by_head.status_code == asked_by_get.status_code
    found = by_trace(client)
    for number in (1, 2, 3):
        [head], [get] = found[number], found[100 + number]
        assert (head.operation, get.operation) == (f"HEAD {get.operation.removeprefix('GET ')}", get.operation)
        assert (head.action, head.nature, head.personnes) == (get.action, get.nature, get.personnes)


def test_what_a_post_does_is_told(shared: TestClient) -> None:
    document = shared.get("/openapi.json").json()
    known = {f"{method} {route.path}" for route in endpoints_of(routers()) for method in route.methods or ()}
    assert set(LISTED) <= known, "an operation that is listed is there no more"
    for method, path, _ in operations(document):
        told = f"{method} {path}" in LISTED or path.endswith(("/lot", "/export")) or is_creation(path)
        assert method != "POST" or told, f"{method} {path}: say what it does in api/auditing/operations.py"


def strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from strings(each)
    elif isinstance(value, list):
        for each in value:
            yield from strings(each)


def test_everyone_who_is_shown_is_in_the_line(shared: TestClient) -> None:
    """The answers themselves say who was shown: every profile id in their JSON."""
    service = service_of(shared)
    everyone = {profile.id for batch in service.store.scan(Profile) for profile in batch}
    document = shared.get("/openapi.json").json()
    pool = {**EXAMPLES[Kind.TALENT_POOL], "id": "vivier-audit", "profils": sorted(everyone)[:40]}
    shared.put("/v1/viviers/vivier-audit", json=pool)
    user = pool["proprietaire"]
    offers = [each["id"] for each in shared.get("/v1/offres", params={"range": "0-99"}).json()["resultats"]]
    offer = next(each for each in offers if shared.get(f"/v1/offres/{each}/profils").json().get("resultats"))
    calls: list[tuple[str, str, dict[str, Any]]] = [
        ("GET", f"/v1/offres/{offer}/profils", {}),
        ("GET", "/v1/viviers/vivier-audit/membres", {"params": {"utilisateur": user}}),
        ("POST", "/v1/viviers/vivier-audit/actualisation", {"params": {"utilisateur": user}}),
        ("GET", "/v1/viviers/vivier-audit/mouvements", {"params": {"utilisateur": user}}),
        ("GET", "/v1/viviers/vivier-audit/export", {"params": {"utilisateur": user}}),
        ("GET", "/v1/viviers/vivier-audit", {}),
        ("GET", "/v1/evenements", {}),
        ("GET", "/v1/abonnements", {}),
        ("POST", "/v1/prospection/cibles", {"json": {"conseiller": "conseiller-0001"}}),
    ]
    for path, methods in document["paths"].items():
        if path.startswith("/v1/profils/{id}/") and "get" in methods:
            calls.append(("GET", path.replace("{id}", sorted(everyone)[7]), {}))
        for method, described in methods.items():
            if method == "get" and "{" not in path and path.startswith("/v1/"):
                calls.append(("GET", path, {"params": asked(path, described)[1]}))
            if method == "post" and path.endswith(("/recherche", "/cibles", "/plan")):
                example = described["requestBody"]["content"]["application/json"]["example"]
                calls.append(("POST", path, {"json": example}))
    shown: dict[int, tuple[str, set[str]]] = {}
    for number, (method, address, given) in enumerate(calls, 10_000):
        response = shared.request(method, address, headers=traced(number), **given)
        if response.headers.get("content-type", "").startswith("application/json"):
            shown[number] = (address, everyone & set(strings(response.json())))
        elif response.headers.get("content-type", "").startswith("text/csv"):
            shown[number] = (address, {each for each in everyone if f'"{each}"' in response.text})
    found, person = by_trace(shared), service.audit.chain.key.person
    for number, (address, people) in shown.items():
        assert {person(each) for each in people} <= set(found[number][0].personnes), address
    assert sum(bool(people) for _, people in shown.values()) >= 8
    for address in (f"/v1/offres/{offer}/profils", "/v1/viviers/vivier-audit/export", "/v1/profils"):
        assert any(people for told, people in shown.values() if told == address), f"{address} showed nobody"


def test_a_list_says_which_model_ranked_it(shared: TestClient) -> None:
    shared.get("/v1/profils/profil-000041/offres", headers=traced(20_001))
    shared.post("/v1/profils/recherche", json={"romeCode": "J1501"}, headers=traced(20_002))
    found = by_trace(shared)
    assert found[20_001][0].modele == "transparent"
    assert found[20_002][0].modele == "transparent"
    assert found[20_002][0].action is Action.SEARCHED


def test_a_change_and_its_line_are_one_transaction(client: TestClient) -> None:
    service = service_of(client)
    profile = client.get("/v1/profils/profil-000003").json()
    lines_of(client)
    service.audit.chain.write = lambda *_: pytest.fail("a change does not wait in the queue")  # type: ignore[method-assign]
    assert client.put("/v1/profils/profil-000003", json={**profile, "rqth": True}).status_code == 422
    del service.audit.chain.write
    changed = {**profile, "permis": []}
    assert client.put("/v1/profils/profil-000003", json=changed, headers=traced(1)).status_code == 200
    [line] = [read(body) for _, body in bodies(service.store, Question(action=Action.CHANGED))]
    assert (line.trace, line.statut) == (f"{1:032x}", None)
    assert line.personnes == (service.audit.chain.key.person("profil-000003"),)
    assert client.delete("/v1/profils/profil-000003").status_code == 204
    [line] = [read(body) for _, body in bodies(service.store, Question(action=Action.DELETED))]
    assert line.personnes == (service.audit.chain.key.person("profil-000003"),)
    assert "profil-000003" not in "".join(body for _, body in bodies(service.store, Question()))


def test_a_bulk_names_everyone_it_changed(client: TestClient) -> None:
    service = service_of(client)
    profile = client.get("/v1/profils/profil-000003").json()
    lot = "\n".join(json.dumps({**profile, "id": f"nouveau-{number}"}) for number in range(3))
    headers = {"content-type": "application/x-ndjson", **traced(2)}
    assert client.post("/v1/profils/lot", content=lot, headers=headers).json()["ajoutees"] == 3
    [line] = by_trace(client)[2]
    assert set(line.personnes) == {service.audit.chain.key.person(f"nouveau-{number}") for number in range(3)}


def test_a_refused_change_leaves_a_refusal_and_no_change(client: TestClient) -> None:
    assert client.delete("/v1/profils/personne", headers=traced(3)).status_code == 404
    assert client.post("/v1/offres", json=EXAMPLES[Kind.OFFER], headers=traced(4)).status_code == 201
    assert client.post("/v1/offres", json=EXAMPLES[Kind.OFFER], headers=traced(5)).status_code == 409
    found = by_trace(client)
    assert [(line.action, line.statut) for line in found[3]] == [(Action.REFUSED, 404)]
    assert [(line.action, line.statut, line.identifiants) for line in found[4]] == [
        (Action.CREATED, None, (EXAMPLES[Kind.OFFER]["id"],))
    ]
    assert [(line.action, line.statut) for line in found[5]] == [(Action.FAILED, 409)]


def test_an_address_that_is_not_there_is_noted_without_being_written(shared: TestClient) -> None:
    shared.get("/v1/dupont/jean", headers=traced(30_001))
    [line] = by_trace(shared)[30_001]
    assert (line.operation, line.action) == (f"GET {UNKNOWN_ADDRESS}", Action.REFUSED)
    before = len(lines_of(shared))
    shared.get("/health/live")
    shared.get("/problemes/introuvable")
    assert len(lines_of(shared)) == before


def test_no_request_waits_for_the_database_and_no_line_is_lost(
    deployment: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(auditing, "PATIENCE_S", 0.05)
    with client_over(deployment, audit_queue=100) as client:
        before = len(lines_of(client))
        blocker = sqlite3.connect(deployment / "vivier.db", isolation_level=None)
        blocker.execute("begin immediate")
        answers = [client.get("/v1/rome/metiers/J1501").status_code for _ in range(101)]
        assert answers == [200] * 100 + [503]
        assert client.get("/health/live").status_code == 200
        blocker.execute("rollback")
        blocker.close()
        assert len(lines_of(client)) == before + 100
        assert client.get("/v1/rome/metiers/J1501").status_code == 200


def test_lines_that_the_database_did_not_take_are_written_later(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(auditing, "RETRY_S", 0.02)
    service = service_of(client)
    lines_of(client)
    failures = iter([OSError("disk full"), OSError("disk full")])
    write = service.audit.chain.write

    def failing(entries: Any) -> None:
        if entries and (error := next(failures, None)) is not None:
            raise error
        write(entries)

    monkeypatch.setattr(service.audit.chain, "write", failing)
    client.get("/v1/rome/metiers/J1501", headers=traced(6))
    until(lambda: service.audit.failure == "OSError")
    assert len(by_trace(client)[6]) == 1
    assert service.audit.failure is None


def test_stopping_writes_what_waits(deployment: Path) -> None:
    with client_over(deployment) as client:
        service = service_of(client)
        for _ in range(20):
            client.get("/v1/rome/metiers/J1501", headers=traced(7))
    with client_over(deployment) as client:
        assert len(by_trace(client)[7]) == 20
        assert verify(service_of(client).store, auditing.witness_of(service.settings), service.audit.chain.key.public)


def test_who_saw_a_person(shared: TestClient) -> None:
    service = service_of(shared)
    shared.get("/v1/profils/profil-000051", headers=traced(40_001))
    shared.get("/v1/profils/profil-000051/offres", headers=traced(40_002))
    lines_of(shared)
    found = shared.get("/v1/audit", params={"profil": "profil-000051", "acteur": "demo:service", "action": "vu"})
    assert [line["trace"] for line in found.json()["resultats"]] == [f"{40_001:032x}"]
    assert found.headers["content-range"] == "lignes 0-0/1"
    assert found.json()["resultats"][0]["texte"] == "a consulté"
    assert "profil-000051" not in found.text
    lines_of(shared)
    person = service.audit.chain.key.person("profil-000051")
    told = [(line.operation, line.action) for line in about(service.store, person)]
    assert ("GET /v1/profils/{id}/offres", Action.SEARCHED) in told
    assert ("GET /v1/audit", Action.LISTED) in told, "reading the log about somebody is in the log"


def test_an_empty_answer_says_what_would_fill_it(shared: TestClient) -> None:
    shared.get("/v1/profils/profil-000052")
    lines_of(shared)
    nothing = shared.get("/v1/audit", params={"profil": "profil-000052", "action": "supprime"}).json()
    assert nothing["resultats"] == []
    assert nothing["avis"].startswith("Aucune ligne ne répond à tous ces critères ; sans « ")
    far = shared.get("/v1/audit", params={"du": "2020-01-01", "au": "2020-01-02", "acteur": "personne"}).json()
    assert far["avis"].startswith("Aucune ligne ne répond à ces critères")


def test_who_plays_a_person_is_not_named_either(shared: TestClient) -> None:
    headers = {"Authorization": "Bearer demo:demandeur:profil-000053", **traced(50_001)}
    assert shared.get("/v1/profils/profil-000053", headers=headers).status_code == 200
    assert shared.get("/v1/profils/profil-000054", headers={**headers, **traced(50_002)}).status_code == 404
    assert shared.get("/v1/audit", headers={**headers, **traced(50_004)}).status_code == 403
    nobody = {"Authorization": "", **traced(50_005)}
    assert shared.get("/v1/audit", headers=nobody).status_code == 401
    found = by_trace(shared)
    assert found[50_001][0].action is Action.SEEN
    assert [found[number][0].action for number in (50_002, 50_004, 50_005)] == [Action.REFUSED] * 3
    assert found[50_005][0].acteur is None
    name = found[50_001][0].acteur or ""
    assert name.startswith("demo:demandeur:p.")
    asked = shared.get("/v1/audit", params={"acteur": "demo:demandeur:profil-000053", "range": "0-0"}).json()
    assert asked["resultats"][0]["acteur"] == name
    assert found[50_001][0].auNomDe == service_of(shared).audit.chain.key.person("profil-000053")


def test_a_person_reads_who_saw_them(client: TestClient) -> None:
    service = service_of(client)
    offers = [
        each for each in client.get("/v1/offres", params={"range": "0-99"}).json()["resultats"] if "entreprise" in each
    ]
    firms = [(each["id"], each["entreprise"].get("siret")) for each in offers]
    offer, siret = next(
        (key, siret)
        for key, siret in firms
        if siret is not None and client.get(f"/v1/offres/{key}/profils").json().get("resultats")
    )
    employer = {"Authorization": f"Bearer demo:employeur:{siret}", **traced(60_001)}
    seen = client.get(f"/v1/offres/{offer}/profils", headers=employer).json()["resultats"][0]["id"]
    own = {"Authorization": f"Bearer demo:demandeur:{seen}", **traced(60_002)}
    client.get(f"/v1/profils/{seen}", headers=own)
    client.get(f"/v1/profils/{seen}/offres", headers=traced(60_003))
    lines_of(client)
    told = {str(each["trace"]): each for each in seen_by(service, seen)}
    by_firm, by_self, by_service = [told[f"{number:032x}"] for number in (60_001, 60_002, 60_003)]
    assert by_firm["texte"] == f"Un employeur ({siret}) vous a vu dans une recherche."
    assert by_firm["modele"] == "transparent"
    assert by_self["texte"] == "Vous avez consulté vos données."
    assert by_service["texte"] == "Un automate du réseau a fait une recherche pour vous."
    assert "acteur" not in by_firm


def test_a_contact_is_a_line_about_the_person(client: TestClient) -> None:
    service = service_of(client)
    seen = next(each for batch in service.store.scan(Profile) for each in batch if each.consents.visible_to_employers)
    siret = service.store.page(Establishment, 0, 1)[0].id
    body = {
        "siret": siret,
        "profil": seen.id,
        "besoin": "Aide-soignant de nuit",
        "message": "Bonjour, parlons-en.",
    }
    sent = client.post("/v1/mises-en-relation", json=body, headers=traced(8))
    assert sent.status_code == 201, sent.text
    answered = {"profil": seen.id, "accepte": True}
    client.post(f"{sent.headers['location']}/reponse", json=answered, headers=traced(9))
    client.get(sent.headers["location"], params={"siret": siret}, headers=traced(10))
    found = by_trace(client)
    assert [found[number][0].action for number in (8, 9, 10)] == [Action.CONTACTED, Action.ANSWERED, Action.SEEN]
    for number in (8, 9, 10):
        assert found[number][0].personnes == (service.audit.chain.key.person(seen.id),)
        assert seen.id not in str(found[number])


def test_a_sign_in_says_who_it_turned_out_to_be(client: TestClient) -> None:
    service = service_of(client)
    enrolled, secret = enrol(service.store, "Flux", Role.PARTNER, (), "mon-flux", None)
    until(lambda: enrolled.id in service.access.directory.clients)
    form = {"grant_type": "client_credentials", "client_id": enrolled.id, "client_secret": secret}
    address = "/connexion/oauth2/access_token"
    token = client.post(address, data=form, headers=traced(11)).json()["access_token"]
    assert client.post(address, data={**form, "client_secret": "faux"}, headers=traced(12)).status_code == 401
    client.get("/v1/offres", headers={"Authorization": f"Bearer {token}", **traced(13)})
    found = by_trace(client)
    assert [(line.action, line.acteur, line.precision) for line in found[11]] == [
        (Action.SIGNED_IN, enrolled.id, "jeton")
    ]
    assert [(line.action, line.acteur, line.precision) for line in found[12]] == [
        (Action.REFUSED, None, "jeton refusé")
    ]
    assert [(line.action, line.acteur, line.demo) for line in found[13]] == [(Action.LISTED, enrolled.id, False)]
    assert secret not in str(found)


@pytest.mark.parametrize(
    ("parameters", "named"),
    [
        ({"action": "regarde"}, "« action »"),
        ({"du": "hier"}, "« du »"),
        ({"du": "2026-02-02", "au": "2026-02-01"}, "« au »"),
        ({"range": "0-500"}, "« range »"),
    ],
)
def test_a_wrong_question_is_told(shared: TestClient, parameters: dict[str, str], named: str) -> None:
    response = shared.get("/v1/audit", params=parameters)
    assert response.status_code == 400
    assert named in response.json()["detail"]
