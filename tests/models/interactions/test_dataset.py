import numpy as np
import pytest

from models.interactions.dataset import Dataset, hold_out, together
from tests.models.interactions.made import drawn, file, matrix

TRAIN = file(("a", "x"), ("a", "y"), ("b", "y"), ("c", "z"))


def test_rows_columns_and_what_nobody_can_find() -> None:
    data = Dataset.of(TRAIN, file(("b", "z"), ("d", "x"), ("b", "new"), ("a", "x")), file(("b", "w")))
    assert data.users == ("a", "b", "c", "d")
    assert data.items == ("y", "x", "z", "w", "new"), "most frequent in training first, then by id"
    assert data.n_known == 4
    assert data.train.toarray().tolist() == [[1, 1, 0, 0], [1, 0, 0, 0], [0, 0, 1, 0], [0, 0, 0, 0]]
    assert data.known.toarray()[1].tolist() == [1, 0, 0, 1]
    assert data.test.toarray().tolist() == [[0, 0, 0, 0, 0], [0, 0, 1, 0, 1], [0, 0, 0, 0, 0], [0, 1, 0, 0, 0]]
    assert data.asked.tolist() == [1, 3]
    assert (data.repeated, data.unseen_users, data.unseen_pairs) == (1, 1, 1)


def test_a_test_without_anything_new_is_refused() -> None:
    with pytest.raises(ValueError, match="nothing is left to find"):
        Dataset.of(TRAIN, file(("a", "x")))


def test_the_order_of_lines_changes_nothing() -> None:
    backwards = file(*reversed(list(zip(TRAIN.users, TRAIN.items, strict=True))))
    one, other = (Dataset.of(train, file(("b", "z"))) for train in (TRAIN, backwards))
    assert one.items == other.items
    assert np.array_equal(one.train.toarray(), other.train.toarray())


def test_held_out_pairs_are_a_share_of_each_drawn_user() -> None:
    train = drawn(3000, 30, 0.3)
    fit, held = hold_out(train, seed=1)
    assert np.array_equal(together(fit, held).toarray(), train.toarray())
    assert fit.nnz + held.nnz == train.nnz
    sizes, lost = np.diff(train.indptr), np.diff(held.indptr)
    assert np.array_equal(lost[lost > 0], np.maximum(1, (0.2 * sizes[lost > 0]).astype(int)))
    assert np.count_nonzero(lost) == np.count_nonzero(sizes >= 2) // 2
    assert np.array_equal(hold_out(train, seed=1)[1].toarray(), held.toarray())
    assert not np.array_equal(hold_out(train, seed=2)[1].toarray(), held.toarray())


def test_every_user_of_few_is_drawn_and_keeps_a_pair() -> None:
    fit, held = hold_out(matrix("11..", "1...", ".111", "...."), seed=0)
    assert np.diff(held.indptr).tolist() == [1, 0, 1, 0]
    assert np.diff(fit.indptr).tolist() == [1, 1, 2, 0]


def test_nothing_to_hold_out_is_refused() -> None:
    with pytest.raises(ValueError, match="no user has two pairs"):
        hold_out(matrix("1.", ".1"), seed=0)
