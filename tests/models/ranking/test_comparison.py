"""Two rankers on the same lists: figures by hand, and what holds whatever the scores."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.ranking.comparison import (
    Trial,
    attention,
    changed_share,
    is_of_lists,
    qualities,
    quality,
    ranks,
)
from models.ranking.table import Segment

LISTS = np.array([0, 0, 0, 1, 1])
GAINS = np.array([0.0, 1, 0, 1, 0])
BEST_FIRST = np.array([0.1, 0.9, 0.2, 0.8, 0.3])
BEST_SECOND = np.array([0.9, 0.5, 0.2, 0.3, 0.8])
AT_SECOND = 1 / np.log2(3)


def trial(candidate: Any = BEST_SECOND, incumbent: Any = BEST_FIRST, **segments: Segment) -> Trial:
    return Trial(LISTS, GAINS, np.asarray(candidate), np.asarray(incumbent), segments)


def test_quality_by_hand() -> None:
    found = quality(trial())
    assert (found.candidate, found.incumbent, found.n_lists) == (pytest.approx(AT_SECOND), 1, 2)
    assert found.change == pytest.approx(AT_SECOND - 1)


def test_a_list_counts_for_the_share_of_its_rows_in_a_segment() -> None:
    worse_in_the_first_list = np.array([0.9, 0.5, 0.2, 0.8, 0.3])
    of_rows = Segment(("a", "b", "c"), np.array([0, 1, -1, 1, 1], dtype=np.int16))
    a, b, c = qualities(trial(worse_in_the_first_list), of_rows)
    assert (a.label, a.n_lists, a.candidate) == ("a", pytest.approx(1 / 3), pytest.approx(AT_SECOND))
    assert b.n_lists == pytest.approx(1 / 3 + 1)
    assert b.candidate == pytest.approx((AT_SECOND / 3 + 1) / (1 / 3 + 1))
    assert c.n_lists == 0
    assert np.isnan(c.candidate)


def test_a_list_without_a_gain_counts_nowhere() -> None:
    found = quality(Trial(LISTS, np.array([0.0, 0, 0, 1, 0]), BEST_SECOND, BEST_FIRST, {}))
    assert (found.n_lists, found.candidate) == (1, pytest.approx(AT_SECOND))
    assert np.isnan(quality(Trial(LISTS, np.zeros(5), BEST_SECOND, BEST_FIRST, {})).candidate)


def test_the_share_that_changes_by_hand() -> None:
    lists = np.zeros(12, dtype=np.int64)
    falling = -np.arange(12.0)
    without_the_second = falling.copy()
    without_the_second[1] = -20
    assert changed_share(Trial(lists, np.ones(12), without_the_second, falling, {})) == pytest.approx(0.1)
    assert changed_share(trial()) == 0, "lists under ten rows show the same, in another order"


def test_attention_by_hand() -> None:
    shown = Segment(("near", "far"), np.array([0, 1, 1, 1, 0], dtype=np.int16))
    near, far = attention(trial(BEST_FIRST), shown)
    assert (near.label, near.n_lists) == ("near", 2)
    assert np.isnan(near.per_gain), "it has no gain"
    assert far.per_gain == pytest.approx((1 + AT_SECOND + 1) / 2)


def test_a_segment_of_lists_is_told_from_one_of_what_is_shown() -> None:
    assert is_of_lists(LISTS, Segment(("a", "b"), np.array([0, 0, 0, -1, -1], dtype=np.int16)))
    assert not is_of_lists(LISTS, Segment(("a", "b"), np.array([0, 0, 1, 1, 1], dtype=np.int16)))


@given(
    st.lists(st.tuples(st.integers(0, 5), st.floats(-9, 9), st.floats(0, 4)), min_size=1, max_size=40),
    st.integers(0, 9),
)
def test_a_ranker_against_itself_changes_nothing(rows: list[tuple[int, float, float]], seed: int) -> None:
    lists, scores, gains = (np.array(column) for column in zip(*rows, strict=True))
    same = Trial(lists, gains, scores, scores, {}, seed)
    assert changed_share(same) == 0
    found = quality(same)
    assert np.isnan(found.candidate) or found.change == 0
    for name in np.unique(lists):
        assert sorted(ranks(scores, lists, seed)[lists == name]) == list(range(1, int((lists == name).sum()) + 1))


def test_what_cannot_be_compared_is_refused() -> None:
    with pytest.raises(ValueError, match="'candidate': 4"):
        trial(BEST_SECOND[:4])
    with pytest.raises(ValueError, match="a score of the incumbent is not finite"):
        trial(incumbent=np.array([np.nan, 0, 0, 0, 0]))
    with pytest.raises(ValueError, match="segment secteur"):
        trial(secteur=Segment(("a",), np.zeros(4, dtype=np.int16)))
    empty = np.empty(0)
    with pytest.raises(ValueError, match="needs rows"):
        Trial(empty.astype(np.int64), empty, empty, empty, {})
