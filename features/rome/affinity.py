"""How much of their work two occupations share, read from their skills."""

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from features.rome.parts import SkillKind
from features.rome.referential import Rome

CORE_WEIGHT, PLAIN_WEIGHT = 1.0, 0.6
"""A skill counts more where it is *cœur de métier*."""


def affinity_matrix(rome: Rome) -> NDArray[np.float32]:
    """(n_occupations, n_occupations) float32 in [0, 1]: cosine of the occupations' skills, symmetric.

    A skill weighs by its rarity (ln of the inverse share of occupations that have it): sharing "ferrailler" tells more
    than sharing "travailler en équipe". Soft skills are left out. An occupation without skills is at 0 of all others
    and 1 of itself. ROME's own mobility links say nothing of strength (their order is not one of nearness): across
    the whole ROME 4.0 v60 half of them have an affinity under .03, a tenth above .18.
    """
    n = rome.n_occupations
    occupations = np.repeat(np.arange(n), np.diff(rome.skill_offsets))
    soft = np.array([kind is SkillKind.SOFT for kind in rome.skill_kinds], dtype=np.bool_)
    kept = ~soft[rome.skill_links] if len(soft) else np.zeros(0, dtype=np.bool_)
    skills = rome.skill_links[kept]
    frequency = np.bincount(skills, minlength=rome.n_skills)
    rarity = np.log(n / np.maximum(frequency, 1))
    weights = rarity[skills] * np.where(rome.skill_core[kept], CORE_WEIGHT, PLAIN_WEIGHT)
    matrix = sparse.csr_array((weights, (occupations[kept], skills)), shape=(n, rome.n_skills))
    norms = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel())
    unit = sparse.diags_array(np.divide(1, norms, out=np.zeros(n), where=norms > 0)) @ matrix
    affinity: NDArray[np.float32] = np.clip((unit @ unit.T).toarray(), 0, 1).astype(np.float32)
    np.fill_diagonal(affinity, 1)
    return affinity
