"""Lists kept apart: their gains, on disk and back, and what cannot be compared on them."""

from pathlib import Path

import numpy as np
import pytest

from models.ranking.comparison import quality
from models.ranking.held_out import GAINS, HeldOut, as_shown, scorer_of
from models.ranking.model import RankingModel
from models.ranking.outcomes import Outcome
from models.ranking.table import TableUnusable
from tests.models.one_question import one_question
from tests.models.ranking.made import made_table
from tests.models.training.logs import logged

OUTCOMES = [1, 4, 0, 2, 1, 6]


def test_grades_count_from_what_was_opened() -> None:
    assert HeldOut.graded(made_table()).gains.tolist() == [0, 3, 0, 1, 0, 5]
    assert made_table().outcome.tolist() == OUTCOMES


def test_of_a_log_grades_are_weighed_against_the_bias_of_place() -> None:
    """Places are looked at 0.85 times as often as the one before: what was opened further down stands for more."""
    table = logged()
    found = HeldOut.graded(table)
    opened = table.outcome == Outcome.OPENED
    by_place = [float(found.gains[opened & (table.position == place)].mean()) for place in (0, 4, 8)]
    assert by_place == pytest.approx([1, 0.85**-4, 0.85**-8], rel=0.15)
    assert (found.gains[table.outcome <= Outcome.SHOWN] == 0).all()


def test_what_is_saved_is_read_and_a_table_alone_is_graded(tmp_path: Path) -> None:
    gains = np.arange(6) / 4
    HeldOut(made_table(), gains).save(tmp_path)
    read = HeldOut.load(tmp_path)
    assert read.gains.tolist() == gains.tolist()
    assert read.table.data_hash == made_table().data_hash
    (tmp_path / GAINS).unlink()
    assert HeldOut.load(tmp_path).gains.tolist() == [0, 3, 0, 1, 0, 5]


@pytest.mark.parametrize("content", [b"", b"\x93NUMPY", b"nonsense"])
def test_gains_that_are_none_are_refused(tmp_path: Path, content: bytes) -> None:
    HeldOut.graded(made_table()).save(tmp_path)
    (tmp_path / GAINS).write_bytes(content)
    with pytest.raises(TableUnusable, match=GAINS):
        HeldOut.load(tmp_path)


@pytest.mark.parametrize("gains", [np.zeros(5), np.full(6, -1.0), np.full(6, np.nan)])
def test_gains_that_do_not_fit_are_refused(gains: np.ndarray) -> None:
    with pytest.raises(TableUnusable, match="do not fit a table of 6 rows"):
        HeldOut(made_table(), gains)


def test_a_model_against_the_order_of_before() -> None:
    """`b` above 2.5 is true of the rows 2 to 5, all three of the last list: their order is drawn."""
    held_out = HeldOut.graded(made_table())
    trial = held_out.trial(scorer_of(RankingModel(one_question("b", border=5.5))), as_shown)
    assert trial.candidate.tolist() == [-1, -1, -1, -1, -1, 1]
    assert trial.incumbent.tolist() == [0, -1, 0, 0, -1, -2]
    shown_last = (1 + 5 / np.log2(4)) / (5 + 1 / np.log2(3))
    assert quality(trial).incumbent == pytest.approx((1 / np.log2(3) + shown_last) / 2)


def test_a_column_that_the_table_lacks_is_named() -> None:
    with pytest.raises(ValueError, match="has no distance: give one that has, with --table"):
        HeldOut.graded(made_table()).trial(scorer_of(RankingModel(one_question("distance"))), as_shown)
