"""The chance of placing someone, by hand; and what it promises of any firm."""

import numpy as np
import pytest

from features.pairs import FIRM_FEATURES
from matching.placements import FACTORS, FIRM_RANKER
from matching.rankers import transparent_scorer
from models.ranked import Ranked

NAMES = [feature.name for feature in FIRM_FEATURES]


def firm(**values: float) -> np.ndarray:
    return np.array([[values.get(name, np.nan) for name in NAMES]], dtype=np.float32)


def test_placements_are_a_product() -> None:
    """6 hirings x 30 % x 20 % x 25 % = 0.09; hard to recruit x 1.15, engaged x 1.25, half way to the limit x 0.975."""
    plain = firm(firm_hirings=6, firm_fit=0.3, firm_take=0.2, firm_answer=0.25, distance=0.4)
    assert FIRM_RANKER.placements(plain)[0] == pytest.approx(0.09, rel=1e-5)
    assert FIRM_RANKER.scores(plain)[0] == pytest.approx(1 - np.exp(-0.09), rel=1e-5)
    more = firm(
        firm_hirings=6, firm_fit=0.3, firm_take=0.2, firm_answer=0.25, firm_tension=0.9, firm_engaged=1, distance=0.5
    )
    assert FIRM_RANKER.placements(more)[0] == pytest.approx(0.09 * 1.15 * 1.25 * 0.975, rel=1e-5)


def test_an_ordinary_firm_has_the_base_and_no_reason() -> None:
    usual = firm(firm_hirings=2, firm_fit=0.2, firm_take=0.2, firm_answer=0.25, distance=0.4)
    assert FIRM_RANKER.scores(usual)[0] == pytest.approx(FIRM_RANKER.base, rel=1e-5)
    assert np.abs(FIRM_RANKER.contributions(usual)).max() < 1e-5


def test_a_factor_that_is_ordinary_brings_nothing_and_the_gap_goes_to_the_one_that_is_not() -> None:
    found = FIRM_RANKER.contributions(firm(firm_hirings=8, firm_fit=0.2, firm_take=0.2, firm_answer=0.25, distance=0.4))
    gap = 1 - np.exp(-0.08) - FIRM_RANKER.base
    assert found[0, NAMES.index("firm_hirings")] == pytest.approx(gap, rel=1e-4)
    assert found.sum() == pytest.approx(gap, rel=1e-4)


def test_base_and_contributions_make_the_score_of_any_firm() -> None:
    rng = np.random.default_rng(0)
    low, high = (np.array([getattr(item, side) for item in FIRM_FEATURES]) for side in ("low", "high"))
    matrix = rng.uniform(low, high, size=(500, len(NAMES)))
    matrix[rng.random(matrix.shape) < 0.3] = np.nan
    rows = np.concatenate([matrix, [low, high, np.full(len(NAMES), np.nan)]]).astype(np.float32)
    scores, shares = FIRM_RANKER.scores(rows), FIRM_RANKER.contributions(rows)
    assert ((scores >= 0) & (scores <= 1)).all()
    assert not np.isnan(shares).any()
    np.testing.assert_allclose(FIRM_RANKER.base + shares.sum(axis=1), scores, atol=1e-6)
    assert (shares[:, [name not in FACTORS for name in NAMES]] == 0).all()


@pytest.mark.parametrize("name", ["firm_hirings", "firm_fit", "firm_take", "firm_answer", "firm_tension"])
def test_more_is_better(name: str) -> None:
    usual = {"firm_hirings": 3.0, "firm_fit": 0.2, "firm_take": 0.3, "firm_answer": 0.3, "firm_tension": 0.3}
    assert FIRM_RANKER.scores(firm(**usual | {name: usual[name] * 2})) > FIRM_RANKER.scores(firm(**usual))


def test_it_is_what_serves_until_one_is_learned() -> None:
    assert transparent_scorer(Ranked.FIRMS) is not None
    assert FIRM_RANKER.names == tuple(NAMES)
