"""Words of a job text brought to one form whatever the gender and number: "soudeuses" and "soudeur" are one word."""

from functools import lru_cache

from features.text import normalise, without_gender_marks
from models.words import MAX_WORD

EMPTY_WORDS = frozenset(
    "a au aux avec ce d dans de des du en et f h hf fh l la le les m n ou par pour s sur un une x y".split()  # noqa: SIM905
)

_ENDINGS = (
    ("teuses", "t"), ("teuse", "t"), ("trices", "t"), ("trice", "t"), ("teurs", "t"), ("teur", "t"),
    ("euses", ""), ("euse", ""), ("eurs", ""), ("eur", ""),
    ("ieres", "i"), ("iere", "i"), ("iers", "i"), ("ier", "i"),
    ("iennes", "i"), ("ienne", "i"), ("iens", "i"), ("ien", "i"),
    ("elles", "el"), ("elle", "el"), ("els", "el"), ("ives", "if"), ("ive", "if"), ("ifs", "if"),
    ("onnes", "on"), ("onne", "on"), ("ffes", "f"), ("ffe", "f"), ("eures", ""), ("eure", ""), ("ees", ""), ("ee", ""),
    ("aux", "al"), ("ales", "al"), ("ale", "al"),
    ("es", ""), ("e", ""), ("s", ""),
)  # fmt: skip
_SHORTEST = 3


@lru_cache(maxsize=65_536)
def stem(word: str) -> str:
    """A normalised word without its mark of gender and number.

    >>> stem("conductrices"), stem("conducteur"), stem("bus")
    ('conduct', 'conduct', 'bus')
    """
    for ending, kept in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST:
            return word[: len(word) - len(ending)] + kept
    return word


def stems(text: str) -> list[str]:
    """Distinct stems of a text in order of appearance, without empty words and gender marks."""
    words = normalise(without_gender_marks(text)).split()
    return list(dict.fromkeys(stem(word[:MAX_WORD]) for word in words if word not in EMPTY_WORDS))
