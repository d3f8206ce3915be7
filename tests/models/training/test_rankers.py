import dataclasses

import numpy as np
import pytest

from models.ranked import Ranked
from models.training.recipe import Recipe
from tests.models.training.test_offers import RECIPE, logged

pytest.importorskip("catboost", reason="catboost comes with the train extra")
pytest.importorskip("mlflow", reason="mlflow comes with the train extra")

from models.training.rankers import trained


@pytest.mark.parametrize(
    ("ranked", "names"),
    [
        (Ranked.OFFERS, ("distance", "skills_missing", "interest")),
        (Ranked.SESSIONS, ("distance", "price", "outcome")),
    ],
)
def test_a_training_has_what_the_registry_keeps(ranked: Ranked, names: tuple[str, ...]) -> None:
    table = dataclasses.replace(logged(), names=names)
    training = trained(ranked, table, RECIPE)
    assert training.ranked is ranked
    assert training.data_hash == table.data_hash
    assert training.model.trees.names == names
    curve = training.curve["validation"]
    assert curve[-1] == pytest.approx(training.figures["ndcg_at_10"])
    assert training.figures["ndcg_at_10"] > training.figures["ndcg_at_10_as_shown"] * 0.9
    held = training.held_out.table
    assert 0 < len(held) < len(table)
    assert held.week.min() > table.week.max() - RECIPE.validation_weeks
    assert np.isfinite(training.held_out.gains).all()


def test_a_feature_that_serving_does_not_compute_is_refused() -> None:
    with pytest.raises(ValueError, match="no asked for offres"):
        trained(Ranked.OFFERS, logged(), Recipe())
