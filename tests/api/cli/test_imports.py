"""`vivier import`: what is printed, and with which exit code."""

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from api.cli.imports import import_
from features.records import Offer
from features.reference import Reference
from features.sample.reference import sample_reference
from features.sources.offers_ft import OffersFt
from features.sources.registry import RECORD_SOURCES, REFERENCE_SOURCES
from features.store import Kind, Store

APP = typer.Typer()
APP.command()(import_)


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "var"
    monkeypatch.setenv("VIVIER_DATA_DIR", str(folder))
    monkeypatch.delenv("VIVIER_OPEN_DATA", raising=False)
    sample_reference().save(folder / "reference")
    return folder


@pytest.fixture
def offers(tmp_path: Path) -> str:
    return str(OffersFt().example(tmp_path))


def run(*arguments: str) -> Result:
    return CliRunner().invoke(APP, list(arguments))


def test_the_list_has_every_importer() -> None:
    listed = json.loads(run("--list", "--json").stdout)["sources"]
    assert [row["name"] for row in listed] == [one.name for one in (*REFERENCE_SOURCES, *RECORD_SOURCES)]  # type: ignore[attr-defined]
    assert "offres-ft" in run("--list").stdout


def test_an_import_says_what_it_did(data: Path, offers: str) -> None:
    first = run("offres-ft", offers)
    assert (first.exit_code, "2 new, 0 changed, 0 deleted" in first.stdout) == (0, True)
    again = run("offres-ft", offers, "--complete")
    assert (again.exit_code, "nothing changed" in again.stdout) == (0, True)
    figures = json.loads(run("offres-ft", offers, "--source", "partenaire", "--json").stdout)
    assert (figures["source"], figures["inserted"], figures["rejects"]) == ("partenaire", 2, 0)
    assert (data / "rejects" / "partenaire-rejects.ndjson").read_bytes() == b""


def test_rejects_are_counted_and_fail_only_when_asked(data: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.json"
    bad.write_text('[{"id": "1"}]')
    done = run("offres-ft", str(bad))
    assert (done.exit_code, "1 rows rejected, see" in done.stdout) == (0, True)
    assert run("offres-ft", str(bad), "--strict").exit_code == 3


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        ((), 2, "name an importer"),
        (("offres-ft",), 2, "name the files"),
        (("offre-ft", "x"), 2, "Did you mean offres-ft?"),
        (("offres-ft", "nowhere.json"), 3, "nowhere.json cannot be read"),
        (("offres-ft", "nowhere.json", "--mapping", "m.toml"), 2, "--mapping is for the CSV importers"),
        (("offres-csv", "nowhere.csv", "--mapping", "m.toml"), 3, "mapping m.toml"),
        (("offres-ft", "nowhere.json", "--source", "../x"), 2, "letters, digits"),
        (("communes", "nowhere.csv", "--complete"), 2, "reference data"),
        (("open-data",), 2, "VIVIER_OPEN_DATA"),
        (("open-data", "--root", "nowhere"), 3, "nowhere is not a folder"),
        (("open-data", "file.csv"), 2, "takes only"),
    ],
)
def test_mistakes_end_in_one_line(data: Path, arguments: tuple[str, ...], code: int, says: str) -> None:
    done = run(*arguments)
    assert (done.exit_code, says in done.stderr) == (code, True), done.stderr
    assert done.stderr.splitlines()[-1].startswith("vivier: ")
    assert "Traceback" not in done.stderr


def test_without_reference_data_the_command_to_run_is_named(
    tmp_path: Path, offers: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VIVIER_DATA_DIR", str(tmp_path / "empty"))
    done = run("offres-ft", offers)
    assert (done.exit_code, "vivier" in done.stderr) == (1, True)


def test_ctrl_c_writes_nothing(data: Path, offers: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_arguments: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(OffersFt, "read", interrupt)
    done = run("offres-ft", offers)
    assert (done.exit_code, "nothing was written" in done.stderr) == (1, True)
    store = Store.open(f"sqlite:///{data / 'vivier.db'}")
    assert store.count(Kind.OFFER) == 0
    store.close()


@pytest.mark.open_data
@pytest.mark.slow
def test_open_data_comes_in_whole_and_only_once(data: Path, open_data: Path) -> None:
    done = run("open-data", "--root", str(open_data))
    assert done.exit_code == 0, done.stderr
    assert "9883 new" in done.stdout
    assert "absent" not in done.stdout
    reference = Reference.load(data / "reference")
    assert reference.rome.n_occupations > 1500
    assert len(reference.communes) > 34_000
    store = Store.open(f"sqlite:///{data / 'vivier.db'}")
    offers = [offer for batch in store.scan(Offer) for offer in batch]
    store.close()
    assert len(offers) == 9883
    assert sum(offer.commune_insee is not None for offer in offers) > 9000
    assert sum(offer.rome_code is not None for offer in offers) > 9000
    figures = json.loads(run("open-data", "--root", str(open_data), "--json").stdout)["imports"]
    assert all(row["unchanged"] in (True, 9883) for row in figures)
