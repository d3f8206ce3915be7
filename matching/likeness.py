"""More like these people, less like those: the query is moved towards the ones and away from the others.

    query' = ALPHA query + BETA mean(liked) - GAMMA mean(unliked), to unit length

(J. Rocchio, *Relevance feedback in information retrieval*, 1971; the weights are those of C. Manning and others,
*Introduction to Information Retrieval*, 2008, 9.1.1: what is liked is trusted more than what is not.) Only the meaning
of the demand moves: what bars and what is required stays, and a score is still the sum of its reasons, since closeness
is one of them.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from matching.engine import Engine
from matching.errors import BadParameter
from matching.filters import consent
from matching.schema import Collection

ALPHA: Final = 1.0
BETA: Final = 0.75
GAMMA: Final = 0.15
LIKED, UNLIKED = "commeProfils", "pasCommeProfils"


def moved(
    engine: Engine, vector: NDArray[np.float32], liked: Sequence[str], unliked: Sequence[str]
) -> NDArray[np.float32]:
    """`vector` (dim,), of unit length, moved; itself where nobody is named.

    Of a person with several projects the one nearest to the query counts. Raises BadParameter for a profile that is
    not there or that employers may not see: the two are not told apart.
    """
    if not liked and not unliked:
        return vector
    towards = ALPHA * vector.astype(np.float64)
    for name, ids, weight in ((LIKED, liked, BETA), (UNLIKED, unliked, -GAMMA)):
        if ids:
            towards += weight * np.mean([_nearest(engine, vector, name, key) for key in ids], axis=0)
    length = np.linalg.norm(towards)
    return vector if length == 0 else (towards / length).astype(np.float32)


def _nearest(engine: Engine, vector: NDArray[np.float32], name: str, key: str) -> NDArray[np.float32]:
    profiles = engine.catalogue(Collection.PROFILES)
    rows = consent.visible_rows(profiles, key)
    if len(rows) == 0:
        raise BadParameter(name, key, "l'identifiant d'un profil visible des employeurs")
    vectors = profiles.index.vectors(rows)
    nearest: NDArray[np.float32] = vectors[int(np.argmax(vectors @ vector))]
    return nearest
