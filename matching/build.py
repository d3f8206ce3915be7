"""Building a generation: every collection from the store."""

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from features.records import Contact, Establishment, Offer, Profile, Training, TrainingSession
from features.reference import Reference
from features.store import Store
from matching.catalogue import Rows
from matching.changes import other_sources
from matching.generations import writing_generation
from matching.index.cluster import Cluster
from matching.index.registry import DEFAULT
from matching.links import Links
from matching.lookups import Lookups
from matching.rows.establishment import project_establishments
from matching.rows.offer import project_offers
from matching.rows.profile import project_profiles
from matching.rows.session import project_sessions
from matching.schema import SOURCE_KIND, Collection
from models.hiring.published import in_force
from models.published import TextModels

Progress = Callable[[int], None]


def build(
    store: Store,
    reference: Reference,
    models: TextModels,
    data_dir: Path,
    *,
    now: dt.datetime,
    backend_name: str = DEFAULT,
    cluster: Cluster | None = None,
    progress: Callable[[Collection, int], Progress] = lambda _collection, _total: lambda _done: None,
) -> dict[str, Any]:
    """Build and publish a generation; returns its meta data. Raises ArtifactError when the forecast is damaged.

    Changes written meanwhile are replayed from the log when the generation is opened: the watermark is read first.
    `progress` is called once a collection with its number of records and gives the function that is told of each
    batch.
    """
    lookups = Lookups(reference, models, in_force(data_dir))
    watermark = store.watermark()
    links = Links()
    for contacts in store.scan(Contact):
        for contact in contacts:
            links.put_contact(contact)

    with writing_generation(
        data_dir,
        lookups,
        store_identity=store.identity(),
        watermark=watermark,
        now=now,
        backend_name=backend_name,
        cluster=cluster,
    ) as draft:
        for collection in Collection:
            advance = progress(collection, store.count(SOURCE_KIND[collection]))
            with draft.collection(collection) as writer:
                for rows, n_records in _batches(collection, store, lookups, links, now.date()):
                    writer.add(rows)
                    advance(n_records)
        draft.replay(store.events_logged(watermark), links)
        draft.links(links)
    return draft.summary()


def _batches(
    collection: Collection, store: Store, lookups: Lookups, links: Links, today: dt.date
) -> Iterator[tuple[Rows, int]]:
    match collection:
        case Collection.PROFILES:
            for profiles in store.scan(Profile):
                yield project_profiles(profiles, lookups), len(profiles)
        case Collection.OFFERS:
            for offers in store.scan(Offer):
                yield _offer_rows(offers, store, lookups, links), len(offers)
        case Collection.SESSIONS:
            for sessions in store.scan(TrainingSession):
                for session in sessions:
                    links.put_session(session)
                trainings = store.get_many(Training, {session.training_id for session in sessions})
                yield project_sessions(sessions, lookups, trainings), len(sessions)
        case Collection.ESTABLISHMENTS:
            last_contacts = links.all_contact_days()
            for firms in store.scan(Establishment):
                yield project_establishments(firms, lookups, last_contacts, today), len(firms)


def _offer_rows(offers: list[Offer], store: Store, lookups: Lookups, links: Links) -> Rows:
    canonical = store.canonical_offers([offer.id for offer in offers])
    for offer in offers:
        links.put_canonical(offer.id, canonical.get(offer.id, offer.id))
    shown = {offer.id: offer for offer in offers if canonical.get(offer.id, offer.id) == offer.id}
    return project_offers(list(shown.values()), lookups, other_sources(store, shown))
