from collections.abc import Iterator

import numpy as np
import pytest
from scipy import sparse

from models.interactions.candidates import candidates
from models.interactions.dataset import Dataset, Matrix, hold_out
from models.interactions.judge import Judge
from models.interactions.ours import Ours, learn
from models.interactions.popularity import Popularity
from models.interactions.search import Family, choose
from models.interactions.stacking import Lesson, Mixed, Sum, Trees
from models.interactions.top import DenseProduct, Rows, TopLists
from tests.models.interactions.made import file, grouped, matrix


class Fixed:
    """Puts forward what it was told, for every user alike."""

    def __init__(self, items: list[int], scores: list[float]) -> None:
        self.items, self.scores = items, scores

    def top(self, users: Rows, depth: int) -> TopLists:
        items = np.full((len(users), depth), -1, dtype=np.int32)
        scores = np.full((len(users), depth), -np.inf, dtype=np.float32)
        width = min(depth, len(self.items))
        items[:, :width], scores[:, :width] = self.items[:width], self.scores[:width]
        return TopLists(items, scores)


def test_candidates_are_the_union_with_what_each_says() -> None:
    known = matrix("1....", "11...")
    found = candidates([Fixed([3, 2], [5, 3]), Fixed([2, 4, 3], [8, 6, 4])], known, np.array([1, 0]), 3)
    assert found.indptr.tolist() == [0, 3, 6]
    assert found.items.tolist() == [2, 3, 4] * 2
    of_item_2 = [3 / 5, 1 / np.log2(3), 1, 1, 0, np.log1p(2)]
    of_item_3 = [1, 1, 0, 1 / np.log2(4), 0, np.log1p(2)]
    of_item_4 = [0, 0, 0.5, 1 / np.log2(3), 0, np.log1p(2)]
    assert found.features[:3] == pytest.approx(np.array([of_item_2, of_item_3, of_item_4]))
    assert found.features[3:, -1].tolist() == pytest.approx([np.log1p(1)] * 3)


def test_the_best_candidates_ties_by_column() -> None:
    found = candidates([Fixed([3, 2, 4], [5, 3, 1])], matrix("1....", "....."), np.array([0, 1]), 3)
    lists = found.best(np.array([1.0, 1, 2, 0, 0, 0]), 2)
    assert lists.items.tolist() == [[4, 2], [2, 3]]


def test_a_list_of_equal_scores_says_nothing_by_score() -> None:
    found = candidates([Fixed([1, 2], [3, 3])], matrix("..."), np.array([0]), 2)
    assert found.features[:, 0].tolist() == [0, 0]


@pytest.fixture(scope="module")
def lesson() -> Lesson:
    """One recommender is right, the other wrong, for 120 users."""
    known: Matrix = sparse.csr_array((120, 8), dtype=np.float32)
    truth = np.zeros((120, 8), dtype=np.float32)
    truth[:, 5] = 1
    right, wrong = Fixed([5, 6, 7], [3, 2, 1]), Fixed([0, 1, 2, 5], [4, 3, 2, 1])
    return Lesson(candidates([wrong, right], known, np.arange(120), 4), sparse.csr_array(truth), 2)


def test_a_lesson_values_an_order(lesson: Lesson) -> None:
    assert lesson.values(lesson.right.astype(np.float64)).tolist() == [1] * 120
    second = lesson.right + 2.0 * (lesson.candidates.items == 7)
    assert lesson.values(second).tolist() == pytest.approx([1 / np.log2(3)] * 120)
    part = lesson.of(np.array([7, 3]))
    assert part.right.tolist() == lesson.right[:6].tolist() * 2
    assert part.values(-part.right.astype(np.float64)).tolist() == [0, 0]


def test_the_sum_takes_what_is_right(lesson: Lesson) -> None:
    learned = Sum.learn(lesson)
    assert learned.weights.sum() == pytest.approx(1)
    assert not learned.weights[:2].any()
    assert lesson.values(learned.scores(lesson.candidates.features)).mean() == 1


def test_trees_learn_it_too(lesson: Lesson) -> None:
    trees = Trees.learn(lesson, seed=0)
    assert trees is not None
    assert lesson.values(trees.scores(lesson.candidates.features)).mean() == 1
    mixed = Mixed(Sum.learn(lesson), trees)
    assert lesson.values(mixed.scores(lesson.candidates.features)).mean() == 1


def test_trees_need_enough_to_learn_from(lesson: Lesson) -> None:
    assert Trees.learn(lesson.of(np.arange(40)), seed=0) is None


def clock_of(*times: float) -> Iterator[float]:
    yield from times


def test_a_setting_is_not_begun_when_it_would_end_too_late() -> None:
    known, held = matrix("11...", "1.1.."), matrix("..1..", "....1")
    judge = Judge.of(known, held, 1, seed=0)
    weak, strong = np.array([[0, 0, 0, 1, 0]] * 2), np.array([[0, 0, 1, 0, 2], [0, 0, 0, 0, 1]])
    grid = [{"scores": weak}, {"scores": strong[:, [0, 1, 4, 3, 2]]}, {"scores": strong}]

    def fit(known: Matrix, scores: np.ndarray) -> DenseProduct:  # type: ignore[type-arg]
        return DenseProduct(sparse.csr_array(np.eye(2, dtype=np.float32)), scores.astype(np.float32), known)

    family = Family("given", fit, grid)
    times = clock_of(0, 2, 2, 5, 5)
    choice, _ = choose(family, judge, ends=7, clock=lambda: next(times))
    assert choice.tried == 2, "the third would end at 8"
    assert choice.parameters is grid[1]
    late = clock_of(0, 2, 2)
    assert choose(family, judge, ends=0, clock=lambda: next(late))[0].tried == 1


def test_a_judge_needs_users_with_both_parts() -> None:
    with pytest.raises(ValueError, match="nothing can be chosen"):
        Judge.of(matrix("1.", ".."), matrix("..", ".1"), 1, seed=0)


def test_what_cannot_be_improved_upon_is_taken_alone() -> None:
    data = Dataset.of(file(*grouped(3, 40, 8)), file(("u0-000", "other")))
    fit, held = hold_out(data.train, 0)
    judge = Judge.of(fit, held, 5, 0)
    perfect = DenseProduct(sparse.csr_array(np.eye(fit.shape[0], dtype=np.float32)), held.toarray(), fit)
    popular = Popularity.fit(fit)
    lessons = learn([popular, perfect], ["popular", "perfect"], judge, seed=0)
    assert lessons.kind == "perfect"
    assert lessons.value == 1
    assert lessons.recommender([popular, perfect], ["popular", "perfect"], fit, 5) is perfect


def test_ours_lists_by_block_as_at_once(lesson: Lesson) -> None:
    known: Matrix = sparse.csr_array((4500, 8), dtype=np.float32)
    made = Ours((Fixed([0, 1, 2, 5], [4, 3, 2, 1]), Fixed([5, 6, 7], [3, 2, 1])), known, Sum.learn(lesson), 4)
    lists = made.top(np.arange(4500), 2)
    assert lists.items.shape == (4500, 2)
    assert (lists.items[:, 0] == 5).all()
