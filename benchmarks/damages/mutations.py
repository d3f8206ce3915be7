"""Damage: what can happen to the bytes of a file."""

import random
from collections.abc import Callable
from typing import Final

BLOCK: Final = 512
"""Bytes of a sector."""
LONGEST: Final = 4096


def flipped(data: bytes, _other: bytes, draw: random.Random) -> bytes:
    """One byte is another."""
    at = draw.randrange(len(data))
    return data[:at] + bytes([data[at] ^ draw.randrange(1, 256)]) + data[at + 1 :]


def truncated(data: bytes, _other: bytes, draw: random.Random) -> bytes:
    """The end is missing, up to all of it."""
    return data[: draw.randrange(len(data))]


def extended(data: bytes, _other: bytes, draw: random.Random) -> bytes:
    """Something stands after the end."""
    return data + draw.randbytes(draw.randrange(1, LONGEST))


def zeroed(data: bytes, _other: bytes, draw: random.Random) -> bytes:
    """A sector, or the part of it that there is, was never written."""
    start = draw.randrange(0, len(data), BLOCK)
    stop = min(start + BLOCK, len(data))
    return data[:start] + bytes(stop - start) + data[stop:]


def swapped(_data: bytes, other: bytes, _draw: random.Random) -> bytes:
    """The file of the generation before."""
    return other


def moved(data: bytes, _other: bytes, draw: random.Random) -> bytes:
    """A piece stands where another was."""
    length = draw.randrange(1, min(BLOCK, len(data)) + 1)
    source, target = (draw.randrange(len(data) - length + 1) for _ in range(2))
    return data[:target] + data[source : source + length] + data[target + length :]


MUTATIONS: Final[dict[str, Callable[[bytes, bytes, random.Random], bytes]]] = {
    each.__name__: each for each in (flipped, truncated, extended, zeroed, swapped, moved)
}
_WEIGHTS: Final = {flipped: 10, truncated: 3, extended: 2, zeroed: 2, swapped: 1, moved: 2}


def mutated(data: bytes, other: bytes, draw: random.Random) -> tuple[str, bytes]:
    """The name of a mutation and its bytes, which are not those of `data`; `other`: those of the file of the same name
    in another generation. `data` is not empty."""
    while True:
        (mutation,) = draw.choices(list(_WEIGHTS), list(_WEIGHTS.values()))
        found = mutation(data, other, draw)
        if found != data:
            return mutation.__name__, found
