"""Weeks on a market: what is conserved, what crowding and position do, what a seed fixes."""

import dataclasses

import numpy as np
import pytest

from models.ranking.outcomes import Outcome
from models.simulation.attention import examined_of
from models.simulation.hidden import HiddenTruth
from models.simulation.lists import Lists, lists_of, top_lists
from models.simulation.policies import as_served, at_random, by_features, by_score, explored, oracle, ready
from models.simulation.replay import brought, play, replay
from models.simulation.stream import Stream
from tests.models.simulation import made


def test_the_same_seed_gives_the_same_weeks_and_another_other_ones() -> None:
    first = made.log()
    lister = by_score(explored(as_served, 0.05, made.SEED), 10)
    again = play(made.market(), made.truth(), lister, made.WEEKS, made.SEED)
    other = play(made.market(), made.truth(), lister, made.WEEKS, made.SEED + 1)
    for name in ("person", "candidate", "position", "opened", "reason", "hired_week", "posts_left"):
        assert np.array_equal(getattr(first, name), getattr(again, name))
    assert np.array_equal(first.features, again.features, equal_nan=True)
    assert not np.array_equal(first.opened[:1000], other.opened[:1000])


def test_no_offer_hires_more_than_its_posts_and_nobody_is_hired_twice() -> None:
    log, market = made.log(), made.market()
    hired = log.hired_week >= 0
    assert hired.sum() > 20
    hires = np.bincount(market.offer[log.candidate[hired]], minlength=len(market.offers))
    assert (hires + log.posts_left <= market.offers.posts).all()
    assert (log.posts_left >= 0).all()
    assert np.bincount(log.person[hired]).max() == 1


def test_each_step_follows_from_the_one_before() -> None:
    log = made.log()
    assert (log.examined | ~log.opened).all()
    assert (log.opened | ~log.applied).all()
    assert (log.opened | ~log.saved).all()
    assert not (log.applied & (log.saved | (log.reason >= 0))).any()
    interviewed, hired = log.interviewed_week >= 0, log.hired_week >= 0
    assert (log.applied | ~interviewed).all()
    assert (interviewed | ~hired).all()
    assert (log.interviewed_week[interviewed] > log.week[interviewed]).all()
    assert (log.hired_week[hired] >= log.interviewed_week[hired]).all()


def test_people_who_were_hired_are_shown_nothing_more_and_nothing_comes_back_that_was_put_aside() -> None:
    log = made.log()
    last = np.full(len(made.market().persons), -1)
    np.maximum.at(last, log.person, log.week)
    hired = log.hired_week >= 0
    assert (last[log.person[hired]] < log.hired_week[hired]).all()
    gone = log.applied | (log.reason >= 0)
    for candidate in np.unique(log.candidate[gone])[:200]:
        rows = np.flatnonzero(log.candidate == candidate)
        assert not gone[rows[:-1]].any()


def test_only_open_offers_are_shown() -> None:
    log, market = made.log(), made.market()
    offer, day = market.offer[log.candidate], 7 * log.week
    assert (market.offers.published_day[offer] <= day).all()
    assert (market.offers.closing_day[offer] > day).all()


def test_what_becomes_known_later_is_not_known_before() -> None:
    log = made.log()
    assert (log.outcome(3) <= log.outcome()).all()
    late = log.hired_week >= 4
    assert late.any()
    assert (log.outcome(4)[late] < Outcome.HIRED).all()
    assert (log.outcome()[log.hired_week >= 0] == Outcome.HIRED).all()
    assert (log.outcome()[~log.opened & (log.reason < 0)] == Outcome.SHOWN).all()


def test_what_stands_higher_is_looked_at_and_opened_more() -> None:
    log = made.log()
    examined = [log.examined[log.position == place].mean() for place in range(8)]
    assert examined[0] == 1
    assert (np.diff(examined) < 0).all()


def test_the_same_results_the_other_way_round_are_opened_elsewhere() -> None:
    """Swapping places alone changes what is opened: the bias of position, without a change of offers."""
    market, truth = made.market(), made.truth()
    moment = Stream(market, truth, made.SEED).begin_week()
    shown = top_lists(market, moment.visitors, moment.may_show, lambda candidates: as_served(moment, candidates), 8)
    whole = np.bincount(shown.person, minlength=len(market.persons))[shown.person] == 8
    shown = shown.kept(whole)
    turned = Lists(shown.person, shown.candidate.reshape(-1, 8)[:, ::-1].ravel(), shown.position)
    opened = {}
    for name, lists in (("as ranked", shown), ("turned", turned)):
        stream = Stream(market, truth, made.SEED)
        stream.show(stream.begin_week(), lists)
        log = stream.log()
        opened[name] = np.bincount(np.searchsorted(np.sort(shown.candidate), log.candidate), weights=log.opened)
    top = np.argsort(np.argsort(shown.candidate))[shown.position == 0]
    assert opened["as ranked"][top].mean() > 1.5 * opened["turned"][top].mean()


def test_attention_falls_by_each_persons_own_depth() -> None:
    people = np.arange(40_000, dtype=np.int32)
    looked = examined_of(np.full(len(people), 0.8, np.float32), people, np.full(len(people), 3, np.int16), 0, 1)
    assert looked.mean() == pytest.approx(0.8**3, abs=0.01)


def test_sending_everybody_to_the_same_offers_costs_hires() -> None:
    """The same number of results, chosen among as good ones: on few offers they hire less, and answers come less."""
    market, truth = made.market(), made.truth()
    favourite = np.argsort(np.argsort(np.random.default_rng(0).random(len(market.offers)))).astype(np.float32)
    spread = play(market, truth, by_score(at_random(3), 3), made.WEEKS, made.SEED)
    herded = play(market, truth, by_score(lambda _, rows: favourite[market.offer[rows]], 3), made.WEEKS, made.SEED)
    assert herded.hires_per_thousand() < spread.hires_per_thousand()
    answered = [(log.interviewed_week >= 0).sum() / log.applied.sum() for log in (spread, herded)]
    assert answered[1] < answered[0]
    loads = [brought(market, truth, log).largest_load for log in (spread, herded)]
    assert loads[1] > loads[0]


def test_the_oracle_brings_more_than_what_is_served_and_that_more_than_chance() -> None:
    market, truth = made.market(), made.truth()
    random, served, best = (
        replay(market, truth, by_score(scorer, 5), made.WEEKS, made.SEED)
        for scorer in (at_random(1), as_served, oracle(truth))
    )
    assert random.applied < served.applied < best.applied
    assert random.hires_per_thousand < served.hires_per_thousand < best.hires_per_thousand
    assert best.value_per_thousand > served.value_per_thousand


def test_ready_lists_are_shown_as_far_as_they_may() -> None:
    market, truth = made.market(), made.truth()
    moment = Stream(market, truth, made.SEED).begin_week()
    people = np.arange(len(market.persons), dtype=np.int32)
    lists = top_lists(market, people, moment.may_show, lambda candidates: as_served(moment, candidates), 5)
    log = play(market, truth, ready([lists]), 2, made.SEED)
    assert set(log.person[log.week == 0]) == set(lists.person) & set(moment.visitors)
    assert set(log.candidate) <= set(lists.candidate)
    assert (log.position[np.flatnonzero(np.diff(log.person, prepend=-1))] == 0).all()
    with pytest.raises(ValueError, match="au moins une semaine"):
        ready([])


def test_luck_does_not_hang_on_what_others_are_shown() -> None:
    """Half of the people are shown something else: the others do the same in the first week."""
    market, truth = made.market(), made.truth()
    odd = (np.arange(len(market.persons)) % 2 == 1)[market.person]
    noise = np.random.default_rng(5).random(market.n_candidates).astype(np.float32)
    mixed = np.where(odd, noise, market.served).astype(np.float32)
    same, other = (
        play(market, truth, by_score(lambda _, rows, s=scores: s[rows], 10), 1, made.SEED)  # type: ignore[misc]
        for scores in (market.served, mixed)
    )
    even = [log.person % 2 == 0 for log in (same, other)]
    assert np.array_equal(same.candidate[even[0]], other.candidate[even[1]])
    assert np.array_equal(same.opened[even[0]], other.opened[even[1]])
    assert not np.array_equal(same.candidate, other.candidate)


def test_features_are_those_of_before_the_week() -> None:
    log, market = made.log(), made.market()
    names = market.names
    first = log.week == 0
    assert np.isnan(log.features[first, names.index("interest")]).all()
    assert (log.features[first, names.index("crowding")] == 0).all()
    assert np.isnan(log.features[first, names.index("responsiveness")]).all()
    age = 7 * log.week - market.offers.published_day[market.offer[log.candidate]]
    assert np.array_equal(log.features[:, names.index("freshness")], age)
    later = log.week == made.WEEKS - 1
    refused = ~market.persons.profiling[log.person]
    assert np.isnan(log.features[refused, names.index("interest")]).all()
    assert np.isfinite(log.features[later & ~refused, names.index("interest")]).mean() > 0.5
    assert np.nanmax(log.features[later, names.index("responsiveness")]) > 0.3


def test_a_policy_that_cannot_compare_is_told() -> None:
    market, truth = made.market(), made.truth()
    unsure = by_score(by_features(lambda matrix: matrix[:, market.names.index("interest")]), 5)
    with pytest.raises(ValueError, match="NaN"):
        play(market, truth, unsure, 1, made.SEED)


def test_nothing_shown_is_an_empty_log() -> None:
    nothing = lists_of(np.empty(0, np.int32), np.empty(0, np.int64))
    log = play(made.market(), made.truth(), ready([nothing]), 2, made.SEED)
    assert len(log) == 0
    assert log.hires_per_thousand() == 0
    assert brought(made.market(), made.truth(), log).coverage == 0
    assert len(log.outcome()) == len(log.list_id()) == 0


def test_new_people_come_and_some_leave() -> None:
    log, market = made.log(), made.market()
    arrival = market.persons.arrival_week[log.person]
    assert (arrival <= log.week).all()
    assert (arrival[log.week == made.WEEKS - 1] == made.WEEKS - 1).any()


def test_more_posts_give_more_hires() -> None:
    market = made.market()
    roomy = dataclasses.replace(market, offers=dataclasses.replace(market.offers, posts=market.offers.posts * 5))
    few, many = (
        replay(one, HiddenTruth(one, made.SEED), by_score(as_served, 10), made.WEEKS, made.SEED)
        for one in (market, roomy)
    )
    assert many.hired > few.hired
