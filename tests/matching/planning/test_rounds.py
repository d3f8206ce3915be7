"""Rounds, held to the shortest of all by enumeration."""

from itertools import pairwise, permutations

import numpy as np
import pytest

from matching.planning.problem import NOBODY, Way
from matching.planning.rounds import rounds


def minutes_of(points: np.ndarray) -> list[list[float]]:
    found: list[list[float]] = np.linalg.norm(points[:, None] - points[None], axis=2).tolist()
    return found


def way(minutes: list[list[float]], days: int, a_day: int, day_of: list[int] | None = None, agreed: bool = True) -> Way:
    n = len(minutes) - 1
    return Way(minutes, days, a_day, 45, 480, day_of or [NOBODY] * n, [agreed] * n)


def length(minutes: list[list[float]], stops: list[int]) -> float:
    nodes = [0, *[stop + 1 for stop in stops], 0]
    return sum(minutes[a][b] for a, b in pairwise(nodes))


@pytest.mark.parametrize("seed", range(4))
def test_a_day_is_the_shortest_way_around(seed: int) -> None:
    minutes = minutes_of(np.random.default_rng(seed).random((7, 2)) * 30)
    found = rounds(way(minutes, 1, 6))
    assert sorted(found.days[0]) == list(range(6))
    shortest = min(length(minutes, list(order)) for order in permutations(range(6)))
    assert found.minutes == pytest.approx(shortest, rel=1e-3)
    assert found.minutes == pytest.approx(length(minutes, found.days[0]))


def test_neighbours_are_seen_on_the_same_day() -> None:
    east = np.array([[30.0, dy] for dy in (0, 1, 2)])
    points = np.vstack([[0, 0], east, -east])
    found = rounds(way(minutes_of(points), 2, 3))
    assert sorted(map(sorted, found.days)) == [[0, 1, 2], [3, 4, 5]]


def test_days_are_not_overfull_and_the_farthest_are_left_out() -> None:
    points = np.array([[0, 0], [1, 0], [0, 1], [90, 90], [1, 1]])
    found = rounds(way(minutes_of(points), 1, 3))
    assert sorted(found.days[0]) == [0, 1, 3]


def test_no_stop_is_no_road() -> None:
    assert rounds(way([[0.0]], 3, 4)).days == [[], [], []]
    assert rounds(way([[0.0]], 3, 4)).minutes == 0


def test_a_day_that_was_agreed_is_kept_and_one_that_was_not_gives_way() -> None:
    points = np.array([[0, 0], [9, 0], [9, 1], [9, 2]])
    held = rounds(way(minutes_of(points), 2, 3, [1, NOBODY, 0]))
    assert 0 in held.days[1]
    assert 2 in held.days[0]
    crowded = rounds(way(minutes_of(points), 2, 2, [0, 0, 0], agreed=False))
    assert sum(map(len, crowded.days)) == 3
    agreed = rounds(way(minutes_of(points), 2, 2, [0, 0, 0], agreed=True))
    assert [len(day) for day in agreed.days] == [2, 0]


def test_a_day_has_so_many_hours() -> None:
    points = np.array([[0, 0], [100, 0], [-100, 0]])
    found = rounds(way(minutes_of(points), 1, 4))
    assert len(found.days[0]) == 1


@pytest.mark.parametrize(
    ("points", "day_of", "days"),
    [
        ([[0, 0], [10, 0]], None, [[0], []]),
        ([[0, 0], [10, 0]], [1], [[], [0]]),
        ([[0, 0], [900, 0], [10, 0]], None, [[1], []]),
        ([[0, 0], [900, 0], [901, 0], [902, 0]], None, [[], []]),
    ],
)
def test_where_there_is_nothing_to_find_nothing_is_searched(
    points: list[list[int]], day_of: list[int] | None, days: list[list[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("matching.planning.rounds.pywrapcp", None)
    minutes = minutes_of(np.array(points))
    found = rounds(way(minutes, 2, 3, day_of))
    assert found.days == days
    assert found.minutes == sum(length(minutes, day) for day in days)
