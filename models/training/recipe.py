"""How trees are grown: settings, and the event-dropout that keeps newcomers well served."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from models.ranked import Ranked

HISTORY: Final = ("interest", "collaborative")
"""Features that a person without an event does not have."""
FAME: Final = ("responsiveness",)
"""Features that an offer of whose firm nobody asked anything does not have."""

FAR_WHEN_MISSING: Final = ("distance", "minutes")
"""Features of which a missing value counts as high, in every ensemble; of the others as low. Silence is not praised."""


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """Settings of one ensemble of trees."""

    trees: int = 120
    """Of a head at most, so that all together score 200 rows in half a millisecond; growing stops earlier when
    validation lists do not gain any more."""
    depth: int = 5
    slow_depth: int = 3
    """Of steps that employers take: they are rare, so that deep trees learn them by heart."""
    learning_rate: float = 0.12
    patience: int = 20
    """Trees without progress on the validation lists after which growing stops."""
    regularisation: float = 10.0
    unmoved_kept: float = 0.25
    """Share of the results without the deed that a head learns from; they weigh so much more."""
    most_lists: int = 15_000
    """Lists that a LambdaMART learns from, drawn of those with a gain: its time grows with them."""
    free: tuple[str, ...] = ()
    """Features whose sense is certain elsewhere and is not here: no constraint holds them."""
    hidden_share: float = 0.15
    """Share of the people, and of the offers, of whom training hides what they did, as it is for newcomers."""
    validation_weeks: int = 2
    validation_share: float = 0.2
    """Last weeks, and share of the people, that growing is stopped and heads are weighed on."""
    seed: int = 0
    threads: int = 2

    def suited(self, ranked: Ranked) -> "Recipe":
        """These settings for a list: a session without a way is a remote one, neither near nor far, so that of sessions
        distance is left free; held to a sense, silence would count as the furthest."""
        return replace(self, free=("distance",)) if ranked is Ranked.SESSIONS else self

    def catboost(
        self, loss: str, names: Sequence[str], senses: Mapping[str, int], depth: int, beside: Sequence[str] = ()
    ) -> dict[str, Any]:
        """The arguments of a CatBoost model over the features `names`, monotone in the `senses` of some (1 rising, -1
        falling) and reading none of those `beside`."""
        place = {name: names.index(name) for name in senses if name in names and name not in self.free}
        high = [f"{names.index(name)}:nan_mode=Max" for name in FAR_WHEN_MISSING if name in names]
        return {
            "loss_function": loss,
            "iterations": self.trees,
            "depth": depth,
            "learning_rate": self.learning_rate,
            "l2_leaf_reg": self.regularisation,
            "random_seed": self.seed,
            "thread_count": self.threads,
            "monotone_constraints": {column: senses[name] for name, column in place.items()},
            "per_float_feature_quantization": high or None,
            "ignored_features": [names.index(name) for name in beside if name in names],
            "border_count": 64,
            "model_shrink_rate": 0,
            "early_stopping_rounds": self.patience,
            "allow_writing_files": False,
            "verbose": False,
        }


def with_newcomers(
    features: NDArray[np.float32],
    names: Sequence[str],
    person: NDArray[np.integer],
    item: NDArray[np.integer],
    recipe: Recipe,
) -> NDArray[np.float32]:
    """The features (n, n_names) with what some people did, and what was done with some offers, made unknown.

    Without it trees would read "no history" off the few who have none, and rank for them by what the history of others
    leaves over (Volkovs, Yu and Poutanen, "DropoutNet", NeurIPS 2017).
    """
    hidden = features.copy()
    generator = np.random.default_rng([recipe.seed, 5])
    for keys, group in ((person, HISTORY), (item, FAME)):
        columns = [column for column, name in enumerate(names) if name in group]
        if len(keys) and columns:
            drawn = generator.random(int(keys.max()) + 1) < recipe.hidden_share
            hidden[np.ix_(drawn[keys], columns)] = np.nan
    return hidden
