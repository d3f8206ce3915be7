"""How long a committed write takes to be seen by searches: a real store, and the follower that the service runs."""

import asyncio
import datetime as dt
import random
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import msgspec

from api.follow import Follower
from benchmarks.keys import keys_in
from features.records import Profile
from features.sample.reference import sample_reference
from features.store import Store
from features.world import Sizes, World
from features.world.small import sample_world_facts
from features.world.write import to_store
from matching.build import build
from matching.engine import Engine, Step
from models.published import published_models

SIZES: Final = Sizes(profiles=2_000, offers=500, trainings=50, establishments=100)
SEED: Final = 7
TODAY: Final = dt.date(2026, 9, 1)


class Seen:
    """An engine that notes when it had applied what."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.applied: list[tuple[int, float]] = []
        """Watermark and moment after each step."""

    def read_changes(self) -> Step | None:
        return self._engine.read_changes()

    def apply(self, prepared: Step) -> int:
        n_changes = self._engine.apply(prepared)
        self.applied.append((self._engine.watermark, time.perf_counter()))
        return n_changes


def open_world(root: Path) -> tuple[Store, Engine]:
    """A small world in SQLite, indexed."""
    store = Store.open(f"sqlite:///{root / 'vivier.db'}", keys_in(root))
    to_store(World(sample_world_facts(), SIZES, SEED, TODAY), store)
    reference, models = sample_reference(), published_models()
    build(store, reference, models, root, now=dt.datetime.combine(TODAY, dt.time(8), dt.UTC))
    return store, Engine.open(store, reference, models, root, clock=lambda: TODAY)


def lags_ms(
    store: Store, engine: Engine, n_writes: int, per_s: float, interval_s: float, *, nudged: bool, seed: int = SEED
) -> list[float]:
    """From the commit of each write to the moment when searches see it.

    One profile a write, by another thread, at random moments. `nudged`: the follower is told of each, as it is of this
    process's own writes; else it looks every `interval_s`, as it does for those of others.
    """
    people = [person for batch in store.scan(Profile) for person in batch]
    draw = random.Random(seed)
    seen = Seen(engine)
    written: list[tuple[int, float]] = []

    def write(nudge: Callable[[], object]) -> None:
        for _ in range(n_writes):
            time.sleep(draw.expovariate(per_s))
            person = draw.choice(people)
            day = TODAY + dt.timedelta(days=draw.randrange(1, 100_000))
            store.upsert([msgspec.structs.replace(person, available_from=day)], "benchmark")
            committed = time.perf_counter()
            if nudged:
                nudge()
            written.append((store.watermark(), committed))

    async def run() -> None:
        follower = Follower[Step](seen, interval_s)
        loop = asyncio.get_running_loop()
        await follower.start()
        thread = threading.Thread(target=write, args=(lambda: loop.call_soon_threadsafe(follower.nudge),))
        thread.start()
        await asyncio.to_thread(thread.join)
        while engine.watermark < written[-1][0]:
            await asyncio.sleep(interval_s / 10)
        await follower.stop()

    asyncio.run(run())
    return lags(written, seen.applied)


def lags(written: Sequence[tuple[int, float]], applied: Sequence[tuple[int, float]]) -> list[float]:
    """Milliseconds from each write (sequence number, second) to the first step that held it (watermark, second), none
    where it was seen before its commit had been told of; both ascending, the last write being held."""
    found, step = [], 0
    for number, committed in written:
        while applied[step][0] < number:
            step += 1
        found.append(max(applied[step][1] - committed, 0.0) * 1e3)
    return found
