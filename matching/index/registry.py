"""Index backends by name: one line each; a backend's library is imported only when it is chosen."""

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Protocol, cast

from matching.index.base import Index

BACKENDS: dict[str, str] = {
    "exact": "matching.index.exact:ExactIndex",
    "faiss-flat": "matching.index.faiss_flat:FaissFlatIndex",
}

DEFAULT = "faiss-flat"


class Backend(Protocol):
    """An index class: made empty for a dimension, or loaded from what `save` wrote."""

    def __call__(self, dim: int) -> Index: ...

    @property
    def load(self) -> Callable[[Path], Index]: ...


def backend(name: str) -> Backend:
    """The index class called `name`; raises ValueError naming the ones there are."""
    if name not in BACKENDS:
        raise ValueError(f"no index backend is called {name!r}: choose one of {', '.join(BACKENDS)}")
    module, _, attribute = BACKENDS[name].partition(":")
    return cast(Backend, getattr(import_module(module), attribute))
