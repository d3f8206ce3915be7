"""What a request can reach: the settings, the store, the reference data and the engine, opened once at start."""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Annotated

from fastapi import Depends, Request

from api.auditing.call import note_access
from api.auditing.log import AuditLog
from api.copies import REFERENCE, Copies
from api.delivery.base import House
from api.delivery.links import Signer
from api.follow import Follower
from api.log_watch import LogWatch
from api.merging import FORGET_COMMAND, Merging, start
from api.nodes import Node
from api.searching import Searches
from api.security.access import Access
from api.security.bearer import Bearers
from api.security.login import Doors
from api.security.providers import LOCAL, Provider, ProvidersUnusable, local_provider, read_providers
from api.security.session import Sessions
from api.security.signing_keys import KeysUnusable, SigningKeys
from api.settings import Settings, SettingsError, environment_of
from api.steering.board import Board
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

log = logging.getLogger(__name__)

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
    SettingsError,
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
    node: Node
    searches: Searches

    @classmethod
    def open(cls, settings: Settings) -> "Service":
        """The service over the data folder of `settings`, its index loaded and level with the store.

        Raises ReferenceMissing when ROME or the communes were never imported, NotReady when there is no usable index,
        ArtifactError when a part of the reference data is damaged, ModelUnusable for an encoder that cannot be used,
        KeyMissing and KeyringError as `open_store`.
        """
        copies = None if settings.local_dir is None else Copies(settings.data_dir, settings.local_dir)
        if copies is not None:
            copies.copy()
        served = settings.served_dir
        reference = Reference.load(served / REFERENCE)
        store = open_store(settings, patience_s=settings.database_timeout_s)
        try:
            models = TextModels.load(settings.encoder).keeping(served / "vectors")
            engine = Engine.open(
                store, reference, models, served, price_share=settings.allocation_knob, cluster=settings.cluster
            )
            watch = _log_watch(settings, engine)
        except BaseException:
            store.close()
            raise
        starting = partial(start, variables=environment_of(settings))
        merging = Merging(lambda: engine.n_changed, settings.merge_after, starting)
        forgetting = Merging(lambda: int(engine.holds_erased), 1, starting, command=FORGET_COMMAND)
        node = Node(engine, copies, watch)
        chores = (merging, forgetting) if copies is None else (merging, forgetting, copies)
        searches = Searches(lambda: engine.waits)
        follower: Follower[Step] = Follower(node, settings.follow_interval_s, *chores, apart=searches.apart)
        service = cls(settings, store, reference, engine, follower, node, searches)
        _ = service.doors, service.audit  # a key or a provider that cannot be used is told at the start
        return service

    async def start_following(self) -> None:
        """Follow the log, and listen to it where the database tells of writes."""
        if self.node.watch is not None:
            loop = asyncio.get_running_loop()
            self.node.watch.start(lambda: _tell(loop, self.follower.nudge))
        await self.follower.start()

    async def stop_following(self) -> None:
        await self.follower.stop()
        if self.node.watch is not None:
            await asyncio.to_thread(self.node.watch.stop)
        await asyncio.to_thread(self.searches.close)

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

    def look_again(self) -> None:
        """Take up what is published, once it is checked, what was refused before too. On the event loop."""
        log.info("looking at what is published, as asked")
        self.engine.reconsider()
        self.follower.nudge()

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
    def board(self) -> Board:
        """Figures of the whole, for who steers the network."""
        return Board(self)

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
        return Doors.of(self.access, self.sessions, self.providers, self.settings.provider_timeout_s)


def _log_watch(settings: Settings, engine: Engine) -> LogWatch | None:
    """What listens to the log, where the database is PostgreSQL. Raises SettingsError."""
    database = engine.store.engine
    if database.dialect.name == "postgresql":
        return LogWatch(database, settings.follow_interval_s, lambda: engine.watermark)
    if settings.stale_after_s is not None:
        raise SettingsError(
            "VIVIER_STALE_AFTER_S is for several nodes over one PostgreSQL (VIVIER_DATABASE_URL): the database here is "
            "a file of this machine, which no network cuts off. Unset it"
        )
    return None


def _tell(loop: asyncio.AbstractEventLoop, nudge: Callable[[], None]) -> None:
    with contextlib.suppress(RuntimeError):  # the loop has ended meanwhile
        loop.call_soon_threadsafe(nudge)


async def _of(request: Request) -> Service:  # async: a plain function would be run in another thread
    service: Service = request.app.state.service
    return service


ServiceOf = Annotated[Service, Depends(_of)]
"""A route's way to the service: `async def route(service: ServiceOf)`."""
