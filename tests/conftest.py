"""Fixtures shared by all tests."""

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def open_data() -> Path:
    """The publishers' files; the test is skipped, saying so, when they are not at hand."""
    folder = os.environ.get("VIVIER_OPEN_DATA")
    if folder is None:
        beside = Path(__file__).parents[2] / "shared" / "data"
        if not beside.is_dir():
            pytest.skip("VIVIER_OPEN_DATA is not set: this test reads the publishers' open data")
        return beside
    path = Path(folder)
    if not path.is_dir():
        pytest.fail(f"VIVIER_OPEN_DATA={folder} is not a folder")
    return path
