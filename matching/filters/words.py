"""Keywords: every word must be in the title, the firm's name or the skills."""

from collections.abc import Mapping

import numpy as np

from features.text import normalise
from matching.errors import BadParameter
from matching.filters.base import Condition, Context, Filter, Parameter, for_all
from matching.keywords import word_number
from matching.schema import Collection

MOST = 10


def with_words(words: list[str]) -> Condition:
    """Rows that hold every one of the normalised `words`."""
    numbers = [np.uint32(word_number(word)) for word in words]
    return lambda view: np.logical_and.reduce([(view.column("words") == number).any(axis=1) for number in numbers])


def _parse(given: Mapping[str, str], _context: Context) -> Condition:
    words = normalise(given["motsCles"]).split()
    if not 1 <= len(words) <= MOST:
        raise BadParameter("motsCles", given["motsCles"], f"de 1 à {MOST} mots")
    return with_words(words)


FILTER = Filter(
    for_all(
        (Collection.OFFERS, Collection.SESSIONS),
        Parameter(
            "motsCles", "Mots qui doivent tous figurer dans le titre, l'entreprise ou les compétences.", "soudeur"
        ),
    ),
    _parse,
)
