"""A log of shown lists whose rule is known, as a ranking table."""

import numpy as np

from models.ranking.table import RankingTable
from models.training.recipe import Recipe

RECIPE = Recipe(trees=30, depth=3, patience=10, threads=1, seed=1)


def logged(people: int = 300, weeks: int = 8, k: int = 10, seed: int = 0) -> RankingTable:
    """Lists in a drawn order, where near offers are applied to, and those asking little hire."""
    generator = np.random.default_rng(seed)
    n = people * weeks * k
    distance, asked = generator.random(n), generator.random(n)
    position = np.tile(np.arange(k), people * weeks)
    looked = generator.random(n) < 0.85**position
    opened = looked & (generator.random(n) < 0.6 * (1 - distance))
    applied = opened & (generator.random(n) < 0.9 * (1 - distance))
    interviewed = applied & (generator.random(n) < 0.9 * (1 - asked))
    hired = interviewed & (generator.random(n) < 0.9 * (1 - asked))
    aside = looked & ~opened & (generator.random(n) < 0.3 * distance)
    outcome = 1 + opened + 2 * applied + interviewed + hired - aside
    interest = np.where(generator.random(n) < 0.3, np.nan, generator.random(n))
    return RankingTable(
        names=("distance", "asked", "interest"),
        features=np.stack([distance, asked, interest], axis=1).astype(np.float32),
        person=np.tile(np.repeat(np.arange(people), k), weeks).astype(np.int32),
        item=generator.integers(0, 500, n).astype(np.int32),
        list_id=np.repeat(np.arange(people * weeks), k).astype(np.int32),
        week=np.repeat(np.arange(weeks), people * k).astype(np.int16),
        position=position.astype(np.int16),
        outcome=outcome.astype(np.int8),
    )


def vars_of(table: RankingTable) -> dict[str, object]:
    names = ("names", "features", "person", "item", "list_id", "week", "position", "outcome", "segments")
    return {name: getattr(table, name) for name in names}
