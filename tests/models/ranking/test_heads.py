import dataclasses

import numpy as np
import pytest

from models.ranking.heads import Head
from models.ranking.worth import gains, step_worth
from tests.models.ranking.made import made_table


def test_each_head_has_its_rows_and_labels() -> None:
    weeks = np.array([0, 0, 0, 1, 1, 9], np.int16)
    outcome = np.array([1, 4, 5, 6, 0, 6], np.int8)
    table = dataclasses.replace(made_table(), week=weeks, outcome=outcome)
    assert Head.OPENED.rows(table).all()
    assert Head.OPENED.labels(table).tolist() == [False, True, True, True, False, True]
    assert Head.ASIDE.labels(table).tolist() == [False, False, False, False, True, False]
    assert Head.APPLIED.rows(table).tolist() == [False, True, True, True, False, True]
    assert Head.ANSWERED.rows(table).tolist() == [False, True, True, True, False, False]
    assert Head.ANSWERED.labels(table)[[1, 2, 3]].tolist() == [False, True, True]
    assert Head.TAKEN.rows(table).tolist() == [False, False, True, True, False, False]
    assert Head.TAKEN.labels(table)[[2, 3]].tolist() == [False, True]


def test_a_step_is_worth_the_share_of_hires_and_more_than_the_step_before() -> None:
    n = 2000
    outcome = np.ones(n, np.int8)
    outcome[:400], outcome[:100], outcome[:40], outcome[:20] = 2, 4, 5, 6
    table = dataclasses.replace(
        made_table(),
        features=np.zeros((n, 2), np.float32),
        **{name: np.zeros(n, np.int32) for name in ("person", "item", "list_id")},
        week=np.repeat(np.array([0, 9], np.int16), n // 2),
        position=np.zeros(n, np.int16),
        outcome=outcome,
        segments={},
    )
    worth = step_worth(table)
    assert worth[:2].tolist() == [0, 0]
    assert worth[6] == 1
    assert (np.diff(worth) >= 0).all()
    assert abs(worth[4] - 0.2) < 0.02
    assert abs(worth[5] - 0.5) < 0.05
    assert np.allclose(gains(table, worth, np.full(n, 2.0))[[0, -1]], [2, 0])


def test_where_nobody_was_hired_steps_count_by_their_number() -> None:
    table = dataclasses.replace(made_table(), outcome=np.minimum(made_table().outcome, 5).astype(np.int8))
    assert step_worth(table).tolist() == pytest.approx([0, 0, 0.2, 0.4, 0.6, 0.8, 1])
