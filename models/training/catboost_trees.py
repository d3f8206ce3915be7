"""Trees that CatBoost learned, as the arrays that the service reads.

CatBoost rather than LightGBM: its trees are oblivious, which is what lets numpy score 200 rows in well under a
millisecond and explain them by look-up, and what leaves no foreign file for the service to parse. LightGBM, timed and
judged beside it in `benchmarks/ranking_quality.py`, learns faster and ranks alike.
"""

import json
import tempfile
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from models.oblivious import ObliviousTrees


def from_catboost(model: Any, names: Sequence[str], high: Collection[str] = ()) -> ObliviousTrees:
    """The trees of a fitted CatBoost model over numeric features `names`.

    Margins are its raw values; contributions its ShapValues. A feature that was never missing when the model learned
    counts as high when it is missing later if it is among `high`, else as low, as CatBoost has it. Raises ValueError
    for a model of another kind: with categories, several classes, or trees that are not oblivious.
    """
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "model.json"
        model.save_model(str(file), format="json")
        told = json.loads(file.read_text(encoding="utf-8"))
    if "oblivious_trees" not in told or told["features_info"].get("categorical_features"):
        raise ValueError("only oblivious trees over numbers can be written: leave grow_policy, give no categories")
    scale, (bias, *more) = told["scale_and_bias"]
    if more:
        raise ValueError(f"only one output can be written, the model has {1 + len(more)}")
    return _arrays(told, tuple(names), frozenset(high), float(scale), float(bias))


def _arrays(
    told: dict[str, Any], names: tuple[str, ...], high: frozenset[str], scale: float, bias: float
) -> ObliviousTrees:
    trees = told["oblivious_trees"]
    depth = max((len(tree["splits"] or ()) for tree in trees), default=0)
    features = np.full((len(trees), depth), -1, dtype=np.int16)
    borders = np.zeros((len(trees), depth), dtype=np.float32)
    leaves = np.zeros((len(trees), 2**depth))
    covers = np.zeros((len(trees), 2**depth), dtype=np.float32)
    column_of = {each["feature_index"]: each["flat_feature_index"] for each in told["features_info"]["float_features"]}
    for number, tree in enumerate(trees):
        for level, split in enumerate(tree["splits"] or ()):
            features[number, level] = column_of[split["float_feature_index"]]
            borders[number, level] = split["border"]
        values = np.array(tree["leaf_values"], dtype=np.float64)
        leaves[number, : len(values)] = scale * values
        covers[number, : len(values)] = tree["leaf_weights"]
    missing_high = np.array([name in high for name in names], dtype=np.bool_)
    for each in told["features_info"]["float_features"]:
        if each["nan_value_treatment"] in _SIDES:
            missing_high[each["flat_feature_index"]] = _SIDES[each["nan_value_treatment"]]
    return ObliviousTrees(names, features, borders, missing_high, leaves, covers, bias)


_SIDES: Final = {"AsTrue": True, "AsFalse": False}
