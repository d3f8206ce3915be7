"""Named columns in one npz file: arrays as they are, text columns as one UTF-8 block.

A text column of 35,000 values is one decode and one split to read back, which is what lets a referential
be ready in milliseconds. Nothing in the file can run code: it is read with `allow_pickle=False`.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from features.artifacts import ArtifactError

_SEPARATOR = "\0"

Column = NDArray[np.generic] | Sequence[str]


def save(path: Path, columns: Mapping[str, Column]) -> None:
    """Write `columns` to `path`; a column is an array or a sequence of strings.

    The same columns give the same bytes. Raises ValueError for a text that holds a NUL character.
    """
    arrays = {
        name: column if isinstance(column, np.ndarray) else _pack(name, column) for name, column in columns.items()
    }
    with path.open("wb") as stream:
        np.savez(stream, allow_pickle=False, **arrays)


def load(path: Path) -> "Packed":
    """The columns of a file written by `save`, all in memory."""
    with np.load(path, allow_pickle=False) as archive:
        return Packed(path, {name: archive[name] for name in archive.files})


class Packed:
    """What `load` read: ask each column for what it is. A missing column raises ArtifactError."""

    def __init__(self, path: Path, arrays: Mapping[str, NDArray[np.generic]]) -> None:
        self._path = path
        self._arrays = arrays

    def array(self, name: str) -> NDArray[np.generic]:
        column = self._arrays.get(name)
        if column is None:
            raise ArtifactError(
                f"{self._path} has no column {name}: another version wrote it; import or build it again"
            )
        return column

    def int8(self, name: str) -> NDArray[np.int8]:
        return self.array(name).astype(np.int8, copy=False)

    def int32(self, name: str) -> NDArray[np.int32]:
        return self.array(name).astype(np.int32, copy=False)

    def float32(self, name: str) -> NDArray[np.float32]:
        return self.array(name).astype(np.float32, copy=False)

    def flags(self, name: str) -> NDArray[np.bool_]:
        return self.array(name).astype(np.bool_, copy=False)

    def strings(self, name: str) -> tuple[str, ...]:
        text = self.array(name).tobytes().decode("utf-8")
        return tuple(text.split(_SEPARATOR)[:-1])

    def nested(self, name: str) -> tuple[tuple[str, ...], ...]:
        """A column of tuples of strings, written as `flatten` gives it."""
        flat = self.strings(name)
        return tuple(flat[start:stop] for start, stop in pairwise(self.array(f"{name}_offsets").tolist()))

    def mapping(self, name: str) -> dict[str, str]:
        """A dictionary written as `keys_and_values` gives it, in its order."""
        return dict(zip(self.strings(f"{name}_keys"), self.strings(f"{name}_values"), strict=True))


def flatten(name: str, rows: Iterable[Sequence[str]]) -> dict[str, Column]:
    """The two columns that hold a column of tuples of strings."""
    kept = [tuple(row) for row in rows]
    return {name: [value for row in kept for value in row], f"{name}_offsets": offsets_of(len(row) for row in kept)}


def keys_and_values(name: str, mapping: Mapping[str, str]) -> dict[str, Column]:
    """The two columns that hold a dictionary of strings."""
    return {f"{name}_keys": tuple(mapping.keys()), f"{name}_values": tuple(mapping.values())}


def offsets_of(counts: Iterable[int]) -> NDArray[np.int32]:
    """CSR offsets int32[n+1] of n rows holding `counts` values each."""
    return np.concatenate(([0], np.cumsum(np.fromiter(counts, dtype=np.int64)))).astype(np.int32)


def _pack(name: str, values: Sequence[str]) -> NDArray[np.uint8]:
    text = "".join(value + _SEPARATOR for value in values)
    if text.count(_SEPARATOR) != len(values):
        culprit = next(value for value in values if _SEPARATOR in value)
        raise ValueError(f"column {name}: {culprit[:80]!r} holds a NUL character")
    return np.frombuffer(text.encode("utf-8"), dtype=np.uint8)
