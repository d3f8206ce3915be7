"""Hashed features of short texts: words and character n-grams, as bucket numbers, for a whole batch at once.

Spelling faults, inflections and gendered forms share most of their n-grams with the right form, and hashing needs
no vocabulary file (fastText: Bojanowski et al., "Enriching Word Vectors with Subword Information", TACL 2017).
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from features.text import normalise

NGRAMS = (3, 4, 5)
MAX_CHARACTERS = 4000
"""Characters of a text that are read: job descriptions say their work early."""

_SPACE = 32
_END_OF_TEXT = 10
_PRIME = np.uint32(16777619)


def hashed_tokens(texts: Sequence[str], n_buckets: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """(text row, bucket) of every token of every text, in order of text row; int64, same length.

    Tokens are whole words and, inside each word padded by a space on both sides, all n-grams of `NGRAMS`.
    A text without letters or digits has no token.
    """
    padded = "".join(f" {normalise(text[:MAX_CHARACTERS])} \n" for text in texts)
    characters = np.frombuffer(padded.encode("ascii"), dtype=np.uint8)
    if characters.size == 0:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    ends = characters == _END_OF_TEXT
    text_of = np.cumsum(ends) - ends
    outside = (characters == _SPACE) | ends
    rows: list[NDArray[np.int64]] = []
    hashes: list[NDArray[np.uint32]] = []
    for n in NGRAMS:
        if characters.size < n:
            continue
        size = characters.size - n + 1
        code = np.full(size, np.uint32(2166136261 + n), dtype=np.uint32)
        valid = ~ends[:size] & ~ends[n - 1 :][:size]
        for offset in range(n):
            code = (code ^ characters[offset : offset + size]) * _PRIME
            if 0 < offset < n - 1:
                valid &= ~outside[offset : offset + size]
        rows.append(text_of[:size][valid])
        hashes.append(code[valid])
    word_rows, word_hashes = _words(characters, outside, text_of)
    rows.append(word_rows)
    hashes.append(word_hashes)
    all_rows = np.concatenate(rows)
    buckets = (_mix(np.concatenate(hashes)) % np.uint32(n_buckets)).astype(np.int64)
    order = np.argsort(all_rows, kind="stable")
    return all_rows[order], buckets[order]


def _words(
    characters: NDArray[np.uint8], outside: NDArray[np.bool_], text_of: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.uint32]]:
    inside = ~outside
    starts = np.flatnonzero(inside & np.concatenate(([True], outside[:-1])))
    if starts.size == 0:
        return np.empty(0, np.int64), np.empty(0, np.uint32)
    positions = np.flatnonzero(inside)
    word_of = np.cumsum(np.isin(positions, starts, assume_unique=True)) - 1
    place = (positions - starts[word_of]).astype(np.uint32)
    terms = _mix(characters[positions].astype(np.uint32) + place * np.uint32(257))
    sums = np.add.reduceat(terms, np.flatnonzero(place == 0), dtype=np.uint32)
    return text_of[starts], sums


def _mix(values: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Spread the bits of 32-bit hashes (the finaliser of MurmurHash3)."""
    mixed = values.copy()
    mixed ^= mixed >> np.uint32(16)
    mixed *= np.uint32(0x85EBCA6B)
    mixed ^= mixed >> np.uint32(13)
    mixed *= np.uint32(0xC2B2AE35)
    mixed ^= mixed >> np.uint32(16)
    return mixed
