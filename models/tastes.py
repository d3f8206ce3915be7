"""Tastes that go together: what an interest in one family of occupations lends to another, learned with a ranker."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from models.encoder import ModelUnusable

TASTES: Final = "tastes.npz"

Floats = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Tastes:
    """What `features.behaviour.collaborative_of` reads. Raises ValueError for a matrix that does not fit its families
    or has a value that is not finite."""

    families: tuple[str, ...]
    """Codes of the families (`Rome.families`) when it was learned, in the order of rows and columns."""
    matrix: Floats
    """(n_families, n_families) points lent, from a row's family to a column's."""

    def __post_init__(self) -> None:
        n = len(self.families)
        if len(set(self.families)) != n or self.matrix.shape != (n, n) or self.matrix.dtype != np.float32:
            raise ValueError(f"a {self.matrix.dtype} matrix {self.matrix.shape} does not fit {n} distinct families")
        if not np.isfinite(self.matrix).all():
            raise ValueError("the matrix has a value that is not finite")

    def over(self, families: Sequence[str]) -> Floats:
        """(len(families), len(families)) the same for the families of another referential; 0 for one that was not
        known."""
        places = {code: row for row, code in enumerate(self.families)}
        known = [row for row, code in enumerate(families) if code in places]
        ours = [places[families[row]] for row in known]
        found = np.zeros((len(families), len(families)), dtype=np.float32)
        found[np.ix_(known, known)] = self.matrix[np.ix_(ours, ours)]
        return found

    def save(self, folder: Path) -> None:
        """Write `tastes.npz` into `folder`, which must exist."""
        np.savez(folder / TASTES, families=np.array(self.families, dtype=np.str_), matrix=self.matrix)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """What `save` wrote. Raises ModelUnusable, naming what is wrong."""
        file = folder / TASTES
        try:
            with file.open("rb") as stream, np.load(stream, allow_pickle=False) as read:
                families, matrix = read["families"], read["matrix"]
            return cls(tuple(map(str, families.tolist())), matrix)
        except (OSError, ValueError, KeyError, TypeError, EOFError, BadZipFile) as error:
            raise ModelUnusable(f"{file} cannot be used ({error}): train the ranker again") from error
