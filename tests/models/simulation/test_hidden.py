"""The hidden truth: its senses are certain, its form is not the features'."""

import dataclasses

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from models.simulation.hidden import HiddenTruth, Pairs
from tests.models.simulation import made


def some_pairs(n: int = 400) -> Pairs:
    candidates = np.linspace(0, made.market().n_candidates - 1, n).astype(np.int64)
    return made.truth().pairs(candidates)


@settings(max_examples=20)
@given(st.floats(0, 60), st.floats(0.5, 60))
def test_nearer_is_never_worse(km: float, further: float) -> None:
    pairs = some_pairs()
    near, far = (
        dataclasses.replace(pairs, distance_km=np.full(len(pairs), value, np.float32)) for value in (km, km + further)
    )
    gain = made.truth().worth(near, 1).total - made.truth().worth(far, 1).total
    assert (gain >= 0).all()
    assert gain.max() > 0


def test_distance_hurts_more_beyond_the_threshold_than_before_it() -> None:
    pairs, truth = some_pairs(), made.truth()
    pace = truth.tastes.minutes_per_km[pairs.person]
    patience = truth.tastes.patience[pairs.person] * (4 + pairs.reach_km * pace)
    threshold_km = (np.clip(patience, 8, 120) - 4) / pace
    worths = [
        truth.worth(dataclasses.replace(pairs, distance_km=(threshold_km * share).astype(np.float32)), 0).distance
        for share in (0.8, 1.0, 1.2)
    ]
    assert (worths[0] - worths[1] < worths[1] - worths[2]).all()


def test_better_paid_is_never_worse_and_losses_weigh_more_than_gains() -> None:
    pairs = some_pairs()
    one_each = np.unique(pairs.offer, return_index=True)[1]
    person, offer = pairs.person[one_each], pairs.offer[one_each]
    pairs = Pairs(**{field.name: getattr(pairs, field.name)[one_each] for field in dataclasses.fields(Pairs)})
    market, truth = made.market(), HiddenTruth(made.market(), made.SEED)
    usual = market.occupations.pay[market.offers.occupation[offer]]
    reservation = truth.tastes.pay_ratio[person] * np.where(np.isnan(pairs.pay_floor), usual, pairs.pay_floor)
    worths = []
    for ratio in (0.9, 1.0, 1 / 0.9):
        pay = truth.employers.pay.copy()
        pay[offer] = reservation * np.float32(ratio)
        truth.employers = dataclasses.replace(truth.employers, pay=pay)
        worths.append(truth.worth(pairs, 0).pay)
    less, same, more = worths
    assert (less < same).all()
    assert (same < more).all()
    assert (same - less > more - same).all()


def test_skills_that_are_missing_and_quality_count_for_the_employer() -> None:
    truth, pairs = made.truth(), some_pairs()
    asked = truth.market.offers.skills_asked[pairs.offer]
    all_held = truth.merit(dataclasses.replace(pairs, skills_shared=asked), 0)
    none_held = truth.merit(dataclasses.replace(pairs, skills_shared=np.zeros_like(asked)), 0)
    assert (all_held > none_held).all()
    assert np.corrcoef(truth.merit(pairs, 0), truth.tastes.quality[pairs.person])[0, 1] > 0.2


def test_the_same_seed_gives_the_same_truth_and_another_seed_another() -> None:
    market = made.market()
    candidates = np.arange(0, market.n_candidates, 50)
    same, other = HiddenTruth(market, made.SEED), HiddenTruth(market, made.SEED + 1)
    assert np.array_equal(made.truth().utility(candidates, 3), same.utility(candidates, 3))
    assert np.array_equal(made.truth().chance(candidates, 3), same.chance(candidates, 3))
    assert not np.allclose(made.truth().utility(candidates, 3), other.utility(candidates, 3))


def test_a_part_of_the_candidates_is_worth_what_it_is_worth_among_all() -> None:
    candidates = np.arange(made.market().n_candidates)
    chosen = candidates[::37][::-1]
    for of in (made.truth().utility, made.truth().chance, made.truth().surplus):
        assert np.array_equal(of(candidates, 2)[chosen], of(chosen, 2))


def test_tastes_drift() -> None:
    candidates = np.arange(made.market().n_candidates)
    now, later, much_later = (made.truth().utility(candidates, week) for week in (0, 4, 40))
    assert 0 < np.abs(later - now).mean() < np.abs(much_later - now).mean()


def test_demand_has_a_season_of_fifty_two_weeks() -> None:
    occupations = np.arange(len(made.market().occupations))
    seasons = np.stack([made.truth().season(occupations, week) for week in range(52)])
    assert np.abs(seasons.mean(axis=0)).max() < 1e-5
    assert np.allclose(made.truth().season(occupations, 60), seasons[8], atol=1e-5)


def test_the_truth_goes_along_with_the_features_without_following_from_them() -> None:
    """A linear reading of the features finds part of it, and far from all."""
    market = made.market()
    utility = made.truth().utility(np.arange(market.n_candidates), 0)
    known = np.nan_to_num(market.features)
    known = np.column_stack([known, np.isnan(market.features), np.ones(len(known))])
    fitted = known @ np.linalg.lstsq(known, utility, rcond=None)[0]
    explained = 1 - np.var(utility - fitted) / np.var(utility)
    assert 0.2 < explained < 0.75
