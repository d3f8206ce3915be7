import numpy as np
import pytest

from models.ranking.splits import held_out_people, split
from models.ranking.table import RankingTable


def lists(people: int, weeks: int) -> RankingTable:
    n = people * weeks
    person = np.tile(np.arange(people, dtype=np.int32), weeks)
    return RankingTable(
        names=("a",),
        features=np.zeros((n, 1), np.float32),
        person=person,
        item=np.arange(n, dtype=np.int32),
        list_id=np.arange(n, dtype=np.int32),
        week=np.repeat(np.arange(weeks, dtype=np.int16), people),
        position=np.zeros(n, np.int16),
        outcome=np.ones(n, np.int8),
    )


def test_no_person_and_no_week_is_on_both_sides() -> None:
    table = lists(200, 8)
    parts = split(table, weeks=3, share=0.25, seed=1)
    assert not set(table.person[parts.learning]) & set(table.person[parts.validation])
    assert table.week[parts.learning].max() == 4
    assert table.week[parts.validation].min() == 5
    assert 0.15 < len(set(table.person[parts.validation])) / 200 < 0.35


def test_a_person_stays_where_they_are() -> None:
    few = held_out_people(np.arange(50), 0.3, seed=4)
    many = held_out_people(np.arange(5000), 0.3, seed=4)
    assert np.array_equal(few, many[:50])
    assert 0.27 < many.mean() < 0.33
    assert not np.array_equal(many, held_out_people(np.arange(5000), 0.3, seed=5))


def test_too_little_to_split_is_told() -> None:
    with pytest.raises(ValueError, match="cannot be split"):
        split(lists(50, 2), weeks=2)
    with pytest.raises(ValueError, match="cannot be split"):
        split(lists(50, 0))
