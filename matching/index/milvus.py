"""Rows in a Milvus cluster: the index for more vectors than one machine holds.

The rows of a generation are one collection of the cluster, under the numbers that the generation gives them, with the
columns that filters read (`codes`) and the part of the country as partition key. A search says the filters in the
cluster's language (`clauses`) and puts every row that comes back to the filters themselves, in the columns that this
process maps: a row that does not pass, or was buried since, is never answered, whatever the cluster holds. Where too
few pass, more are asked for; where the cluster cannot give that many, the allowed rows are asked for by their numbers.

Rows added since the generation was written stay in the memory of each process, which follows the change log by itself,
and are searched exactly: a change is visible as soon as it is anywhere in Vivier, with nothing to wait for in the
cluster, and the next generation takes it in. See docs/scale.md.
"""

import hashlib
import json
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from features.artifacts import current_id
from matching.errors import ClusterUnreachable, NotReady
from matching.index.base import Blocks, Found, Selection, best, check_query, check_vectors
from matching.index.clauses import NOTHING, clause_of
from matching.index.cluster import AT_ONCE, MOST_ROWS, REGION, ROW, Cluster, Hits, Table, collections
from matching.index.codes import FILE as CODES
from matching.index.codes import Codes, Facts
from matching.index.halves import HalfRows

Scored = tuple[NDArray[np.int64], NDArray[np.float32]]
"""Rows and their scores, of the same length."""

FILE: Final = "milvus.json"
LAYOUT: Final = 2
"""Of collections; another one where their fields change."""
TIES: Final = 64
"""Rows asked beyond those wanted: equal scores at the end of the list are then seen whole, but for larger ties."""
ROUNDING: Final = 1e-5
"""More than two ways of summing the same products may differ by, for vectors of about unit length."""
WRITERS: Final = 4
"""Batches under way while a collection is loaded: some are made ready while the cluster takes others in."""
GROWTH: Final = 8
"""How many times as many are asked when too few pass."""


class MilvusIndex:
    """See the module. Made empty it holds added rows alone, and needs no cluster."""

    def __init__(self, dim: int) -> None:
        self._added = HalfRows(dim)
        self._table: Table | None = None
        self._n_written = 0
        self._codes: Codes | None = None

    @property
    def dim(self) -> int:
        return self._added.dim

    def __len__(self) -> int:
        return self._n_written + len(self._added)

    def add(self, vectors: NDArray[np.float32]) -> None:
        check_vectors(vectors, self.dim)
        self._added.append(vectors)

    def search(self, query: NDArray[np.float32], k: int, selection: Selection) -> Found:
        """As the protocol has it. Raises ClusterUnreachable."""
        check_query(query, selection, self.dim, len(self))
        if k <= 0:
            return best(np.empty(0, np.float32), np.empty(0, np.int64), 0)
        rows, scores = self._written(query, k, selection)
        added = np.arange(self._n_written, len(self))
        added = added[selection.test(added)] if len(added) else added
        products = self._added.products(query, added - self._n_written)
        return best(np.concatenate([scores, products]), np.concatenate([rows, added]), k)

    def search_each(self, query: NDArray[np.float32], k: int, selections: Sequence[Selection]) -> list[Found]:
        return [self.search(query, k, selection) for selection in selections]

    def vectors(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """As the protocol has it. Raises ClusterUnreachable."""
        old = rows < self._n_written
        if self._table is None or not old.any():
            return self._added.take(rows - self._n_written)
        found = np.empty((len(rows), self.dim), dtype=np.float32)
        found[old] = self._table.vectors(rows[old])
        found[~old] = self._added.take(rows[~old] - self._n_written)
        return found

    def _written(self, query: NDArray[np.float32], k: int, selection: Selection) -> Scored:
        """Allowed rows of the cluster, the k best among them, with their scores."""
        table = self._table
        conditions, codes = selection.conditions, self._codes
        clause = "" if codes is None or conditions is None else clause_of(conditions, codes)
        if table is None or clause == NOTHING:
            return np.empty(0, np.int64), np.empty(0, np.float32)
        if conditions is None and len(selection.rows) <= MOST_ROWS:
            return self._by_number(table, query, selection)
        asked = min(k + TIES, MOST_ROWS)
        while True:
            hits = table.search(query, clause, asked)
            allowed = selection.test(hits.rows)
            kept = hits.rows[allowed], hits.scores[allowed]
            if len(hits.rows) < asked:
                is_all = table.cluster.index == "FLAT" or len(kept[0]) >= k
                return kept if is_all else self._by_number(table, query, selection)
            if len(kept[0]) >= k:
                if kept[1][k - 1] > hits.scores[-1] + ROUNDING:
                    return kept
                if (settled := _lowest_of_the_last(table, clause, hits, kept, k, selection)) is not None:
                    return settled
            if asked == MOST_ROWS:  # so many equal scores that any of them will do, or too few that are allowed
                return kept if len(kept[0]) >= k else self._by_number(table, query, selection)
            asked = min(GROWTH * asked, MOST_ROWS)

    def _by_number(self, table: Table, query: NDArray[np.float32], selection: Selection) -> Scored:
        """The same by asking for each allowed row: exact, whatever the cluster's index and however many they are. An
        index that may miss rows is not asked: their vectors come here."""
        allowed = selection.rows[selection.rows < self._n_written]
        found: list[Scored] = [(allowed[:0], np.empty(0, np.float32))]
        for start in range(0, len(allowed), MOST_ROWS):
            part = allowed[start : start + MOST_ROWS]
            if table.cluster.index == "FLAT":
                hits = table.search(query, f"{ROW} in {part.tolist()}", len(part))
                found.append((hits.rows, hits.scores))
            else:
                found.append((part, table.vectors(part) @ query))
        return np.concatenate([rows for rows, _ in found]), np.concatenate([scores for _, scores in found])


def _lowest_of_the_last(
    table: Table, clause: str, hits: Hits, kept: Scored, k: int, selection: Selection
) -> Scored | None:
    """What is kept above the last score, and the lowest of all allowed rows that have it: many people say their work in
    the same words, so equal scores may run far past the end. None when too few of them are allowed."""
    last = hits.scores <= hits.scores[-1] + ROUNDING
    above = kept[1] > hits.scores[-1] + ROUNDING
    missing = k - int(np.count_nonzero(above))
    vectors, first = np.unique(hits.same[last], return_index=True)
    asked = min(GROWTH * missing, MOST_ROWS)
    rows, same = table.lowest(clause, vectors, asked)
    allowed = selection.test(rows)
    if np.count_nonzero(allowed) < missing and len(rows) == asked:
        return None
    scores = hits.scores[last][first][np.searchsorted(vectors, same[allowed])]
    return np.concatenate([kept[0][above], rows[allowed]]), np.concatenate([kept[1][above], scores])


class MilvusBackend:
    """The index class of one cluster, as the registry hands it out."""

    def __init__(self, cluster: Cluster | None) -> None:
        self._cluster = cluster

    def __call__(self, dim: int) -> MilvusIndex:
        return MilvusIndex(dim)

    def write(self, folder: Path, dim: int, count: int, blocks: Blocks, facts: Facts | None = None) -> None:
        """Load `count` rows into the cluster, and say in `folder` where they are.

        A collection that already holds the very same rows is left as it is; one that is not whole is loaded anew.
        Raises ValueError as every backend, and ClusterUnreachable.
        """
        cluster = self.cluster.of_size(count)
        codes, columns = (None, {}) if facts is None else Codes.of(facts)
        regions = np.zeros(count, dtype=np.int64) if facts is None else facts.regions
        name = _name(cluster, dim, count, blocks, codes, {REGION: regions, **columns})
        told = {"collection": name, "rows": count, "dim": dim, "index": cluster.index}
        (folder / FILE).write_text(json.dumps(told))  # `settle` spares it
        if count:
            widths = {} if codes is None else {name: codes.width(name) for name in columns}
            _fill(Table(cluster, name, dim), count, blocks, widths, {REGION: regions, **columns})
        if codes is not None:
            codes.save(folder)

    def load(self, folder: Path) -> MilvusIndex:
        """The index over what `write` loaded, searched as it was made, whatever is chosen since. Raises
        ClusterUnreachable, and NotReady when the rows are no longer there."""
        told = json.loads((folder / FILE).read_text())
        index = MilvusIndex(int(told["dim"]))
        index._n_written = int(told["rows"])
        if (folder / CODES).is_file():
            index._codes = Codes.load(folder)
        if index._n_written:
            cluster = replace(self.cluster, index=told.get("index", self.cluster.index))  # older ones do not say it
            index._table = Table(cluster, str(told["collection"]), index.dim)
            held = index._table.count() if index._table.exists() else 0
            if held != index._n_written:
                raise NotReady(
                    f"{index._table.name} of {self.cluster.uri} holds {held} rows, not {index._n_written}: "
                    "run `vivier index build`"
                )
        return index

    @property
    def cluster(self) -> Cluster:
        """Raises NotReady when none was said."""
        if self._cluster is None:
            raise NotReady("the index backend milvus needs the address of a cluster: set VIVIER_CLUSTER_URI")
        return self._cluster


def _name(
    cluster: Cluster,
    dim: int,
    count: int,
    blocks: Blocks,
    codes: Codes | None,
    columns: Mapping[str, NDArray[Any]],
) -> str:
    """The name of the collection that holds these rows: by their content."""
    digest = hashlib.sha256(f"{LAYOUT} {dim} {count} {cluster.index}".encode())
    if codes is not None:
        codes.sum(digest)
    for values in columns.values():
        digest.update(np.ascontiguousarray(values).tobytes())
    given = 0
    for block in blocks():
        given += len(block)
        digest.update(np.ascontiguousarray(block).tobytes())
    if given != count:
        raise ValueError(f"{given} vectors were given, {count} were announced")
    return f"{alias_of(cluster, codes)}_{digest.hexdigest()[:16]}"


def alias_of(cluster: Cluster, codes: Codes | None) -> str:
    """The name under which the collection in force is known."""
    return f"{cluster.prefix}_{'rows' if codes is None else codes.collection.value}"


def _fill(
    table: Table, count: int, blocks: Blocks, widths: Mapping[str, int], columns: Mapping[str, NDArray[Any]]
) -> None:
    if table.exists():
        if table.has_index():
            table.finish()
            if table.count() == count:
                return
        table.drop()
    table.create(widths, count)
    with ThreadPoolExecutor(WRITERS, "vivier-load") as threads:
        under_way: deque[Future[None]] = deque()
        start = 0
        for vectors in _batches(blocks):
            rows = np.arange(start, start + len(vectors))
            taken = {name: values[rows] for name, values in columns.items()}
            under_way.append(threads.submit(table.insert, rows, taken, vectors))
            start += len(vectors)
            if len(under_way) > WRITERS:
                under_way.popleft().result()
        for each in under_way:
            each.result()
    table.finish()
    held = table.count()
    if held != count:
        raise ClusterUnreachable(table.cluster.uri, f"{table.name} holds {held} rows after {count} were written")


def _batches(blocks: Blocks) -> Iterator[NDArray[np.float32]]:
    for block in blocks():
        for first in range(0, len(block), AT_ONCE):
            yield block[first : first + AT_ONCE].astype(np.float32)


def settle(root: Path, cluster: Cluster) -> None:
    """Have the aliases name the collections of the generation in force in `root`, and drop those of this deployment
    that no generation on disk names."""
    named = {
        folder.name: {str(json.loads(path.read_text())["collection"]) for path in folder.glob(f"*/{FILE}")}
        for folder in root.iterdir()
        if folder.is_dir()
    }
    for name in named.get(current_id(root) or "", ()):
        if name in collections(cluster):
            Table(cluster, name, 0).point(name.rpartition("_")[0])
    wanted = set().union(*named.values())
    for name in collections(cluster):
        if name not in wanted:
            Table(cluster, name, 0).drop()
