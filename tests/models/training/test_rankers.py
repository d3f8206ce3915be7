import dataclasses
import datetime as dt
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from models.ranked import Ranked
from models.ranking.outcomes import Outcome
from models.ranking.table import RankingTable
from models.training.recipe import Recipe
from tests.models.training.logs import RECIPE, logged

pytest.importorskip("catboost", reason="catboost comes with the rankers extra")
pytest.importorskip("mlflow", reason="mlflow comes with the rankers extra")

from matching.rankers import Rankers
from models.training.growing import TooFewEvents
from models.training.promotion import promote
from models.training.rankers import trained
from models.training.registry import Registry


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


def worthless(table: RankingTable) -> NDArray[np.floating]:
    """A ranker in force that knows nothing."""
    return np.random.default_rng(1).random(len(table))


OTHERS = {
    Ranked.SESSIONS: ("distance", "price", "outcome"),
    Ranked.PROFILES: ("distance", "skills_missing", "interest"),
    Ranked.FIRMS: ("distance", "firm_contact", "firm_fit"),
}


@pytest.mark.slow
@pytest.mark.usefixtures("quiet_mlflow")
@pytest.mark.parametrize("ranked", OTHERS)
def test_a_ranker_of_every_other_list_is_learned_by_steps_promoted_and_taken_up(
    ranked: Ranked, tracking_folder: Path
) -> None:
    training = trained(ranked, dataclasses.replace(logged(), names=OTHERS[ranked]), RECIPE)
    assert training.parameters["ranker"] in ("heads", "lambdamart")
    registry = Registry(tracking_folder)
    version = registry.register(training)
    now = dt.datetime(2026, 9, 1, 8, tzinfo=dt.UTC)
    moved = promote(registry, ranked, transparent=worthless, now=now)
    assert moved.card is not None, moved.report.failed
    serving = Rankers.open(tracking_folder, ())[ranked]
    assert serving.model == f"{ranked.registered_name}/{version.number}"
    features = np.full((2, len(ranked.features)), np.nan, dtype=np.float32)
    features[:, ranked.features.index("distance")] = 0.05, 0.95
    near, far = serving.ranker.scores(features)
    assert near > far


def test_a_log_in_which_nobody_was_answered_gives_one_lambdamart_of_other_lists_and_none_of_offers() -> None:
    table = logged()
    unanswered = dataclasses.replace(table, outcome=np.minimum(table.outcome, Outcome.APPLIED).astype(np.int8))
    training = trained(Ranked.SESSIONS, dataclasses.replace(unanswered, names=OTHERS[Ranked.SESSIONS]), RECIPE)
    assert training.parameters["ranker"] == "lambdamart"
    assert training.figures["ndcg_at_10"] > training.figures["ndcg_at_10_as_shown"] * 0.9
    names = ("distance", "skills_missing", "interest")
    with pytest.raises(TooFewEvents, match="answered: 0 of"):
        trained(Ranked.OFFERS, dataclasses.replace(unanswered, names=names), RECIPE)
