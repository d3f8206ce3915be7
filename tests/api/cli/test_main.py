"""The command line as a whole: starts light, helps with examples, speaks JSON, fails in one line."""

import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from api.cli.main import app

HEAVY = {
    "alembic",
    "faiss",
    "fastapi",
    "httptools",
    "lightgbm",
    "matplotlib",
    "mlflow",
    "msgspec",
    "numpy",
    "pandas",
    "pyarrow",
    "pydantic",
    "pydantic_settings",
    "scipy",
    "sklearn",
    "sqlalchemy",
    "starlette",
    "torch",
    "uvicorn",
}


def commands() -> Iterator[tuple[str, object]]:
    """Every command with its full name."""

    def walk(name: str, command: object) -> Iterator[tuple[str, object]]:
        children: dict[str, object] = getattr(command, "commands", {})
        if not children:
            yield name, command
        for child, below in children.items():
            yield from walk(f"{name} {child}", below)

    yield from walk("vivier", get_command(app))


def loaded_by(*arguments: str) -> set[str]:
    code = (
        "import sys\n"
        "from api.cli.main import app\n"
        "try:\n    app(sys.argv[1:])\nexcept SystemExit as end:\n    assert not end.code, end.code\n"
        "print('|'.join(sys.modules), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True)
    return {name.split(".")[0] for name in done.stderr.split("|")}


@pytest.mark.parametrize("option", ["--help", "--version"])
def test_starting_loads_nothing_heavy(option: str) -> None:
    assert loaded_by(option).isdisjoint(HEAVY)


@pytest.mark.parametrize("group", ["import", "index", "models", "rome", "world"])
def test_a_groups_help_loads_nothing_heavy_but_what_typer_itself_reads_options_with(group: str) -> None:
    assert loaded_by(group, "--help").isdisjoint(HEAVY - {"pydantic"})


def test_every_command_has_an_example_of_itself_and_speaks_json() -> None:
    names = []
    for name, command in commands():
        names.append(name)
        help_text = str(command.help)  # type: ignore[attr-defined]
        assert re.search(rf"Example: {name}\b", help_text), f"{name} --help has no example"
        options = {option for parameter in command.params for option in parameter.opts}  # type: ignore[attr-defined]
        assert "--json" in options, f"{name} has no --json"
    assert {"vivier serve", "vivier demo", "vivier doctor", "vivier import", "vivier index build"} <= set(names)


def test_every_help_page_is_printed() -> None:
    for name, _ in commands():
        result = CliRunner().invoke(app, [*name.split()[1:], "--help"])
        assert result.exit_code == 0
        assert "Example:" in result.output


def test_a_wrong_variable_is_one_line_and_exit_code_2(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIVIER_PROT", "1")
    result = CliRunner().invoke(app, ["doctor"])
    assert result.exit_code == 2
    assert result.stderr.strip().splitlines() == [
        "vivier: VIVIER_PROT is not a setting; the nearest one is VIVIER_PORT (see docs/settings.md)"
    ]


@pytest.mark.parametrize("command", ["serve", "demo"])
def test_a_port_in_use_is_one_line_and_exit_code_1(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        result = CliRunner().invoke(app, [command, "--port", str(port)])
    assert result.exit_code == 1
    assert f"cannot listen on 127.0.0.1:{port}: Address already in use" in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1


@pytest.mark.parametrize("command", ["serve", "demo"])
@pytest.mark.parametrize(
    ("variable", "value", "told"),
    [
        ("VIVIER_HOST", "0.0.0.0", "on 0.0.0.0"),
        ("VIVIER_PUBLIC_URL", "https://vivier.example", "as vivier.example"),
        ("VIVIER_ALLOWED_HOSTS", "localhost,vivier.example", "as vivier.example"),
        ("VIVIER_ALLOWED_HOSTS", "*", "as *"),
    ],
)
def test_demo_identities_are_not_served_to_other_machines(
    command: str, variable: str, value: str, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VIVIER_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("VIVIER_DEMO_IDENTITIES", "true")
    monkeypatch.setenv(variable, value)
    result = CliRunner().invoke(app, [command, "--port", "0"])
    assert result.exit_code == 1
    assert f"they are not served {told}" in result.stderr
    assert list(tmp_path.iterdir()) == [], "nothing was built or opened"
