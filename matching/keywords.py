"""Words as numbers, for keyword filters over arrays."""

from zlib import crc32


def word_number(word: str) -> int:
    """A 32-bit number of a normalised word, never 0. Two words collide once in four billion."""
    return crc32(word.encode()) or 1
