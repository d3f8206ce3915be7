"""Words of French job text and the hashed n-grams that stand for them.

A word is known by itself and by its character n-grams, each hashed to a bucket: a spelling fault, an inflection or a
gendered form shares most of its n-grams with the right form, and hashing needs no vocabulary (fastText: Bojanowski et
al., "Enriching Word Vectors with Subword Information", TACL 2017).
"""

from dataclasses import asdict, dataclass
from functools import lru_cache
from itertools import chain
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from features.text import normalise, shorten

MAX_CHARACTERS = 4000
"""Characters of a text that are read: job descriptions say their work early."""

MAX_WORD = 40
"""Letters of a word that are read: no French word is longer, hostile ones are."""

KEPT_SPELLINGS = 32_768
"""Words as people write them, of `MAX_WORD` letters at most, whose normalised form is kept in memory: at most 10 MB."""


@dataclass(frozen=True)
class Hashing:
    """How a word becomes buckets; a model keeps its own in `tokenizer.json`."""

    n_buckets: int = 131072
    shortest: int = 3
    longest: int = 5

    def buckets(self, word: str) -> NDArray[np.int64]:
        """Buckets of a normalised word: its n-grams, a space on both sides, then the whole; int64, never empty."""
        padded = f" {word[:MAX_WORD]} ".encode("ascii")
        grams = [
            padded[start : start + size]
            for size in range(self.shortest, self.longest + 1)
            for start in range(len(padded) - size + 1)
        ]
        return np.array([crc32(gram) % self.n_buckets for gram in (*grams, padded)], dtype=np.int64)

    def as_json(self) -> dict[str, int]:
        return asdict(self)


def distinct_words(text: str) -> list[str]:
    """Normalised words of the first `MAX_CHARACTERS` of a text, none cut in two, each once, in order of appearance.

    A word said fifty times is no more present than one said once, so repeating a text does not move it.
    """
    written = shorten(text, MAX_CHARACTERS).split()
    read = _kept if len(max(written, key=len, default="")) <= MAX_WORD else _normalised
    return list(dict.fromkeys(chain.from_iterable(map(read, written))))


def _normalised(written: str) -> tuple[str, ...]:
    """The words of what stands between two white spaces: white space parts words, whatever is beside it."""
    return tuple([word[:MAX_WORD] for word in normalise(written).split()])


_kept = lru_cache(maxsize=KEPT_SPELLINGS)(_normalised)
