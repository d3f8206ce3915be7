"""A run over a deployment: who is subscribed by default, the day's prices, and the digests of one shard.

Two runs never work for the same people at once: each holds a lock on its lots of people, bytes of one file or
PostgreSQL's advisory locks, which go with the process however it ends.
"""

import datetime as dt
from collections.abc import Callable, Collection, Iterator
from contextlib import AbstractContextManager
from typing import Final

import sqlalchemy as sa

from api.service import Service
from api.settings import Settings
from features.enrolment import enrol_everyone
from features.records import Frequency
from features.store.digests import BUCKETS, bucket_of
from features.store.lots import held_in_database, held_in_file
from matching.digests.due import QuietHours
from matching.digests.prepare import Due, Rules
from matching.digests.prices import DigestPrices, keep_prices, read_prices
from matching.digests.run import Tally, every_due, lots_together, prices_of_day, run

_DIGESTS: Final = 1
"""What PostgreSQL's locks are about: runs of digests."""


def prepare_day(
    service: Service,
    moment: dt.datetime,
    buckets: Collection[int],
    only: Frequency | None = None,
    progress: Callable[[int], None] = lambda _: None,
) -> Tally:
    """Prepare the digests that are due at `moment` (local time) for these lots of people; the engine's day must be
    that of `moment`. The caller holds the lots (`holding`)."""
    settings = service.settings
    if settings.subscribe_by_default and enrol_everyone(service.store):
        service.engine.catch_up()

    def every() -> Iterator[Due]:
        return every_due(service.store, moment, QuietHours(*settings.quiet))

    n_due = 0
    counts = [0] * BUCKETS
    for each in every():
        n_due += 1
        counts[bucket_of(each.subscription.profile_id)] += only in (None, each.subscription.frequency)
    rules = Rules(settings.digest_least_quality, _prices(service, every, n_due, moment.date()))
    tally = Tally()
    for lots in lots_together(counts, buckets):  # what is due is read anew for each group: memory is that of one
        part = (
            each
            for each in every()
            if only in (None, each.subscription.frequency) and bucket_of(each.subscription.profile_id) in lots
        )
        done = run(service.engine, part, rules, lambda: dt.datetime.now(dt.UTC))
        progress(done.due)
        tally += done
    return tally


def holding(settings: Settings, engine: sa.Engine, buckets: Collection[int]) -> AbstractContextManager[None]:
    """Nobody else works for these lots of people meanwhile, on this machine or on another over the same PostgreSQL.
    Raises Busy when another run does."""
    if engine.dialect.name == "postgresql":
        return held_in_database(engine, _DIGESTS, buckets)
    return held_in_file(settings.data_dir / "digests.lock", buckets)


def _prices(service: Service, every: Callable[[], Iterator[Due]], n_due: int, day: dt.date) -> DigestPrices:
    """The day's prices: those that its first run at this knob made."""
    settings = service.settings
    if settings.digest_knob == 0 or n_due == 0:
        return DigestPrices()
    with held_in_file(settings.data_dir / "digest-prices.lock", [0], wait=True):
        found = read_prices(settings.data_dir, day, settings.digest_knob)
        if found is None:
            found = prices_of_day(service.engine, every(), settings.digest_knob)
            keep_prices(settings.data_dir, day, found, settings.digest_knob, n_due)
    return found
