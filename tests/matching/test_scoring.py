"""From scored candidates to a page, by hand."""

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from features.records import Training
from matching.answer import Change, Window
from matching.explain.families import Family
from matching.explain.voice import Voice
from matching.payload import payload_of
from matching.rank import Floats
from matching.scoring import Places, Scored, best_of_each, make_matches, page, results_of

NAN = float("nan")


class Plain:
    """A ranker that takes each feature for its contribution, an unknown one for half its weight."""

    base = 0.0

    def __init__(self, names: tuple[str, ...], weights: tuple[float, ...]) -> None:
        self.names = names
        self.weights = np.array(weights, dtype=np.float32)

    def contributions(self, features: Floats) -> Floats:
        return np.where(np.isnan(features), self.weights / 2, features).astype(np.float32)

    def scores(self, features: Floats) -> Floats:
        return np.asarray(self.contributions(features).sum(axis=1), dtype=np.float32)


def scored(rows: list[int], scores: list[float]) -> Scored:
    """Pairs of one feature that brings the whole score."""
    values = np.array(scores, dtype=np.float32)
    return Scored(np.array(rows, dtype=np.int64), values[:, None], values, Plain(("only",), (1,)))


def keys(queries: list[Scored]) -> list[NDArray[np.int64]]:
    """Rows 0 and 1 are of record 7, 2 and 3 of record 8, and so on."""
    return [item.rows // 2 + 7 for item in queries]


def listed(places: Places) -> list[tuple[int, int]]:
    return list(zip(places.queries.tolist(), places.positions.tolist(), strict=True))


def test_a_record_stands_where_its_best_pair_stands() -> None:
    queries = [scored([0, 2], [0.5, 0.9]), scored([1, 3, 4], [0.7, 0.2, 0.8])]
    assert listed(best_of_each(queries, keys(queries))) == [(0, 1), (1, 2), (1, 0)]


def test_equal_scores_go_by_key_and_an_equal_pair_to_the_first_query() -> None:
    queries = [scored([4, 0], [0.5, 0.5]), scored([1, 2], [0.5, 0.5])]
    assert listed(best_of_each(queries, keys(queries))) == [(0, 1), (1, 1), (0, 0)]


@given(
    st.lists(
        st.lists(st.tuples(st.integers(0, 30), st.sampled_from([0.1, 0.25, 0.5, 0.75])), max_size=25),
        min_size=1,
        max_size=4,
    )
)
def test_the_order_is_that_of_a_loop_over_pairs(drawn: list[list[tuple[int, float]]]) -> None:
    queries = [scored([row for row, _ in pairs], [value for _, value in pairs]) for pairs in drawn]
    best: dict[int, tuple[float, tuple[int, int]]] = {}
    for query, (item, numbers) in enumerate(zip(queries, keys(queries), strict=True)):
        for position, (key, value) in enumerate(zip(numbers.tolist(), item.scores.tolist(), strict=True)):
            if key not in best or value > best[key][0]:
                best[key] = (value, (query, position))
    expected = [place for _, (_, place) in sorted(best.items(), key=lambda entry: (-entry[1][0], entry[0]))]
    assert listed(best_of_each(queries, keys(queries))) == expected


def test_nothing_scored() -> None:
    nothing = [scored([], []), scored([], [])]
    assert len(best_of_each(nothing, keys(nothing))) == 0
    rows, results = results_of(nothing, keys(nothing))
    assert rows.shape == results.shape == (0,)


def test_every_candidate_row_counts_once_for_its_result() -> None:
    queries = [scored([0, 2], [0.5, 0.9]), scored([1, 2, 4], [0.7, 0.2, 0.8])]
    rows, results = results_of(queries, keys(queries))
    assert rows.tolist() == [0, 1, 2, 4]
    assert results.tolist() == [0, 0, 1, 2]


@pytest.mark.parametrize(
    ("first", "last", "expected"), [(0, 1, [0, 1]), (1, 9, [1, 2]), (2, 2, [2]), (3, 5, []), (0, 149, [0, 1, 2])]
)
def test_a_page_is_a_part_of_the_list(first: int, last: int, expected: list[int]) -> None:
    places = Places(np.zeros(3, dtype=np.int64), np.arange(3))
    assert page(places, Window(first, last)).positions.tolist() == expected


def test_a_match_tells_its_reasons_the_heaviest_first() -> None:
    """A criterion that counts is told even when it is not known or brings nothing; one without weight is not."""
    ranker = Plain(("a", "b", "c", "d"), (0.3, 1.0, 0.2, 0.0))
    matrix = np.array([[0.25, NAN, 0.0, 0.0]], dtype=np.float32)
    item = Scored(np.array([7]), matrix, ranker.scores(matrix), ranker)
    record = Training(id="t", title="T")
    payload, decoder = payload_of(record, {}), msgspec.json.Decoder(Training)
    voice = Voice[str](
        {name: lambda fact, name=name: name.upper() + fact for name in "abcd"},  # type: ignore[misc]
        dict.fromkeys("abcd", Family.MARKET),
        gaps=lambda fact: ("gap" + fact,),
        obstacles=lambda fact: ("bar" + fact,),
    )
    change = Change("licence", "Avec le permis", 0.1, 2)
    for distance, told in ((12.5, 12.5), (NAN, None)):
        (match,) = make_matches(
            ["t"],
            [payload],
            decoder,
            item,
            np.array([0]),
            np.array([distance], dtype=np.float32),
            ["!"],
            voice,
            [change],
        )
        assert [(reason.feature, reason.text, reason.contribution) for reason in match.reasons] == [
            ("b", "B!", 0.5),
            ("a", "A!", 0.25),
            ("c", "C!", 0.0),
        ]
        assert (match.id, match.score, match.distance_km) == ("t", 0.75, told)
        assert (match.record, match.gaps) == (record, ("gap!",))
        assert (match.base, match.obstacles, match.change) == (0.0, ("bar!",), change)
    assert item.values_at(np.array([0]))[0]["a"] == pytest.approx(0.25)
