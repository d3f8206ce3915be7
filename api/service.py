"""What a request can reach: the settings, the store, the reference data and the engine, opened once at start."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Annotated

from fastapi import Depends, Request

from api.auditing.call import note_access
from api.auditing.log import AuditLog
from api.delivery.base import House
from api.delivery.links import Signer
from api.follow import Follower
from api.merging import FORGET_COMMAND, Merging, start
from api.security.access import Access
from api.security.bearer import Bearers
from api.security.login import Doors
from api.security.providers import LOCAL, Provider, ProvidersUnusable, local_provider, read_providers
from api.security.session import Sessions
from api.security.signing_keys import KeysUnusable, SigningKeys
from api.settings import Settings, environment_of
from api.storing import open_store
from api.subscribing import check_criteria, check_known, check_webhook, told_by
from features import duplicates, enrolment
from features.artifacts import ArtifactError
from features.audit.key import AuditKeyUnusable
from features.privacy.keyring import KeyringError
from features.records import Contact, Event, Record, Subscription
from features.reference import Reference, ReferenceMissing
from features.store import KeyMissing, Store, Writer
from matching.engine import Engine, Step
from matching.errors import VivierError
from models.encoder import ModelUnusable
from models.published import TextModels

CANNOT_OPEN = (
    ReferenceMissing,
    ArtifactError,
    VivierError,
    ModelUnusable,
    KeysUnusable,
    ProvidersUnusable,
    AuditKeyUnusable,
    KeyMissing,
    KeyringError,
)
"""What `Service.open` raises when something is missing or damaged: the message is for who runs it."""


@dataclass(frozen=True, eq=False)
class Service:
    """One running deployment."""

    settings: Settings
    store: Store
    reference: Reference
    engine: Engine
    follower: Follower[Step]

    @classmethod
    def open(cls, settings: Settings) -> "Service":
        """The service over the data folder of `settings`, its index loaded and level with the store.

        Raises ReferenceMissing when ROME or the communes were never imported, NotReady when there is no usable index,
        ArtifactError when a part of the reference data is damaged, ModelUnusable for an encoder that cannot be used,
        KeyMissing and KeyringError as `open_store`.
        """
        reference = Reference.load(settings.reference_dir)
        store = open_store(settings)
        try:
            models = TextModels.load(settings.encoder).keeping(settings.data_dir / "vectors")
            engine = Engine.open(
                store,
                reference,
                models,
                settings.data_dir,
                price_share=settings.allocation_knob,
                cluster=settings.cluster,
            )
        except BaseException:
            store.close()
            raise
        starting = partial(start, variables=environment_of(settings))
        merging = Merging(lambda: engine.n_changed, settings.merge_after, starting)
        forgetting = Merging(lambda: int(engine.holds_erased), 1, starting, command=FORGET_COMMAND)
        follower: Follower[Step] = Follower(engine, settings.follow_interval_s, merging, forgetting)
        service = cls(settings, store, reference, engine, follower)
        _ = service.doors, service.audit  # a key or a provider that cannot be used is told at the start
        return service

    def completed(self, record: Record) -> Record:
        """`record` with the occupations that its words tell, where it came without a code; an offer put aside with its
        occupation and place. Raises BorderError for a subscription of nobody, one whose criteria the search of offers
        refuses or whose webhook is not public, and for a contact with an unknown firm. For a worker thread."""
        if isinstance(record, Subscription):
            check_criteria(record, self.engine.lookups, self.engine.today())
            check_webhook(record, self.settings.webhook_private_addresses)
        if isinstance(record, (Subscription, Contact)):
            check_known(record, self.store)
        if isinstance(record, Event):
            return told_by(record, self.store)
        return self.engine.lookups.completion.completed(record)

    @contextlib.contextmanager
    def writing(self) -> Iterator[Writer]:
        """One transaction, at whose end the groups of duplicate offers are settled, and those who are to be are
        subscribed by default. For a worker thread."""
        by_default = enrolment.following if self.settings.subscribe_by_default else contextlib.nullcontext
        with self.store.writing() as writer, duplicates.following(writer), by_default(writer):
            yield writer

    @cached_property
    def audit(self) -> AuditLog:
        """Where what requests do is noted. Raises AuditKeyUnusable."""
        return AuditLog.of(self.settings, self.store)

    @cached_property
    def house(self) -> House:
        """What the channels of digests use."""
        return House(self.settings, Signer.of(self.settings))

    @cached_property
    def access(self) -> Access:
        """Who may sign in. Raises KeysUnusable."""
        return Access.open(self.settings, self.store, note_access)

    @cached_property
    def bearers(self) -> Bearers:
        """What reads the tokens of machines."""
        return Bearers(self.access)

    @cached_property
    def sessions(self) -> Sessions:
        """What begins and reads the sessions of people."""
        return Sessions(self.access, self.settings.public_url)

    @cached_property
    def providers(self) -> dict[str, Provider]:
        """Those that people sign in through, by name. Raises ProvidersUnusable."""
        found = read_providers(self.settings.providers)
        if self.settings.local_provider:
            found[LOCAL] = local_provider(self.settings.public_url)
        return found

    @cached_property
    def local_signing_keys(self) -> SigningKeys:
        """The keys of the provider for development."""
        return SigningKeys(self.settings.data_dir / "local-provider-keys")

    @cached_property
    def doors(self) -> Doors:
        """How people come in. Raises ProvidersUnusable, KeysUnusable."""
        return Doors.of(self.access, self.sessions, self.providers)


async def _of(request: Request) -> Service:  # async: a plain function would be run in another thread
    service: Service = request.app.state.service
    return service


ServiceOf = Annotated[Service, Depends(_of)]
"""A route's way to the service: `async def route(service: ServiceOf)`."""
