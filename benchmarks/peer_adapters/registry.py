"""The engines by name, each loaded when it is measured. A new one is a file here and a line below."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import Final, cast

from benchmarks.peer_adapters.base import Peer


@dataclass(frozen=True)
class Entry:
    """Where an engine's adapter is, and what must be installed for it."""

    adapter: str
    """`module:Class`, in this package."""
    requires: str
    """The module it imports."""
    package: str
    """What to install."""

    def is_installed(self) -> bool:
        return find_spec(self.requires) is not None

    def make(self) -> Peer:
        module, _, name = self.adapter.partition(":")
        return cast(Peer, getattr(import_module(f"benchmarks.peer_adapters.{module}"), name)())


PEERS: Final[Mapping[str, Entry]] = {
    "vivier": Entry("vivier:Vivier", "matching", "vivier"),
    "faiss_hnsw": Entry("faiss_hnsw:FaissHnsw", "faiss", "faiss-cpu"),
    "faiss_ivf": Entry("faiss_ivf:FaissIvf", "faiss", "faiss-cpu"),
    "faiss_ivf_or_exact": Entry("faiss_ivf_or_exact:FaissIvfOrExact", "faiss", "faiss-cpu"),
    "hnswlib": Entry("hnswlib:Hnswlib", "hnswlib", "vivier[peers]"),
    "usearch": Entry("usearch:Usearch", "usearch", "vivier[peers]"),
    "qdrant_edge": Entry("qdrant_edge:QdrantEdge", "qdrant_edge", "vivier[peers]"),
    "pgvector": Entry("pgvector:PgVector", "psycopg", "vivier[peers]"),
    "lancedb": Entry("lancedb:LanceDb", "lancedb", "vivier[peers]"),
    "milvus_lite": Entry("milvus_lite:MilvusLitePeer", "milvus_lite", "vivier[peers]"),
}
