import msgspec
import numpy as np
import pytest

from models.simulation.table import ranking_table
from models.training.from_events import table_of_events
from tests.models.simulation import made
from tests.models.simulation.test_records import some_events, some_log


def test_the_events_of_a_log_give_its_table_back() -> None:
    market, log = made.market(), some_log()
    found, tastes = table_of_events(market, some_events())
    whole = ranking_table(log, market)
    wanted = whole.take(whole.week >= 2)
    for name in ("person", "item", "week", "position", "outcome"):
        assert np.array_equal(getattr(found, name), getattr(wanted, name)), name
    for name in market.names:
        if name not in ("freshness", "collaborative"):
            assert np.allclose(found.column(name), wanted.column(name), equal_nan=True, atol=1e-5), name
    assert np.isnan(found.column("freshness")).all()
    assert np.isfinite(found.column("collaborative")).any()
    assert not tastes.diagonal().any()


def test_events_of_others_are_left_out() -> None:
    others = [msgspec.structs.replace(event, profile_id="somebody-else") for event in some_events()[:50]]
    with pytest.raises(ValueError, match="vivier candidates"):
        table_of_events(made.market(), others)
