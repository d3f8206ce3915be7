"""Qdrant Edge: Qdrant's engine in this process, with its payload indexes and its own circle on the map."""

from pathlib import Path
from typing import Any

import numpy as np
import qdrant_edge as qdrant
from numpy.typing import NDArray

from benchmarks.peer_adapters.base import family_range, folder_bytes
from benchmarks.workload import Query, Workload
from features.bits import CONTRACT_BIT

BATCH = 5000
LINKS = 16


class QdrantEdge:
    efforts = (100, 200, 400, 800)
    effort = 100

    def build(self, workload: Workload, folder: Path, *, quick: bool) -> None:
        config = qdrant.EdgeConfig(
            vectors=qdrant.EdgeVectorParams(
                workload.dim, qdrant.Distance.Dot, datatype=qdrant.VectorStorageDatatype.Float16
            ),
            hnsw_config=qdrant.HnswIndexConfig(
                LINKS,
                40 if quick else 120,
                full_scan_threshold=10_000,
                max_indexing_threads=1,
                payload_m=0 if quick else None,
            ),
            optimizers=qdrant.EdgeOptimizersConfig(default_segment_number=1, max_segment_size=100_000_000),
            max_search_threads=1,
            wal_enabled=False,
        )
        self._folder = folder / "shard"
        self._folder.mkdir()
        self._shard = qdrant.EdgeShard.create(str(self._folder), config)
        self._lat, self._lon, self._n = workload.lat, workload.lon, len(workload)
        kinds = qdrant.PayloadSchemaType
        for name, kind in {
            "visible": kinds.Integer,
            "accepts": kinds.Integer,
            "available_day": kinds.Integer,
            "occupation": kinds.Integer,
            "place": kinds.Geo,
        }.items():
            self._shard.update(qdrant.UpdateOperation.create_field_index(name, kind))
        for start in range(0, len(workload), BATCH):
            self._shard.update(qdrant.UpdateOperation.upsert_points(_points(workload, start)))
        self._shard.flush()
        self._shard.optimize()

    def search(self, query: Query, k: int) -> NDArray[np.int64]:
        found = self._shard.search(
            qdrant.SearchRequest(
                query=qdrant.Query.Nearest(query.vector.tolist()),
                limit=k,
                filter=self._filter(query),
                params=qdrant.SearchParams(hnsw_ef=self.effort),
                with_payload=False,
                with_vector=False,
            )
        )
        return np.array([point.id for point in found], dtype=np.int64)

    def _filter(self, query: Query) -> Any:
        if query.unfiltered:
            return None
        # a truth would be taken for a number, and match nothing
        must = [
            qdrant.FieldCondition("visible", match=qdrant.MatchValue(1)),
            qdrant.FieldCondition("accepts", match=qdrant.MatchValue(query.contracts)),
            qdrant.FieldCondition("available_day", range=qdrant.RangeFloat(lte=float(query.day))),
        ]
        family = family_range(query)
        if family is not None:
            must.append(
                qdrant.FieldCondition("occupation", range=qdrant.RangeFloat(gte=float(family[0]), lte=float(family[1])))
            )
        if query.radius_km is not None:
            centre = qdrant.GeoPoint(float(self._lon[query.commune]), float(self._lat[query.commune]))
            must.append(qdrant.FieldCondition("place", geo_radius=qdrant.GeoRadius(centre, query.radius_km * 1000)))
        return qdrant.Filter(must=must)

    def bytes_per_vector(self) -> float:
        return folder_bytes(self._folder) / self._n

    def close(self) -> None:
        self._shard.close()


def _points(workload: Workload, start: int) -> list[Any]:
    end = min(start + BATCH, len(workload))
    commune = workload.commune[start:end]
    contracts = workload.contracts[start:end].tolist()
    columns = zip(
        range(start, end),
        workload.vectors[start:end].astype(np.float32).tolist(),
        workload.visible[start:end].astype(int).tolist(),
        workload.available_day[start:end].tolist(),
        workload.occupation[start:end].tolist(),
        workload.lat[commune].tolist(),
        workload.lon[commune].tolist(),
        contracts,
        strict=True,
    )
    accepted = {bits: [bit for bit in CONTRACT_BIT.values() if bits in (0, bits | bit)] for bits in set(contracts)}
    return [
        qdrant.Point(
            row,
            vector,
            {
                "visible": visible,
                "available_day": day,
                "occupation": occupation,
                "place": {"lat": lat, "lon": lon} if lat == lat else None,
                "accepts": accepted[bits],
            },
        )
        for row, vector, visible, day, occupation, lat, lon, bits in columns
    ]
