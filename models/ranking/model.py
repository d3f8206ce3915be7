"""`RankingModel`: all that one training of a ranker learned, as files."""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

from models.oblivious import ObliviousTrees
from models.tastes import TASTES, Tastes


@dataclass(frozen=True, eq=False)
class RankingModel:
    """Trees, and the tastes that one of their features is computed from."""

    trees: ObliviousTrees
    tastes: Tastes | None = None
    """None: `collaborative` was not known when the trees were learned."""

    def save(self, folder: Path) -> None:
        """Write the files into `folder`, which must exist."""
        self.trees.save(folder)
        if self.tastes is not None:
            self.tastes.save(folder)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """What `save` wrote. Raises ModelUnusable, naming the file and what is wrong."""
        return cls(ObliviousTrees.load(folder), Tastes.load(folder) if (folder / TASTES).exists() else None)
