"""Weeks of asking: what may be shown, what there is room for, when it is known, and that a better order brings more."""

import dataclasses

import numpy as np
import pytest

from models.ranked import Ranked
from models.ranking.outcomes import Outcome
from models.simulation.asking import Asked, Asking, Scorer, ranking_table
from models.simulation.chances import Purpose, uniform
from models.simulation.hidden_list import HiddenList
from models.simulation.shelf import FOREVER, Shelf

ASKERS, ITEMS, EACH, WEEKS, K = 300, 90, 30, 8, 10


def made_shelf(seed: int = 0) -> Shelf:
    generator = np.random.default_rng(seed)
    item = np.concatenate([np.sort(generator.choice(ITEMS, EACH, replace=False)) for _ in range(ASKERS)])
    n = len(item)
    features = np.full((n, len(Ranked.SESSIONS.features)), np.nan, dtype=np.float32)
    features[:, Ranked.SESSIONS.features.index("start")] = generator.uniform(0, 60, ITEMS)[item]
    closes = np.full(ITEMS, FOREVER)
    closes[:20] = 3
    opens = np.zeros(ITEMS, dtype=np.int16)
    opens[80:] = 4
    return Shelf(
        ranked=Ranked.SESSIONS,
        askers=np.array([f"p{row}" for row in range(ASKERS)]),
        items=np.array([f"s{row}" for row in range(ITEMS)]),
        indptr=np.arange(ASKERS + 1, dtype=np.int64) * EACH,
        item=item.astype(np.int32),
        features=features,
        names=Ranked.SESSIONS.features,
        served=generator.random(n).astype(np.float32),
        urban=generator.random(ASKERS) < 0.5,
        opens=opens,
        closes=closes,
        asks_from=np.where(np.arange(ASKERS) < 10, 2, 0).astype(np.int16),
        asks_until=np.full(ASKERS, FOREVER),
    )


def made_truth(shelf: Shelf, seed: int = 1) -> HiddenList:
    generator = np.random.default_rng(seed)
    n = shelf.n_candidates
    worth = generator.normal(0.3, 1.2, n).astype(np.float32)
    answers, succeeds = (generator.uniform(0.3, 0.9, n).astype(np.float32) for _ in range(2))
    return HiddenList(
        glimpse=worth,
        worth=worth,
        answers=answers,
        succeeds=succeeds,
        surplus=answers * succeeds * np.logaddexp(0, worth),
        depth=np.full(ASKERS, 0.9, dtype=np.float32),
        visits=np.full(ASKERS, 0.8, dtype=np.float32),
        budget=np.full(ASKERS, 2, dtype=np.int32),
        wants=np.ones(ASKERS, dtype=np.int32),
        places=np.full(ITEMS, 2, dtype=np.int32),
    )


SHELF = made_shelf()
TRUTH = made_truth(SHELF)


def as_served(candidates: np.ndarray, _: int) -> np.ndarray:
    found: np.ndarray = SHELF.served[candidates]
    return found


def played(scorer: Scorer = as_served, seed: int = 5) -> Asked:
    asking = Asking(SHELF, TRUTH, seed)
    for _ in range(WEEKS):
        asking.show(scorer, K)
    for _ in range(3):
        asking.rest()
    return asking.told()


@pytest.fixture(scope="module")
def told() -> Asked:
    return played()


def test_the_same_weeks_come_of_the_same_seed(told: Asked) -> None:
    again, other = played(), played(seed=6)
    for field in dataclasses.fields(Asked):
        np.testing.assert_array_equal(getattr(again, field.name), getattr(told, field.name))
    assert not np.array_equal(other.deed, told.deed)


def test_lists_hold_what_may_be_shown(told: Asked) -> None:
    item = SHELF.item[told.candidate]
    assert (told.week < SHELF.closes[item]).all()
    assert (told.week >= SHELF.opens[item]).all()
    assert (told.week >= SHELF.asks_from[told.asker]).all()
    np.testing.assert_array_equal(SHELF.asker[told.candidate], told.asker)
    assert told.position.max() == K - 1


def test_what_was_put_aside_or_asked_for_is_not_shown_again(told: Asked) -> None:
    over = (told.deed == Outcome.DISMISSED) | (told.deed == Outcome.APPLIED)
    assert over.any()
    last = dict(zip(told.candidate.tolist(), told.week.tolist(), strict=True))
    closed = zip(told.candidate[over].tolist(), told.week[over].tolist(), strict=True)
    assert all(last[candidate] == week for candidate, week in closed)


def test_successes_have_room_and_come_after_good_answers(told: Asked) -> None:
    done = told.succeeded_week >= 0
    assert done.sum() > 20
    assert (np.bincount(SHELF.item[told.candidate[done]], minlength=ITEMS) <= TRUTH.places).all()
    assert (np.bincount(told.asker[done], minlength=ASKERS) <= TRUTH.wants).all()
    assert (told.answered_week[done] > told.week[done]).all()
    np.testing.assert_array_equal(told.succeeded_week[done], told.answered_week[done] + 1)
    assert (told.deed[told.answered_week >= 0] == Outcome.APPLIED).all()
    after = np.full(ASKERS, FOREVER)
    after[told.asker[done]] = told.succeeded_week[done]
    assert (told.week <= after[told.asker]).all(), "who is served looks no more"


def test_nobody_asks_for_more_in_a_week_than_they_have_time_for(told: Asked) -> None:
    asked = told.deed == Outcome.APPLIED
    assert np.bincount(told.asker[asked] * WEEKS + told.week[asked]).max() <= 2


def test_a_table_knows_what_was_known_and_no_more(told: Asked) -> None:
    early, late = (ranking_table(told, SHELF, known_at) for known_at in (5, WEEKS + 3))
    assert early.week.max() == 4
    first = late.take(late.week <= 4)
    assert (early.outcome <= first.outcome).sum() == len(early)
    assert (early.outcome == Outcome.HIRED).sum() < (first.outcome == Outcome.HIRED).sum()
    assert late.names == Ranked.SESSIONS.features
    start = late.column("start")
    assert start.min() == 0
    of_one = late.item == late.item[0]
    assert np.unique(start[of_one]).size == np.unique(late.week[of_one]).size, "a start comes nearer week by week"


def test_what_is_worth_more_first_brings_more() -> None:
    def brought(scorer: Scorer) -> float:
        found = played(scorer)
        return float((found.succeeded_week >= 0).sum() / len(found))

    by_lot = brought(lambda candidates, week: uniform(9, Purpose.EXPLORE, candidates, week))
    assert brought(lambda candidates, _: TRUTH.surplus[candidates]) > 1.3 * by_lot


def test_arrays_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="served, closes do not fit"):
        dataclasses.replace(SHELF, served=SHELF.served[1:], closes=SHELF.closes[1:])
