"""Generations of the four collections: written from rows, mapped by every process that serves."""

import datetime as dt
import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from features.artifacts import Generation, publishing
from features.reference import Reference
from matching.catalogue import Catalogue
from matching.links import Links
from matching.lookups import Lookups
from matching.rows.renewal import labels_fingerprint, renewal
from matching.schema import BANDS, POSTINGS, SCHEMAS, SECOND_ORDER, Collection
from matching.writer import CollectionWriter
from matching.written import CHECKED_WHEN_READ
from models.encoder import TextEncoder

INDEX_ROOT: Final = "indexes"
PAYLOAD: Final = "view, record"
"""The lines of a payload (`matching.payload`)."""


@dataclass(frozen=True)
class Loaded:
    """A generation, mapped."""

    catalogues: Mapping[Collection, Catalogue]
    links: Links
    watermark: int
    """Sequence number of the last change that it holds."""
    meta: Mapping[str, Any]
    """What its writer said of it, with its `id` and the id of a newer one that was refused, `fallback_from`."""


@contextmanager
def writing_generation(
    data_dir: Path, lookups: Lookups, *, store_identity: str, watermark: int, now: dt.datetime, backend_name: str
) -> Iterator["Draft"]:
    """A generation to be filled, collection by collection; it is put in force when the block ends well."""
    meta: dict[str, Any] = {
        "watermark": watermark,
        "store": store_identity,
        "fingerprint": fingerprint(lookups.encoder, lookups.reference),
        "labels": labels_fingerprint(lookups.reference),
        "backend": backend_name,
        "built_at": now.isoformat(timespec="seconds"),
    }
    with publishing(data_dir / INDEX_ROOT, meta, CHECKED_WHEN_READ) as folder:
        yield Draft(folder, lookups, meta)


@dataclass(frozen=True)
class Draft:
    """A generation that is being written."""

    folder: Path
    lookups: Lookups
    meta: Mapping[str, Any]
    counts: dict[str, int] = field(default_factory=dict)
    """Records of the collections written so far."""

    @contextmanager
    def collection(self, collection: Collection) -> Iterator[CollectionWriter]:
        """The writer of one collection, finished when the block ends well."""
        place = self.folder / collection.value
        place.mkdir()
        dim = self.lookups.encoder.dim
        writer = CollectionWriter(place, collection, self.lookups.place_order, str(self.meta["backend"]), dim)
        yield writer
        writer.finish()
        self.counts[collection.value] = writer.n_records

    def links(self, links: Links) -> None:
        """What ties the records together; once all collections are written."""
        links.save(self.folder)

    def summary(self) -> dict[str, Any]:
        """The meta data with the number of records."""
        return {**self.meta, "records": self.counts}


def map_generation(generation: Generation, lookups: Lookups) -> Loaded:
    """A checked generation, which must have been written for these `lookups`; the labels of the reference data may
    have changed since."""
    meta = generation.meta
    as_written = meta["labels"] == labels_fingerprint(lookups.reference)
    return Loaded(
        catalogues={
            collection: Catalogue.load(
                generation.path / collection.value,
                collection,
                str(meta["backend"]),
                lookups.place_order,
                None if as_written else renewal(collection, lookups.reference),
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
    digest.update(repr((PAYLOAD, SCHEMAS, layout)).encode())
    digest.update(reference.communes.lat.tobytes() + reference.communes.lon.tobytes())
    for names in (
        reference.rome.codes,
        reference.rome.skill_codes,
        reference.communes.insee,
        reference.naf.naf_codes,
    ):
        digest.update("\n".join(names).encode())
    return digest.hexdigest()[:16]
