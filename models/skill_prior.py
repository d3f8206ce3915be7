"""Which skills an offer may speak of, knowing the occupations that it may be for."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from features.rome.referential import Rome
from models.tagger import Tagger

LIKELY_OCCUPATIONS = 5
COMMON = 20
"""Fiches that hold a skill from which it is one of any trade."""
CORE = 1.5
"""What a skill at the heart of a fiche weighs, for 1 of another."""
FAMILY = 0.3
NEAR = 0.2
"""What the skills of a sister fiche, and of a near one by mobility, weigh."""
NEAREST = 4
CONTEXT = 1200
"""Characters of the text that help to tell the occupation."""


class SkillPrior:
    """Skills of likely occupations; made once a referential."""

    def __init__(self, rome: Rome, tagger: Tagger) -> None:
        self._rome = rome
        self._tagger = tagger
        used = np.bincount(rome.skill_links, minlength=rome.n_skills)
        self.usage: NDArray[np.float32] = np.log1p(used).astype(np.float32)
        """(n_skills,) log of one plus the fiches that hold each."""
        self.common = np.flatnonzero(used >= COMMON)

    def of(self, text: str, title: str) -> NDArray[np.float32]:
        """(n_skills,) how much the likely occupations of a text are held to have each skill, 0 to about 2."""
        weights = np.zeros(self._rome.n_skills, np.float32)
        for occupation, share in self._shares(text[:CONTEXT], title).items():
            skills, core = self._rome.skills_of(occupation)
            np.maximum.at(weights, skills, np.where(core, CORE, 1.0).astype(np.float32) * share)
        return weights

    def _shares(self, text: str, title: str) -> dict[int, float]:
        """Occupations and how likely each is, sisters and neighbours included."""
        said = title.strip() or text
        shares: dict[int, float] = {}
        for predictions in self._tagger.tag([said], [text if title.strip() else ""], LIKELY_OCCUPATIONS):
            for prediction in predictions:
                _raise(shares, [prediction.occupation], prediction.score)
                sisters = self._rome.children_of(self._rome.parents[prediction.occupation])
                _raise(shares, sisters, FAMILY * prediction.score)
                near, _ = self._rome.mobility_of(prediction.occupation)
                _raise(shares, near[:NEAREST].tolist(), NEAR * prediction.score)
        return shares


def _raise(shares: dict[int, float], occupations: Iterable[int], share: float) -> None:
    for occupation in occupations:
        shares[occupation] = max(shares.get(occupation, 0.0), share)
