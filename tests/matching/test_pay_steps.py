"""Employers learn of what people ask to be paid in steps of 50 euros, whatever they are asked with."""

from typing import Any

import msgspec
import numpy as np
import pytest

from features.records import Offer, OfferSource, Pay, Profile, Project
from matching.answer import Answer, Window
from matching.demand import Demand
from matching.diagnosis.diagnose import Diagnosis, diagnose
from matching.engine import Engine
from matching.pay_steps import PAY_STEP, asked_in_steps, offered_in_steps
from matching.sourcing import profiles_for_demand
from tests.matching.conftest import TODAY
from tests.matching.made import profile


def demand(pay: float, **how: Any) -> Demand:
    wanted = Offer(
        id="demande",
        title="Aide-soignant / Aide-soignante",
        source=OfferSource(name="demande", id="demande"),
        rome_code="J1501",
        published_on=TODAY,
        pay=Pay(min_monthly=pay, max_monthly=pay),
    )
    return Demand(wanted, **how)


def told(answer: Answer[Profile]) -> bytes:
    """All that an employer reads of it."""
    people = [
        (each.id, each.score, each.base, each.distance_km, each.reasons, each.gaps, each.obstacles, each.change)
        for each in answer.matches
    ]
    return msgspec.json.encode([people, answer.total, answer.facets, answer.notice])


def diagnosed(found: Diagnosis) -> bytes:
    return msgspec.json.encode(found)


@pytest.fixture
def people(local: Engine) -> Engine:
    """One person for every seven euros that may be asked for, between 1,500 and 1,850 a month."""
    for floor in range(1500, 1850, 7):
        project = Project(rome_code="J1501", pay_floor_monthly=float(floor))
        local.store.upsert([profile(f"p{floor}", projects=(project,))], "test")
    local.catch_up()
    return local


@pytest.mark.parametrize("how", [{}, {"without_diploma": True}])
def test_two_pays_within_a_step_are_told_the_same_whoever_asks_for_a_pay_between(
    people: Engine, how: dict[str, bool]
) -> None:
    totals = []
    for low in range(1500, 1850, PAY_STEP):
        within = [demand(low + more, **how) for more in (0, 0.01, 8, 25, 41, PAY_STEP - 0.01)]
        answers = [profiles_for_demand(people, each, Window(0, 149)) for each in within]
        assert len({told(each) for each in answers}) == 1
        assert len({diagnosed(diagnose(people, each)) for each in within}) == 1
        totals.append(answers[0].total)
    assert totals == sorted(set(totals)), "more pay brings more people"


def test_what_is_offered_is_taken_down_and_what_is_asked_taken_up() -> None:
    def read(_: str) -> Any:
        return np.array([1800.0, 1800.5, 1849.99, np.nan, 0.0], dtype=np.float32)

    np.testing.assert_array_equal(offered_in_steps(read)("pay_max"), [1800, 1800, 1800, np.nan, 0])
    np.testing.assert_array_equal(asked_in_steps(read)("pay_floor"), [1800, 1850, 1850, np.nan, 0])
    np.testing.assert_array_equal(offered_in_steps(read)("pay_floor"), read(""))
    np.testing.assert_array_equal(asked_in_steps(read)("radius_km"), read(""))
