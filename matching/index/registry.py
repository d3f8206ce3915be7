"""Index backends by name: one line each; a backend's library is imported only when it is chosen."""

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol, cast

from matching.index.base import Blocks, Index
from matching.index.cluster import Cluster
from matching.index.codes import Facts

BACKENDS: dict[str, str] = {
    "geo-ivf": "matching.index.geo_ivf:GeoIvfIndex",
    "exact": "matching.index.exact:ExactIndex",
    "faiss-flat": "matching.index.faiss_flat:FaissFlatIndex",
}

ON_CLUSTER: dict[str, str] = {"milvus": "matching.index.milvus:MilvusBackend"}
"""Backends whose rows are elsewhere: made for a cluster."""

DEFAULT = "geo-ivf"


class Writing(Protocol):
    """See `Backend.write`."""

    def __call__(self, folder: Path, dim: int, count: int, blocks: Blocks, facts: Facts | None = None) -> None: ...


class Backend(Protocol):
    """An index class: made empty for a dimension, or written to disk and loaded from there."""

    def __call__(self, dim: int) -> Index: ...

    @property
    def write(self) -> Writing:
        """`write(folder, dim, count, blocks, facts)`: the index of `count` rows, in files of its own in `folder`.

        Raises ValueError when the blocks do not come to `count` rows.
        """
        ...

    @property
    def load(self) -> Callable[[Path], Index]:
        """What `write` wrote, mapped where it can be; it goes on growing in memory."""
        ...


def backend(name: str, cluster: Cluster | None = None) -> Backend:
    """The index class called `name`, over `cluster` where it needs one; raises ValueError naming the ones there are."""
    if name in ON_CLUSTER:
        return cast(Backend, _found(ON_CLUSTER[name])(cluster))
    if name not in BACKENDS:
        known = ", ".join([*BACKENDS, *ON_CLUSTER])
        raise ValueError(f"no index backend is called {name!r}: choose one of {known}")
    return cast(Backend, _found(BACKENDS[name]))


def is_elsewhere(name: str) -> bool:
    """Whether a backend has its rows on other machines, so that its searches wait for them."""
    return name in ON_CLUSTER


def settle(root: Path, name: str, cluster: Cluster | None) -> None:
    """Have a backend whose rows are elsewhere keep those of the generations in `root`, and no others."""
    if name in ON_CLUSTER and cluster is not None:
        import_module(ON_CLUSTER[name].partition(":")[0]).settle(root, cluster)


def _found(place: str) -> Any:
    module, _, attribute = place.partition(":")
    return getattr(import_module(module), attribute)
