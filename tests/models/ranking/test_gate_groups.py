"""What the gate asks of groups: quality, four fifths of who is selected, gaps of pay and travel."""

import numpy as np
import pytest

from models.ranked import Ranked
from models.ranking.comparison import Trial
from models.ranking.gate import Check, Verdict, judge
from models.ranking.table import Segment

N_LISTS = 60
LENGTH = 20
LISTS = np.repeat(np.arange(N_LISTS), LENGTH)
SEXES = ("femmes", "hommes")
BY_LOT = np.random.default_rng(0).random(len(LISTS))
WOMEN = np.random.default_rng(1).random(len(LISTS)) < 0.5
"""Of people who stand in lists."""
OF_ITEMS = Segment(SEXES, (~WOMEN).astype(np.int16))
OF_ASKERS = Segment(SEXES, (LISTS % 2).astype(np.int16))
PAY = np.random.default_rng(2).normal(0, 0.1, len(LISTS)).astype(np.float32)


def checks(candidate: np.ndarray, incumbent: np.ndarray, segment: Segment, **known: object) -> dict[str, Check]:
    trial = Trial(LISTS, np.ones(len(LISTS)), candidate, incumbent, {"sexe": segment}, **known)  # type: ignore[arg-type]
    found = judge(Ranked.PROFILES, trial, candidate="2", incumbent="1", names=(), latency_ms=0.1)
    return {check.name: check for check in found.checks}


def test_a_ranker_that_breaks_four_fifths_is_refused_with_the_figure() -> None:
    found = checks(BY_LOT - 0.4 * WOMEN, BY_LOT, OF_ITEMS)
    check = found["four fifths sexe"]
    assert check.verdict is Verdict.FAILED
    assert check.value < 0.8
    assert f"ratio {check.value:.2f}" in check.said
    assert "femmes" in check.remedy
    assert checks(BY_LOT, BY_LOT, OF_ITEMS)["four fifths sexe"].verdict is Verdict.HELD


def test_where_the_incumbent_breaks_it_a_candidate_that_does_no_worse_passes() -> None:
    unfair, less = BY_LOT - 0.6 * WOMEN, BY_LOT - 0.4 * WOMEN
    assert checks(less, unfair, OF_ITEMS)["four fifths sexe"].verdict is Verdict.HELD
    assert checks(unfair, less, OF_ITEMS)["four fifths sexe"].verdict is Verdict.FAILED


def test_lists_that_leave_nobody_out_decide_nothing() -> None:
    lists = np.repeat(np.arange(100), 10)
    segment = Segment(SEXES, (np.arange(1000) % 2).astype(np.int16))
    scores = np.random.default_rng(4).random(1000)
    trial = Trial(lists, np.ones(1000), scores, scores, {"sexe": segment})
    found = judge(Ranked.PROFILES, trial, candidate="2", incumbent="1", names=(), latency_ms=0.1)
    check = next(each for each in found.checks if each.name == "four fifths sexe")
    assert check.verdict is Verdict.TOLD


def steered(strength: float) -> np.ndarray:
    """Better paid first for men, worse paid first for women."""
    return BY_LOT + strength * np.where(OF_ASKERS.of_row == 0, -PAY, PAY)


def test_a_ranker_that_widens_a_gap_is_refused_with_the_figure() -> None:
    found = checks(steered(5), BY_LOT, OF_ASKERS, quantities={"pay_market": PAY})
    (check,) = [check for name, check in found.items() if name.startswith("gap of pay_market")]
    assert check.verdict is Verdict.FAILED
    assert "too few hires" in check.said
    assert f"at most {check.bound:.3f}" in check.said
    assert "four fifths sexe" not in found, "who asks is not selected"


def test_a_gap_that_hires_have_is_not_the_rankers_and_one_that_hires_lack_is() -> None:
    hires = np.zeros(len(LISTS), dtype=np.bool_)
    order = np.argsort(PAY)
    women, men = OF_ASKERS.of_row == 0, OF_ASKERS.of_row == 1
    hires[[row for row in order if women[row]][:100]] = True
    hires[[row for row in order[::-1] if men[row]][:100]] = True
    same = np.zeros(len(LISTS), dtype=np.bool_)
    same[np.random.default_rng(5).choice(len(LISTS), 400, replace=False)] = True

    def verdict(hired: np.ndarray) -> Verdict:
        found = checks(steered(5), BY_LOT, OF_ASKERS, quantities={"pay_market": PAY}, hired=hired)
        (check,) = [check for name, check in found.items() if name.startswith("gap of pay_market")]
        assert "in hires" in check.said
        return check.verdict

    assert verdict(hires) is Verdict.HELD
    assert verdict(same) is Verdict.FAILED


def test_without_groups_that_is_said_once() -> None:
    trial = Trial(LISTS, np.ones(len(LISTS)), BY_LOT, BY_LOT, {})
    found = judge(Ranked.PROFILES, trial, candidate="2", incumbent="1", names=(), latency_ms=0.1)
    (check,) = [each for each in found.checks if each.name == "groups"]
    assert check.verdict is Verdict.TOLD
    assert "vivier fairness groups" in check.said


def test_what_a_trial_knows_must_fit_its_rows() -> None:
    with pytest.raises(ValueError, match="pay_market"):
        Trial(LISTS, np.ones(len(LISTS)), BY_LOT, BY_LOT, {}, quantities={"pay_market": PAY[:5]})
