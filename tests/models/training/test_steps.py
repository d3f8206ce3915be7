import numpy as np
import pytest

from models.oblivious import ObliviousTrees
from models.ranking.heads import Head
from models.ranking.table import RankingTable
from models.training.recipe import HISTORY, Recipe, with_newcomers
from tests.models.training.logs import RECIPE, logged, vars_of

pytest.importorskip("catboost", reason="catboost comes with the rankers extra")

from models.training.growing import TooFewEvents
from models.training.steps import StepsTraining, train_steps


@pytest.fixture(scope="module")
def trained() -> StepsTraining:
    return train_steps(logged(), RECIPE)


def test_each_head_learns_its_own_side(trained: StepsTraining) -> None:
    grid = np.array([[0.1, 0.1, 0.5], [0.9, 0.1, 0.5], [0.1, 0.9, 0.5]], np.float32)
    near, far, hard = trained.want.margins(grid)
    assert near > far + 1
    assert abs(near - hard) < 1
    easy, easy_far, demanding = trained.chance.margins(grid)
    assert easy > demanding + 1
    assert abs(easy - easy_far) < 1
    assert trained.trees.margins(grid).argmax() == 0


def test_closer_is_never_worse(trained: StepsTraining) -> None:
    rows = np.tile(np.array([[0, 0.3, 0.5]], np.float32), (40, 1))
    rows[:, 0] = np.linspace(0, 1, 40)
    assert (np.diff(trained.heads[Head.OPENED].trees.margins(rows)) <= 1e-12).all()
    assert (np.diff(trained.lambdamart.trees.margins(rows)) <= 1e-12).all()
    assert (np.diff(trained.trees.margins(rows)) <= 1e-12).all()


def test_closer_is_never_worse_where_those_from_afar_are_hired() -> None:
    """Of those who went far, only the determined apply: the log would have them preferred."""
    table = logged()
    far = (table.features[:, 0] > 0.5) & (table.outcome >= 4)
    outcome = np.where(far, 6, table.outcome).astype(np.int8)
    learned = train_steps(RankingTable(**{**vars_of(table), "outcome": outcome}), RECIPE)
    rows = np.tile(np.array([[0, 0.3, 0.5]], np.float32), (40, 1))
    rows[:, 0] = np.linspace(0, 1, 40)
    assert (np.diff(learned.chance.margins(rows)) <= 1e-12).all()


def test_a_feature_that_nobody_has_is_no_hindrance() -> None:
    table = logged()
    features = table.features.copy()
    features[:, 2] = np.nan
    learned = train_steps(RankingTable(**{**vars_of(table), "features": features}), RECIPE)
    assert np.isfinite(learned.trees.margins(features[:10])).all()


def test_the_bias_of_place_is_found(trained: StepsTraining) -> None:
    assert np.abs(trained.propensities - 0.85 ** np.arange(10)).max() < 0.15


def test_the_same_seed_gives_the_same_trees(trained: StepsTraining) -> None:
    again = train_steps(logged(), RECIPE)
    matrix = logged(seed=3).features[:100]
    assert np.array_equal(again.trees.margins(matrix), trained.trees.margins(matrix))
    assert again.figures == trained.figures


def test_the_chosen_ranker_is_a_blend_of_its_parts(trained: StepsTraining) -> None:
    matrix = logged(seed=4).features[:50]
    joined = ObliviousTrees.blend([(trained.want, trained.wish), (trained.chance, 1.0)])
    wanted = trained.lambdamart.trees if trained.chosen == "lambdamart" else joined
    assert np.allclose(trained.trees.margins(matrix), wanted.margins(matrix))


def test_a_log_without_hires_is_told() -> None:
    table = logged()
    stopped = RankingTable(**{**vars_of(table), "outcome": np.minimum(table.outcome, 4).astype(np.int8)})
    with pytest.raises(TooFewEvents, match="answered: 0 of"):
        train_steps(stopped, RECIPE)


def test_what_people_did_is_hidden_person_by_person() -> None:
    table = logged(people=200, weeks=2)
    hidden = with_newcomers(table.features, table.names, table.person, table.item, Recipe(hidden_share=0.5))
    assert np.array_equal(hidden[:, :2], table.features[:, :2])
    assert "interest" in HISTORY
    newly = np.isnan(hidden[:, 2]) & ~np.isnan(table.features[:, 2])
    of_person = {int(person): newly[table.person == person] for person in np.unique(table.person)}
    known = {person: ~np.isnan(table.features[table.person == person, 2]) for person in of_person}
    assert all(rows[known[person]].all() or not rows.any() for person, rows in of_person.items())
    assert 0.35 < np.mean([rows.any() for rows in of_person.values()]) < 0.65
