"""A market over the sample world: generated, indexed and searched as a deployment would be, in a folder thrown away."""

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from features.records import Profile
from features.sample.reference import sample_region
from features.store import Kind, Store
from features.world import Sizes, World
from features.world.small import facts_for
from features.world.write import to_store
from matching.build import build
from matching.candidates import candidates_market
from matching.engine import Engine
from matching.schema import Collection
from models.inference import Completion
from models.published import published_models
from models.simulation.market import Market

AREAS: Final = ("2734", "5225", "7543")
"""Montbéliard, Saint-Nazaire, Guéret: two industrial towns and a rural area, so that offers are near each other."""
TODAY: Final = dt.date(2026, 9, 1)
OFFERS_A_FIRM: Final = 12
KINDS: Final = (Kind.ESTABLISHMENT, Kind.OFFER, Kind.PROFILE)
"""No events: what hangs on behaviour is computed as the weeks go by."""


def sample_market(
    persons: int,
    offers: int,
    weeks: int,
    seed: int,
    today: dt.date = TODAY,
    progress: Callable[[int], None] = lambda _: None,
) -> Market:
    """A market of about so many people (those without a known occupation are left out) and offers.

    The same arguments give the same market. A thousand people take some three seconds. `progress` is told of each
    person searched for.
    """
    sizes = Sizes(profiles=persons, offers=offers, trainings=0, establishments=max(offers // OFFERS_A_FIRM, 1))
    with sample_engine(sizes, KINDS, seed, today) as engine:
        return candidates_market(engine, profiles_of(engine), weeks, seed, progress)


@contextmanager
def sample_engine(sizes: Sizes, kinds: Sequence[Kind], seed: int, today: dt.date = TODAY) -> Iterator[Engine]:
    """An engine over a world of these sizes, of records of these kinds alone, in a folder that goes with it."""
    reference = sample_region(AREAS)
    completion = Completion(reference.rome, lambda: published_models().tagger(reference.rome))
    with TemporaryDirectory() as folder:
        store = Store.open(f"sqlite:///{Path(folder) / 'vivier.db'}")
        try:
            world = World(facts_for(reference, None), sizes, seed, today)
            to_store(world, store, kinds, completed=completion.completed)
            now = dt.datetime.combine(today, dt.time(8), tzinfo=dt.UTC)
            build(store, reference, published_models(), Path(folder), now=now)
            yield Engine.open(store, reference, published_models(), Path(folder), clock=lambda: today)
        finally:
            store.close()


def profiles_of(engine: Engine) -> list[str]:
    """Ids of the people with a known occupation, in order."""
    known = engine.catalogue(Collection.PROFILES)
    return [profile.id for batch in engine.store.scan(Profile) for profile in batch if profile.id in known]
