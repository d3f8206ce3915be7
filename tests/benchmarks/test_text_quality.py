from dataclasses import dataclass

import numpy as np
import pytest

from benchmarks.report import Report
from benchmarks.text_quality import (
    Answers,
    Asked,
    Target,
    _alone,
    _joined,
    _ranks_among,
    _summed,
    baselines,
    bm25,
    judge,
    measure,
    nearest,
    ranks_of,
    systems,
    tfidf,
)
from benchmarks.text_sets import QuerySet
from features.rome.referential import Rome
from features.sample.reference import sample_reference
from models.encoder import Encoder

WORDS = ["maçon", "chauffeur de bus", "chauffeur livreur"]


@pytest.fixture(scope="module")
def rome() -> Rome:
    return sample_reference().rome


def questions(rome: Rome, *rows: int, context: str = "") -> QuerySet:
    return QuerySet(
        "some",
        tuple(rome.labels[row] for row in rows),
        (context,) * len(rows),
        tuple(frozenset([row]) for row in rows),
        tuple(frozenset([rome.parents[row]]) for row in rows),
    )


@pytest.mark.parametrize("baseline", [tfidf, bm25])
def test_a_lexical_baseline_finds_the_words(baseline: object) -> None:
    assert callable(baseline)
    scores = baseline(WORDS)(["Chauffeurs BUS", "zzz", ""])
    assert scores.shape == (3, 3)
    assert scores[0].argmax() == 1
    assert not scores[1:].any()


def test_nearest_takes_the_best_text_of_each_fiche(rome: Rome) -> None:
    table = np.array([[0.2, 0.5, 0.0, 0.1]], dtype=np.float32)
    closest = nearest(lambda asked: np.repeat(table, len(asked), axis=0), np.array([1, 0, 2, 1]), rome)
    scores = closest(["a", "b"])
    assert scores.shape == (2, rome.n_occupations)
    assert scores[0, :2].tolist() == pytest.approx([0.5, 0.2])
    assert np.isneginf(scores[0, 2:]).all()


def test_a_description_counts_for_less_than_the_title() -> None:
    told = {"t": [1.0, 0.5, -np.inf], "d": [-np.inf, 1.0, 0.5]}
    queries = QuerySet("some", ("t",), ("d",), (frozenset([0]),), (frozenset(["A"]),))

    def closest(asked: object) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
        return np.array([told[text] for text in asked], dtype=np.float32)  # type: ignore[attr-defined]

    assert _alone(closest)(queries).scores.tolist() == [[1.0, 0.5, -np.inf]]
    assert _summed(closest)(queries).scores[0].tolist() == pytest.approx([1.0, 0.5 + 0.6, 0.3])
    doubled = _summed(lambda asked: 2 * closest(asked), unbounded=True)
    assert doubled(queries).scores[0].tolist() == pytest.approx([1.0, 0.5 + 0.6, 0.3])
    heard: list[str] = []

    def listening(asked: object) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
        heard.extend(asked)  # type: ignore[call-overload]
        return np.zeros((1, 3), dtype=np.float32)

    _joined(listening)(QuerySet("some", ("Maçon H/F",), ("x" * 400,), queries.fiches, queries.families))
    assert heard == ["Maçon " + "x" * 300]


def test_a_family_is_as_good_as_its_best_fiche(rome: Rome) -> None:
    first, second = next(rome.children_of(parent)[:2] for parent in rome.parents if len(rome.children_of(parent)) > 1)
    scores = np.zeros((1, rome.n_occupations), dtype=np.float32)
    scores[0, second] = 1
    queries = questions(rome, first)
    assert ranks_of(scores, Asked(queries, by_fiche=True), rome)[0] > 1
    assert ranks_of(scores, Asked(queries, by_fiche=False), rome).tolist() == [1]


def test_an_esco_occupation_counts_where_it_comes_first() -> None:
    ranked = np.array([[7, 7, 5, 9], [7, 5, 5, 9]])
    assert _ranks_among(ranked, np.array([9, 4])).tolist() == [3, np.inf]


@dataclass(frozen=True)
class FakePrediction:
    occupation: int
    appellation: int
    score: float


class FakeTagger:
    """Knows every label; without a word of it says nothing."""

    def __init__(self, rome: Rome) -> None:
        self.rome = rome

    def tag(self, texts: list[str], contexts: list[str] | None = None, k: int = 5) -> list[list[FakePrediction]]:
        rows = [self.rome.labels.index(text) if text in self.rome.labels else None for text in texts]
        return [[] if row is None else [FakePrediction(row, 0, 0.9), FakePrediction(0, 0, 0.05)] for row in rows]


def test_the_whole_path_of_a_set(rome: Rome, capsys: pytest.CaptureFixture[str]) -> None:
    encoder = Encoder.of(np.random.default_rng(0).normal(size=(1024, 16)))
    ours = systems(rome, FakeTagger(rome), encoder, frozenset())  # type: ignore[arg-type]
    report = Report("x")
    asked = Asked(questions(rome, 3, 5, 8, context="pour un client"), by_fiche=True)
    best, tagged = measure(report, asked, baselines(rome, frozenset(), None), ours, rome)
    assert tagged == {("some", "at_1"): 1.0, ("some", "at_5"): 1.0}
    assert best["some", "at_1"] == 1.0, "a label is a text of ROME"
    assert report.figures["some_tagger_ece"] == 0.1
    assert report.figures["some_tagger_precision_answering_80"] == 1.0
    assert {"some_encoder_at_1", "some_tfidf_joined_mrr", "some_bm25_summed_ndcg_10"} <= report.figures.keys()


def test_a_text_without_an_answer_is_not_sure(rome: Rome) -> None:
    encoder = Encoder.of(np.ones((64, 4)))
    unknown = QuerySet("some", ("?",), ("",), (frozenset([0]),), (frozenset([rome.parents[0]]),))
    answers: Answers = systems(rome, FakeTagger(rome), encoder, frozenset())["tagger"](unknown)
    assert np.isneginf(answers.scores).all()
    assert answers.sure is not None
    assert answers.sure.tolist() == [0]


def test_targets_are_ratios_of_errors(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(
        "benchmarks.text_quality.TARGETS",
        (Target("a", "at_1", 0.7), Target("b", "at_1", 0.7), Target("c", "at_1", 0.8, ratio_of_errors=False)),
    )
    monkeypatch.setattr("benchmarks.text_quality.CALIBRATED", ("a",))
    report = Report("x", figures={"a_tagger_ece": 0.06})
    best = {("a", "at_1"): 0.5, ("b", "at_1"): 0.5, ("c", "at_1"): 0.9}
    judge(report, best, {("a", "at_1"): 0.7, ("b", "at_1"): 0.6, ("c", "at_1"): 0.8})
    assert report.figures["target_a_at_1_error_ratio"] == 0.6
    assert report.figures["target_a_at_1_error_ratio_goal_0.7"] == "met"
    assert report.figures["target_b_at_1_error_ratio_goal_0.7"] == "missed"
    assert report.figures["target_c_at_1_goal_0.8"] == "met"
    assert report.figures["target_a_tagger_ece_goal_0.05"] == "missed"
