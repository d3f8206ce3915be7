"""The smallest trees: one question, whose answers are known."""

import numpy as np

from models.oblivious import ObliviousTrees


def one_question(name: str, border: float = 0.5, no: float = -1.0, yes: float = 1.0) -> ObliviousTrees:
    """Margin `yes` where the feature is above `border`, `no` elsewhere and where it is not known."""
    return ObliviousTrees(
        names=(name,),
        features=np.zeros((1, 1), dtype=np.int16),
        borders=np.full((1, 1), border, dtype=np.float32),
        missing_high=np.zeros(1, dtype=np.bool_),
        leaves=np.array([[no, yes]]),
        covers=np.array([[1, 1]], dtype=np.float32),
        bias=0.0,
    )
