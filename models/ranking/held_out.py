"""Lists kept apart from a training, with what each row was worth: what the gate compares rankers on."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from features.array_files import save_array
from models.ranking.appeal import guessed_appeal
from models.ranking.comparison import Trial
from models.ranking.model import RankingModel
from models.ranking.outcomes import Outcome
from models.ranking.propensity import propensities, strata_of, weights
from models.ranking.table import RankingTable, TableUnusable

GAINS: Final = "gains.npy"
QUANTITIES: Final = ("pay_market", "minutes")
"""Features by which groups may be recommended worse things, whatever their places: pay, and the way there."""
LEAST_OPENED: Final = 500
"""Results that must have been opened for propensities to be estimated: from fewer they would be noise."""

Scorer = Callable[[RankingTable], NDArray[np.floating]]
"""(n,) scores of the rows of a table, higher is better."""


@dataclass(frozen=True, eq=False)
class HeldOut:
    """Raises TableUnusable for gains that do not fit the table."""

    table: RankingTable
    gains: NDArray[np.float64]
    """(n,) 0 or more; weighed against the bias of position where the training knew it."""

    def __post_init__(self) -> None:
        if self.gains.shape != (len(self.table),) or not (np.isfinite(self.gains) & (self.gains >= 0)).all():
            raise TableUnusable(
                f"gains {self.gains.shape} do not fit a table of {len(self.table)} rows, or are not 0 or more"
            )

    @classmethod
    def graded(cls, table: RankingTable) -> Self:
        """With a grade for gain: 0 for what was shown or put aside, 1 opened, up to 5 hired; times the inverse
        propensity of its place, where the lists tell enough of it (`LEAST_OPENED`): what stood first must not win
        because it stood first."""
        grades = np.maximum(table.outcome.astype(np.float64) - Outcome.SHOWN, 0)
        opened = table.outcome >= Outcome.OPENED
        if np.count_nonzero(opened) < LEAST_OPENED:
            return cls(table, grades)
        known = propensities(table.position, opened, strata_of(guessed_appeal(table, seed=0)))
        return cls(table, grades * weights(table, known))

    def trial(self, candidate: Scorer, incumbent: Scorer) -> Trial:
        """Both rankers over these lists. Raises ValueError when one reads a column that the table does not have."""
        table = self.table
        return Trial(
            table.list_id,
            self.gains,
            candidate(table),
            incumbent(table),
            table.segments,
            quantities={name: table.column(name) for name in QUANTITIES if name in table.names},
            hired=table.outcome == Outcome.HIRED,
        )

    def save(self, folder: Path) -> None:
        """Write the table and its gains into `folder`, made if missing."""
        self.table.save(folder)
        save_array(folder / GAINS, self.gains)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """What `save` wrote; a table alone is graded. Raises TableUnusable when a file is missing or wrong."""
        table = RankingTable.load(folder)
        if not (folder / GAINS).exists():
            return cls.graded(table)
        try:
            return cls(table, np.load(folder / GAINS, allow_pickle=False))
        except (OSError, EOFError, AttributeError, ValueError) as error:
            raise TableUnusable(f"{folder / GAINS} cannot be read ({error})") from error


def scorer_of(model: RankingModel) -> Scorer:
    """Scores by the margins of a model's trees."""

    def scores(table: RankingTable) -> NDArray[np.floating]:
        lacking = sorted(set(model.trees.names) - set(table.names))
        if lacking:
            raise ValueError(f"the held-out table has no {', '.join(lacking)}: give one that has, with --table")
        return model.trees.margins(np.stack([table.column(name) for name in model.trees.names], axis=1))

    return scores


def as_shown(table: RankingTable) -> NDArray[np.floating]:
    """Scores that give back the order in which the lists were shown."""
    return -table.position.astype(np.float64)
