"""`vivier allocate`: a batch over everyone, and the prices it publishes."""

from pathlib import Path

import pytest

from matching.allocation.live import LivePrices
from tests.api.cli.test_deployment import answer, run


@pytest.mark.slow
def test_a_batch_is_told_and_its_prices_are_published(deployment: Path) -> None:
    alone = answer(deployment, "allocate", "--knob", "0", "--k", "1")
    assert (alone["priced"], LivePrices.open(deployment).generation) == (0, "000001")
    spread = answer(deployment, "allocate", "--knob", "1", "--k", "1")
    assert spread["persons"] == alone["persons"] > 0
    assert spread["offers"] == alone["offers"] > spread["priced"] > 0
    assert spread["largest_load_per_post"] <= alone["largest_load_per_post"]
    found = LivePrices.open(deployment)
    assert (found.generation, len(found.keys)) == ("000002", spread["priced"])


def test_on_nothing_it_says_what_to_run(tmp_path: Path) -> None:
    result = run(tmp_path / "none", "allocate")
    assert result.exit_code != 0
    assert "vivier" in result.output
