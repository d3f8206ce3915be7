"""Who calls on which firm: held to the linear programme of HiGHS, and small cases by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from matching.planning.problem import NOBODY, Before, Counsellor, Problem
from matching.planning.share import share


def problem(
    values: list[list[float]], visits: list[int], fairness: float = 0.0, before: list[Before] | None = None
) -> Problem:
    pairs = [(i, j, value) for i, row in enumerate(values) for j, value in enumerate(row) if value > 0]
    counsellors = [Counsellor(most) for most in visits]
    return Problem(counsellors, len(values[0]), pairs, before or [], fairness)


def best_by_highs(values: np.ndarray, visits: list[int]) -> float:
    c, f = values.shape
    rows = [np.kron(np.eye(c), np.ones(f)), np.kron(np.ones(c), np.eye(f))]
    found = linprog(-values.ravel(), A_ub=np.vstack(rows), b_ub=[*visits, *[1] * f], bounds=(0, 1), method="highs")
    return float(-found.fun)


@settings(max_examples=30)
@given(st.integers(0, 10_000), st.integers(1, 4), st.integers(1, 9))
def test_it_is_the_optimum(seed: int, counsellors: int, firms: int) -> None:
    rng = np.random.default_rng(seed)
    values = np.round(rng.random((counsellors, firms)), 4) * (rng.random((counsellors, firms)) < 0.8)
    visits = rng.integers(0, 4, counsellors).tolist()
    found = share(problem(values.tolist(), visits))
    assert found.value == pytest.approx(best_by_highs(values, visits), abs=1e-4)
    assert found.value <= found.bound + 1e-9
    loads = np.bincount([each for each in found.counsellor_of if each != NOBODY], minlength=counsellors)
    assert (loads <= visits).all()


def test_nobody_takes_a_firm_that_another_makes_more_of() -> None:
    found = share(problem([[0.9, 0.8], [0.85, 0.1]], [1, 1]))
    assert found.counsellor_of == [1, 0]
    assert found.value == pytest.approx(1.65)


def test_work_is_spread_where_it_is_worth_about_the_same() -> None:
    values = [[0.5] * 6, [0.49] * 6]
    alone = share(problem(values, [6, 6]))
    assert alone.counsellor_of == [0] * 6
    spread = share(problem(values, [6, 6], fairness=0.5))
    assert sorted(spread.counsellor_of) == [0, 0, 0, 1, 1, 1]


def test_what_was_agreed_stays_and_what_was_planned_moves_as_little_as_possible() -> None:
    values = [[0.9, 0.1, 0.5], [0.2, 0.8, 0.6]]
    before = [Before(1, 0, locked=True), Before(0, 1, locked=False)]
    found = share(problem(values, [2, 2], before=before))
    assert found.counsellor_of[:2] == [1, 0]
    assert found.counsellor_of[2] == 1
    assert (found.kept, found.moved, found.dropped) == (2, 0, 0)
    assert found.bound >= found.value


def test_a_visit_moves_only_where_its_counsellor_can_no_longer_make_it() -> None:
    before = [Before(0, 0, locked=False), Before(0, 1, locked=False)]
    found = share(problem([[0.5, 0.5], [0.4, 0.3]], [1, 2], before=before))
    assert (found.kept, found.moved, found.dropped) == (1, 1, 0)
    assert found.counsellor_of == [1, 0]


def test_a_firm_that_may_no_longer_be_called_on_is_dropped() -> None:
    found = share(problem([[0.0, 0.5]], [2], before=[Before(0, 0, locked=False)]))
    assert found.counsellor_of == [NOBODY, 0]
    assert found.dropped == 1


def test_nothing_to_share() -> None:
    empty = share(Problem([Counsellor(3)], 0, []))
    assert empty.counsellor_of == []
    assert empty.value == 0
