"""`Engine`: the four live collections and what ranks them, where they stand in the change log, and how they follow it.

Reading the log and preparing rows (`read_changes`) touches no live array and may run in another thread; `apply` only
appends and flips, in milliseconds, on the thread that answers questions, while no other thread reads what is live: who
searches in threads sees to that (`api.searching`). So no request ever waits for the database. A newer generation that
another process has put in force is taken the same way: mapped, checked and brought level beside the requests, then
adopted between two of them; so are the rankers that are promoted (`matching/rankers.py`) and the prices of crowded
offers (`matching/allocation/live.py`).
"""

import datetime as dt
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from features.artifacts import ArtifactError, current_id, load_current
from features.reference import Reference
from features.store import Store
from features.store.erasure_log import last_seq
from matching.allocation.live import LivePrices
from matching.behaviour import carried, tell
from matching.catalogue import Catalogue
from matching.changes import Prepared, prepare
from matching.discretion import Discretion
from matching.errors import ClusterUnreachable, NotReady
from matching.generations import INDEX_ROOT, Loaded, fingerprint, map_generation, writing_generation
from matching.index.cluster import Cluster
from matching.index.registry import is_elsewhere
from matching.links import Links
from matching.lookups import Lookups
from matching.pay_medians import NO_MEDIANS
from matching.rankers import Rankers
from matching.schema import Collection
from matching.word_caches import forget_words
from models.hiring.published import in_force
from models.published import TextModels

BUILD_COMMAND: Final = "vivier index build"
CHANGES_AT_ONCE: Final = 100
"""Applying so many holds up the requests for half a millisecond; reading fewer at once costs more for each."""


@dataclass
class Engine:
    """A whole generation in memory, and what has happened since."""

    store: Store
    lookups: Lookups
    data_dir: Path
    catalogues: Mapping[Collection, Catalogue]
    links: Links
    watermark: int
    """Sequence number of the last change that the catalogues hold."""
    generation: Mapping[str, Any]
    clock: Callable[[], dt.date] = dt.date.today
    pay_medians: NDArray[np.float32] = field(default_factory=lambda: NO_MEDIANS)
    """`pay_medians` of the generation's offers."""
    refused: set[str] = field(default_factory=set)
    """Generations put in force while this one served that could not be used."""
    rankers: Rankers = field(default_factory=Rankers)
    prices: LivePrices = field(default_factory=LivePrices)
    price_share: float = 0.0
    """What is taken off an offer's score for each unit of its price; 0: prices are not looked at."""
    cluster: Cluster | None = None
    """Where vectors are, for a generation whose backend has them elsewhere."""
    erased_upto: int = 0
    """Sequence number of the last erasure that was followed since the generation was written."""

    @classmethod
    def open(
        cls,
        store: Store,
        reference: Reference,
        models: TextModels,
        data_dir: Path,
        clock: Callable[[], dt.date] = dt.date.today,
        price_share: float = 0.0,
        cluster: Cluster | None = None,
    ) -> "Engine":
        """The last whole generation of `data_dir`, brought up to the store's last change.

        Raises NotReady, with the command to run, when there is none or it does not fit the reference data, or when the
        cluster that has its vectors cannot be reached, and
        ArtifactError when the deployment's forecast of hirings is damaged.
        """
        lookups = Lookups(reference, models, in_force(data_dir))
        try:
            loaded = _load(store, lookups, data_dir, cluster)
        except ClusterUnreachable as error:
            raise NotReady(f"the vector cluster at {error.uri} cannot be used: {error.reason}") from error
        engine = cls._of(loaded, store, lookups, data_dir, clock)
        engine.cluster = cluster
        engine.rankers = Rankers.open(data_dir, lookups.reference.rome.families)
        engine.prices, engine.price_share = LivePrices.open(data_dir), price_share
        engine.catch_up()
        lookups.warm()
        threading.Thread(target=engine.read_ahead, name="vivier-read-ahead", daemon=True).start()
        return engine

    @classmethod
    def _of(
        cls, loaded: Loaded, store: Store, lookups: Lookups, data_dir: Path, clock: Callable[[], dt.date]
    ) -> "Engine":
        return cls(
            store,
            lookups,
            data_dir,
            loaded.catalogues,
            loaded.links,
            loaded.watermark,
            loaded.meta,
            clock,
            loaded.pay_medians,
        )

    @cached_property
    def discretion(self) -> Discretion:
        """What tells counts of people; its secret is the identity of the store, which nothing shows."""
        return Discretion(self.store.identity())

    def catalogue(self, collection: Collection) -> Catalogue:
        return self.catalogues[collection]

    def read_ahead(self) -> None:
        """Have the records read into the system's memory, where there is room; a few gigabytes take the disk half a
        minute. For a thread of its own, beside the requests."""
        for catalogue in list(self.catalogues.values()):
            catalogue.read_ahead()

    def today(self) -> dt.date:
        return self.clock()

    def read_changes(self, limit: int = CHANGES_AT_ONCE) -> "Step | None":
        """The next changes of the log, ready to be applied, or a newer generation level with this engine or newer
        rankers or prices, ready to be adopted; None when there is nothing new. Thread-safe."""
        newer = (
            self._newer_generation()
            or self.rankers.newer(self.data_dir, self.lookups.reference.rome.families)
            or self.prices.newer(self.data_dir)
        )
        if newer is not None:
            return newer
        return self._read_log(limit)

    def _read_log(self, limit: int = CHANGES_AT_ONCE) -> Prepared | None:
        changes = self.store.changes(self.watermark, limit)
        return prepare(self.store, self.lookups, self.links, changes, self.today()) if changes else None

    def reconsider(self) -> None:
        """Forget what was refused: the next `read_changes` looks at it again, as its files are then. For the thread
        that answers questions."""
        self.refused = set()
        if self.generation.get("fallback_from") is not None:
            self.generation = {**self.generation, "fallback_from": None}
        self.rankers, self.prices = self.rankers.reconsidering(), self.prices.reconsidering()

    def _newer_generation(self) -> "Engine | None":
        """The generation in force when it is another than this one's, brought level; one that cannot be used is
        remembered and left alone."""
        in_force = current_id(self.data_dir / INDEX_ROOT)
        known = {self.generation.get("id"), self.generation.get("fallback_from"), *self.refused}
        if in_force is None or in_force in known:
            return None
        try:
            loaded = _load(self.store, self.lookups, self.data_dir, self.cluster)
            fresh = self._of(loaded, self.store, self.lookups, self.data_dir, self.clock)
        except NotReady:
            self.refused.add(in_force)
            return None
        except ClusterUnreachable:  # it may be back in a moment
            return None
        if fresh.generation["id"] != in_force:
            self.refused.add(in_force)
            return None
        fresh.catch_up()
        return fresh

    def apply(self, step: "Step") -> int:
        """Make prepared changes visible, or adopt a newer generation, rankers or prices; returns how many changes. For
        the thread that answers questions, and in order."""
        if isinstance(step, Prepared):
            return self._apply_changes(step)
        if isinstance(step, Rankers):
            self.rankers = step
            return 0
        if isinstance(step, LivePrices):
            self.prices = step
            return 0
        self.catalogues, self.links, self.generation = step.catalogues, step.links, step.generation
        self.pay_medians = step.pay_medians
        self.erased_upto = step.erased_upto
        self.refused = set()
        seen, self.watermark = self.watermark, step.watermark
        return max(step.watermark - seen, 0)

    def _apply_changes(self, prepared: Prepared) -> int:
        for session in prepared.sessions:
            self.links.put_session(session)
        for session_id in prepared.dropped_sessions:
            self.links.drop_session(session_id)
        for offer_id, canonical_id in prepared.canonical:
            self.links.put_canonical(offer_id, canonical_id)
        for offer_id in prepared.dropped_offers:
            self.links.canonical.pop(offer_id, None)
        for update in prepared.updates:
            catalogue = self.catalogues[update.collection]
            catalogue.apply(carried(catalogue, self.links, update.rows), update.removed)
        changed = [*prepared.dropped_contacts, *(contact.id for contact in prepared.contacts)]
        firms = {siret for key in changed if (siret := self.links.drop_contact(key)) is not None}
        firms |= {self.links.put_contact(contact) for contact in prepared.contacts}
        for siret in firms:
            days = self.links.contact_days(siret)
            for column, day in zip(("last_contact_day", "capped_day", "refused_day"), days, strict=True):
                self.catalogues[Collection.ESTABLISHMENTS].set_value(siret, column, day)
        for number in prepared.erased:
            self.links.forget_person(number, self.catalogues[Collection.PROFILES].bury_number(number))
        if prepared.erased_upto:
            forget_words(self.lookups)
        self.erased_upto = max(self.erased_upto, prepared.erased_upto)
        tell(self.catalogues, self.links, self.lookups, prepared.events, prepared.taken_back)
        for event_id in prepared.dropped_events:
            self.links.drop_dismissal(event_id)
        self.watermark = prepared.watermark
        return prepared.n_changes

    def catch_up(self) -> int:
        """Apply everything the log has; returns the number of changes."""
        applied = 0
        while (prepared := self._read_log()) is not None:
            applied += self._apply_changes(prepared)
        return applied

    @property
    def waits(self) -> bool:
        """Whether searches wait for another machine, which has the vectors."""
        return is_elsewhere(str(self.generation.get("backend")))

    @property
    def holds_erased(self) -> bool:
        """Whether people were erased since the generation was written: its files still have them."""
        return self.erased_upto > int(self.generation.get("watermark", self.erased_upto))

    @property
    def n_changed(self) -> int:
        """Rows and burials that a merge would take in."""
        return sum(catalogue.n_changed for catalogue in self.catalogues.values())

    def merge(self, now: dt.datetime) -> dict[str, Any]:
        """Write what is live as a new generation and put it in force; returns its meta data.

        Nothing is read from the store but its identity, and nothing is projected anew. This engine goes on with the
        generation it has.
        """
        with writing_generation(
            self.data_dir,
            self.lookups,
            store_identity=self.store.identity(),
            watermark=self.watermark,
            now=now,
            backend_name=str(self.generation["backend"]),
            cluster=self.cluster,
        ) as draft:
            for collection, catalogue in self.catalogues.items():
                with draft.collection(collection) as writer:
                    for rows in catalogue.chunks():
                        writer.add(rows)
            draft.links(self.links)
        return draft.summary()

    def status(self) -> dict[str, Any]:
        """Generation, watermark and sizes, for health checks and `vivier index status`."""
        return {
            "generation": self.generation.get("id"),
            "refused_generation": max(self.refused, default=self.generation.get("fallback_from")),
            "built_at": self.generation.get("built_at"),
            "backend": self.generation.get("backend"),
            "watermark": self.watermark,
            "collections": {
                collection.value: {"records": catalogue.n_records, "rows": len(catalogue)}
                for collection, catalogue in self.catalogues.items()
            },
            "rankers": self.rankers.status(),
            "prices": self.prices.status(),
        }


Step = Prepared | Engine | Rankers | LivePrices
"""What brings an engine further: changes of the log, an engine over a newer generation, newer rankers, newer prices."""


def _load(store: Store, lookups: Lookups, data_dir: Path, cluster: Cluster | None) -> Loaded:
    """The last whole generation. Raises NotReady, with the command to run, when it does not fit."""
    try:
        found = load_current(data_dir / INDEX_ROOT)
    except ArtifactError as error:
        raise NotReady(f"{error}: run `{BUILD_COMMAND}`") from error
    if found.meta["fingerprint"] != fingerprint(lookups.encoder, lookups.reference):
        raise NotReady(
            "the indexes were built with another encoder, other reference data or another version: "
            f"run `{BUILD_COMMAND}`"
        )
    if found.meta["store"] != store.identity():
        raise NotReady(f"the indexes were built from another store: run `{BUILD_COMMAND}`")
    if int(found.meta["watermark"]) < last_seq(store, blank=True):
        raise NotReady(
            "the indexes were written before people were erased of whom nothing is known any more: "
            f"run `{BUILD_COMMAND}`"
        )
    if int(found.meta["watermark"]) > store.watermark():
        raise NotReady(
            f"the indexes are ahead of the store ({found.meta['watermark']} > {store.watermark()}), another or an "
            f"older database: run `{BUILD_COMMAND}`"
        )
    return map_generation(found, lookups, cluster)
