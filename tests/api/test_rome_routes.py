from types import SimpleNamespace

import pytest
from fastapi import Depends, FastAPI
from fastapi.testclient import TestClient

from api import errors
from api.parameters import refuse_unknown
from api.routes.rome import router
from features.communes import Communes
from features.reference import Reference
from features.rome.parts import (
    AppellationRow,
    MobilityRow,
    OccupationRow,
    RomeParts,
    SkillKind,
    SkillLinkRow,
    SkillRow,
    TagRow,
)
from features.rome.referential import Rome


@pytest.fixture
def client() -> TestClient:
    rome = Rome.from_parts(
        RomeParts(
            version="4.60",
            occupations=[
                OccupationRow("A1101", "Conducteur / Conductrice d'engins agricoles", "A1101", "Conduit.", "CAPA."),
                OccupationRow("A1102", "Bûcheron / Bûcheronne", "A1101"),
                OccupationRow("J1501", "Aide-soignant / Aide-soignante", "J1501", regulated=True),
            ],
            appellations=[
                AppellationRow("900", "Tractoriste", "Tractoriste", "A1101", main=True),
                AppellationRow("1000", "Aide-soignant / Aide-soignante", "Aide-soignant(e)", "J1501", main=True),
            ],
            skills=[
                SkillRow("500", "Conduire un tracteur", SkillKind.KNOW_HOW),
                SkillRow("501", "Faire preuve de rigueur", SkillKind.SOFT),
            ],
            skill_links=[SkillLinkRow("A1101", "501"), SkillLinkRow("A1101", "500", core=True)],
            mobility=[MobilityRow("A1101", "J1501", 1)],
            contexts=[TagRow("A1101", "700", "Travail de nuit")],
            grand_domains={"A": "Agriculture", "J": "Santé"},
            domains={"A11": "Engins agricoles"},
        )
    )
    app = FastAPI()
    app.state.service = SimpleNamespace(reference=Reference.of(rome, Communes.build([])))
    errors.install(app)
    app.include_router(router, dependencies=[Depends(refuse_unknown)])
    return TestClient(app)


def test_a_fiche_says_everything(client: TestClient) -> None:
    fiche = client.get("/v1/rome/metiers/a1101").json()
    assert fiche["libelle"] == "Conducteur / Conductrice d'engins agricoles"
    assert fiche["grandDomaine"] == {"code": "A", "libelle": "Agriculture"}
    assert fiche["domaine"] == {"code": "A11", "libelle": "Engins agricoles"}
    assert [skill["code"] for skill in fiche["competences"]] == ["500", "501"], "cœur de métier first"
    assert fiche["competences"][0]["coeurMetier"] is True
    assert fiche["mobilites"] == [{"code": "J1501", "libelle": "Aide-soignant / Aide-soignante", "ordre": 1}]
    assert fiche["memeParent"] == [{"code": "A1102", "libelle": "Bûcheron / Bûcheronne"}]
    assert fiche["contextes"] == [{"code": "700", "libelle": "Travail de nuit"}]
    assert fiche["appellations"][0]["libelle"] == "Tractoriste"


def test_an_unknown_code_is_a_404_in_french(client: TestClient) -> None:
    answer = client.get("/v1/rome/metiers/Z9999")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert "« Z9999 »" in answer.json()["detail"]


def test_lists_are_paged(client: TestClient) -> None:
    answer = client.get("/v1/rome/metiers", params={"range": "0-1"})
    assert (answer.status_code, answer.headers["content-range"]) == (206, "metiers 0-1/3")
    assert [each["code"] for each in answer.json()["resultats"]] == ["A1101", "A1102"]
    answer = client.get("/v1/rome/metiers", params={"domaine": "J"})
    assert (answer.status_code, [each["code"] for each in answer.json()["resultats"]]) == (200, ["J1501"])
    assert client.get("/v1/rome/metiers", params={"range": "10-20"}).status_code == 204
    assert client.get("/v1/rome/metiers", params={"domaine": "Z"}).status_code == 400


def test_appellations_and_skills_of_all_or_of_one_occupation(client: TestClient) -> None:
    def codes(path: str, **params: str) -> list[str]:
        return [each["code"] for each in client.get(f"/v1/rome/{path}", params=params).json()["resultats"]]

    assert codes("appellations") == ["1000", "900"]
    assert codes("appellations", codeROME="A1101") == ["900"]
    assert codes("competences") == ["500", "501"]
    assert codes("competences", codeROME="A1101", nature="savoir-être") == ["501"]
    assert codes("competences", nature="savoir-faire") == ["500"]
    assert client.get("/v1/rome/competences", params={"codeROME": "J1501"}).status_code == 204


@pytest.mark.parametrize(
    ("path", "params", "detail"),
    [
        ("appellations", {"codeROME": "A1103"}, "proche de"),
        ("competences", {"nature": "talent"}, "savoir-faire, savoir-être, savoir"),
        ("recherche", {"texte": "x", "type": "job"}, "metier, appellation, competence"),
        ("recherche", {"texte": "x", "limite": "0"}, "limite"),
        ("recherche", {}, "texte"),
        ("recherche", {"text": "x"}, "texte"),
    ],
)
def test_wrong_parameters_are_named(client: TestClient, path: str, params: dict[str, str], detail: str) -> None:
    answer = client.get(f"/v1/rome/{path}", params=params)
    assert answer.status_code == 400
    assert detail in answer.json()["detail"]


def test_search_completes_what_is_typed(client: TestClient) -> None:
    answer = client.get("/v1/rome/recherche", params={"texte": "aide soig", "limite": 1})
    assert answer.json() == {
        "resultats": [
            {
                "type": "metier",
                "code": "J1501",
                "libelle": "Aide-soignant / Aide-soignante",
                "codeROME": "J1501",
                "score": answer.json()["resultats"][0]["score"],
            }
        ]
    }
    only = client.get("/v1/rome/recherche", params={"texte": "aide", "type": "appellation"}).json()["resultats"]
    assert {each["type"] for each in only} == {"appellation"}
    assert client.get("/v1/rome/recherche", params={"texte": "zzz"}).json() == {"resultats": []}
