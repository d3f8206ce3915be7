"""The simulated hirings: the same seed, the same firms; and the orders of magnitude that it claims."""

import numpy as np

from models.simulation.recruitment import DIVISIONS, simulate


def test_the_same_seed_gives_the_same_firms() -> None:
    one, same, other = simulate(300, 30, 4), simulate(300, 30, 4), simulate(300, 30, 5)
    np.testing.assert_array_equal(one.history.counts, same.history.counts)
    assert (one.history.counts != other.history.counts).any()


def test_hirings_are_near_their_hidden_mean_and_split_by_occupation() -> None:
    market = simulate(4000, 48, 1)
    counts = market.history.counts
    np.testing.assert_array_equal(market.by_occupation.sum(axis=2), counts)
    small = market.expected.sum(axis=1) < 200
    assert 0.9 < counts[small].sum() / market.expected[small].sum() < 1.1
    np.testing.assert_allclose(market.sector_share.sum(axis=1), 1)


def test_sectors_differ_and_summer_is_high_in_hotels() -> None:
    market = simulate(12_000, 48, 2)
    division = np.array([code[:2] for code in market.history.naf])
    heads = np.maximum(market.history.headcount_min, 1)
    hotels, industry = (np.isin(division, codes) for codes in (["55", "56"], ["25", "26", "27", "28"]))
    assert (market.expected[hotels].sum() / heads[hotels].sum()) > 2 * (
        market.expected[industry].sum() / heads[industry].sum()
    )
    assert len(set(division)) == len(DIVISIONS)
