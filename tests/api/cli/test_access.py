"""`vivier access`: machines and people, from the command line."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from api.cli.main import app


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("VIVIER_DATA_DIR", str(tmp_path / "var"))

    def ask(*words: str, code: int = 0) -> Any:
        done = CliRunner().invoke(app, ["access", *words, "--json"])
        assert done.exit_code == code, done.output
        return json.loads(done.stdout) if code == 0 else done.stderr

    return ask


def test_a_machine_is_enrolled_and_its_secret_told_once(run: Any) -> None:
    made = run("clients", "create", "Robot", "--role", "service", "--scope", "offres.lire")
    assert len(made["client_secret"]) >= 43
    (listed,) = run("clients", "list")["clients"]
    assert "client_secret" not in listed
    assert listed["scopes"] == ["offres.lire"]
    changed = run("clients", "rotate-secret", made["client_id"])
    assert changed["client_secret"] != made["client_secret"]
    assert run("clients", "disable", made["client_id"])["enabled"] is False
    assert run("clients", "enable", made["client_id"])["enabled"] is True


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("clients", "create", "R", "--role", "zzz"), "give one of demandeur"),
        (("clients", "create", "R", "--role", "conseiller"), "is for people"),
        (("clients", "create", "R", "--role", "service", "--scope", "comptes.lire"), "not one of this role"),
        (("clients", "create", "R", "--role", "employeur", "--siret", "13000548100010"), "import it first"),
        (("clients", "disable", "zzz"), "is not there"),
        (("clients", "rotate-secret", "zzz"), "is not there"),
        (("accounts", "approve", "zzz", "--by", "a"), "n'existe pas"),
        (("accounts", "list", "--state", "zzz"), "give one of nouveau"),
        (("accounts", "add", "--issuer", "i", "--subject", "s", "--role", "conseiller", "--by", "a"), "identifiant"),
    ],
)
def test_what_cannot_be_done_is_told_in_a_line(run: Any, words: tuple[str, ...], told: str) -> None:
    assert told in run(*words, code=2)


def test_the_first_administrator_takes_two_people(run: Any) -> None:
    person = ("--issuer", "https://f.example", "--subject", "s1")
    asked = run("accounts", "add", *person, "--role", "administrateur", "--by", "alix")
    assert asked["state"] == "demande"
    assert "deuxième regard" in run("accounts", "approve", asked["id"], "--by", "alix", code=2)
    assert run("accounts", "approve", asked["id"], "--by", "camille")["state"] == "actif"
    assert "existe déjà" in run("accounts", "add", *person, "--role", "auditeur", "--by", "alix", code=2)
    assert run("accounts", "disable", asked["id"], "--by", "alix")["state"] == "desactive"
    assert run("accounts", "reopen", asked["id"], "--by", "alix")["state"] == "demande"
    assert run("accounts", "refuse", asked["id"], "--by", "alix")["state"] == "refuse"
    assert run("accounts", "list")["total"] == 1


def test_keys_are_listed_and_rotated(run: Any, tmp_path: Path) -> None:
    (first,) = run("keys", "list")["keys"]
    drawn = run("keys", "rotate")["kid"]
    listed = run("keys", "list")["keys"]
    assert [(key["kid"], key["retired_at"] is None) for key in listed] == [(drawn, True), (first["kid"], False)]
    assert len(list((tmp_path / "var" / "access-keys").glob("*.json"))) == 2


def test_a_failed_request_leaves_no_account_behind(run: Any) -> None:
    run("accounts", "add", "--issuer", "i", "--subject", "s", "--role", "conseiller", "--by", "a", code=2)
    assert run("accounts", "list")["total"] == 0
