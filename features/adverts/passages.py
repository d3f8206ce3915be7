"""Passages of a text, parted where they overlap."""

from collections.abc import Iterable
from typing import Protocol, TypeVar


class Passage(Protocol):
    """Characters from `start` to `end`, the end not included."""

    @property
    def start(self) -> int: ...

    @property
    def end(self) -> int: ...


P = TypeVar("P", bound=Passage)


def apart(found: Iterable[P]) -> list[P]:
    """Of passages that overlap, the longest, then the first; in the order of the text."""
    kept: list[P] = []
    for passage in sorted(found, key=lambda each: (each.start - each.end, each.start)):
        if all(passage.end <= other.start or passage.start >= other.end for other in kept):
            kept.append(passage)
    return sorted(kept, key=lambda each: each.start)
