"""The small world's reference data, for the importers."""

import pytest

from features.reference import Reference
from features.sample.reference import sample_reference


@pytest.fixture(scope="session")
def sample() -> Reference:
    return sample_reference()
