"""The measures of lists against ranx (Bassani, ECIR 2022), on random runs with grades and lists of all lengths."""

import os
import warnings

import numpy as np
import pytest
from scipy import sparse

from models.metrics import Judged, ListMetric
from models.metrics.average_precision import AVERAGE_PRECISION
from models.metrics.hit_rate import HIT_RATE
from models.metrics.judged import burges_gains
from models.metrics.mrr import MRR
from models.metrics.ndcg import NDCG
from models.metrics.precision import PRECISION
from models.metrics.recall import RECALL

os.environ.setdefault("NUMBA_DISABLE_JIT", "1")  # ranx compiles half a minute for what takes a second as it stands
N_LISTS, N_ITEMS, DEPTH = 60, 40, 12


@pytest.fixture(scope="module")
def judged_by_both() -> "tuple[np.ndarray, np.ndarray, object, object]":
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        ranx = pytest.importorskip("ranx", reason="ranx is in the dev extra")
    draw = np.random.default_rng(5)
    grades = draw.integers(0, 4, (N_LISTS, N_ITEMS)) * (draw.random((N_LISTS, N_ITEMS)) < 0.15)
    grades[grades.sum(axis=1) == 0, 0] = 2
    lists = np.argsort(draw.random((N_LISTS, N_ITEMS)), axis=1)[:, :DEPTH]
    lengths = draw.integers(1, DEPTH + 1, N_LISTS)
    lists[np.arange(DEPTH)[None, :] >= lengths[:, None]] = -1
    qrels = ranx.Qrels(
        {
            f"u{row}": {f"i{item}": int(grades[row, item]) for item in np.flatnonzero(grades[row])}
            for row in range(N_LISTS)
        }
    )
    run = ranx.Run(
        {
            f"u{row}": {f"i{item}": float(DEPTH - place) for place, item in enumerate(lists[row]) if item >= 0}
            for row in range(N_LISTS)
        }
    )
    return lists, grades, qrels, run


@pytest.mark.parametrize("k", [1, 5, 10])
@pytest.mark.parametrize(
    ("metric", "theirs"),
    [
        (NDCG, "ndcg"),
        (RECALL, "recall"),
        (PRECISION, "precision"),
        (HIT_RATE, "hit_rate"),
        (MRR, "mrr"),
        (AVERAGE_PRECISION, "map"),
    ],
    ids=lambda value: getattr(value, "name", None),
)
def test_as_ranx(metric: ListMetric, theirs: str, k: int, judged_by_both: "tuple[np.ndarray, ...]") -> None:
    lists, grades, qrels, run = judged_by_both
    judged = Judged.of_lists(lists, sparse.csr_array(grades))
    assert metric.compute(judged, k).tolist() == pytest.approx(_ranx(qrels, run, f"{theirs}@{k}"))


def test_burges_gains_as_ranx(judged_by_both: "tuple[np.ndarray, ...]") -> None:
    lists, grades, qrels, run = judged_by_both
    judged = Judged.of_lists(lists, sparse.csr_array(burges_gains(grades)))
    assert NDCG.compute(judged, 10).tolist() == pytest.approx(_ranx(qrels, run, "ndcg_burges@10"))


def _ranx(qrels: object, run: object, name: str) -> list[float]:
    """ranx's value of each list, in order of the lists' rows."""
    from ranx import evaluate

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        evaluate(qrels, run, name)
    scores = run.scores[name]  # type: ignore[attr-defined]
    return [float(scores[f"u{row}"]) for row in range(N_LISTS)]
