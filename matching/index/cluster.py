"""Where a vector cluster is, and what Vivier asks of it: the rows of one collection, written, searched and dropped.

Everything that speaks to Milvus is here, through pymilvus (`pip install vivier[cluster]`), imported when it is first
needed. The name of a collection comes from what it holds, so that the same rows are never loaded twice, and whoever
maps a generation asks for exactly the rows that it numbers.

**Consistency.** A collection is whole before anybody is told of it: its rows are counted with *Strong* consistency, all
written ones seen, and only then does its generation go into force. It is not added to afterwards, so searches ask for
*Eventually*, the fastest level, and miss nothing by it.
"""

import logging
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from importlib.util import find_spec
from time import monotonic, sleep
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from matching.errors import ClusterUnreachable, NotReady

Kind = Literal["FLAT", "IVF_FLAT", "HNSW"]
"""`HNSW` is for measures alone (docs/scale.md)."""
Rows = NDArray[np.int64]
Columns = Mapping[str, NDArray[Any]]
"""(n,) or (n, width) whole numbers a row, by field."""

ROW, REGION, SAME, VECTOR = "row", "region", "same", "vector"
"""The fields that every collection has. Rows of one vector have one number in `same`."""
MOST_ROWS: Final = 16_384
"""What Milvus answers to one question at most."""
AT_ONCE: Final = 2000
"""Rows written in one call: 2 MB of 256 dimensions, far below what gRPC takes."""
PARTITIONS: Final = 16
PART_ROWS: Final = 50_000
"""Rows in the mean from which lists or graphs are worth a partition: the engine indexes no segment of less than 1,024
rows, and guesses at those (docs/scale.md)."""
FEW_ROWS: Final = 2 * PART_ROWS
"""Below, all rows are looked at, whatever was chosen: it takes milliseconds."""
TRIES: Final = 3
REST_S: Final = 5.0
PATIENCE: Final = 100
"""How many times as long as a search whatever changes or counts rows may take."""
LOOK_S: Final = 0.2
"""Between two looks at how far an index is."""
STANDSTILL_S: Final = 1800.0
"""Of an index that is being built: after so long without another segment it is given up."""
STRONG, EVENTUALLY = "Strong", "Eventually"


@dataclass(frozen=True)
class Cluster:
    """A deployment's place in a cluster."""

    uri: str
    """`http://host:19530`, or a file of Milvus Lite (`.db`), for trials."""
    token: str = field(default="", repr=False)
    """`user:password` or an API key; empty: none."""
    prefix: str = "vivier"
    """Begins the names of this deployment's collections: others' are left alone."""
    index: Kind = "FLAT"
    """How vectors are searched: all of them, or the likeliest."""
    effort: int = 128
    """Lists (of `HNSW`, neighbours) looked at: more of them, and fewer misses."""
    timeout_s: float = 1.0
    """For a search; `PATIENCE` times as long for what changes or counts rows."""

    def of_size(self, n_rows: int) -> "Cluster":
        """This one as it makes collections of so many rows."""
        return self if n_rows >= FEW_ROWS else replace(self, index="FLAT")


@dataclass(frozen=True, eq=False)
class Hits:
    """What a search found, best first: n of each."""

    rows: NDArray[np.int64]
    scores: NDArray[np.float32]
    same: NDArray[np.int64]
    """The number of each row's vector."""


@dataclass(frozen=True, eq=False)
class Table:
    """One collection of the cluster. What its functions ask raises ClusterUnreachable."""

    cluster: Cluster
    name: str
    dim: int

    def create(self, fields: Mapping[str, int], n_rows: int) -> None:
        """An empty collection for about `n_rows`, with an integer field of each name of `fields`: of one value a row
        (0), or of as many as are said. It is not searched before `finish`."""
        client = connected(self.cluster)
        from pymilvus import DataType

        schema = client.create_schema(auto_id=False, enable_dynamic_field=False)
        schema.add_field(ROW, DataType.INT64, is_primary=True)
        schema.add_field(REGION, DataType.INT64, is_partition_key=True)
        schema.add_field(SAME, DataType.INT64)
        for name, width in fields.items():
            if width:
                schema.add_field(name, DataType.ARRAY, element_type=DataType.INT32, max_capacity=width)
            else:
                schema.add_field(name, DataType.INT32)
        schema.add_field(VECTOR, DataType.FLOAT_VECTOR, dim=self.dim)
        index = client.prepare_index_params()
        built = _built(self.cluster, n_rows)
        index.add_index(VECTOR, index_name=VECTOR, index_type=self.cluster.index, metric_type="IP", params=built)
        n_partitions = _n_partitions(self.cluster, n_rows)
        self._change("create_collection", schema=schema, consistency_level=STRONG, num_partitions=n_partitions)
        self._change("create_index", index)

    def exists(self) -> bool:
        return bool(self._change("has_collection"))

    def has_index(self) -> bool:
        """Whether its index is built or will be: not where `create` was cut short, nor where the cluster gave up."""
        return _is_sound(self._change("describe_index", VECTOR))

    def insert(
        self, rows: NDArray[np.int64], columns: Mapping[str, NDArray[Any]], vectors: NDArray[np.float32]
    ) -> None:
        """Write new rows. A batch whose answer was lost is written again as an *upsert*: it is never there twice."""
        self._write("insert", rows, columns, vectors)

    def upsert(
        self, rows: NDArray[np.int64], columns: Mapping[str, NDArray[Any]], vectors: NDArray[np.float32]
    ) -> None:
        """Write rows, in place of those of the same number."""
        self._write("upsert", rows, columns, vectors)

    def _write(self, first: str, rows: Rows, columns: Columns, vectors: NDArray[np.float32]) -> None:
        for batch in _batches(rows, columns, vectors):
            for number in range(TRIES):
                try:
                    self._change("upsert" if number else first, batch)
                    break
                except ClusterUnreachable:
                    if number == TRIES - 1:
                        raise

    def delete(self, rows: NDArray[np.int64]) -> None:
        """Take rows out; those that are not there are ignored."""
        for start in range(0, len(rows), MOST_ROWS):
            self._change("delete", ids=rows[start : start + MOST_ROWS].tolist())

    def finish(self) -> None:
        """Have all that was written sealed, then indexed, and only then held in memory for searches: a segment that
        is held before its index is there is searched by a makeshift one, which misses rows whatever the effort."""
        self._change("flush")
        self._wait_for_index()
        self._change("load_collection")

    def _wait_for_index(self) -> None:
        least, since = None, monotonic()
        while pending := self._not_indexed():
            if least is None or pending < least:
                least, since = pending, monotonic()
            elif monotonic() - since > STANDSTILL_S:
                raise ClusterUnreachable(self.cluster.uri, f"the index of {self.name} stands still at {pending} rows")
            sleep(LOOK_S)

    def _not_indexed(self) -> int:
        """Sealed rows whose index is not built yet."""
        told = self._change("describe_index", VECTOR)
        if not _is_sound(told):
            raise ClusterUnreachable(self.cluster.uri, f"the index of {self.name} could not be built")
        return int(told["pending_index_rows"])

    def count(self) -> int:
        """Rows there are, every write that was acknowledged counted in."""
        answer = self._change("query", filter="", output_fields=["count(*)"], consistency_level=STRONG)
        return int(answer[0]["count(*)"])

    def search(self, query: NDArray[np.float32], clause: str, most: int, *, level: str = EVENTUALLY) -> Hits:
        """The `most` rows nearest to `query` that meet `clause` (empty: any), best first. `level`: with *Strong*,
        acknowledged writes are seen."""
        hits = quickly_asked(
            self.cluster,
            "search",
            self.name,
            data=[query],
            filter=clause,
            limit=most,
            output_fields=[SAME],
            search_params={"metric_type": "IP", "params": _searched(self.cluster, most)},
            consistency_level=level,
            timeout=self.cluster.timeout_s,
        )[0]
        return Hits(
            np.array(hits.ids, dtype=np.int64),
            np.array(hits.distances, dtype=np.float32),
            np.array([hit[SAME] for hit in hits], dtype=np.int64),
        )

    def lowest(self, clause: str, same: NDArray[np.int64], most: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The `most` lowest rows that meet `clause` and have one of the vectors of those numbers, ascending, each with
        its number."""
        answer = quickly_asked(
            self.cluster,
            "query",
            self.name,
            filter=f"{SAME} in {same.tolist()}" + f" and {clause}" * bool(clause),
            output_fields=[ROW, SAME],
            limit=most,
            consistency_level=EVENTUALLY,
            timeout=self.cluster.timeout_s,
        )
        rows = np.array([each[ROW] for each in answer], dtype=np.int64)
        order = np.argsort(rows)
        return rows[order], np.array([each[SAME] for each in answer], dtype=np.int64)[order]

    def vectors(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """(len(rows), dim) vectors of the given rows, in their order. Raises IndexError for one that is not there."""
        wanted, position = np.unique(rows, return_inverse=True)
        found = np.empty((len(wanted), self.dim), dtype=np.float32)
        for start in range(0, len(wanted), AT_ONCE):
            ids = wanted[start : start + AT_ONCE]
            answer = quickly_asked(
                self.cluster,
                "query",
                self.name,
                filter=f"{ROW} in {ids.tolist()}",
                output_fields=[ROW, VECTOR],
                consistency_level=EVENTUALLY,
                timeout=self.cluster.timeout_s,
            )
            if len(answer) != len(ids):
                raise IndexError(f"{len(ids) - len(answer)} of {len(ids)} rows are not in {self.name}")
            places = start + np.searchsorted(ids, np.array([each[ROW] for each in answer], dtype=np.int64))
            found[places] = np.array([each[VECTOR] for each in answer], dtype=np.float32)
        return found[position]

    def point(self, alias: str) -> None:
        """Have `alias` name this collection from now on, in one step."""
        known = alias in aliases(self.cluster)
        asked(
            self.cluster,
            "alter_alias" if known else "create_alias",
            self.name,
            alias,
            timeout=PATIENCE * self.cluster.timeout_s,
        )

    def drop(self) -> None:
        """Remove the collection, and the aliases that name it; one that is not there is ignored."""
        for alias, named in aliases(self.cluster).items():
            if named == self.name:
                asked(self.cluster, "drop_alias", alias, timeout=PATIENCE * self.cluster.timeout_s)
        self._change("drop_collection")

    def _change(self, function: str, *arguments: Any, **options: Any) -> Any:
        return asked(
            self.cluster, function, self.name, *arguments, timeout=PATIENCE * self.cluster.timeout_s, **options
        )


def _is_sound(index: Mapping[str, Any] | None) -> bool:
    """Of an index as the client describes it: None when there is none."""
    return index is not None and index["state"] != "Failed"


def aliases(cluster: Cluster) -> dict[str, str]:
    """The aliases of this deployment, and the collection that each names. Raises ClusterUnreachable."""
    patience = PATIENCE * cluster.timeout_s
    names = [name for name in asked(cluster, "list_aliases", timeout=patience)["aliases"] if _is_ours(cluster, name)]
    return {name: str(asked(cluster, "describe_alias", name, timeout=patience)["collection_name"]) for name in names}


def collections(cluster: Cluster) -> list[str]:
    """Names of this deployment's collections. Raises ClusterUnreachable."""
    names = asked(cluster, "list_collections", timeout=PATIENCE * cluster.timeout_s)
    return sorted(name for name in names if _is_ours(cluster, name))


def asked(cluster: Cluster, function: str, *arguments: Any, **options: Any) -> Any:
    """What a function of the client answers. Raises ClusterUnreachable when Milvus refuses, is silent for too long or
    cannot be reached."""
    client = connected(cluster)
    from grpc import RpcError
    from pymilvus.exceptions import MilvusException

    try:
        return getattr(client, function)(*arguments, **options)
    except (MilvusException, RpcError, OSError) as error:
        raise ClusterUnreachable(cluster.uri, f"{function}: {error}") from error


def quickly_asked(cluster: Cluster, function: str, *arguments: Any, **options: Any) -> Any:
    """`asked`, for those who cannot wait long: a cluster that took half of its time to fail is left alone for `REST_S`,
    in which ClusterUnreachable is raised at once. So a silent one holds up those that ask it together, once in a while,
    and nobody else."""
    began = monotonic()
    if began < _resting.get(cluster.uri, 0.0):
        raise ClusterUnreachable(cluster.uri, "it did not answer a moment ago")
    try:
        return asked(cluster, function, *arguments, **options)
    except ClusterUnreachable:
        ended = monotonic()
        if ended - began > cluster.timeout_s / 2:
            _resting[cluster.uri] = ended + REST_S
        raise


_resting: dict[str, float] = {}
"""Until when each cluster is left alone."""


def connected(cluster: Cluster) -> Any:
    """The client of a cluster, opened once a process. Raises ClusterUnreachable, and NotReady saying what to
    install."""
    with _opening:
        return _client(cluster.uri, cluster.token, cluster.timeout_s)


_opening = threading.Lock()


@lru_cache
def _client(uri: str, token: str, timeout_s: float) -> Any:
    if find_spec("pymilvus") is None:
        raise NotReady("the index backend milvus needs pymilvus: run `pip install 'vivier[cluster]'`")
    from grpc import RpcError
    from pymilvus import MilvusClient
    from pymilvus.exceptions import MilvusException

    logging.getLogger("pymilvus").setLevel(logging.CRITICAL)  # it logs each refusal with its stack; we raise it
    try:
        return MilvusClient(uri=uri, token=token, timeout=timeout_s)
    except (MilvusException, RpcError, OSError) as error:
        raise ClusterUnreachable(uri, str(error)) from error


def _is_ours(cluster: Cluster, name: str) -> bool:
    return name.startswith(f"{cluster.prefix}_")


def _n_partitions(cluster: Cluster, n_rows: int) -> int:
    """Parts of a collection: as many as can be for exact searches, of which the filters then leave few."""
    return PARTITIONS if cluster.index == "FLAT" else int(np.clip(n_rows // PART_ROWS, 1, PARTITIONS))


def _built(cluster: Cluster, n_rows: int) -> dict[str, int]:
    """How the index of so many rows is built."""
    match cluster.index:
        case "FLAT":
            return {}
        case "IVF_FLAT":
            return {"nlist": int(np.clip(4 * np.sqrt(n_rows / _n_partitions(cluster, n_rows)), 16, 16_384))}
        case "HNSW":
            return {"M": 32, "efConstruction": 200}


def _searched(cluster: Cluster, most: int) -> dict[str, int]:
    """How the index is searched for so many rows."""
    match cluster.index:
        case "FLAT":
            return {}
        case "IVF_FLAT":
            return {"nprobe": cluster.effort}
        case "HNSW":
            return {"ef": max(cluster.effort, most)}


def _batches(rows: Rows, columns: Columns, vectors: NDArray[np.float32]) -> Iterator[list[dict[str, Any]]]:
    names = [ROW, *columns, SAME, VECTOR]
    for start in range(0, len(rows), AT_ONCE):
        part = slice(start, start + AT_ONCE)
        values: list[Sequence[Any]] = [rows[part].tolist(), *(_listed(each[part]) for each in columns.values())]
        values += [vector_numbers(vectors[part]).tolist(), list(vectors[part])]
        yield [dict(zip(names, each, strict=True)) for each in zip(*values, strict=True)]


def vector_numbers(vectors: NDArray[np.float32]) -> NDArray[np.int64]:
    """(n,) a number for each vector (n, dim): equal ones have the same, others hardly ever. Multiply-shift hashing of
    its half-precision bits (Dietzfelbinger, Hagerup, Katajainen, Penttonen 1997)."""
    bits = np.ascontiguousarray(vectors, dtype=np.float16).view(np.uint16).astype(np.uint64)
    factors = np.random.default_rng(0).integers(0, 2**64, bits.shape[1], dtype=np.uint64) | np.uint64(1)
    numbers: NDArray[np.int64] = (bits * factors).sum(axis=1, dtype=np.uint64).view(np.int64)
    return numbers


def _listed(values: NDArray[Any]) -> list[Any]:
    """Values as Milvus takes them: of several a row, those that there are."""
    if values.ndim == 1:
        return list(values.tolist())
    return [[value for value in row if value >= 0] for row in values.tolist()]
