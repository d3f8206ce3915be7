"""From scored candidates to a page, by hand."""

import numpy as np
import pytest

from features.records import Training
from matching.answer import Window
from matching.scoring import Place, Scored, best_of_each, make_match, page, results_of

NAN = float("nan")


def scored(rows: list[int], scores: list[float]) -> Scored:
    """Pairs of one feature that brings the whole score."""
    values = np.array(scores, dtype=np.float32)[:, None]
    return Scored(np.array(rows, dtype=np.int64), values, values, np.ones(1, dtype=np.float32), ("only",))


def names(row: int) -> str:
    """Rows 0 and 1 are of one record, 2 and 3 of another, and so on."""
    return "abcdef"[row // 2]


def test_a_record_stands_where_its_best_pair_stands() -> None:
    queries = [scored([0, 2], [0.5, 0.9]), scored([1, 3, 4], [0.7, 0.2, 0.8])]
    assert best_of_each(queries, names) == [Place(0, 1), Place(1, 2), Place(1, 0)]


def test_equal_scores_go_by_id_and_an_equal_pair_to_the_first_query() -> None:
    queries = [scored([4, 0], [0.5, 0.5]), scored([1, 2], [0.5, 0.5])]
    assert best_of_each(queries, names) == [Place(0, 1), Place(1, 1), Place(0, 0)]


def test_nothing_scored() -> None:
    nothing = scored([], [])
    assert best_of_each([nothing], names) == []
    rows, results = results_of([nothing, nothing], names)
    assert rows.shape == results.shape == (0,)


def test_every_candidate_row_counts_once_for_its_result() -> None:
    queries = [scored([0, 2], [0.5, 0.9]), scored([1, 2, 4], [0.7, 0.2, 0.8])]
    rows, results = results_of(queries, names)
    assert rows.tolist() == [0, 1, 2, 4]
    assert results.tolist() == [0, 0, 1, 2]


@pytest.mark.parametrize(
    ("first", "last", "expected"), [(0, 1, [0, 1]), (1, 9, [1, 2]), (2, 2, [2]), (3, 5, []), (0, 149, [0, 1, 2])]
)
def test_a_page_is_a_part_of_the_list(first: int, last: int, expected: list[int]) -> None:
    places = [Place(0, position) for position in range(3)]
    assert [place.position for place in page(places, Window(first, last))] == expected


def test_a_match_tells_its_reasons_the_heaviest_first() -> None:
    """A criterion that counts is told even when it is not known or brings nothing; one without weight is not."""
    item = Scored(
        rows=np.array([7]),
        features=np.array([[0.3, NAN, 0.0, 9.0]], dtype=np.float32),
        contributions=np.array([[0.25, 0.5, 0.0, 0.0]], dtype=np.float32),
        weights=np.array([0.3, 0.5, 0.2, 0.0], dtype=np.float32),
        names=("a", "b", "c", "d"),
    )
    record = Training(id="t", title="T")
    match = make_match("t", record, item, 0, 12.5, str.upper, ("gap",))
    assert [(reason.feature, reason.text, reason.contribution) for reason in match.reasons] == [
        ("b", "B", 0.5),
        ("a", "A", 0.25),
        ("c", "C", 0.0),
    ]
    assert (match.score, match.distance_km, match.record, match.gaps) == (0.75, 12.5, record, ("gap",))
    assert make_match("t", record, item, 0, NAN, str, ()).distance_km is None
    assert item.values_at(0)["a"] == pytest.approx(0.3)
