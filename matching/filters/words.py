"""Keywords: every word must be in the title, the firm's name or the skills."""

from collections.abc import Mapping

import numpy as np

from features.text import normalise
from matching.errors import BadParameter
from matching.filters.base import AllOf, AnyElement, Condition, Context, Filter, Parameter, for_all
from matching.keywords import word_number
from matching.schema import Collection

MOST = 10


def with_words(words: list[str]) -> Condition:
    """Rows that hold every one of the normalised `words`."""
    return AllOf(tuple(_with_number(np.uint32(word_number(word))) for word in words))


def _with_number(number: np.uint32) -> Condition:
    return AnyElement("words", lambda values: values == number)


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
