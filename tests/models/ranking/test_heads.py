import dataclasses

import numpy as np

from models.ranking.heads import Head
from tests.models.ranking.made import made_table


def test_each_head_has_its_rows_and_labels() -> None:
    weeks = np.array([0, 0, 0, 1, 1, 9], np.int16)
    outcome = np.array([1, 4, 5, 6, 0, 6], np.int8)
    table = dataclasses.replace(made_table(), week=weeks, outcome=outcome)
    assert Head.WANT.rows(table).all()
    assert Head.WANT.labels(table).tolist() == [False, True, True, True, False, True]
    assert Head.ANSWER.rows(table).tolist() == [False, True, True, True, False, False]
    assert Head.ANSWER.labels(table)[[1, 2, 3]].tolist() == [False, True, True]
    assert Head.TAKEN.rows(table).tolist() == [False, False, True, True, False, False]
    assert Head.TAKEN.labels(table)[[2, 3]].tolist() == [False, True]
