"""Which code trained: a commit, a commit with changes, or the package's version."""

import subprocess
from importlib.metadata import version
from pathlib import Path

from models.training.code_version import code_version


def git(folder: Path, *words: str) -> None:
    identity = ["-c", "user.name=t", "-c", "user.email=t@example.org"]
    subprocess.run(["git", "-C", str(folder), *identity, *words], check=True, capture_output=True)


def test_a_commit_then_a_commit_with_changes(tmp_path: Path) -> None:
    git(tmp_path, "init")
    (tmp_path / "a.txt").write_text("one")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-m", "one")
    clean = code_version(tmp_path)
    assert len(clean) == 40
    (tmp_path / "new.txt").write_text("not of the code")
    assert code_version(tmp_path) == clean
    (tmp_path / "a.txt").write_text("two")
    assert code_version(tmp_path) == f"{clean}+"


def test_without_a_checkout_the_version_of_the_package(tmp_path: Path) -> None:
    assert code_version(tmp_path) == version("vivier")
