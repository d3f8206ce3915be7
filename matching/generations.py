"""Generations of the four collections: written from rows, mapped by every process that serves."""

import datetime as dt
import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from features.artifacts import Generation, publishing
from features.reference import Reference
from matching.catalogue import Catalogue, Rows
from matching.links import Links
from matching.lookups import Lookups
from matching.schema import BANDS, POSTINGS, SCHEMAS, SECOND_ORDER, Collection
from matching.writer import CollectionWriter
from matching.written import CHECKED_WHEN_READ
from models.encoder import TextEncoder

INDEX_ROOT: Final = "indexes"


@dataclass(frozen=True)
class Loaded:
    """A generation, mapped."""

    catalogues: Mapping[Collection, Catalogue]
    links: Links
    watermark: int
    """Sequence number of the last change that it holds."""
    meta: Mapping[str, Any]
    """What its writer said of it, with its `id` and the id of a newer one that was refused, `fallback_from`."""


def write_generation(
    data_dir: Path,
    lookups: Lookups,
    *,
    store_identity: str,
    watermark: int,
    now: dt.datetime,
    backend_name: str,
    rows_of: Callable[[Collection], Iterable[Rows]],
    links: Callable[[], Links],
) -> dict[str, Any]:
    """Write the rows of every collection and put them in force; returns the generation's meta data.

    `links` is asked after the rows, since reading those may be how they become known.
    """
    meta: dict[str, Any] = {
        "watermark": watermark,
        "store": store_identity,
        "fingerprint": fingerprint(lookups.encoder, lookups.reference),
        "backend": backend_name,
        "built_at": now.isoformat(timespec="seconds"),
    }
    counts: dict[str, int] = {}
    with publishing(data_dir / INDEX_ROOT, meta, CHECKED_WHEN_READ) as folder:
        for collection in Collection:
            place = folder / collection.value
            place.mkdir()
            writer = CollectionWriter(place, collection, lookups.place_order, backend_name, lookups.encoder.dim)
            for rows in rows_of(collection):
                writer.add(rows)
            writer.finish()
            counts[collection.value] = writer.n_records
        links().save(folder)
    return {**meta, "records": counts}


def map_generation(generation: Generation, lookups: Lookups) -> Loaded:
    """A checked generation, which must have been written for these `lookups`."""
    meta = generation.meta
    return Loaded(
        catalogues={
            collection: Catalogue.load(
                generation.path / collection.value, collection, str(meta["backend"]), lookups.place_order
            )
            for collection in Collection
        },
        links=Links.load(generation.path),
        watermark=int(meta["watermark"]),
        meta={**meta, "id": generation.id, "fallback_from": generation.fallback_from},
    )


def fingerprint(encoder: TextEncoder, reference: Reference) -> str:
    """Changes when rows built with one encoder, reference data and schema would not mean the same with another."""
    digest = hashlib.sha256(encoder.fingerprint.encode())
    layout = [(name.value, bands.count, SECOND_ORDER[name], POSTINGS[name]) for name, bands in BANDS.items()]
    digest.update(repr((SCHEMAS, layout)).encode())
    digest.update(reference.communes.lat.tobytes() + reference.communes.lon.tobytes())
    for names in (
        reference.rome.codes,
        reference.rome.skill_codes,
        reference.communes.insee,
        reference.naf.naf_codes,
    ):
        digest.update("\n".join(names).encode())
    return digest.hexdigest()[:16]
