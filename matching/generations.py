"""Generations of the four collections: written from rows, mapped by every process that serves."""

import datetime as dt
import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from features.array_files import save_array
from features.artifacts import Generation, publishing
from features.records import Event
from features.reference import Reference
from matching.behaviour import tell
from matching.catalogue import Catalogue
from matching.index.cluster import Cluster
from matching.index.registry import settle
from matching.links import Links
from matching.lookups import Lookups
from matching.pay_medians import pay_medians
from matching.rows.renewal import labels_fingerprint, renewal
from matching.schema import BANDS, BEHAVIOUR, POSTINGS, SCHEMAS, SECOND_ORDER, Collection
from matching.writer import CollectionWriter
from matching.written import CHECKED_WHEN_READ, COLUMNS, Written
from models.encoder import TextEncoder

INDEX_ROOT: Final = "indexes"
PAY_MEDIANS: Final = "pay_medians.npy"
PAYLOAD: Final = "view, record; zstd"
"""The lines of a payload (`matching.payload`), and how they are stored (`matching.payload_file`)."""


READING: Final = "one gender"
"""How words are brought to the form that is encoded: another way makes other vectors."""


@dataclass(frozen=True)
class Loaded:
    """A generation, mapped."""

    catalogues: Mapping[Collection, Catalogue]
    links: Links
    pay_medians: NDArray[np.float32]
    """`pay_medians` of the offers that were written."""
    watermark: int
    """Sequence number of the last change that it holds."""
    meta: Mapping[str, Any]
    """What its writer said of it, with its `id` and the id of a newer one that was refused, `fallback_from`."""


@contextmanager
def writing_generation(
    data_dir: Path,
    lookups: Lookups,
    *,
    store_identity: str,
    watermark: int,
    now: dt.datetime,
    backend_name: str,
    cluster: Cluster | None = None,
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
        yield Draft(folder, lookups, meta, cluster)
    settle(data_dir / INDEX_ROOT, backend_name, cluster)


@dataclass(frozen=True)
class Draft:
    """A generation that is being written."""

    folder: Path
    lookups: Lookups
    meta: Mapping[str, Any]
    cluster: Cluster | None = None
    counts: dict[str, int] = field(default_factory=dict)
    """Records of the collections written so far."""

    @contextmanager
    def collection(self, collection: Collection) -> Iterator[CollectionWriter]:
        """The writer of one collection, finished when the block ends well."""
        place = self.folder / collection.value
        place.mkdir()
        dim = self.lookups.encoder.dim
        order, name = self.lookups.place_order, str(self.meta["backend"])
        writer = CollectionWriter(place, collection, order, name, dim, self.cluster)
        try:
            yield writer
            writer.finish()
        finally:
            writer.close()
        self.counts[collection.value] = writer.n_records
        if collection is Collection.OFFERS:
            self._write_pay_medians()

    def _write_pay_medians(self) -> None:
        columns = self.folder / Collection.OFFERS.value / COLUMNS
        occupations, communes, pay = (
            np.load(columns / f"{name}.npy", allow_pickle=False) for name in ("occupation", "commune", "pay_max")
        )
        save_array(self.folder / PAY_MEDIANS, pay_medians(self.lookups, occupations, communes, pay))

    def replay(self, events: Iterable[Sequence[Event]], links: Links) -> None:
        """What people did, in order, told to the profiles and offers that were written and to `links`."""
        written = {
            collection: Written.load(self.folder / collection.value, collection, self.lookups.place_order)
            for collection in (Collection.PROFILES, Collection.OFFERS)
        }
        catalogues = {collection: Catalogue(collection, None, rows) for collection, rows in written.items()}
        happened = False
        for batch in events:
            happened = True
            tell(catalogues, links, self.lookups, batch)
        if not happened:
            return
        for collection, rows in written.items():
            for name in BEHAVIOUR[collection]:
                place = self.folder / collection.value / COLUMNS / f"{name}.npy"
                fresh = place.with_suffix(".new.npy")  # the old file is mapped
                save_array(fresh, rows.columns[name])
                fresh.replace(place)

    def links(self, links: Links) -> None:
        """What ties the records together; once all collections are written."""
        links.save(self.folder)

    def summary(self) -> dict[str, Any]:
        """The meta data with the number of records."""
        return {**self.meta, "records": self.counts}


def map_generation(generation: Generation, lookups: Lookups, cluster: Cluster | None = None) -> Loaded:
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
                cluster,
            )
            for collection in Collection
        },
        links=Links.load(generation.path),
        pay_medians=np.load(generation.path / PAY_MEDIANS, allow_pickle=False),
        watermark=int(meta["watermark"]),
        meta={**meta, "id": generation.id, "fallback_from": generation.fallback_from},
    )


def fingerprint(encoder: TextEncoder, reference: Reference) -> str:
    """Changes when rows built with one encoder, reference data and schema would not mean the same with another."""
    digest = hashlib.sha256(encoder.fingerprint.encode())
    layout = [(name.value, bands.count, SECOND_ORDER[name], POSTINGS[name]) for name, bands in BANDS.items()]
    digest.update(repr((PAYLOAD, SCHEMAS, layout, READING)).encode())
    digest.update(reference.communes.lat.tobytes() + reference.communes.lon.tobytes())
    for names in (
        reference.rome.codes,
        reference.rome.skill_codes,
        reference.communes.insee,
        reference.naf.naf_codes,
    ):
        digest.update("\n".join(names).encode())
    return digest.hexdigest()[:16]
