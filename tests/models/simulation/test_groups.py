"""A market that treats groups unequally, and a report that finds it."""

import datetime as dt

import numpy as np
import pytest

from models.fairness.placements import Hired
from models.fairness.report import report, selection_rates
from models.simulation.audit import offers_placed, people_of, people_placed, simulated_report
from models.simulation.groups import HELD_BACK, draw_groups
from models.simulation.hidden import HiddenTruth
from models.simulation.market import Market
from models.simulation.synthetic import Sizes, synthetic_market

NOW = dt.datetime(2026, 9, 1, 8, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def market() -> Market:
    return synthetic_market(Sizes(persons=600, offers=400, candidates=60, weeks=4), seed=1)


def test_without_groups_the_truth_is_what_it_was(market: Market) -> None:
    plain, again = HiddenTruth(market, 2), HiddenTruth(market, 2, None)
    candidates = np.arange(500)
    assert np.array_equal(plain.surplus(candidates, 0), again.surplus(candidates, 0))


def test_employers_hold_back_from_whom_they_hold_back(market: Market) -> None:
    groups = draw_groups(market, 3)
    plain, unequal = HiddenTruth(market, 2), HiddenTruth(market, 2, groups)
    pairs = plain.pairs(np.arange(2000))
    taken_off = plain.merit(pairs, 0) - unequal.merit(pairs, 0)
    rqth = groups.rqth[pairs.person] == 1
    assert rqth.any()
    assert (taken_off[rqth] >= HELD_BACK["RQTH"] - 1e-5).all()
    untouched = groups.held_back[pairs.person] == 0
    assert np.abs(taken_off[untouched]).max() < 1e-5


def test_an_order_by_a_group_is_found_and_a_fair_one_is_not(market: Market) -> None:
    groups = draw_groups(market, 3)
    axis = next(axis for axis in groups.axes if axis.name == "sexe")
    generator = np.random.default_rng(0)
    by_lot = generator.random(market.n_candidates).astype(np.float32)
    fair = selection_rates(people_placed(market, by_lot), axis)
    assert fair.ratio is not None
    assert fair.ratio.high > 0.95
    unfair = selection_rates(people_placed(market, by_lot - 2 * (groups.sex[market.person] == 0)), axis)
    assert unfair.below
    assert (unfair.least, unfair.most) == ("femmes", "hommes")


def test_recommending_badly_paid_jobs_to_women_is_found_as_a_widened_gap() -> None:
    market = synthetic_market(Sizes(persons=300, offers=4000, candidates=80, weeks=4), seed=1)
    groups, people = draw_groups(market, 3), people_of(market)
    truth_like = offers_placed(market, market.served)
    pay = np.nan_to_num(market.offers.pay[market.offer], nan=2000)
    women = groups.sex[market.person] == 0
    steered = offers_placed(market, np.where(women, -pay, pay).astype(np.float32))
    first = truth_like.selected
    hires = Hired(truth_like.person[first], truth_like.pay[first], truth_like.distance_km[first])
    found = report(people, [steered], hires, groups.axes, NOW)
    assert any("écart de salaire" in each and "« femmes »" in each for each in found["constats"])
    same = report(people, [truth_like], hires, groups.axes, NOW)
    assert not any("écart de salaire" in each for each in same["constats"])


def test_the_simulated_report_tells_groups_and_what_can_be_guessed() -> None:
    found = simulated_report(400, 1, NOW)
    assert [service["service"] for service in found["services"]] == ["offres", "profils"]
    assert {axis["axe"] for axis in found["services"][0]["axes"]} == {
        "sexe",
        "age",
        "quartier_prioritaire",
        "rqth",
        "territoire",
    }
    assert {each["attribut"] for each in found["proxys"]} <= {"femmes", "50 ans et plus"}
    assert found["proxys"]
