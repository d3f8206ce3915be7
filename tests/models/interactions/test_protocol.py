"""The whole protocol on pairs of which the answer is known: users have items of their own group alone."""

import numpy as np
import pytest

from models.interactions import families
from models.interactions.dataset import Dataset
from models.interactions.popularity import Popularity
from models.interactions.protocol import (
    OURS,
    Fitted,
    Infeasible,
    ahead,
    allocated,
    check_cap,
    fit_all,
    measure,
    shown,
)
from models.interactions.top import NONE
from tests.models.interactions.made import file, grouped

K = 3


@pytest.fixture(scope="module")
def data() -> Dataset:
    pairs = grouped(4, 30, 12)
    held = pairs[::6]
    kept = sorted(set(pairs).difference(held))
    return Dataset.of(file(*kept), file(*held, ("stranger", kept[0][1])))


@pytest.fixture(scope="module")
def fitted(data: Dataset) -> list[Fitted]:
    return fit_all(data, K, seed=0, seconds=0)


def test_each_kind_is_there_and_ours_last(fitted: list[Fitted]) -> None:
    assert [each.name for each in fitted] == [*(family.name for family in families.BASELINES), OURS]
    assert all(each.tried >= 1 for each in fitted)


def test_groups_are_found(data: Dataset, fitted: list[Fitted]) -> None:
    measured = {each.name: measure(each.name, shown(each, data, K), data, K) for each in fitted}
    for name in ("item_knn", "rp3beta", "ease", OURS):
        assert measured[name].figures["ndcg"] > 1.5 * measured["popularity"].figures["ndcg"], name
    best, gain = ahead(measured[OURS], [measured["popularity"]], seed=0)
    assert best.name == "popularity"
    assert gain.low > 0


def test_lists_are_complete_unseen_and_distinct(data: Dataset, fitted: list[Fitted]) -> None:
    known = data.known.toarray()
    for each in fitted:
        lists = shown(each, data, K)
        assert lists.shape == (len(data.asked), K)
        assert (lists != NONE).all()
        assert (np.diff(np.sort(lists, axis=1)) > 0).all()
        assert not known[data.asked[:, None], lists].any()


def test_who_is_unknown_gets_the_most_popular(data: Dataset, fitted: list[Fitted]) -> None:
    stranger = list(data.users).index("stranger")
    row = data.asked.tolist().index(stranger)
    for each in fitted:
        assert shown(each, data, K)[row].tolist() == Popularity.fit(data.known).order[:K].tolist()


def greedy(indptr: np.ndarray, item: np.ndarray, score: np.ndarray, k: int, most: int) -> np.ndarray:  # type: ignore[type-arg]
    """Each in turn takes the best that is left: it may leave a list short."""
    loads = np.zeros(item.max() + 1, dtype=np.int64)
    lists = np.full((len(indptr) - 1, k), NONE, dtype=np.int32)
    for row in range(len(indptr) - 1):
        own = np.arange(indptr[row], indptr[row + 1])
        free = [place for place in own[np.argsort(-score[own], kind="stable")] if loads[item[place]] < most][:k]
        lists[row, : len(free)] = item[free]
        loads[item[free]] += 1
    return lists


def test_no_item_goes_beyond_the_cap_and_nobody_gets_what_they_have(data: Dataset, fitted: list[Fitted]) -> None:
    fair = -(-K * len(data.asked) // data.n_known)
    known = data.known.toarray()
    for each in fitted:
        lists = allocated(each, data, K, fair + 2, greedy, seed=0)
        assert np.bincount(lists[lists != NONE]).max() <= fair + 2
        for row, user in enumerate(data.asked):
            own = lists[row][lists[row] != NONE]
            assert len(set(own.tolist())) == len(own)
            assert not known[user, own].any()


def test_an_impossible_cap_says_which_would_do(data: Dataset) -> None:
    fair = -(-K * len(data.asked) // data.n_known)
    check_cap(data, K, fair)
    with pytest.raises(Infeasible, match=f"--max-load must be at least {fair}"):
        check_cap(data, K, fair - 1)


def test_a_user_with_nearly_all_items_has_empty_places() -> None:
    pairs = [("a", f"i{item}") for item in range(4)] + [("b", "i0"), ("b", "i4")]
    data = Dataset.of(file(*pairs), file(("a", "i4")))
    popular = Fitted("popularity", Popularity.fit(data.known), {}, 0.0, 1)
    lists = shown(popular, data, 3)
    assert lists.tolist() == [[data.items.index("i4"), NONE, NONE]]
    measured = measure("popularity", lists, data, 3)
    assert measured.empty_places == 2
    assert measured.figures["recall"] == 1
    assert allocated(popular, data, 1, 1, greedy, seed=0).tolist() == [[data.items.index("i4")]]
