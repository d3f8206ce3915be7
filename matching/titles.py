"""Whether a title is one of an occupation, by its words.

Registers file certifications under v3 codes, each of which holds several occupations: a certificate of bio-cleaning
stands under the code of the *aide-soignant*. So the words of a title have to say the occupation: nearly to the letter
where the law keeps the work for those who hold it, roughly elsewhere.
"""

from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from features.text import normalise
from matching.lookups import Lookups

SAID: Final = 0.65
SAID_BY_LAW: Final = 0.85
"""Least cosines, of the encoder that ships, between a title and the occupation that it gives. Of regulated ones, a
state diploma stands at .86 or more, and the other titles of the same code at .82 or less."""


def closeness(lookups: Lookups, title: str, occupation: int) -> float:
    """Cosine between a title and an occupation (row)."""
    return float(np.dot(_vector(lookups, title), lookups.occupation_vectors[occupation]))


def gives(lookups: Lookups, title: str, occupation: int) -> bool:
    """Whether who holds the title is of the trade (an occupation row)."""
    least = SAID_BY_LAW if lookups.reference.rome.regulated[occupation] else SAID
    return closeness(lookups, title, occupation) >= least


@lru_cache(maxsize=16_384)
def _vector(lookups: Lookups, title: str) -> NDArray[np.float32]:
    words = normalise(title).removeprefix("formation ").removesuffix(" en alternance ou en continu")
    vector: NDArray[np.float32] = lookups.encoder.encode([words])[0]
    return vector
