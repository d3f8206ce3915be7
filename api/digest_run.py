"""A run over a deployment: who is subscribed by default, the day's prices, and the digests of one shard.

Two runs never work for the same people at once: each holds a lock on its lots of people, byte by byte of one file,
which goes with the process however it ends.
"""

import contextlib
import datetime as dt
import fcntl
import os
from collections.abc import Callable, Collection, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

from api.service import Service
from api.settings import Settings
from features.enrolment import enrol_everyone
from features.records import Frequency
from features.store.digests import BUCKETS, bucket_of
from matching.digests.due import QuietHours
from matching.digests.prepare import Due, Rules
from matching.digests.prices import DigestPrices, keep_prices, read_prices
from matching.digests.run import Tally, due_at, prices_of_day, run


class Busy(Exception):
    """Another run works for some of the same people."""


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
    everyone = due_at(service.store, moment, QuietHours(*settings.quiet), range(BUCKETS))
    due = everyone if only is None else [each for each in everyone if each.subscription.frequency is only]
    prices = _prices(service, everyone, moment.date())
    mine = frozenset(buckets)
    part = [each for each in due if bucket_of(each.subscription.profile_id) in mine]
    rules = Rules(settings.digest_least_quality, prices)
    return run(service.engine, part, rules, lambda: dt.datetime.now(dt.UTC), progress)


def holding(settings: Settings, buckets: Collection[int]) -> AbstractContextManager[None]:
    """Nobody else works for these lots of people meanwhile. Raises Busy when another run does."""
    return _locked(settings.data_dir / "digests.lock", buckets)


def _prices(service: Service, due: list[Due], day: dt.date) -> DigestPrices:
    """The day's prices: those that its first run at this knob made."""
    settings = service.settings
    if settings.digest_knob == 0 or not due:
        return DigestPrices()
    with _locked(settings.data_dir / "digest-prices.lock", [0], wait=True):
        found = read_prices(settings.data_dir, day, settings.digest_knob)
        if found is None:
            found = prices_of_day(service.engine, due, settings.digest_knob)
            keep_prices(settings.data_dir, day, found, settings.digest_knob, len(due))
    return found


@contextlib.contextmanager
def _locked(path: Path, lots: Collection[int], wait: bool = False) -> Iterator[None]:
    """Hold a lock on each of `lots`, bytes of a file that is opened here alone: closing it anywhere in this process
    would let all of them go. Raises Busy where another process holds one, unless it is to `wait`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        for lot in sorted(lots):
            try:
                fcntl.lockf(descriptor, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB, 1, lot)
            except BlockingIOError:
                raise Busy("another run prepares digests for some of the same people: wait until it ends") from None
        yield
    finally:
        os.close(descriptor)
