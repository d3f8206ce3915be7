"""Pictures of a trained ranker, drawn to files: what a person looks at before promoting it. Needs matplotlib."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from models.metrics.calibration import reliability
from models.ranking.comparison import K, qualities, quality
from models.ranking.held_out import HeldOut, as_shown, scorer_of
from models.ranking.model import RankingModel
from models.ranking.outcomes import Outcome

EXPLAINED_ROWS = 2000
MOST_LABELS = 40


def draw_all(model: RankingModel, held_out: HeldOut, curve: Mapping[str, Sequence[float]], folder: Path) -> list[Path]:
    """The four plots as PNG files in `folder`, which must exist."""
    return [
        learning_curve(curve, folder / "learning_curve.png"),
        calibration(model, held_out, folder / "calibration.png"),
        feature_importance(model, held_out, folder / "feature_importance.png"),
        segment_ndcg(model, held_out, folder / "segment_ndcg.png"),
    ]


def learning_curve(curve: Mapping[str, Sequence[float]], file: Path) -> Path:
    """One line a series, by number of trees."""
    axes = _axes("Learning curve", "trees", f"nDCG@{K}")
    for name, values in curve.items():
        axes.plot(np.arange(1, len(values) + 1), values, label=name)
    if curve:
        axes.legend()
    return _write(axes, file)


def calibration(model: RankingModel, held_out: HeldOut, file: Path) -> Path:
    """Share of rows applied to, or better, by score, in bins of equal mass."""
    scores = expit(scorer_of(model)(held_out.table))
    bins = reliability(scores, held_out.table.outcome >= Outcome.APPLIED)
    axes = _axes("Calibration", "score", "share applied to, or better")
    axes.plot([0, 1], [0, 1], color="0.7", linewidth=1)
    axes.plot([each.mean_score for each in bins], [each.share_right for each in bins], marker="o")
    return _write(axes, file)


def importances(model: RankingModel, held_out: HeldOut) -> dict[str, float]:
    """Mean of |Shapley value| of each feature over some held-out rows, the largest first."""
    rows = np.linspace(0, len(held_out.table) - 1, min(EXPLAINED_ROWS, len(held_out.table))).astype(np.int64)
    matrix = np.stack([held_out.table.column(name)[rows] for name in model.trees.names], axis=1)
    means: NDArray[np.floating] = np.abs(model.trees.contributions(matrix)).mean(axis=0)
    found = dict(zip(model.trees.names, means.tolist(), strict=True))
    return dict(sorted(found.items(), key=lambda item: -item[1]))


def feature_importance(model: RankingModel, held_out: HeldOut, file: Path) -> Path:
    """Bars, the largest on top."""
    found = importances(model, held_out)
    return _bars("Feature importance", "mean |Shapley value| of the margin", {"": dict(reversed(found.items()))}, file)


def segment_ndcg(model: RankingModel, held_out: HeldOut, file: Path) -> Path:
    """nDCG@10 of each label, the trained ranker beside the order in which the lists were shown."""
    trial = held_out.trial(scorer_of(model), as_shown)
    found = [("all", quality(trial))]
    for name, segment in sorted(trial.segments.items()):
        found += [(f"{name}={each.label}", each) for each in qualities(trial, segment) if each.n_lists > 0]
    kept = list(reversed(found[:MOST_LABELS]))
    return _bars(
        f"nDCG@{K} by segment",
        f"nDCG@{K}",
        {
            "trained": {label: each.candidate for label, each in kept},
            "as shown": {label: each.incumbent for label, each in kept},
        },
        file,
    )


def _bars(title: str, unit: str, series: Mapping[str, Mapping[str, float]], file: Path) -> Path:
    """Horizontal bars; all series have the same labels."""
    labels = list(next(iter(series.values())))
    axes = _axes(title, unit, "", height=1.5 + 0.25 * len(labels))
    places, width = np.arange(len(labels)), 0.8 / len(series)
    for number, (name, values) in enumerate(series.items()):
        axes.barh(places + number * width, list(values.values()), width, label=name)
    axes.set_yticks(places + 0.4 - width / 2, labels)
    if len(series) > 1:
        axes.legend()
    return _write(axes, file)


def _axes(title: str, x: str, y: str, height: float = 4.0) -> Any:
    from matplotlib.figure import Figure  # without pyplot: nothing global, no window

    axes = Figure(figsize=(7, height), layout="constrained").subplots()
    axes.set(title=title, xlabel=x, ylabel=y)
    return axes


def _write(axes: Any, file: Path) -> Path:
    axes.figure.savefig(file, dpi=100)
    return file
