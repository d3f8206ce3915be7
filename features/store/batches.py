"""Rows a batch at a time: as many as one statement takes."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final, TypeVar

T = TypeVar("T")

CHUNK: Final = 1000
"""Rows per statement: under SQLite's limit of bound values, large enough to amortise a round trip."""


def batches(items: Iterable[T], size: int = CHUNK) -> Iterator[list[T]]:
    """The items, so many at a time: as many as one statement takes."""
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch
