"""`tools/make-venv` on machines that lack something: one line with the apt-get command, and nothing made."""

import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).parents[2] / "tools" / "make-venv"


def run(machine: Path, venv: Path) -> subprocess.CompletedProcess[str]:
    """The script with a PATH of its own."""
    return subprocess.run(
        ["/bin/bash", SCRIPT, venv], env={"PATH": str(machine)}, capture_output=True, text=True, check=False
    )


def python_that(machine: Path, script: str) -> None:
    machine.mkdir(exist_ok=True)
    (machine / "python3").write_text(f"#!/bin/bash\n{script}\n")
    (machine / "python3").chmod(0o755)


def test_no_python(tmp_path: Path) -> None:
    done = run(tmp_path / "nothing", tmp_path / "venv")
    assert done.returncode == 1
    assert done.stderr == (
        "Python 3.11 or newer is missing. On Debian or Ubuntu: sudo apt-get install python3 python3-venv\n"
    )


def test_an_old_python(tmp_path: Path) -> None:
    python_that(tmp_path / "machine", "exit 1")
    done = run(tmp_path / "machine", tmp_path / "venv")
    assert "Python 3.11 or newer is missing" in done.stderr
    assert not (tmp_path / "venv").exists()


def test_a_python_without_venv(tmp_path: Path) -> None:
    python_that(tmp_path / "machine", 'case "$2" in *ensurepip*) exit 1;; *print*) echo 3.12;; *) exit 0;; esac')
    done = run(tmp_path / "machine", tmp_path / "venv")
    assert done.returncode == 1
    assert done.stderr.endswith("has no venv module. On Debian or Ubuntu: sudo apt-get install python3.12-venv\n")


def test_an_environment_that_works_is_kept(tmp_path: Path) -> None:
    venv = Path(sys.prefix)
    before = (venv / "pyvenv.cfg").stat().st_mtime_ns
    assert run(tmp_path / "nothing", venv).returncode == 0
    assert (venv / "pyvenv.cfg").stat().st_mtime_ns == before
