"""The gate: what closes it, one thing at a time, and what is only told."""

import json

import numpy as np
import pytest

from models.ranked import Ranked
from models.ranking.comparison import Trial
from models.ranking.gate import PROTECTED, Bounds, Report, Verdict, judge
from models.ranking.table import Segment

N_LISTS = 80
LENIENT = Bounds(worse=1.0)
LISTS = np.repeat(np.arange(N_LISTS), 3)
GAINS = np.tile([1.0, 0, 0], N_LISTS)
PERFECT = np.tile([0.9, 0.5, 0.1], N_LISTS)
RURAL = np.arange(N_LISTS) < 40
PEOPLE = Segment(("urbain", "rural"), np.repeat(RURAL, 3).astype(np.int16))


def spoiled(lists: np.ndarray, worst: bool = False) -> np.ndarray:
    """Perfect scores, but for some lists where the best row comes second, or last."""
    scores = PERFECT.reshape(N_LISTS, 3).copy()
    scores[lists] = [0.0, 0.5, 0.1] if worst else [0.3, 0.5, 0.1]
    return scores.ravel()


def report(
    candidate: np.ndarray = PERFECT,
    incumbent: np.ndarray = PERFECT,
    names: tuple[str, ...] = ("closeness", "distance"),
    latency_ms: float = 0.5,
    segments: dict[str, Segment] | None = None,
    worse: float = 0.01,
) -> Report:
    held_out = {"urbain_rural": PEOPLE} if segments is None else segments
    trial = Trial(LISTS, GAINS, candidate, incumbent, held_out)
    return judge(
        Ranked.OFFERS,
        trial,
        candidate="vivier-offres/2",
        incumbent="vivier-offres/1",
        names=names,
        latency_ms=latency_ms,
        bounds=Bounds(worse=worse),
    )


def failed(found: Report) -> set[str]:
    assert all(check.remedy for check in found.failed)
    assert not any(check.remedy for check in found.checks if check.verdict is not Verdict.FAILED)
    assert found.opens == (not found.failed)
    return {check.name for check in found.failed}


def test_the_same_ranker_passes_and_everything_is_told() -> None:
    found = report()
    assert failed(found) == set()
    assert [check.name for check in found.checks] == [
        "features",
        "ndcg@10",
        "ndcg@10 urbain_rural=urbain",
        "ndcg@10 urbain_rural=rural",
        "top10_changed",
        "latency_ms",
        "parity of quality urbain_rural",
        "groups",
    ]
    assert json.loads(json.dumps(found.as_json()))["opens"] is True


def test_one_segment_that_loses_more_than_one_percent_closes_it() -> None:
    one_list_of_forty = np.flatnonzero(RURAL)[:2]
    found = report(spoiled(one_list_of_forty), spoiled(np.flatnonzero(~RURAL)))
    assert failed(found) == {"ndcg@10 urbain_rural=rural"}, "though it gains over all"
    (check,) = found.failed
    assert check.value == pytest.approx(2 / 40 * (1 / np.log2(3) - 1))
    assert "-1.85%" in check.said
    assert "-1.00%" in check.said
    assert "rural" in check.remedy


def test_a_loss_within_the_bound_passes() -> None:
    assert failed(report(spoiled(np.array([0])), worse=0.01)) == set()
    assert failed(report(spoiled(np.array([0])), worse=0.001)) == {
        "ndcg@10",
        "ndcg@10 urbain_rural=rural",
    }


def test_few_lists_are_told_and_not_judged() -> None:
    few = Segment(("beaucoup", "peu"), np.repeat(np.arange(N_LISTS) < 5, 3).astype(np.int16))
    found = report(spoiled(np.arange(1)), segments={"taille": few})
    by_name = {check.name: check for check in found.checks}
    assert by_name["ndcg@10 taille=peu"].verdict is Verdict.TOLD
    assert "fewer than 30 lists, not judged" in by_name["ndcg@10 taille=peu"].said
    assert by_name["parity urbain_rural"].verdict is Verdict.TOLD


def test_a_table_in_which_nothing_happened_decides_nothing() -> None:
    trial = Trial(LISTS, np.zeros(len(LISTS)), PERFECT, PERFECT, {})
    found = judge(Ranked.OFFERS, trial, candidate="2", incumbent="1", names=(), latency_ms=0.1)
    assert failed(found) == {"ndcg@10"}
    assert found.as_json()["checks"][1]["value"] is None


def test_the_share_that_changes_is_told_and_never_bound() -> None:
    lists = np.repeat(np.arange(4), 20)
    scores = np.random.default_rng(3).random(80)
    trial = Trial(lists, np.ones(80), -scores, scores, {})
    found = judge(Ranked.OFFERS, trial, candidate="2", incumbent="1", names=(), latency_ms=0.1)
    (check,) = [check for check in found.checks if check.name == "top10_changed"]
    assert (check.value, check.bound, check.verdict) == (1.0, None, Verdict.TOLD)


@pytest.mark.parametrize(("latency_ms", "late"), [(2.0, False), (2.01, True), (float("nan"), True)])
def test_latency_has_a_budget(latency_ms: float, late: bool) -> None:
    assert failed(report(latency_ms=latency_ms)) == ({"latency_ms"} if late else set())


@pytest.mark.parametrize("name", ["doors", "age", "nonsense"])
def test_features_that_are_not_served_close_it(name: str) -> None:
    found = report(names=("closeness", name))
    assert failed(found) == {"features"}
    assert name in found.failed[0].said


def test_nothing_protected_is_served() -> None:
    assert not any(PROTECTED & set(ranked.features) for ranked in Ranked)


def test_people_of_one_kind_served_much_worse_close_it() -> None:
    found = report(spoiled(np.flatnonzero(RURAL), worst=True), spoiled(np.flatnonzero(RURAL)), worse=0.5)
    assert failed(found) == {"parity of quality urbain_rural"}
    (check,) = found.failed
    assert check.value == pytest.approx(0.5)
    assert check.bound == pytest.approx(1 / np.log2(3)), "the incumbent is under the bound too: no worse than it"
    assert "or the incumbent's, 0.63" in check.said
    assert "rural" in check.remedy


@pytest.mark.parametrize("before", [True, False])
def test_who_is_as_unfair_as_what_answers_or_less_is_not_kept_out(before: bool) -> None:
    spoilt = spoiled(np.flatnonzero(RURAL), worst=True)
    found = report(spoilt if before else spoiled(np.flatnonzero(RURAL)), spoilt)
    assert failed(found) == set()
    (check,) = [check for check in found.checks if check.name == "parity of quality urbain_rural"]
    assert check.value < 0.8
    assert check.bound == pytest.approx(0.5)


def test_a_fair_incumbent_does_not_raise_the_bound() -> None:
    a_few = spoiled(np.flatnonzero(RURAL)[:10])
    (check,) = [each for each in report(a_few, worse=0.5).checks if each.name == "parity of quality urbain_rural"]
    assert (check.bound, check.verdict) == (0.8, Verdict.HELD)


def test_what_is_shown_is_held_to_attention_for_its_worth() -> None:
    """Rows of equal gain: those of one kind always first."""
    gains = np.tile([1.0, 1, 0], N_LISTS)
    shown = Segment(("ville", "campagne"), np.tile([0, 1, 0], N_LISTS).astype(np.int16))
    evenly = np.where(np.repeat(np.arange(N_LISTS) % 2, 3) == 0, PERFECT, np.tile([0.5, 0.9, 0.1], N_LISTS))
    trial = Trial(LISTS, gains, PERFECT, evenly, {"urbain_rural": shown})
    found = judge(Ranked.PROFILES, trial, candidate="2", incumbent="1", names=(), latency_ms=0.1, bounds=LENIENT)
    assert failed(found) == {"parity of attention urbain_rural"}
    assert found.failed[0].value == pytest.approx((1 / np.log2(3)) / (1 + 1 / np.log2(4)))
