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
from features.sample.reference import sample_reference

Json = dict[str, Any]


def run(data_dir: Path, *arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments), env={"VIVIER_DATA_DIR": str(data_dir)})


def answer(data_dir: Path, *arguments: str, code: int = 0) -> Json:
    result = run(data_dir, *arguments, "--json")
    assert result.exit_code == code, result.output
    assert result.stderr == ""
    found: Json = json.loads(result.stdout)
    return found


def damage(root: Path) -> None:
    generation = root / (root / "CURRENT").read_text()
    victim = max((path for path in generation.rglob("*") if path.is_file()), key=lambda path: path.stat().st_size)
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


@pytest.mark.slow
def test_the_demo_answers_its_four_questions_and_starts_at_once_the_second_time(tmp_path: Path) -> None:
    if shutil.which("curl") is None:
        pytest.skip("curl is absent: the demonstration's lines cannot be run")
    assert answer(tmp_path, "demo", "--build-only") == {"built": True}
    assert answer(tmp_path, "demo", "--build-only") == {"built": False}
    environment = {**os.environ, "VIVIER_DATA_DIR": str(tmp_path)}
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
