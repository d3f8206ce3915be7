import numpy as np
import pytest

from models.ranking.splits import split
from models.training.baselines import boosted, lightgbm_lambdamart, linear
from tests.models.training.test_offers import logged


@pytest.mark.parametrize("name", ["linear", "boosted", "lightgbm"])
def test_a_baseline_learns_the_order(name: str) -> None:
    table = logged(people=150, weeks=4)
    parts, gains = split(table, weeks=1), np.maximum(table.outcome - 1.0, 0)
    if name == "linear":
        scores = linear(table, parts, gains)
    elif name == "boosted":
        scores = boosted(table, parts, gains, seed=0)
    else:
        pytest.importorskip("lightgbm", reason="lightgbm comes with the train extra")
        scores = lightgbm_lambdamart(table, parts, gains, seed=0, threads=1)
    good, bad = scores(np.array([[0.05, 0.1, 0.5], [0.95, 0.9, np.nan]], np.float32))
    assert good > bad
