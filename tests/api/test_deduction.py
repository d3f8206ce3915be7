"""What comes without a ROME code: read, kept beside the person's words, found, never in place of what is declared."""

import datetime as dt
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from fastapi.testclient import TestClient

from api.examples import EXAMPLES
from features.border.employer_view import profile_for_employer
from features.records import Experience, Inference, Offer, Profile, Project
from features.reference import Reference
from features.sample.reference import sample_reference
from features.sources.offers_ft import OffersFt
from features.sources.run import Imported, import_records
from features.store import Kind, Store
from models.inference import Completion
from models.published import published_models
from tests.api.conftest import client_over
from tests.waiting import soon

Json = dict[str, Any]
NDJSON = {"content-type": "application/x-ndjson"}
UNKNOWN = "xqzt vblrk wpfgh"
"""What the tagger does not know."""
TODAY = dt.date.today().isoformat()


@pytest.fixture(scope="module")
def client(sample_data_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A client of a service that the tests of this file write to, each under its own ids."""
    folder = shutil.copytree(sample_data_dir, tmp_path_factory.mktemp("deduction") / "var")
    with client_over(Path(folder)) as opened:
        yield opened


def profile(key: str, **project: object) -> Json:
    """A person seen by employers, in Guéret, with one project."""
    return {**EXAMPLES[Kind.PROFILE], "id": key, "projets": [project], "competences": [], "experiences": []}


def offer(key: str, title: str, **fields: object) -> Json:
    return {
        "id": key,
        "intitule": title,
        "dateCreation": TODAY,
        "lieuTravail": {"commune": "23096"},
        "typeContrat": "CDI",
        **fields,
    }


def created(client: TestClient, path: str, body: Json) -> Json:
    answer = client.post(f"/v1/{path}", json=body)
    assert answer.status_code == 201, answer.text
    found: Json = answer.json()
    return found


def sequence(client: TestClient) -> int:
    mark: int = client.app.state.service.store.watermark()  # type: ignore[attr-defined]
    return mark


def people_for(client: TestClient, need: Json) -> list[str]:
    body = {"lieuTravail": {"commune": "23096"}, **need}
    answer = client.post("/v1/profils/recherche", json=body, params={"range": "0-149"})
    return [] if answer.status_code == 204 else [each["id"] for each in answer.json()["resultats"]]


# ---------------------------------------------------------------- people


@pytest.mark.parametrize(
    ("words", "occupation"), [("nounou", "K1303"), ("toubib", "J1102"), ("chauffeur pl", "N4101"), ("Maçonne", "F1703")]
)
def test_a_project_in_everyday_words_is_read(client: TestClient, words: str, occupation: str) -> None:
    project = created(client, "profils", profile(f"lu-{occupation}", libelle=words))["projets"][0]
    assert (project["libelle"], "codeROME" in project) == (words, False)
    read = project["metierDeduit"]
    assert set(read) == {"codeROME", "codeAppellation", "score", "modele"}
    assert read["codeROME"] == occupation
    rome = sample_reference().rome
    appellation = rome.appellation_row_of(read["codeAppellation"])
    assert rome.codes[int(rome.appellation_occupation[appellation])] == occupation
    assert 0.45 <= read["score"] <= 1
    assert "ROME" in read["modele"]


def test_who_is_read_is_found_by_the_occupation_and_by_the_words(client: TestClient) -> None:
    created(client, "profils", profile("trouve-1", libelle="nounou"))
    assert soon(lambda: "trouve-1" in people_for(client, {"romeCode": "K1303"}))
    assert "trouve-1" in people_for(client, {"intitule": "Garde d'enfants à domicile"})


def test_putting_back_what_get_gave_changes_nothing(client: TestClient) -> None:
    person = profile("rendu-1", libelle="nounou") | {"experiences": [{"mois": 12, "intitule": "serveuse"}]}
    created(client, "profils", person)
    created(client, "offres", offer("rendu-2", "Chauffeur PL de nuit"))
    for address in ("/v1/profils/rendu-1", "/v1/offres/rendu-2"):
        shown = client.get(address).json()
        mark = sequence(client)
        answer = client.put(address, json=shown)
        assert (answer.status_code, answer.json()) == (200, shown)
        assert client.get(address).json() == shown
        assert sequence(client) == mark


def test_an_experience_in_ones_own_words_is_read_too(client: TestClient) -> None:
    person = profile("vecu-1", codeROME="D1101") | {"experiences": [{"mois": 12, "intitule": "serveuse"}]}
    experience = created(client, "profils", person)["experiences"][0]
    assert experience["intitule"] == "serveuse"
    assert experience["metierDeduit"]["codeROME"] == "G1803"


def test_new_words_are_read_anew_whatever_deduction_was_sent(client: TestClient) -> None:
    created(client, "profils", profile("relu-1", libelle="nounou"))
    shown = client.get("/v1/profils/relu-1").json()
    shown["projets"][0]["libelle"] = "toubib"
    replaced = client.put("/v1/profils/relu-1", json=shown).json()
    assert replaced["projets"][0]["metierDeduit"]["codeROME"] == "J1102"


def test_a_project_that_says_no_job_is_refused_with_the_field(client: TestClient) -> None:
    answer = client.post("/v1/profils", json=profile("vide-1", rayonKm=10))
    assert answer.status_code == 422
    (error,) = answer.json()["erreurs"]
    assert (error["champ"], error["motif"]) == ("projets[0].codeROME", "le champ est obligatoire")
    assert client.get("/v1/profils/vide-1").status_code == 404


def test_an_appellation_tells_its_rome_code(client: TestClient) -> None:
    project = created(client, "profils", profile("appellation-1", codeAppellation="11564"))["projets"][0]
    assert project == {"codeROME": "D1101", "codeAppellation": "11564"}


def test_a_declared_code_is_never_overwritten(client: TestClient) -> None:
    made_up = {"codeROME": "K1303", "score": 1.0, "modele": "moi"}
    person = profile("declare-1", codeROME="D1101", libelle="nounou", metierDeduit=made_up)
    project = created(client, "profils", person)["projets"][0]
    assert project == {"codeROME": "D1101", "libelle": "nounou"}
    job = created(client, "offres", offer("declare-2", "Nounou", romeCode="D1101", metierDeduit=made_up))
    assert (job["romeCode"], "metierDeduit" in job) == ("D1101", False)


def test_a_deduction_that_is_sent_is_replaced(client: TestClient) -> None:
    made_up = {"codeROME": "D1101", "score": 1.0, "modele": "moi"}
    read = created(client, "profils", profile("invente-1", libelle="nounou", metierDeduit=made_up))
    assert read["projets"][0]["metierDeduit"]["codeROME"] == "K1303"
    unread = created(client, "profils", profile("invente-2", libelle=UNKNOWN, metierDeduit=made_up))
    assert unread["projets"] == [{"libelle": UNKNOWN}]


def test_what_is_not_known_is_kept_without_a_code_and_not_found_and_said(client: TestClient) -> None:
    kept = created(client, "profils", profile("inconnu-1", libelle=UNKNOWN))
    assert kept["projets"] == [{"libelle": UNKNOWN}]
    created(client, "profils", profile("inconnu-2", libelle="nounou"))
    assert soon(lambda: "inconnu-2" in people_for(client, {"romeCode": "K1303"}))
    assert "inconnu-1" not in people_for(client, {"romeCode": "K1303"})
    assert "inconnu-1" not in people_for(client, {"intitule": UNKNOWN})
    for question in ("offres", "formations"):
        answer = client.get(f"/v1/profils/inconnu-1/{question}")
        assert (answer.status_code, answer.json()["resultats"]) == (200, [])
        assert f"Aucun métier n'a été reconnu dans « {UNKNOWN} »" in answer.json()["avis"]
        assert client.get(f"/v1/profils/inconnu-1/{question}", params={"couleur": "bleu"}).status_code == 400
        assert client.get(f"/v1/profils/personne/{question}").status_code == 404


def test_a_need_in_words_says_what_was_read_or_that_nothing_was(client: TestClient) -> None:
    def notice(title: str, **fields: object) -> str:
        answer = client.post("/v1/profils/recherche", json={"intitule": title, **fields})
        assert answer.status_code in (200, 206), answer.text
        return str(answer.json().get("avis"))

    assert "« Garde d'enfant »" in notice("nounou")
    assert UNKNOWN in notice(UNKNOWN)
    made_up = {"codeROME": "D1101", "score": 1.0, "modele": "moi"}
    assert "« Garde d'enfant »" in notice("nounou", metierDeduit=made_up)


# ---------------------------------------------------------------- offers


def test_an_offer_without_a_code_is_read(client: TestClient) -> None:
    job = created(client, "offres", offer("offre-1", "Nounou (H/F)"))
    assert "romeCode" not in job
    assert job["metierDeduit"]["codeROME"] == "K1303"
    assert "metierDeduit" not in created(client, "offres", offer("offre-2", UNKNOWN))
    coded = created(client, "offres", offer("offre-3", "Bidule", appellationCode="11564"))
    assert (coded["romeCode"], "metierDeduit" in coded) == ("D1101", False)


def test_an_offer_that_is_read_is_recommended_with_what_was_read(client: TestClient) -> None:
    created(client, "offres", offer("conseil-1", "Nounou (H/F)"))
    created(client, "profils", profile("conseil-2", codeROME="K1303"))

    def advised() -> list[Json]:
        answer = client.get("/v1/profils/conseil-2/offres", params={"range": "0-149"})
        found = [] if answer.status_code in (204, 404) else answer.json()["resultats"]
        return [each for each in found if each["id"] == "conseil-1"]

    assert soon(lambda: bool(advised()))
    (found,) = advised()
    assert found["metierDeduit"]["libelle"] == "Garde d'enfant"
    assert "romeLibelle" not in found


def test_a_lot_is_read_and_the_same_lot_again_changes_nothing(client: TestClient) -> None:
    lines = [offer("lot-1", "Nounou (H/F)"), offer("lot-2", UNKNOWN), offer("lot-3", "Nounou", romeCode="D1101")]
    lot = b"\n".join(json.dumps(line).encode() for line in lines)
    first = client.post("/v1/offres/lot", content=lot, headers=NDJSON).json()
    assert (first["ajoutees"], first["rejetees"]) == (3, 0)
    read = [client.get(f"/v1/offres/lot-{number}").json().get("metierDeduit", {}) for number in (1, 2, 3)]
    assert [each.get("codeROME") for each in read] == ["K1303", None, None]
    mark = sequence(client)
    again = client.post("/v1/offres/lot", content=lot, headers=NDJSON).json()
    assert (again["modifiees"], again["inchangees"], sequence(client)) == (0, 3, mark)


def test_a_lot_of_people_is_read(client: TestClient) -> None:
    lines = [profile("foule-1", libelle="nounou"), profile("foule-2", rayonKm=3)]
    lot = b"\n".join(json.dumps(line).encode() for line in lines)
    answer = client.post("/v1/profils/lot", content=lot, headers=NDJSON).json()
    assert [(each["ligne"], each["champ"]) for each in answer["rejets"]] == [(2, "projets[0].codeROME")]
    assert client.get("/v1/profils/foule-1").json()["projets"][0]["metierDeduit"]["codeROME"] == "K1303"


# ---------------------------------------------------------------- feeds


@pytest.fixture(scope="module")
def completion() -> Completion:
    rome = sample_reference().rome
    return Completion(rome, lambda: published_models().tagger(rome))


def test_a_feed_is_read_once_and_again_without_a_change(tmp_path: Path, completion: Completion) -> None:
    reference: Reference = sample_reference()
    feed = tmp_path / "feed.json"
    feed.write_text(
        json.dumps([offer("1", "Nounou (H/F)"), offer("2", UNKNOWN), offer("3", "Nounou", romeCode="D1101")])
    )
    store = Store.open(f"sqlite:///{tmp_path / 'vivier.db'}")

    def run() -> Imported:
        rejects = tmp_path / "rejects"
        return import_records(store, reference, OffersFt(), [feed], rejects, completed=completion.completed)

    assert run().total.inserted == 3
    offers = {each.source.id: each for batch in store.scan(Offer) for each in batch}
    read = {key: None if each.inferred is None else each.inferred.rome_code for key, each in offers.items()}
    assert read == {"1": "K1303", "2": None, "3": None}
    assert [offers[key].rome_code for key in "123"] == [None, None, "D1101"]
    mark = store.watermark()
    assert run().unchanged
    assert store.watermark() == mark
    store.close()


def test_completing_twice_is_completing_once_and_other_records_are_as_they_were(completion: Completion) -> None:
    coded = Profile(id="P-1", projects=(Project(rome_code="D1101", label="nounou"),))
    assert completion.completed(coded) is coded
    worded = Profile(id="P-2", projects=(Project(label="nounou"), Project(label=UNKNOWN)))
    once = completion.completed(worded)
    assert [project.inferred is None for project in once.projects] == [False, True]
    assert completion.completed(once) is once


# ---------------------------------------------------------------- employers


def test_an_employer_sees_no_job_without_a_code_and_none_of_the_persons_words() -> None:
    read = Inference(rome_code="K1303", score=0.9, model="modele-secret")
    person = Profile(
        id="p-1",
        projects=(Project(label="nounou secrete"), Project(label="nounou secrete", inferred=read)),
        experiences=(
            Experience(months=3, title="serveuse secrete", inferred=msgspec.structs.replace(read, rome_code="G1803")),
            Experience(months=2, title="serveuse secrete"),
        ),
    )
    text = msgspec.json.encode(profile_for_employer(person, sample_reference()))
    seen = msgspec.json.decode(text)
    assert seen["projets"] == [{"codeROME": "K1303", "libelle": "Garde d'enfant", "deduit": True}]
    assert seen["experiences"] == [
        {"mois": 3, "codeROME": "G1803", "libelle": "Serveur / Serveuse en restauration", "deduit": True},
        {"mois": 2},
    ]
    assert b"secret" not in text


def test_a_search_by_an_employer_never_repeats_the_persons_words(client: TestClient) -> None:
    words = "nounou bretonne"
    created(client, "profils", profile("mots-1") | {"projets": [{"libelle": words}, {"libelle": UNKNOWN}]})
    assert soon(lambda: "mots-1" in people_for(client, {"romeCode": "K1303"}))
    body = {"romeCode": "K1303", "lieuTravail": {"commune": "23096"}}
    answer = client.post("/v1/profils/recherche", json=body, params={"range": "0-149"})
    (seen,) = [each for each in answer.json()["resultats"] if each["id"] == "mots-1"]
    assert [project["codeROME"] for project in seen["projets"]] == ["K1303"]
    for word in ("nounou", "bretonne", UNKNOWN, "metierDeduit"):
        assert word not in json.dumps(seen, ensure_ascii=False)
