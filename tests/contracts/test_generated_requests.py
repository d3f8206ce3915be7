"""Requests made from the OpenAPI document: no answer is a server error, and each keeps to what the document says.

A small part of `python -m benchmarks.schemas`, over the routes about people, as those who may the most.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI

from benchmarks.schema_cases import run_cases, serving

ABOUT_PEOPLE = r"^/v1/(profils|mises-en-relation)"


@pytest.fixture(scope="module")
def app(sample_data_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FastAPI]:
    with serving(Path(shutil.copytree(sample_data_dir, tmp_path_factory.mktemp("generated") / "var"))) as served:
        yield served


@pytest.mark.slow
@pytest.mark.parametrize(("phase", "per_operation"), [("fuzzing", 1), ("stateful", 10)])
def test_generated_requests_are_answered_as_the_document_says(app: FastAPI, phase: str, per_operation: int) -> None:
    tally = run_cases(app, "demo:service", 1, per_operation, (phase,), ABOUT_PEOPLE)
    assert tally.shown == {}
    assert tally.errors == []
    assert tally.server_errors == 0
    assert tally.n_cases > 20
