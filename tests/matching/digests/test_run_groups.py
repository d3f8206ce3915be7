"""Lots of people are served in groups that neither grow nor lose anyone; prices are made of the same people in whatever
order they are come across."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.records import Channel, Subscription
from features.store.digests import BUCKETS, digest_id
from matching.digests import run
from matching.digests.prepare import Due
from matching.digests.run import lots_together


@given(st.lists(st.integers(0, 40), min_size=BUCKETS, max_size=BUCKETS), st.integers(1, 100), st.integers(1, 7))
def test_groups_hold_each_lot_once_and_no_more_than_asked(counts: list[int], at_once: int, step: int) -> None:
    mine = range(0, BUCKETS, step)
    groups = list(lots_together(counts, mine, at_once))
    assert sorted(lot for group in groups for lot in group) == list(mine)
    assert all(len(group) == 1 or sum(counts[lot] for lot in group) <= at_once for group in groups)


def test_prices_are_of_the_same_people_in_whatever_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "PRICED_PEOPLE", 30)
    due = [
        Due(Subscription(id=f"s-{number}-{person}", profile_id=f"p-{person}", channel=Channel.PAGE), "2026-11-26")
        for person in range(100)
        for number in range(person % 4)
    ]
    people = sorted({each.subscription.profile_id for each in due}, key=lambda person: digest_id(person, "price"))
    for seed in range(5):
        random.Random(seed).shuffle(due)
        drawn = [each.subscription for each in run._drawn(due)]
        assert [each.profile_id for each in drawn] == sorted(people[:30])
        assert all(each.id.startswith("s-0-") for each in drawn)
