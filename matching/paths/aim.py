"""What a person's paths are for: the occupations of their projects, and those that ROME holds near."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.rome.referential import Relation
from matching.lookups import Lookups
from matching.paths.path import Served
from matching.retrieve import kinship_from


@dataclass(frozen=True, eq=False)
class Aim:
    """p projects, in the person's order. Arrays over occupations have a last entry more, for an unknown one."""

    occupations: NDArray[np.int64]
    """(p,) rows."""
    own: NDArray[np.bool_]
    """(p, n_occupations + 1) the occupation of each project and its family (v3 code)."""
    near: NDArray[np.bool_]
    """(p, n_occupations + 1) those near each, itself among them (`features.rome.nearness`)."""

    @classmethod
    def of(cls, lookups: Lookups, projects: Sequence[int]) -> "Aim":
        """The aim of a person with these projects (occupation rows), each once."""
        occupations = list(dict.fromkeys(projects))
        kin = [kinship_from(lookups, occupation) for occupation in occupations]
        return cls(
            np.array(occupations, dtype=np.int64),
            np.array([each.relations >= Relation.PARENT for each in kin]),
            np.array([each.near for each in kin]),
        )

    @property
    def taken(self) -> NDArray[np.bool_]:
        """(n_occupations + 1,) occupations that are a project or near one: a path opens offers of those alone."""
        taken: NDArray[np.bool_] = np.logical_or.reduce(self.near, axis=0)
        return taken

    def is_own(self, occupations: NDArray[np.integer]) -> NDArray[np.bool_]:
        """Of occupations, in any shape: those of a project or of its family."""
        own: NDArray[np.bool_] = np.logical_or.reduce(self.own, axis=0)[occupations]
        return own

    def served(self, occupations: NDArray[np.integer]) -> Served:
        """The project that opening offers of these (n >= 1) occupations serves most: by its own offers, then those of
        its family, then those near."""
        itself = (self.occupations[:, None] == occupations).sum(axis=1)
        family, near = self.own[:, occupations].sum(axis=1), self.near[:, occupations].sum(axis=1)
        best = int(np.lexsort((-near, -family, -itself))[0])
        return Served(int(self.occupations[best]), bool(itself[best]))

    def is_step_down(self, led_to: NDArray[np.int16], level: NDArray[np.int8], held: int) -> NDArray[np.bool_]:
        """(k,) trainings that end with a title under the level `held` (0: none declared) in another trade than the
        projects': a nurse is not sent to become an *aide-soignant*. `led_to`: (k, width) occupations, -1 for none."""
        down: NDArray[np.bool_] = (level > 0) & (level < held) & ~np.logical_or.reduce(self.is_own(led_to), axis=1)
        return down
