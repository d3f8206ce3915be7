"""`vivier audit`, and the lines that other commands leave."""

import datetime as dt
import json
import os
import time
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner, Result

from api.auditing.commands import note_restored, who
from api.auditing.log import chain_of
from api.cli.main import app
from api.settings import Settings
from features.audit.actions import Action
from features.audit.chain import Chain
from features.audit.line import Entry
from features.audit.reading import Question, bodies
from features.sample.reference import sample_reference
from features.sources.offers_ft import OffersFt
from features.store import Store, flags
from features.store.copying import copy_store, restore_store
from features.store.engine import WRITE
from features.store.tables import audit_line, audit_person

Json = dict[str, Any]
NOW = time.time()
DAY = 86_400


def run(data_dir: Path, *arguments: str, **environment: str) -> Result:
    return CliRunner().invoke(app, list(arguments), env={"VIVIER_DATA_DIR": str(data_dir), **environment})


def answer(data_dir: Path, *arguments: str, code: int = 0) -> Json:
    result = run(data_dir, *arguments, "--json")
    assert result.exit_code == code, result.output
    found: Json = json.loads(result.stdout)
    return found


def search(number: int, **changes: Any) -> Entry:
    values: dict[str, Any] = {
        "at": NOW - number,
        "action": Action.SEARCHED,
        "operation": "POST /v1/profils/recherche",
        "nature": "profils",
        "actor": "compte-1",
        "role": "employeur",
        "people": (f"profil-{number}",),
        "status": 206,
    }
    return Entry(**{**values, **changes})


def chain_at(folder: Path) -> Chain:
    settings = Settings(data_dir=folder)
    return chain_of(settings, Store.open(settings.store_url))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A data folder with ten lines."""
    chain = chain_at(tmp_path / "var")
    chain.write([search(number) for number in range(10)], mark=True)
    chain.store.close()
    return tmp_path / "var"


def spoil(folder: Path, *statements: sa.Executable) -> None:
    store = Store.open(Settings(data_dir=folder).store_url)
    with store.engine.connect().execution_options(**WRITE) as connection, connection.begin():
        for statement in statements:
            connection.execute(statement)
    store.close()


def test_a_whole_chain_is_verified(folder: Path) -> None:
    told = run(folder, "audit", "verify")
    assert (told.exit_code, told.stdout.splitlines()[0]) == (
        0,
        "Lines 1 to 10 checked (10), 2 signed heads outside the database",
    )
    assert "The chain is whole" in told.stdout
    assert answer(folder, "audit", "verify", "--from", "8")["lines"] == 3
    assert answer(folder, "audit", "verify")["head"]["line"] == 10


def test_an_edit_ends_with_the_line_and_the_reason(folder: Path) -> None:
    spoil(folder, sa.update(audit_line).where(audit_line.c.seq == 4).values(actor="compte-2"))
    told = run(folder, "audit", "verify")
    assert told.exit_code == 1
    assert told.stdout.splitlines()[-1].startswith("Line 4 is wrong: the columns")
    found = answer(folder, "audit", "verify", code=1)
    assert (found["ok"], found["bad_line"]) == (False, 4)


def test_nothing_to_check_is_told(tmp_path: Path) -> None:
    assert "No line to check" in run(tmp_path / "var", "audit", "verify").stdout
    assert run(tmp_path / "var", "audit", "head").exit_code == 1
    assert "Nothing was noted" in run(tmp_path / "var", "audit", "report").stdout


def test_an_export_is_checked_with_the_public_key_alone(folder: Path, tmp_path: Path) -> None:
    public = answer(folder, "audit", "head")["key"]
    file = tmp_path / "audit.ndjson"
    assert answer(folder, "audit", "export", "--to", str(file))["lines"] == 10
    nowhere = tmp_path / "elsewhere"
    assert run(nowhere, "audit", "verify", "--file", str(file), "--key", public).exit_code == 0
    assert not nowhere.exists()
    lines = file.read_text().splitlines(keepends=True)
    for spoilt in (
        [*lines[:3], *lines[4:]],
        [lines[1], lines[0], *lines[2:]],
        [*lines[:-2], lines[-1]],
        lines[:-1],
        [*lines[:4], lines[4].replace("compte-1", "compte-2"), *lines[5:]],
    ):
        file.write_text("".join(spoilt))
        assert run(nowhere, "audit", "verify", "--file", str(file), "--key", public).exit_code == 1
    file.write_text("".join(lines))
    other = answer(tmp_path / "var2", "audit", "verify")
    assert other["ok"]
    assert run(tmp_path / "var2", "audit", "verify", "--file", str(file)).exit_code == 1
    last = answer(folder, "audit", "list", "--limit", "1")["lines"][0]
    assert (last["operation"], last["precision"]) == ("vivier audit export", "10 lignes")
    assert run(folder, "audit", "export", "--json").exit_code == 2


def test_an_export_tells_what_was_pruned_and_what_is_missing(folder: Path, tmp_path: Path) -> None:
    tomorrow = (dt.datetime.now(dt.UTC) + dt.timedelta(days=1)).date().isoformat()
    assert answer(folder, "audit", "prune", "--before", tomorrow)["lines"] == 10
    chain = chain_at(folder)
    chain.write([search(number) for number in range(3)])
    chain.store.close()
    spoil(
        folder,
        sa.delete(audit_line).where(audit_line.c.seq == 13),
        sa.delete(audit_person).where(audit_person.c.seq == 13),
    )
    assert answer(folder, "audit", "verify", code=1)["bad_line"] == 13
    assert answer(folder, "audit", "acknowledge", "--reason", "essai")["gaps"] == [{"first": 13, "last": 13}]
    found = answer(folder, "audit", "verify")
    assert (found["pruned_upto"], [gap["reason"] for gap in found["gaps"]]) == (10, ["essai"])
    file = tmp_path / "audit.ndjson"
    answer(folder, "audit", "export", "--to", str(file))
    assert answer(folder, "audit", "verify", "--file", str(file))["first"] == 11


def test_lines_are_found_and_name_nobody(folder: Path) -> None:
    found = answer(folder, "audit", "list", "--profile", "profil-3")
    assert [line["numero"] for line in found["lines"]] == [4]
    text = run(folder, "audit", "list", "--limit", "2").stdout
    assert "compte-1" in text
    assert "… and 8 before" in text
    assert "profil-" not in text.replace("/v1/profils", "")
    assert answer(folder, "audit", "list", "--action", "supprime")["total"] == 0
    assert run(folder, "audit", "list", "--action", "regarde").exit_code == 2
    assert run(folder, "audit", "list", "--since", "hier").exit_code == 2


def test_the_unusual_comes_first(folder: Path) -> None:
    chain = chain_at(folder)
    noon = dt.datetime.now(dt.UTC).replace(hour=12).timestamp() - DAY
    for actor in range(2, 8):
        chain.write([search(actor, at=noon, actor=f"compte-{actor}", people=tuple(f"p{n}" for n in range(12)))])
    chain.write([search(0, at=noon, actor="compte-9", people=tuple(f"p{n}" for n in range(1, 400)))])
    chain.write([search(0, at=noon, actor=None, role=None, people=(), action=Action.REFUSED) for _ in range(250)])
    chain.store.close()
    found = answer(folder, "audit", "report")
    first, second = found["days"][:2]
    assert (first["actor"], first["people"], first["searches"]) == ("compte-9", 399, 1)
    assert first["unusual"] == ["399 people, 33 times the usual 12 of the role"]
    assert (second["actor"], second["refusals"]) == (None, 250)
    assert found["unusual"] == 2
    text = run(folder, "audit", "report", "--limit", "2").stdout
    assert "! 399 people" in text
    assert "2 unusual of" in text


def test_an_account_that_was_flagged_comes_before_all(folder: Path) -> None:
    store = Store.open(Settings(data_dir=folder).store_url)
    at = dt.datetime.fromtimestamp(NOW - 9, dt.UTC).isoformat(timespec="seconds")
    flags.put(store, flags.Flag("compte-1", "employeur", "13000548100010", "balayage", at, 12))
    store.close()
    first = answer(folder, "audit", "report")["days"][0]
    assert (first["actor"], first["unusual"]) == ("compte-1", ["flagged while it happened: balayage"])


def test_old_lines_are_pruned_and_the_chain_is_whole(folder: Path) -> None:
    chain = chain_at(folder)
    chain.write([search(0)])
    chain.store.close()
    assert answer(folder, "audit", "prune")["lines"] == 0
    tomorrow = (dt.datetime.now(dt.UTC) + dt.timedelta(days=1)).date().isoformat()
    assert answer(folder, "audit", "prune", "--before", tomorrow, "--dry-run")["lines"] == 11
    assert answer(folder, "audit", "prune", "--before", tomorrow)["lines"] == 11
    found = answer(folder, "audit", "verify")
    assert (found["first"], found["pruned_upto"], found["ok"]) == (12, 11, True)


def told(folder: Path) -> list[Json]:
    store = Store.open(Settings(data_dir=folder).store_url)
    found = [json.loads(body) for _, body in bodies(store, Question())]
    store.close()
    return found


def test_imports_are_noted_with_what_they_changed(tmp_path: Path) -> None:
    folder = tmp_path / "var"
    sample_reference().save(folder / "reference")
    offers = str(OffersFt().example(tmp_path))
    assert run(folder, "import", "offres-ft", offers).exit_code == 0
    assert run(folder, "import", "offres-ft", offers).exit_code == 0
    lines = told(folder)
    assert [line["precision"] for line in lines] == [
        "source offres-ft : 2 enregistrements changés",
        "source offres-ft : aucun enregistrement changé",
    ]
    assert {(line["acteur"], line["role"], line["action"]) for line in lines} == {(who(), "commande", "importe")}
    assert answer(folder, "audit", "verify")["ok"]


def test_what_goes_with_time_is_noted_with_how_much_it_was(folder: Path) -> None:
    old = folder / "rejects" / "offres.ndjson"
    old.parent.mkdir()
    old.write_text("{}\n")
    os.utime(old, (0, 0))
    assert run(folder, "retention", "run").exit_code == 0
    assert not old.exists()
    line = told(folder)[-1]
    assert (line["acteur"], line["operation"], line["nature"]) == (who(), "vivier retention run", "files")
    assert line["precision"] == "conservation échue : 1 élément"


def test_a_restore_states_what_it_cost_the_chain(folder: Path, tmp_path: Path) -> None:
    store = Store.open(Settings(data_dir=folder).store_url)
    copy_store(store.engine, tmp_path / "copy.db")
    store.close()
    chain = chain_at(folder)
    chain.write([search(number) for number in range(5)])
    restore_store(tmp_path / "copy.db", chain.store.engine, replace=True)
    chain.store.close()
    assert answer(folder, "audit", "verify", code=1)["bad_line"] == 11
    note_restored(Settings(data_dir=folder), "20261126T020000Z", "200 profils revenus, 0 effacés de nouveau")
    found = answer(folder, "audit", "verify")
    assert [(gap["first"], gap["last"], gap["reason"]) for gap in found["gaps"]] == [
        (11, 15, "sauvegarde 20261126T020000Z restaurée")
    ]
    last = answer(folder, "audit", "list", "--limit", "1")["lines"][0]
    assert (last["numero"], last["action"]) == (16, "restaure")


def test_a_sudo_says_who_called_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUDO_UID", "1234")
    assert who() == "uid-1234"
