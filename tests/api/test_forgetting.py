"""A person who is erased leaves no trace: not in what is answered, not in a byte of a file."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from api.cli.main import app
from api.service import Service
from features.records import Channel, Establishment, EventKind, Profile, Sequel
from features.store import Kind
from features.store.digests import Delivery, DigestRow, DigestState, ItemKind, keep
from features.store.erasure_log import BLANK, blank, numbered_before
from matching.digests.digest import Digest, Item, to_json
from matching.schema import Collection
from tests.api import canary
from tests.api.canary import MARK, MOMENT, PERSON, traces
from tests.api.conftest import client_over
from tests.waiting import soon

Json = dict[str, Any]
"""For what another process does; the promise about answers is one second."""


@pytest.fixture
def lived(deployment: Path) -> Iterator[TestClient]:
    """A service in which the person did all that one can do, and was found, written to, exported."""
    with client_over(deployment) as client:
        live(client, deployment)
        yield client


def service_of(client: TestClient) -> Service:
    found: Service = client.app.state.service  # type: ignore[attr-defined]
    return found


def cli(folder: Path, *arguments: str) -> Json:
    result = CliRunner().invoke(app, [*arguments, "--json"], env={"VIVIER_DATA_DIR": str(folder)})
    assert result.exit_code == 0, result.output + result.stderr
    found: Json = json.loads(result.stdout)
    return found


def offers_for(client: TestClient, profile_id: str) -> list[str]:
    answer = client.get(f"/v1/profils/{profile_id}/offres", params={"range": "0-5"}).json()
    return [each["id"] for each in answer["resultats"]]


def live(client: TestClient, folder: Path) -> None:
    """What leaves traces of a person, by every way that there is."""
    service = service_of(client)
    engine = service.engine
    everyone = [each for each in service.store.page(Profile, 0, 200) if each.projects[0].rome_code]
    like = next(each for each in everyone if each.commune_insee and len(offers_for(client, each.id)) > 3)
    someone = canary.profile(str(like.projects[0].rome_code), str(like.commune_insee), "conseiller")
    channel = canary.subscription(Channel.PAGE)
    siret = service.store.page(Establishment, 0, 1)[0].id
    for record, allowed in (
        (someone, {"rome_code", "commune_insee", "counsellor_id", "code", "language", "rncp"}),
        (canary.IDENTITY, set()),
        (canary.PROTECTED, set()),
        (channel, {"criteria"}),
    ):
        assert canary.unplanted(record, frozenset(allowed)) == []
    store = service.store
    store.upsert([someone], "essai")
    store.upsert([canary.IDENTITY], "essai")
    store.upsert([canary.PROTECTED], "essai")
    store.upsert([channel, canary.subscription(Channel.PAGE, 2, (("motsCles", MARK),))], "essai")
    assert soon(lambda: PERSON in engine.catalogue(Collection.PROFILES))
    seen = offers_for(client, PERSON)
    assert seen
    for number, kind in enumerate((EventKind.SHOWN, EventKind.OPENED, EventKind.SAVED, EventKind.DISMISSED)):
        store.upsert([canary.event(number, kind, seen[number % len(seen)])], "essai")
    store.upsert([canary.event(1, EventKind.APPLIED, seen[0])], "essai")  # a correction: what it said before is kept
    store.upsert([canary.event(9, EventKind.OPENED, seen[0])], "essai")
    store.delete(Kind.EVENT, [canary.event(9, EventKind.OPENED, None).id])
    for name, body in (("a", {"profils": [PERSON]}), ("b", {"criteres": {"exclure": f"{PERSON},autre"}})):
        pool = {"id": f"v-{name}", "nom": f"Vivier de {PERSON}", "proprietaire": "moi", **body}
        assert client.put(f"/v1/viviers/v-{name}", json=pool).status_code == 201, name
        assert client.post(f"/v1/viviers/v-{name}/actualisation", params={"utilisateur": "moi"}).status_code == 200
    contact = {
        "id": "c-1", "conseiller": "c", "siret": siret, "date": "2026-11-20T09:00:00Z", "canal": "visite",
        "note": f"A évoqué {PERSON}, à rappeler",
    }  # fmt: skip
    noted = client.put("/v1/contacts/c-1", json=contact)
    assert noted.status_code == 201, noted.text
    asked = client.post(
        "/v1/mises-en-relation",
        json={"siret": siret, "profil": PERSON, "besoin": f"Poste {MARK}", "message": f"Bonjour {MARK}"},
    )
    assert asked.status_code == 201, asked.text
    address = f"/v1/mises-en-relation/{asked.json()['id']}"
    assert client.post(f"{address}/reponse", json={"profil": PERSON, "accepte": True}).status_code == 200
    assert client.post(f"{address}/suite", json={"siret": siret, "suite": Sequel.INTERVIEW.value}).status_code == 200
    bad = json.dumps({"id": f"{PERSON}", "projets": [{"codeROME": MARK}]})
    assert client.post("/v1/profils/lot", content=bad, headers={"Content-Type": "application/x-ndjson"}).json()[
        "rejetees"
    ]
    send(service, seen[0])
    write_side_files(folder)
    cli(folder, "subscriptions", "run", "--prepare-only", "--at", "10:00")
    cli(folder, "index", "merge")
    cli(folder, "candidates", "--out", str(folder / "candidates"), "--profiles", "300")
    cli(folder, "candidates", "--out", str(folder / "seances"), "--list", "formations", "--profiles", "300")
    assert soon(lambda: service.engine.generation["id"] != "000001")


def send(service: Service, offer_id: str) -> None:
    """A digest of yesterday, with a line in the ledger."""
    item = Item(id=offer_id, title=canary.word("offre"), score=0.9, reasons=(canary.word("raison"),))
    key, subscription = f"{MARK}-envoi", f"{MARK}-abonnement-1"
    told = Digest(key, subscription, PERSON, Channel.PAGE, "2026-11-20", "2026-11-20", offers=(item,))
    row = DigestRow(key, subscription, PERSON, DigestState.HANDED_OVER, Channel.PAGE, MOMENT.isoformat(), to_json(told))
    with service.store.writing() as writer:
        keep(writer, [row], [Delivery(PERSON, ItemKind.OFFER, offer_id, 20_000, key, subscription)])


def write_side_files(folder: Path) -> None:
    """A rejects file of an import, a log and exports."""
    feed = folder.parent / "flux.ndjson"
    lines = [{"id": PERSON, "projets": [{"codeROME": MARK}]}, {"id": "autre", "projets": [{"codeROME": "Z9999"}]}]
    feed.write_text("".join(json.dumps(line) + "\n" for line in lines))
    cli(folder, "import", "profils", str(feed))
    (folder / "serve.log").write_text(f"GET /v1/profils/{PERSON}/offres 200\nGET /health 200\n")
    from features.world.table import ParquetTable

    with ParquetTable(folder / "profile.parquet", Kind.PROFILE) as table:
        table.append([canary.profile("J1501", "23096", None), canary.profile("J1501", "23096", None)])
    np.savez(folder / "table.npz", ids=np.array([PERSON, "autre"]), values=np.arange(2))


@pytest.mark.slow
def test_not_a_byte_of_an_erased_person_is_left(lived: TestClient, deployment: Path) -> None:
    kept = {"prices", "reference"}
    before = traces(deployment)
    for part in (
        "vivier.db",
        "indexes",
        "rejects",
        "serve.log",
        "profile.parquet",
        "table.npz",
        "candidates",
        "seances",
    ):
        assert any(part in trace for trace in before), f"{part} holds no canary: the test proves nothing"
    assert MARK in canary.opened(deployment)
    assert kept.isdisjoint({Path(trace).parts[0] for trace in before})

    with client_over(deployment) as other:  # a second process, as far as the store and the files go
        assert other.get(f"/v1/profils/{PERSON}/offres").status_code in (200, 206)
        assert lived.delete(f"/v1/profils/{PERSON}").status_code == 204
        assert soon(lambda: other.get(f"/v1/profils/{PERSON}/offres").status_code == 404)
        assert soon(lambda: lived.get(f"/v1/profils/{PERSON}/offres").status_code == 404)
        assert soon(lambda: traces(deployment) == [], 120), traces(deployment)
        for client in (lived, other):
            assert soon(lambda client=client: not service_of(client).engine.holds_erased)  # type: ignore[misc]
            assert PERSON not in service_of(client).engine.catalogue(Collection.PROFILES)
            assert client.get(f"/v1/profils/{PERSON}").status_code == 404
            for path in ("identite", "statut-protege", "abonnements", "envois", "formations"):
                assert client.get(f"/v1/profils/{PERSON}/{path}").status_code == 404, path

    assert MARK not in canary.opened(deployment)
    rejects = (deployment / "rejects" / "profils-rejects.ndjson").read_text()
    assert "autre" in rejects  # others' lines stay
    assert (deployment / "serve.log").read_text().splitlines()[1] == "GET /health 200"
    pools = {each["id"]: each for each in lived.get("/v1/viviers", params={"range": "0-149"}).json()["resultats"]}
    assert pools["v-b"]["criteres"] == {"exclure": "autre"}
    assert pools["v-a"]["nom"] == "Vivier de (personne effacée)"
    assert lived.get("/v1/contacts/c-1").json()["note"] == "A évoqué (personne effacée), à rappeler"


@pytest.mark.slow
def test_the_command_does_the_same_without_a_service(deployment: Path) -> None:
    with client_over(deployment) as client:
        live(client, deployment)
    told = cli(deployment, "forget", PERSON)
    assert told["rows"]["profile"] == 1
    assert told["rows"]["event"] >= 5
    assert told["finished"] == {"indexes": True, "database": True, "waits": None}
    assert told["remembered"]
    assert traces(deployment) == []
    assert len((deployment / "tombstones").read_text().splitlines()) == 1
    again = cli(deployment, "forget", PERSON)
    assert again["rows"] == {}


def test_an_erased_id_is_refused_and_told(client: TestClient, deployment: Path, tmp_path: Path) -> None:
    example = {"id": PERSON, "projets": [{"codeROME": "J1501"}]}
    assert client.put(f"/v1/profils/{PERSON}", json=example).status_code == 201
    assert client.delete(f"/v1/profils/{PERSON}").status_code == 204
    assert client.delete(f"/v1/profils/{PERSON}").status_code == 404
    for refused in (
        client.put(f"/v1/profils/{PERSON}", json=example),
        client.post("/v1/profils", json=example),
    ):
        assert refused.status_code == 409, refused.text
        assert refused.json()["type"] == "/problemes/personne-effacee"
        assert PERSON not in refused.text
    lines = [example, {"id": "nouveau", "projets": [{"codeROME": "J1501"}]}]
    body = "".join(json.dumps(line) + "\n" for line in lines)
    bulk = client.post("/v1/profils/lot", content=body, headers={"Content-Type": "application/x-ndjson"}).json()
    assert (bulk["ajoutees"], bulk["rejetees"]) == (1, 1)
    assert PERSON not in json.dumps(bulk)
    assert "effacée" in bulk["rejets"][0]["motif"]
    feed = tmp_path / "flux.ndjson"
    feed.write_text(body)
    told = cli(deployment, "import", "profils", str(feed))
    assert (told["rejects"], told["unchanged"] + told["updated"]) == (1, 1)
    assert MARK not in (deployment / "rejects" / "profils-rejects.ndjson").read_text()
    pool = {"id": "v", "nom": "Vivier", "proprietaire": "moi", "profils": [PERSON, "nouveau"]}
    kept = client.put("/v1/viviers/v", json=pool)
    assert (kept.status_code, PERSON in kept.text) == (201, False), "an old copy of a pool can be saved"


def test_an_index_from_before_a_nameless_erasure_is_refused(deployment: Path) -> None:
    """Who was erased so long ago that the log no longer tells must not come back with an old generation."""
    old = shutil.copytree(deployment / "indexes", deployment.parent / "old")
    with client_over(deployment) as client:
        assert client.put(f"/v1/profils/{PERSON}", json={"id": PERSON, "projets": [{"codeROME": "J1501"}]}).is_success
        cli(deployment, "index", "merge")
    shutil.rmtree(deployment / "indexes")
    shutil.copytree(old, deployment / "indexes")
    cli(deployment, "forget", PERSON)
    with client_over(deployment) as client:
        store = service_of(client).store
        (seq,) = numbered_before(store, MOMENT.replace(year=2999))
        assert store.changes(seq - 1)[0].record_id.startswith(f"{BLANK}")
        blank(store, [seq])
        assert store.changes(seq - 1)[0].record_id == BLANK
    shutil.rmtree(deployment / "indexes")
    shutil.copytree(old, deployment / "indexes")
    result = CliRunner().invoke(app, ["index", "merge"], env={"VIVIER_DATA_DIR": str(deployment)})
    assert result.exit_code == 1
    assert "before people were erased" in result.stderr
