"""Index backends by name: one line each; a backend's library is imported only when it is chosen."""

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Protocol, cast

from matching.index.base import Blocks, Index

BACKENDS: dict[str, str] = {
    "geo-ivf": "matching.index.geo_ivf:GeoIvfIndex",
    "exact": "matching.index.exact:ExactIndex",
    "faiss-flat": "matching.index.faiss_flat:FaissFlatIndex",
}

DEFAULT = "geo-ivf"


class Backend(Protocol):
    """An index class: made empty for a dimension, or written to disk and loaded from there."""

    def __call__(self, dim: int) -> Index: ...

    @property
    def write(self) -> Callable[[Path, int, int, Blocks], None]:
        """`write(folder, dim, count, blocks)`: the index of `count` rows, in files of its own in `folder`.

        Raises ValueError when the blocks do not come to `count` rows.
        """
        ...

    @property
    def load(self) -> Callable[[Path], Index]:
        """What `write` wrote, mapped where it can be; it goes on growing in memory."""
        ...


def backend(name: str) -> Backend:
    """The index class called `name`; raises ValueError naming the ones there are."""
    if name not in BACKENDS:
        raise ValueError(f"no index backend is called {name!r}: choose one of {', '.join(BACKENDS)}")
    module, _, attribute = BACKENDS[name].partition(":")
    return cast(Backend, getattr(import_module(module), attribute))
