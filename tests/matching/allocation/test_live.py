"""Prices for pages: published whole, taken up or refused, and a told part of the score."""

import datetime as dt
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from features.artifacts import ArtifactError
from features.records import Project
from matching.allocation.batch import allocate_offers
from matching.allocation.live import ARRAYS, ROOT, LivePrices, publish
from matching.answer import Match, Window
from matching.engine import Engine
from matching.keys import key_number
from matching.subscriptions import offers_for_profile
from tests.matching.conftest import TODAY, House
from tests.matching.made import offer, profile, write

ALL = Window(0, 149)


def published(data_dir: Path, prices: dict[str, float], load: int = 40, posts: int = 2) -> int:
    return publish(
        data_dir,
        np.array([key_number(key) for key in prices], dtype=np.int64),
        np.array(list(prices.values()), dtype=np.float32),
        np.full(len(prices), load),
        np.full(len(prices), posts, dtype=np.int32),
        {"knob": 0.5},
    )


def test_offers_without_a_price_cost_nothing(tmp_path: Path) -> None:
    keys = np.array([key_number(key) for key in ("a", "b", "c", "new")])
    assert_array_equal(LivePrices().of(keys), [0, 0, 0, 0])
    assert published(tmp_path, {"c": 0.25, "a": 0.5, "b": 0.0}) == 2
    found = LivePrices.open(tmp_path)
    assert_allclose(found.of(keys), [0.5, 0, 0.25, 0])
    assert found.of(keys[:0]).shape == (0,)
    assert found.status()["offers"] == 2


def test_a_newer_generation_is_seen_once_and_a_damaged_one_refused(tmp_path: Path) -> None:
    before = LivePrices.open(tmp_path)
    assert before.newer(tmp_path) is None
    published(tmp_path, {"a": 0.5})
    first = before.newer(tmp_path)
    assert first is not None
    assert (first.generation, first.newer(tmp_path)) == ("000001", None)

    published(tmp_path, {"a": 0.25})
    path = tmp_path / ROOT / "000002" / ARRAYS
    path.write_bytes(path.read_bytes()[:-1])
    after = first.newer(tmp_path)
    assert after is not None
    assert (after.generation, after.refused) == ("000001", "000002")
    assert "allocate again" in str(after.refused_because)
    assert after.newer(tmp_path) is None, "it is not read again and again"
    assert LivePrices.open(tmp_path).status() == after.status(), "at start the one before stands in"

    published(tmp_path, {"a": 0.75})
    healed = after.newer(tmp_path)
    assert healed is not None
    assert (healed.generation, healed.refused) == ("000003", None)


@pytest.mark.parametrize("price", [np.nan, np.inf])
def test_what_is_no_price_is_not_published(tmp_path: Path, price: float) -> None:
    with pytest.raises(ArtifactError, match="not a number above 0"):
        published(tmp_path, {"a": price})
    assert LivePrices.open(tmp_path).generation is None


def adopted(engine: Engine) -> None:
    """What the follower does."""
    step = engine.read_changes()
    assert isinstance(step, LivePrices)
    assert engine.apply(step) == 0
    assert engine.read_changes() is None


def listed(engine: Engine) -> tuple[Match[object], ...]:
    return offers_for_profile(engine, "p1", {}, ALL).matches  # type: ignore[return-value]


def test_prices_change_nothing_until_they_are_heeded(local: Engine) -> None:
    write(local, profile(), *[offer(f"o{number}") for number in range(4)])
    before = listed(local)
    published(local.data_dir, {"o0": 0.5})
    adopted(local)
    assert listed(local) == before
    assert local.status()["prices"]["generation"] == "000001"


@pytest.mark.parametrize("share", [0.1, 1.0])
def test_a_price_is_a_told_part_of_the_score(local: Engine, share: float) -> None:
    write(local, profile(), *[offer(f"o{number}") for number in range(4)])
    before = listed(local)
    crowded = before[0].id
    published(local.data_dir, {crowded: 0.5})
    adopted(local)
    local.price_share = share
    after = listed(local)
    assert [match.id for match in after] == [*(match.id for match in before[1:]), crowded]
    assert after[:-1] == before[1:], "the others are told as before"
    last = after[-1]
    told = [reason for reason in last.reasons if reason.feature == "price"]
    assert_allclose([reason.contribution for reason in told], [-share * 0.5], rtol=1e-6)
    assert told[0].text == "Déjà proposée à 40 personnes pour 2 postes"
    assert_allclose(last.score, before[0].score - share * 0.5, atol=1e-6)
    assert_allclose(last.base + sum(reason.contribution for reason in last.reasons), last.score, atol=1e-6)
    heaviest = [abs(reason.contribution) for reason in last.reasons]
    assert heaviest == sorted(heaviest, reverse=True)


def test_a_score_does_not_fall_under_0(local: Engine) -> None:
    write(local, profile(), offer("o1"))
    published(local.data_dir, {"o1": 5.0})
    adopted(local)
    local.price_share = 1.0
    found = listed(local)[0]
    assert found.score == 0
    assert_allclose(found.base + sum(reason.contribution for reason in found.reasons), 0, atol=1e-6)


def test_a_restart_finds_the_prices(house: House) -> None:
    published(house.data_dir, {"o1": 0.25})
    assert house.open().prices.generation == "000001"


def test_a_batch_sends_people_past_a_crowded_offer(local: Engine) -> None:
    """Ten carers, two offers alike but for their age: the newer one is everybody's first choice."""
    write(
        local,
        *[profile(f"p{number}") for number in range(10)],
        offer("o1", posts=1),
        offer("o2", posts=1, published_on=TODAY - dt.timedelta(days=20)),
    )
    ids = [f"p{number}" for number in range(10)]
    alone = allocate_offers(local, [*ids, "gone"], 1, 0.0)
    assert alone.persons == tuple(ids)
    assert sorted(alone.allocation.loads.tolist()) == [0, 10]
    assert alone.keys.tolist() == sorted(key_number(key) for key in ("o1", "o2"))
    spread = allocate_offers(local, ids, 1, 1.0)
    crowded = int(alone.allocation.loads.argmax())
    assert spread.allocation.prices[crowded] > 0
    local.price_share = 1.0
    publish(
        local.data_dir,
        spread.keys,
        spread.allocation.prices,
        spread.allocation.loads,
        spread.posts,
        {},
    )
    adopted(local)
    again = allocate_offers(local, ids, 1, 1.0)
    assert_array_equal(again.allocation.prices, spread.allocation.prices)  # a batch does not heed the last one's prices


def test_a_batch_over_nobody_is_empty(local: Engine) -> None:
    write(local, profile("p1", projects=(Project(rome_code="D1102"),)))
    assert allocate_offers(local, [], 3, 0.5).allocation.lists.shape == (0, 3)
    alone = allocate_offers(local, ["p1"], 3, 0.5)
    assert alone.allocation.lists.tolist() == [[-1, -1, -1]]
    assert publish(local.data_dir, alone.keys, alone.allocation.prices, alone.allocation.loads, alone.posts, {}) == 0
