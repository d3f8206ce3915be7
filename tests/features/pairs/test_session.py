"""Pair features of people and training sessions, computed by hand."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from features.bits import funding_bits
from features.pairs import SESSION_FEATURES, SessionPairs
from features.pairs.base import NO_SKILL
from features.records import Funding

NAN = float("nan")
COMPUTE = {feature.name: feature.compute for feature in SESSION_FEATURES}

PAIR = SessionPairs(
    relation_to_project=np.array([4], np.uint8),
    gap_weights=np.array([1.0, 0.3, 0, 0.7, 0], np.float32),
    skills=np.array([[0, 2, NO_SKILL]], np.uint16),
    education_level=np.array([4], np.int8),
    entry_level=np.array([3], np.int8),
    exit_level=np.array([5], np.int8),
    outcome_rate=np.array([0.7], np.float32),
    start_in_days=np.array([30], np.float32),
    distance_km=np.array([10], np.float32),
    reach_km=np.array([40], np.float32),
    doors=np.array([12], np.float32),
    closeness=np.array([0.4], np.float32),
    fundings=np.array([funding_bits([Funding.CPF, Funding.SELF])], np.uint16),
    price_eur=np.array([1200], np.float32),
    opened=np.array([37], np.float32),
    opened_tension=np.array([0.6], np.float32),
    training_hours=np.array([420], np.float32),
    seats_left=np.array([3], np.float32),
    remote=np.array([False]),
    experience_enters=np.array([False]),
)


def value(name: str, **given: Any) -> float:
    """A feature of `PAIR`, some of its values replaced."""
    pairs = replace(PAIR, **{key: np.array([new], getattr(PAIR, key).dtype) for key, new in given.items()})
    computed = COMPUTE[name](pairs)
    assert computed.shape == (1,)
    return float(computed[0])


@pytest.mark.parametrize("relation", [0, 4, 5])
def test_relation_is_passed_on(relation: int) -> None:
    assert value("relation", relation_to_project=relation) == relation


@pytest.mark.parametrize(
    ("taught", "expected"),
    [([0, 2, NO_SKILL], 0.5), ([0, 1, 3], 1), ([2, NO_SKILL, NO_SKILL], 0), ([NO_SKILL] * 3, 0), ([3, 1, 2], 0.5)],
)
def test_gap_covered_is_the_weight_of_what_is_taught_among_what_is_missing(taught: list[int], expected: float) -> None:
    assert value("gap_covered", skills=taught) == pytest.approx(expected)


def test_gap_covered_is_not_known_when_nothing_is_missing() -> None:
    assert np.isnan(COMPUTE["gap_covered"](replace(PAIR, gap_weights=np.zeros(5, np.float32)))[0])


@pytest.mark.parametrize(
    ("held", "entry", "expected"), [(4, 3, 1), (3, 5, -2), (4, 4, 0), (0, 3, NAN), (0, 5, -1), (4, 0, NAN)]
)
def test_entry_counts_levels_above_what_is_asked(held: int, entry: int, expected: float) -> None:
    assert value("entry", education_level=held, entry_level=entry) == pytest.approx(expected, nan_ok=True)


@pytest.mark.parametrize(("held", "leads_to", "expected"), [(4, 5, 1), (7, 3, -4), (4, 4, 0), (0, 5, NAN), (4, 0, NAN)])
def test_progress_counts_levels_gained(held: int, leads_to: int, expected: float) -> None:
    assert value("progress", education_level=held, exit_level=leads_to) == pytest.approx(expected, nan_ok=True)


@pytest.mark.parametrize(("rate", "expected"), [(0.7, 0.7), (0, 0), (NAN, NAN)])
def test_outcome_is_the_published_rate(rate: float, expected: float) -> None:
    assert value("outcome", outcome_rate=rate) == pytest.approx(expected, nan_ok=True)


@pytest.mark.parametrize(("days", "expected"), [(30, 30), (-1, 0), (4000, 730)])
def test_start_is_days_from_today(days: float, expected: float) -> None:
    assert value("start", start_in_days=days) == expected


@pytest.mark.parametrize(("posts", "expected"), [(12, 12), (0, 0), (1e6, 10_000)])
def test_doors_counts_posts(posts: float, expected: float) -> None:
    assert value("doors", doors=posts) == expected


@pytest.mark.parametrize(("distance", "expected"), [(10, 0.25), (NAN, NAN), (1000, 4)])
def test_distance_is_a_share_of_the_reach(distance: float, expected: float) -> None:
    assert value("distance", distance_km=distance) == pytest.approx(expected, nan_ok=True)


@pytest.mark.parametrize(
    ("fundings", "expected"),
    [((), NAN), ((Funding.SELF,), 0), ((Funding.SELF, Funding.REGION), 1), ((Funding.CPF,), 1)],
)
def test_funded_asks_whether_someone_else_may_pay(fundings: tuple[Funding, ...], expected: float) -> None:
    assert value("funded", fundings=funding_bits(fundings)) == pytest.approx(expected, nan_ok=True)


@pytest.mark.parametrize(("price", "expected"), [(1200, 1200), (0, 0), (50_000, 20_000), (NAN, NAN)])
def test_price_is_in_euros(price: float, expected: float) -> None:
    assert value("price", price_eur=price) == pytest.approx(expected, nan_ok=True)


@pytest.mark.parametrize(("offers", "expected"), [(37, 37), (0, 0), (1e6, 10_000)])
def test_opened_counts_offers(offers: float, expected: float) -> None:
    assert value("opened", opened=offers) == expected


@pytest.mark.parametrize(("share", "expected"), [(0.6, 0.6), (NAN, NAN)])
def test_opened_tension_is_passed_on(share: float, expected: float) -> None:
    assert value("opened_tension", opened_tension=share) == pytest.approx(expected, nan_ok=True)


@pytest.mark.parametrize(("hours", "expected"), [(420, 420), (9_000, 5_000), (NAN, NAN)])
def test_hours_of_training(hours: float, expected: float) -> None:
    assert value("training_hours", training_hours=hours) == pytest.approx(expected, nan_ok=True)


@pytest.mark.parametrize(("seats", "expected"), [(3, 3), (1e5, 1_000), (NAN, NAN)])
def test_seats_left(seats: float, expected: float) -> None:
    assert value("seats", seats_left=seats) == pytest.approx(expected, nan_ok=True)


@pytest.mark.parametrize(
    ("fundings", "price", "expected"),
    [
        ([Funding.REGION], 1200, 0),
        ([Funding.CPF, Funding.FRANCE_TRAVAIL], 1200, 0),
        ([Funding.CPF], 1200, NAN),
        ([Funding.CPF], 0, 0),
        ([Funding.SELF], 1200, 1200),
        ([Funding.SELF], NAN, NAN),
        ([Funding.SELF], 50_000, 20_000),
        ([Funding.CPF, Funding.SELF], 1200, NAN),
        ([], 1200, NAN),
        ([], 0, 0),
    ],
)
def test_what_is_left_to_pay(fundings: list[Funding], price: float, expected: float) -> None:
    found = value("to_pay", fundings=funding_bits(fundings), price_eur=price)
    assert found == pytest.approx(expected, nan_ok=True)


@pytest.mark.parametrize(
    ("reach_km", "remote", "expected"), [(15, True, 1), (15, False, 0), (16, True, NAN), (40, False, NAN)]
)
def test_from_home_matters_to_those_who_stay_near(reach_km: float, remote: bool, expected: float) -> None:
    assert value("from_home", reach_km=reach_km, remote=remote) == pytest.approx(expected, nan_ok=True)


@pytest.mark.parametrize(("held", "entry", "expected"), [(3, 5, 0), (0, 5, 0), (5, 4, 1)])
def test_experience_stands_for_the_level_of_entry(held: int, entry: int, expected: float) -> None:
    assert value("entry", education_level=held, entry_level=entry, experience_enters=True) == expected
