"""Rounded parts add up to the rounded total."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from api.rounding import parts_of

parts = st.lists(st.lists(st.floats(-1, 1), min_size=4, max_size=4), max_size=6)


@given(parts, st.integers(0, 4))
def test_parts_add_up_and_stay_within_a_unit_of_their_values(rows: list[list[float]], digits: int) -> None:
    given_parts = np.array(rows).reshape(-1, 4)
    totals = given_parts.sum(axis=1)
    units = parts_of(totals.astype(np.float32), given_parts, digits)
    assert units.shape == given_parts.shape
    assert_array_equal(units.sum(axis=1), np.rint(totals.astype(np.float32).astype(np.float64) * 10**digits))
    assert (np.abs(units - given_parts * 10**digits) <= 1 + 1e-3).all()


def test_what_is_left_goes_to_those_that_lost_most() -> None:
    """0.4, 0.35 and 0.25 are 4, 3 and 2 tenths rounded down, and a tenth is left: the first of those that lost most."""
    assert parts_of(np.array([1.0]), np.array([[0.4, 0.35, 0.25]]), 1).tolist() == [[4, 4, 2]]
    assert parts_of(np.array([0.0]), np.array([[0.16, -0.16]]), 1).tolist() == [[2, -2]]
