"""Milvus Lite through its embedded engine. Since version 3 it is Python over FAISS, meant for local development:
its figures say nothing of a Milvus server.

The place is a box of latitudes and longitudes; what lies in its corners is left out of a longer answer.
"""

from pathlib import Path
from typing import Any

import numpy as np
from milvus_lite import CollectionSchema, DataType, FieldSchema, MilvusLite
from numpy.typing import NDArray

from benchmarks.peer_adapters.base import Box, Places, accepts, family_range, folder_bytes
from benchmarks.workload import Query, Workload
from features.bits import CONTRACT_BIT

BATCH = 5000
CORNERS = 1.6
"""Rows asked for each one wanted: a circle fills 0.785 of its box."""


class MilvusLitePeer:
    efforts = (32, 64, 128, 256, 1024)
    """Lists that are searched: its graph misses the rows of selective filters."""
    effort = 32

    def build(self, workload: Workload, folder: Path, *, quick: bool) -> None:  # noqa: ARG002 - lists build soon
        self._folder = folder / "milvus"
        self._workload, self._places = workload, Places(workload)
        self._database = MilvusLite(str(self._folder))
        scalars = {
            "visible": DataType.BOOL,
            "available_day": DataType.INT64,
            "occupation": DataType.INT64,
            "lat": DataType.DOUBLE,
            "lon": DataType.DOUBLE,
            **{f"accepts_{bit}": DataType.BOOL for bit in CONTRACT_BIT.values()},
        }
        schema = CollectionSchema(
            fields=[
                FieldSchema(name="id", dtype=DataType.INT64, is_primary=True),
                FieldSchema(name="vector", dtype=DataType.FLOAT_VECTOR, dim=workload.dim),
                *(FieldSchema(name=name, dtype=kind) for name, kind in scalars.items()),
            ]
        )
        self._rows = self._database.create_collection("rows", schema)
        accepted = accepts(workload)
        for start in range(0, len(workload), BATCH):
            self._rows.insert(_records(workload, accepted, start))
        self._rows.flush()
        lists = {"nlist": max(16, int(np.sqrt(len(workload))))}
        self._rows.create_index("vector", {"index_type": "IVF_FLAT", "metric_type": "IP", "params": lists})
        for name in ("lat", "occupation"):
            self._rows.create_index(name, {"index_type": "INVERTED", "metric_type": "NONE", "params": {}})
        self._rows.load()

    def search(self, query: Query, k: int) -> NDArray[np.int64]:
        asked = k if query.radius_km is None else int(CORNERS * k)
        found = self._rows.search(
            [query.vector.tolist()],
            top_k=asked,
            metric_type="IP",
            expr=self._expression(query),
            output_fields=[],
            search_params={"nprobe": self.effort},
        )[0]
        rows = np.array([hit["id"] for hit in found], dtype=np.int64)
        if query.radius_km is not None:
            rows = rows[self._places.inside(query)[self._workload.commune[rows]]]
        return rows[:k]

    def _expression(self, query: Query) -> str | None:
        if query.unfiltered:
            return None
        told = ["visible == true", f"available_day <= {query.day}", f"accepts_{query.contracts} == true"]
        family = family_range(query)
        if family is not None:
            told.append(f"occupation >= {family[0]} and occupation <= {family[1]}")
        if query.radius_km is not None:
            lat, lon = (float(of[query.commune]) for of in (self._workload.lat, self._workload.lon))
            box = Box.around(lat, lon, query.radius_km)
            told.append(f"lat >= {box.south} and lat <= {box.north} and lon >= {box.west} and lon <= {box.east}")
        return " and ".join(told)

    def bytes_per_vector(self) -> float:
        return folder_bytes(self._folder) / len(self._workload)

    def close(self) -> None:
        self._database.close()


def _records(workload: Workload, accepted: dict[str, NDArray[np.bool_]], start: int) -> list[dict[str, object]]:
    part = slice(start, start + BATCH)
    commune = workload.commune[part]
    columns: dict[str, list[Any]] = {
        "id": np.arange(start, start + len(commune)).tolist(),
        "vector": workload.vectors[part].astype(np.float32).tolist(),
        "visible": workload.visible[part].tolist(),
        "available_day": workload.available_day[part].tolist(),
        "occupation": workload.occupation[part].tolist(),
        "lat": workload.lat[commune].astype(float).tolist(),
        "lon": workload.lon[commune].astype(float).tolist(),
        **{name: column[part].tolist() for name, column in accepted.items()},
    }
    return [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]
