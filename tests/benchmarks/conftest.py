"""The rows that measures are tried on."""

import pytest

from benchmarks.workload import Workload


@pytest.fixture(scope="session")
def workload(tmp_path_factory: pytest.TempPathFactory) -> Workload:
    """3,000 rows of the sample world, and what is kept beside them. Read only."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("VIVIER_OPEN_DATA", raising=False)
        opened = Workload.open(3_000, folder=tmp_path_factory.mktemp("bench"))
        assert opened.world.facts.notes is not None
        return opened
