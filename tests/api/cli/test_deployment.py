"""`vivier doctor`, `index`, `serve` and `demo` over a data folder: whole, damaged, empty."""

import json
import os
import shutil
import signal
import subprocess
import sys
import urllib.request
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from api.cli.main import app
from api.cli.serve import as_reached, listen
from api.settings import Settings
from features.sample.reference import sample_reference
from models.champions import ROOT, Card, publish
from models.published import FOLDER
from models.ranked import Ranked
from models.ranking.model import RankingModel
from tests.models.one_question import one_question

Json = dict[str, Any]


def run(data_dir: Path, *arguments: str, **environment: str) -> Result:
    return CliRunner().invoke(app, list(arguments), env={"VIVIER_DATA_DIR": str(data_dir), **environment})


def answer(data_dir: Path, *arguments: str, code: int = 0) -> Json:
    result = run(data_dir, *arguments, "--json")
    assert result.exit_code == code, result.output
    assert result.stderr == ""
    found: Json = json.loads(result.stdout)
    return found


def damage(root: Path) -> None:
    generation = root / (root / "CURRENT").read_text()
    victim = max((path for path in generation.rglob("*.npy")), key=lambda path: path.stat().st_size)
    data = bytearray(victim.read_bytes())
    data[len(data) // 2] ^= 1
    victim.write_bytes(bytes(data))


def test_doctor_on_a_whole_deployment(sample_data_dir: Path) -> None:
    found = answer(sample_data_dir, "doctor")
    assert found["healthy"] is True
    checks = {check["name"]: check["ok"] for check in found["checks"]}
    assert checks["store"]
    assert checks["index"]
    assert checks["reference rome"]
    assert checks["dependencies"]
    assert "Ready to serve." in run(sample_data_dir, "doctor").stdout


def test_doctor_on_nothing_says_what_to_run_and_makes_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "none"
    found = answer(folder, "doctor", code=1)
    assert found["healthy"] is False
    wrong = {check["name"]: check["remedy"] for check in found["checks"] if check["ok"] is False}
    assert {"data folder", "reference rome", "store", "index"} <= set(wrong)
    assert all("vivier " in remedy for remedy in wrong.values())
    assert not folder.exists()


def test_doctor_and_verify_tell_a_damaged_index(deployment: Path) -> None:
    assert all(item["ok"] for item in answer(deployment, "index", "verify").values())
    damage(deployment / "indexes")
    found = answer(deployment, "index", "verify", code=1)
    assert found["encoder"]["ok"] is True
    assert "sha256" in found["indexes"]["problem"]
    index = next(check for check in answer(deployment, "doctor", code=1)["checks"] if check["name"] == "index")
    assert (index["ok"], index["remedy"]) == (False, "vivier index build")


def test_status_verify_and_doctor_tell_a_damaged_ranker(deployment: Path) -> None:
    card = Card(Ranked.OFFERS, "1", None, "2026-09-01T08:00:00+00:00")
    publish(deployment, card, RankingModel(one_question("distance")))
    assert answer(deployment, "index", "status")["rankers"]["offres"]["model"] == "vivier-offres/1"
    assert "offres are ranked by vivier-offres/1\n" in run(deployment, "index", "status").stdout
    assert answer(deployment, "index", "verify")["rankers"]["ok"] is True
    (deployment / ROOT / "offres" / "000001" / "trees.npz").unlink()
    told = run(deployment, "index", "status").stdout
    assert "offres are ranked by transparent; generation 000001 was refused: " in told
    verified = answer(deployment, "index", "verify", code=1)
    assert "trees.npz is missing" in verified["rankers"]["problem"]
    found = answer(deployment, "doctor")
    rankers = next(check for check in found["checks"] if check["name"] == "rankers")
    assert (rankers["ok"], rankers["remedy"]) == (None, "vivier models promote, or rollback")
    assert found["healthy"] is True, "the transparent ranker answers"


def test_a_newer_damaged_generation_is_told_and_the_older_one_serves(deployment: Path) -> None:
    built = answer(deployment, "index", "build")
    assert built["records"]["offres"] > 0
    damage(deployment / "indexes")
    status = answer(deployment, "index", "status")
    assert (status["generation"], status["refused_generation"], status["behind"]) == ("000001", "000002", 0)
    assert "damaged" in run(deployment, "index", "status").stdout


def test_index_commands_on_nothing_say_what_to_run(tmp_path: Path) -> None:
    for command in ("build", "status"):
        result = run(tmp_path, "index", command)
        assert result.exit_code == 1
        assert "vivier" in result.stderr
        assert len(result.stderr.strip().splitlines()) == 1
    assert run(tmp_path, "index", "build", "--backend", "none").exit_code == 1


def test_serve_on_nothing_says_what_to_run(tmp_path: Path) -> None:
    result = run(tmp_path, "serve", "--port", "0", "--json")
    assert result.exit_code == 1
    assert "run `vivier" in result.stderr


def no_folder(folder: Path) -> None:
    """Nothing is there."""


def an_empty_folder(folder: Path) -> None:
    folder.mkdir()


def a_file(folder: Path) -> None:
    folder.write_text("un modèle")


def a_manifest_without_its_files(folder: Path) -> None:
    folder.mkdir()
    (folder / "manifest.json").write_text('{"files": {"vectors.npy": "0"}}')


def a_damaged_model(folder: Path) -> None:
    shutil.copytree(FOLDER, folder)
    with (folder / "layer.npz").open("ab") as file:
        file.write(b"x")


@pytest.fixture(params=[no_folder, an_empty_folder, a_file, a_manifest_without_its_files, a_damaged_model])
def no_model(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """What VIVIER_ENCODER may point at by mistake."""
    folder = tmp_path / "modele"
    request.param(folder)
    return str(folder)


@pytest.mark.parametrize("command", [("index", "build"), ("serve", "--port", "0")])
def test_an_encoder_that_is_no_model_ends_a_command_in_one_line_with_the_remedy(
    sample_data_dir: Path, no_model: str, command: tuple[str, ...]
) -> None:
    result = run(sample_data_dir, *command, "--json", VIVIER_ENCODER=no_model)
    assert (result.exit_code, result.stdout) == (1, "")
    (line,) = result.stderr.splitlines()
    assert line.startswith("vivier: ")
    assert no_model in line
    assert "give a folder written by `vivier train encoder`" in line or "train it again" in line


def test_doctor_and_verify_tell_an_encoder_that_is_no_model(sample_data_dir: Path, no_model: str) -> None:
    found = json.loads(run(sample_data_dir, "doctor", "--json", VIVIER_ENCODER=no_model).stdout)
    wrong = [check for check in found["checks"] if check["ok"] is False]
    assert [(check["name"], check["remedy"]) for check in wrong] == [("text models", "check VIVIER_ENCODER")]
    assert no_model in wrong[0]["found"]
    told = run(sample_data_dir, "doctor", VIVIER_ENCODER=no_model)
    assert told.exit_code == 1
    (line,) = [line for line in told.stdout.splitlines() if line.startswith("FAIL")]
    assert line.endswith("-> check VIVIER_ENCODER")
    verified = json.loads(run(sample_data_dir, "index", "verify", "--json", VIVIER_ENCODER=no_model).stdout)
    assert (verified["encoder"]["ok"], verified["indexes"]["ok"]) == (False, True)


def test_a_copy_of_the_model_that_ships_serves_in_its_place(sample_data_dir: Path, tmp_path: Path) -> None:
    shutil.copytree(FOLDER, tmp_path / "modele")
    result = run(sample_data_dir, "doctor", "--json", VIVIER_ENCODER=str(tmp_path / "modele"))
    assert (result.exit_code, json.loads(result.stdout)["healthy"]) == (0, True)


@pytest.mark.slow
def test_links_lead_to_the_port_that_is_listened_on_unless_an_address_is_set(tmp_path: Path) -> None:
    with listen("127.0.0.1", 0) as listener:
        port = listener.getsockname()[1]
        told = as_reached(Settings(data_dir=tmp_path), listener)
        assert told.public_url == f"http://127.0.0.1:{port}"
        behind = Settings(data_dir=tmp_path, public_url="https://vivier.exemple")
        assert as_reached(behind, listener) is behind


def test_the_demo_answers_its_four_questions_and_starts_at_once_the_second_time(tmp_path: Path) -> None:
    if shutil.which("curl") is None:
        pytest.skip("curl is absent: the demonstration's lines cannot be run")
    assert answer(tmp_path, "demo", "--build-only") == {"built": True}
    assert answer(tmp_path, "demo", "--build-only") == {"built": False}
    environment = {**os.environ, "VIVIER_DATA_DIR": str(tmp_path), "VIVIER_ALLOWED_HOSTS": ""}
    command = [sys.executable, "-m", "api.cli.main", "demo", "--port", "0", "--json"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as demo:
        assert demo.stdout is not None
        announced = json.loads(demo.stdout.readline())
        assert len(announced["questions"]) == 4
        for line in announced["questions"]:
            shell = line.replace("python3 -m json.tool", f"{sys.executable} -m json.tool")
            found = subprocess.run(["bash", "-c", shell], capture_output=True, text=True, check=True)
            results = json.loads(found.stdout)["resultats"]
            assert len(results) >= 3, line
            assert all(result["raisons"] for result in results)
        with urllib.request.urlopen(announced["docs"]) as page:
            assert page.status == 200
        demo.send_signal(signal.SIGINT)
        demo.wait()
        assert demo.stderr is not None
        assert "Traceback" not in demo.stderr.read()


def test_the_demo_leaves_imported_data_alone(deployment: Path) -> None:
    sample = sample_reference()
    replace(sample, rome=replace(sample.rome, version="4.61")).save(deployment / "reference")
    result = run(deployment, "demo", "--build-only")
    assert result.exit_code == 1
    assert "holds ROME 4.61, not the sample world: run `vivier serve`" in result.stderr
