"""The skills of each occupation in the order that the world draws them: core first, soft skills apart."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.rome.parts import SkillKind
from features.rome.referential import Rome
from features.world.draws import Stream, block_generator

CORE_SHARE = 0.62
"""Share of draws that fall on the core of the occupation; the others fall anywhere."""


@dataclass(frozen=True, eq=False)
class SkillLists:
    """CSR of skill rows by occupation row; the order inside each part is drawn once, the same in every world."""

    offsets: NDArray[np.int64]
    rows: NDArray[np.int64]
    n_core: NDArray[np.int64]
    soft: tuple[tuple[int, ...], ...]
    know_how: NDArray[np.bool_]
    """Of each skill row: whether it is an action, to be said with a verb."""

    def at(self, occupations: NDArray[np.integer], uniform: NDArray[np.float64]) -> NDArray[np.int64]:
        """One skill row for each occupation and uniform number; -1 for an occupation without skills."""
        size = self.offsets[occupations + 1] - self.offsets[occupations]
        core = (uniform < CORE_SHARE) & (self.n_core[occupations] > 0)
        within = np.where(uniform < CORE_SHARE, uniform / CORE_SHARE, (uniform - CORE_SHARE) / (1 - CORE_SHARE))
        position = np.floor(within * np.where(core, self.n_core[occupations], size)).astype(np.int64)
        if self.rows.size == 0:
            return np.full(position.shape, -1, dtype=np.int64)
        found = self.rows[np.minimum(self.offsets[occupations] + position, self.rows.size - 1)]
        return np.where(size > 0, found, -1)

    def first(self, occupation: int, count: int) -> list[int]:
        """The first skills of an occupation, core ones before."""
        start = int(self.offsets[occupation])
        return list(self.rows[start : min(start + count, int(self.offsets[occupation + 1]))].tolist())


def skill_lists(rome: Rome) -> SkillLists:
    order = block_generator(0, Stream.SKILL_ORDER, 0)
    soft_kind = np.array([kind is SkillKind.SOFT for kind in rome.skill_kinds], dtype=bool)
    listed: list[NDArray[np.int64]] = []
    n_core, soft = [], []
    for row in range(rome.n_occupations):
        rows, core = rome.skills_of(row)
        is_soft = soft_kind[rows]
        first = order.permutation(rows[core & ~is_soft])
        listed.append(np.concatenate((first, order.permutation(rows[~core & ~is_soft]))).astype(np.int64))
        n_core.append(first.size)
        soft.append(tuple(order.permutation(rows[is_soft]).tolist()))
    offsets = np.concatenate(([0], np.cumsum([rows.size for rows in listed]))).astype(np.int64)
    return SkillLists(
        offsets,
        np.concatenate(listed) if listed else np.zeros(0, dtype=np.int64),
        np.array(n_core, dtype=np.int64),
        tuple(soft),
        np.array([kind is SkillKind.KNOW_HOW for kind in rome.skill_kinds], dtype=bool),
    )
