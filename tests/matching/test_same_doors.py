"""Lists whose first trainings open different doors."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.same_doors import SAME_DOORS, charges, reason


def test_the_second_of_two_that_open_the_same_is_charged_in_full() -> None:
    opened = np.array([[1, 1, 0], [1, 1, 0], [0, 0, 1]], dtype=np.bool_)
    best = np.array([0.8, 0.79, 0.5], dtype=np.float32)
    assert charges(best, opened).tolist() == pytest.approx([0, SAME_DOORS, 0])


def test_a_charge_is_the_share_that_is_open_already() -> None:
    opened = np.array([[1, 0, 0, 0], [1, 1, 1, 1], [0, 0, 0, 0]], dtype=np.bool_)
    best = np.array([0.9, 0.5, 0.4], dtype=np.float32)
    assert charges(best, opened).tolist() == pytest.approx([0, SAME_DOORS / 4, 0])


@given(st.integers(0, 10_000), st.integers(0, 40), st.integers(0, 30))
def test_the_best_is_never_charged_and_no_more_than_the_most_is_taken(seed: int, m: int, n: int) -> None:
    draw = np.random.default_rng(seed)
    opened, best = draw.random((m, n)) < 0.3, draw.random(m).astype(np.float32)
    found = charges(best, opened)
    assert found.shape == (m,)
    assert ((found >= 0) & (found <= SAME_DOORS + 1e-6)).all()
    assert (found[~opened.any(axis=1)] == 0).all()
    if m:
        assert found[int(best.argmax())] == pytest.approx(0)
        order = np.argsort(-(best - found), kind="stable")[:20]
        taken = np.zeros(n, dtype=np.bool_)
        for at in order.tolist():  # what is ranked above explains each charge
            if opened[at].any():
                share = (opened[at] & taken).sum() / opened[at].sum()
                assert found[at] <= SAME_DOORS * share + 1e-5
            taken |= opened[at]


def test_the_reason_says_how_much() -> None:
    assert reason(SAME_DOORS).text == "Ouvre les mêmes offres que des formations mieux classées"
    assert reason(SAME_DOORS / 3).text == "Ouvre en partie les mêmes offres que des formations mieux classées"
    assert reason(0.05).contribution == -0.05
