"""Lists and their chances: small cases by hand."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from models.simulation.chances import Purpose, normal, uniform
from models.simulation.hiring import rank_within
from models.simulation.lists import lists_of, top_lists
from tests.models.simulation import made


def test_positions_count_within_a_person() -> None:
    lists = lists_of(np.array([2, 2, 5, 7, 7, 7]), np.array([4, 3, 9, 1, 0, 2]))
    assert lists.position.tolist() == [0, 1, 0, 0, 1, 2]
    kept = lists.kept(np.array([False, True, True, True, False, True]))
    assert kept.person.tolist() == [2, 5, 7, 7]
    assert kept.candidate.tolist() == [3, 9, 1, 2]
    assert kept.position.tolist() == [0, 0, 0, 1]


@given(st.integers(1, 12), st.integers(0, 1000))
def test_the_best_allowed_candidates_are_shown_best_first(k: int, seed: int) -> None:
    market = made.market()
    generator = np.random.default_rng(seed)
    scores = generator.integers(0, 20, market.n_candidates).astype(np.float32)
    allowed = generator.random(market.n_candidates) < 0.7
    people = np.sort(generator.choice(len(market.persons), 20, replace=False)).astype(np.int32)
    lists = top_lists(market, people, lambda rows: allowed[rows], lambda rows: scores[rows], k)
    for person in people.tolist():
        own = np.arange(market.indptr[person], market.indptr[person + 1])
        own = own[allowed[own]]
        expected = sorted(own.tolist(), key=lambda row: (-scores[row], row))[:k]
        assert lists.candidate[lists.person == person].tolist() == expected


def test_nobody_gives_no_list() -> None:
    nobody = np.empty(0, np.int32)
    lists = top_lists(made.market(), nobody, lambda rows: rows >= 0, lambda rows: rows.astype(np.float32), 5)
    assert len(lists) == 0


def test_a_chance_belongs_to_its_question() -> None:
    people, offers = np.arange(1000), np.arange(1000)[::-1]
    drawn = uniform(7, Purpose.OPEN, people, offers, 3)
    assert np.array_equal(drawn[::-1], uniform(7, Purpose.OPEN, people[::-1], offers[::-1], 3))
    assert not np.array_equal(drawn, uniform(7, Purpose.OPEN, people, offers, 4))
    assert not np.array_equal(drawn, uniform(7, Purpose.SAVE, people, offers, 3))
    assert not np.array_equal(drawn, uniform(8, Purpose.OPEN, people, offers, 3))
    assert not np.array_equal(drawn, uniform(7, Purpose.OPEN, offers, people, 3))


def test_chances_are_even_and_independent() -> None:
    drawn = uniform(1, Purpose.HIRE, np.arange(200_000))
    assert drawn.min() > 0
    assert drawn.max() < 1
    assert np.abs(np.histogram(drawn, 20, (0, 1))[0] / 10_000 - 1).max() < 0.04
    assert abs(np.corrcoef(drawn[1:], drawn[:-1])[0, 1]) < 0.01
    assert abs(np.corrcoef(drawn, uniform(1, Purpose.INTERVIEW, np.arange(200_000)))[0, 1]) < 0.01
    assert abs(normal(1, Purpose.HIRE, np.arange(200_000)).std() - 1) < 0.01


def test_ranks_within_groups() -> None:
    groups, values = np.array([3, 1, 3, 3, 1]), np.array([2.0, 5.0, 1.0, 2.0, 4.0])
    assert rank_within(groups, values).tolist() == [1, 1, 0, 2, 0]
