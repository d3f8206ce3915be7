"""The notebooks run from top to bottom on the sample world: every code cell, in one namespace."""

import ast
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import matplotlib.pyplot as plt
import pytest

NOTEBOOKS = sorted((Path(__file__).parents[1] / "notebooks").glob("*.ipynb"))
MAY_IMPORT = {"features", "models", "matching", "api", "numpy", "sklearn", "matplotlib"}
"""Beside the standard library: the package, and what it or its tests install; neither benchmarks nor tests."""


@pytest.fixture
def drawn_apart() -> Iterator[None]:
    """Figures are drawn without a screen and closed; the backend is as it was afterwards."""
    backend = plt.get_backend()
    plt.switch_backend("agg")
    yield
    plt.close("all")
    plt.switch_backend(backend)


@pytest.mark.slow
@pytest.mark.usefixtures("drawn_apart")
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_the_notebook_runs(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VIVIER_OPEN_DATA", raising=False)
    sources = code_cells(path)
    assert sources
    namespace: dict[str, object] = {}
    for number, source in enumerate(sources, 1):
        exec(compile(source, f"{path.name}, code cell {number}", "exec"), namespace)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_the_notebook_imports_from_the_package_only(path: Path) -> None:
    imported = {name.partition(".")[0] for source in code_cells(path) for name in imports_of(source)}
    assert imported - MAY_IMPORT - sys.stdlib_module_names == set()


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_the_notebook_is_kept_without_outputs(path: Path) -> None:
    cells = json.loads(path.read_text())["cells"]
    assert all(not cell.get("outputs") for cell in cells)


def code_cells(path: Path) -> list[str]:
    cells = json.loads(path.read_text())["cells"]
    return ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]


def imports_of(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""
