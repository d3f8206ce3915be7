"""What `deploy/` names exists: commands, settings, folders of the package; and systemd reads its units."""

import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
from typer.testing import CliRunner

from api.cli.main import app
from api.settings import Settings

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
UNITS = sorted(DEPLOY.glob("*.service"))
TIMERS = sorted(DEPLOY.glob("*.timer"))


def commands() -> list[list[str]]:
    lines = [line for unit in UNITS for line in unit.read_text().splitlines() if line.startswith("ExecStart=")]
    return [shlex.split(line.removeprefix("ExecStart="))[1:] for line in lines]


@pytest.mark.parametrize("command", commands(), ids=" ".join)
def test_every_command_exists(command: list[str]) -> None:
    words = [word for word in command if not word.startswith(("-", "/"))]
    shown = CliRunner().invoke(app, [*words, "--help"])
    assert shown.exit_code == 0, shown.output


def test_every_setting_is_known() -> None:
    known = {f"VIVIER_{name.upper()}" for name in Settings.model_fields}
    for path in DEPLOY.iterdir():
        named = set(re.findall(r"VIVIER_[A-Z_]+", path.read_text()))
        assert named <= known, path.name


def test_a_timer_starts_a_unit_that_is_there() -> None:
    assert {timer.stem for timer in TIMERS} == {unit.stem for unit in UNITS} - {"vivier"}


def test_the_image_has_every_package() -> None:
    copied = set(re.findall(r"^COPY ([a-z]+) \1$", (DEPLOY / "Containerfile").read_text(), re.MULTILINE))
    kept = set(re.findall(r"^!([a-z]+)$", (ROOT / ".containerignore").read_text(), re.MULTILINE))
    assert copied == kept == {"api", "features", "matching", "models"}


def test_systemd_reads_the_units(tmp_path: Path) -> None:
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("systemd-analyze is not here: apt-get install systemd")
    for path in (*UNITS, *TIMERS):
        (tmp_path / path.name).write_text(path.read_text().replace("/opt/vivier/bin/vivier", "/bin/true"))
    done = subprocess.run(
        [analyze, "verify", *map(str, tmp_path.iterdir())], capture_output=True, text=True, check=False
    )
    assert [
        line for line in done.stderr.splitlines() if "vivier" in line
    ] == []  # others are of the machine's own units
