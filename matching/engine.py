"""`Engine`: the four live collections, where they stand in the change log, and how they follow it.

Reading the log and preparing rows (`read_changes`) touches no live array and may run in another thread; `apply` only
appends and flips, in milliseconds, on the thread that answers questions. So no request ever waits for the database.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from features.artifacts import ArtifactError, load_current
from features.reference import Reference
from features.store import Store
from matching.catalogue import Catalogue
from matching.changes import Prepared, prepare
from matching.errors import NotReady
from matching.index.registry import DEFAULT
from matching.links import Links
from matching.lookups import Lookups
from matching.schema import SCHEMAS, Collection
from models.encoder import TextEncoder
from models.published import TextModels

INDEX_ROOT: Final = "indexes"
BUILD_COMMAND: Final = "vivier index build"
CHANGES_AT_ONCE: Final = 500


@dataclass
class Engine:
    """A whole generation in memory, and what has happened since."""

    store: Store
    lookups: Lookups
    catalogues: Mapping[Collection, Catalogue]
    links: Links
    watermark: int
    """Sequence number of the last change that the catalogues hold."""
    clock: Callable[[], dt.date] = dt.date.today
    generation: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def open(
        cls,
        store: Store,
        reference: Reference,
        models: TextModels,
        data_dir: Path,
        clock: Callable[[], dt.date] = dt.date.today,
    ) -> "Engine":
        """The last whole generation of `data_dir`, brought up to the store's last change.

        Raises NotReady, with the command to run, when there is none or it does not fit the reference data.
        """
        try:
            index_at = load_current(data_dir / INDEX_ROOT)
        except ArtifactError as error:
            raise NotReady(f"{error}: run `{BUILD_COMMAND}`") from error
        expected = fingerprint(models.encoder, reference)
        if index_at.meta["fingerprint"] != expected:
            raise NotReady(
                "the indexes were built with another encoder, other reference data or another version: "
                f"run `{BUILD_COMMAND}`"
            )
        if index_at.meta["store"] != store.identity():
            raise NotReady(f"the indexes were built from another store: run `{BUILD_COMMAND}`")
        lookups = Lookups(reference, models)
        backend_name = str(index_at.meta.get("backend", DEFAULT))
        engine = cls(
            store=store,
            lookups=lookups,
            catalogues={
                collection: Catalogue.load(index_at.path / collection.value, collection, backend_name)
                for collection in Collection
            },
            links=Links.load(index_at.path),
            watermark=int(index_at.meta["watermark"]),
            clock=clock,
            generation={**index_at.meta, "id": index_at.id, "fallback_from": index_at.fallback_from},
        )
        if engine.watermark > store.watermark():
            raise NotReady(
                f"the indexes are ahead of the store ({engine.watermark} > {store.watermark()}), another or an older "
                f"database: run `{BUILD_COMMAND}`"
            )
        engine.catch_up()
        lookups.warm()
        return engine

    def catalogue(self, collection: Collection) -> Catalogue:
        return self.catalogues[collection]

    def today(self) -> dt.date:
        return self.clock()

    def read_changes(self, limit: int = CHANGES_AT_ONCE) -> Prepared | None:
        """The next changes of the log, ready to be applied; None when there is nothing new. Thread-safe."""
        changes = self.store.changes(self.watermark, limit)
        return prepare(self.store, self.lookups, self.links, changes, self.today()) if changes else None

    def apply(self, prepared: Prepared) -> int:
        """Make prepared changes visible; returns how many. For the thread that answers questions, and in order."""
        for session in prepared.sessions:
            self.links.put_session(session)
        for session_id in prepared.dropped_sessions:
            self.links.drop_session(session_id)
        for offer_id, canonical_id in prepared.canonical:
            self.links.put_canonical(offer_id, canonical_id)
        for offer_id in prepared.dropped_offers:
            self.links.canonical.pop(offer_id, None)
        for update in prepared.updates:
            self.catalogues[update.collection].apply(update.rows, update.removed)
        changed = [*prepared.dropped_contacts, *(contact.id for contact in prepared.contacts)]
        firms = {siret for key in changed if (siret := self.links.drop_contact(key)) is not None}
        firms |= {self.links.put_contact(contact) for contact in prepared.contacts}
        for siret in firms:
            self.catalogues[Collection.ESTABLISHMENTS].set_value(
                siret, "last_contact_day", self.links.last_contact_day(siret)
            )
        self.watermark = prepared.watermark
        return prepared.n_changes

    def catch_up(self) -> int:
        """Apply everything the log has; returns the number of changes."""
        applied = 0
        while (prepared := self.read_changes()) is not None:
            applied += self.apply(prepared)
        return applied

    def status(self) -> dict[str, Any]:
        """Generation, watermark and sizes, for health checks and `vivier index status`."""
        return {
            "generation": self.generation.get("id"),
            "refused_generation": self.generation.get("fallback_from"),
            "built_at": self.generation.get("built_at"),
            "backend": self.generation.get("backend"),
            "watermark": self.watermark,
            "collections": {
                collection.value: {"records": catalogue.n_records, "rows": len(catalogue)}
                for collection, catalogue in self.catalogues.items()
            },
        }


def fingerprint(encoder: TextEncoder, reference: Reference) -> str:
    """Changes when rows built with one encoder, reference data and schema would not mean the same with another."""
    import hashlib

    digest = hashlib.sha256(encoder.fingerprint.encode())
    digest.update(repr(SCHEMAS).encode())
    for names in (
        reference.rome.codes,
        reference.rome.skill_codes,
        reference.communes.insee,
        reference.naf.naf_codes,
    ):
        digest.update("\n".join(names).encode())
    return digest.hexdigest()[:16]
