"""What a forecast of hirings is worth on months that it never saw: capture by the best tenth, fit, coverage."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.hiring.fitting import fit
from models.hiring.forecast import at_most, interval
from models.hiring.history import HiringHistory
from models.hiring.seasonal import HORIZON_MONTHS

Floats = NDArray[np.floating]

DECILES: Final = 10


def held_out(
    history: HiringHistory, *, places: bool, sub_classes: bool, kappa: float | None, seed: int
) -> dict[str, float]:
    """Figures of a forecast fitted on all months but the last six, which judge it. Raises TooLittle."""
    origin = history.months - HORIZON_MONTHS
    forecast = fit(history, upto=origin, seed=seed, places=places, sub_classes=sub_classes, kappa=kappa)
    means, shapes = forecast.of(
        history.naf,
        history.headcount_min,
        history.departement,
        history.tension,
        history.window(origin),
        history.first_month + origin,
    )
    came = history.counts[:, origin:].sum(axis=1)
    told = ~np.isnan(came)
    means, shapes, came = means[told], shapes[told], came[told]
    low, high = interval(means, shapes)
    return {
        "top_tenth_capture": round(capture(means, came), 3),
        "expected_over_came": round(float(means.sum() / came.sum()), 3) if came.sum() else float("nan"),
        "mean_absolute_error": round(float(np.abs(means - came).mean()), 3),
        "interval_coverage": round(float(((came >= low) & (came <= high)).mean()), 3),
    }


def lift(scores: Floats, came: Floats) -> NDArray[np.float64]:
    """(10,) share of all hirings made by the firms of each tenth, the best scores first; ties in the order given."""
    order = np.argsort(-scores, kind="stable")
    parts = [part.sum() for part in np.array_split(came[order].astype(np.float64), DECILES)]
    return np.asarray(np.array(parts) / came.sum(dtype=np.float64), dtype=np.float64)


def capture(scores: Floats, came: Floats) -> float:
    """Share of all hirings made by the tenth of the firms with the best scores."""
    return float(lift(scores, came)[0])


def deviance(means: Floats, came: Floats) -> float:
    """Mean Poisson deviance; 0 where every mean is what came. Means below 1e-3 count as that."""
    kept = np.maximum(means, 1e-3)
    logs = came * np.log(np.maximum(came, 1e-12) / kept)
    return float(2 * (np.where(came > 0, logs, 0) - (came - kept)).mean())


def shares_below(means: Floats, shapes: Floats, came: Floats, seed: int) -> NDArray[np.float64]:
    """(n,) randomised probability integral transform: uniform where the forecast is calibrated (Czado, Gneiting and
    Held, "Predictive model assessment for count data", Biometrics 65, 2009)."""
    whole = came.astype(np.int64)
    m, r = np.asarray(means, dtype=np.float64), np.asarray(shapes, dtype=np.float64)
    below, upto = at_most(whole - 1, m, r), at_most(whole, m, r)
    return np.asarray(below + np.random.default_rng(seed).random(len(whole)) * (upto - below))
