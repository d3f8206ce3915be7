"""The strongest ROME relation between the project and what the training leads to: 0 to 5."""

import numpy as np

from features.pairs.base import Feature, Floats, SessionPairs


def _compute(pairs: SessionPairs) -> Floats:
    return pairs.relation_to_project.astype(np.float32)


FEATURE = Feature[SessionPairs]("relation", "Relation", 0.0, 5.0, _compute)
