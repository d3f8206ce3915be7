"""The report for auditors and the cards of lists, over HTTP and from the command line."""

import datetime as dt
import json
import re
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.cli.main import app
from api.fairness_page import fairness_page, latest, number, publish
from api.list_card import NEVER, NO_DECISION
from features.pairs import FIRM_FEATURES, JOB_FEATURES, SESSION_FEATURES
from matching.explain.criteria import FAMILIES, NAMES
from models.ranked import Ranked
from models.simulation.audit import simulated_report
from tests.api.conftest import client_over

Json = dict[str, Any]
AUDITOR = {"Authorization": "Bearer demo:auditeur"}
NOW = dt.datetime(2026, 9, 1, 8, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def report() -> Json:
    return simulated_report(400, 1, NOW)


def test_without_a_report_auditors_are_told_what_to_run(client: TestClient) -> None:
    answer = client.get("/v1/equite/rapport", headers=AUDITOR)
    assert answer.status_code == 200
    assert answer.json()["resultats"] == []
    assert "vivier fairness report" in answer.json()["avis"]


def test_auditors_read_the_newest_report_and_nobody_else_does(client: TestClient, report: Json) -> None:
    data_dir = client.app.state.service.settings.data_dir  # type: ignore[attr-defined]
    publish(data_dir, report, fairness_page(report))
    newest = {**report, "graine": 7}
    publish(data_dir, newest, fairness_page(newest))
    answer = client.get("/v1/equite/rapport", headers=AUDITOR).json()
    assert answer["graine"] == 7
    assert [each["service"] for each in answer["resultats"]] == ["offres", "profils"]
    assert answer["resultats"][0]["axes"][0]["selection"]["groupes"][0]["taux"] > 0
    for role in ("demandeur:profil-000001", "employeur:13000548100010", "conseiller:conseiller-0001", "administrateur"):
        refused = client.get("/v1/equite/rapport", headers={"Authorization": f"Bearer demo:{role}"})
        assert refused.status_code == 403, role


def test_a_damaged_report_is_not_given(tmp_path: Path, report: Json) -> None:
    publish(tmp_path, report, fairness_page(report))
    (file,) = tmp_path.glob("fairness/0*/rapport.json")
    file.write_text(file.read_text().replace("0.9", "0.1", 1))
    assert latest(tmp_path) is None


def test_the_page_is_whole_asks_for_nothing_and_hides_what_is_small(report: Json) -> None:
    page = fairness_page(report)
    assert page.count("<svg") > 10
    assert not re.search(r"(?:src|href|url\()\s*=?\s*[\"']?(?:https?:)?//", page)
    assert "<script" not in page
    assert "None" not in page
    assert "nan" not in re.findall(r"\bnan\b", page)
    assert "effectif trop petit" in page
    for axis in report["services"][0]["axes"]:
        assert axis["titre"] in page


def test_what_a_report_says_is_escaped(report: Json) -> None:
    sly = json.loads(json.dumps(report).replace("femmes", "<script>alert(1)</script>"))
    assert "<script" not in fairness_page(sly)


@pytest.mark.parametrize(
    ("value", "digits", "written"), [(0.8249, 2, "0,82"), (1370, 0, "1\u202f370"), (-12.66, 1, "\u221212,7")]
)
def test_numbers_are_written_as_french_does(value: float, digits: int, written: str) -> None:
    assert number(value, digits) == written


@pytest.mark.parametrize("ranked", list(Ranked))
def test_each_list_has_a_card(reader: TestClient, ranked: Ranked) -> None:
    card = reader.get(f"/v1/listes/{ranked.value}/fiche").json()
    assert card["modele"]["nom"] == "transparent"
    assert card["aucuneDecision"] == NO_DECISION
    assert tuple(card["jamaisUtilise"]) == NEVER
    assert card["donnees"]
    assert card["ceQueVousPouvezChanger"]
    assert "conseiller" in card["contact"]
    parts = [each.get("part") for each in card["familles"]]
    if ranked is not Ranked.FIRMS:
        assert sum(parts) == pytest.approx(1, abs=0.01)
        assert parts == sorted(parts, reverse=True)
    assert all(each["criteres"] for each in card["familles"])


def test_the_card_names_whom_the_deployment_says(deployment: Path) -> None:
    with client_over(deployment, fairness_contact="equite@reseau.invalid") as client:
        assert client.get("/v1/listes/profils/fiche").json()["contact"] == "equite@reseau.invalid"


def test_a_list_that_there_is_not_is_told(reader: TestClient) -> None:
    missing = reader.get("/v1/listes/voisins/fiche")
    assert missing.status_code == 404
    assert "« voisins »" in missing.json()["detail"]
    assert "« offres »" in missing.json()["detail"]


def test_lists_lead_to_their_card(reader: TestClient) -> None:
    for candidate in range(1, 60):
        answer = reader.get(f"/v1/profils/profil-{candidate:06d}/offres")
        if answer.status_code in (200, 206) and answer.json()["resultats"]:
            assert reader.get(answer.json()["fiche"]).json()["service"] == "offres"
            return
    pytest.fail("nobody has an offer")


def test_every_criterion_has_a_name_and_a_family() -> None:
    features = {each.name for each in (*JOB_FEATURES, *SESSION_FEATURES, *FIRM_FEATURES)}
    assert set(NAMES) == features
    for ranked, families in FAMILIES.items():
        assert set(families) == set(ranked.features)


REJECTS = re.compile(r"\b(?:rejet(?:te|er|ée?)|élimin\w+|disqualifi\w+|inapte|refuse la candidature)\b", re.IGNORECASE)


def test_no_endpoint_rejects_anyone(reader: TestClient) -> None:
    """No address decides of a person who looks for work: the only refusals are those of people themselves, of accounts
    and access, and of lines of a file that cannot be read."""
    document = reader.get("/openapi.json").json()
    for path, methods in document["paths"].items():
        if path.startswith(("/v1/comptes", "/connexion")):
            continue
        assert not re.search(r"decision|rejet|refus|eliminer|exclure", path), path
        for method, described in methods.items():
            if path.endswith("/lot"):
                continue
            said = f"{described['summary']} {described['description']}"
            assert not REJECTS.search(said), f"{method} {path}: {said}"
    person = document["components"]["schemas"]["ProfilVu"]["properties"]
    assert not {"decision", "statut", "eligible", "rejete", "apte"} & set(person)


def test_the_command_fills_the_groups_and_reports(deployment: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from typer.testing import CliRunner

    monkeypatch.setenv("VIVIER_DATA_DIR", str(deployment))
    runner = CliRunner()
    filled = runner.invoke(app, ["fairness", "groups", "--json"])
    assert json.loads(filled.stdout) == {"people": 200}
    out = deployment / "out"
    made = runner.invoke(app, ["fairness", "report", "--people", "120", "--offers", "60", "--out", str(out), "--json"])
    assert made.exit_code == 0, made.output
    told = json.loads(made.stdout)
    assert [each["service"] for each in told["services"]] == [each.value for each in _ORDER]
    assert "Quartiers prioritaires de la politique de la ville" in told["axesInconnus"]
    assert latest(deployment) == told
    assert (out / "rapport.html").read_text().startswith("<!doctype html>")
    lines = json.loads(runner.invoke(app, ["audit", "list", "--json"]).stdout)["lines"]
    ours = [each["operation"] for each in lines if each["operation"].startswith("vivier ")]
    assert ours == ["vivier fairness report", "vivier fairness groups"]


_ORDER = (Ranked.OFFERS, Ranked.SESSIONS, Ranked.PROFILES, Ranked.FIRMS)


def test_a_simulated_report_is_never_that_of_a_deployment(
    deployment: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from typer.testing import CliRunner

    monkeypatch.setenv("VIVIER_DATA_DIR", str(deployment))
    runner = CliRunner()
    assert runner.invoke(app, ["fairness", "report", "--simulated", "--people", "60"]).exit_code == 1
    written = runner.invoke(
        app, ["fairness", "report", "--simulated", "--people", "60", "--out", str(tmp_path / "simule")]
    )
    assert written.exit_code == 0, written.output
    assert "simulé" in (tmp_path / "simule" / "rapport.html").read_text()
    assert latest(deployment) is None
