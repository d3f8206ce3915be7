"""One small world over the sample, generated once for all tests of this folder."""

import datetime as dt
from collections.abc import Mapping

import pytest

from features.records import Record
from features.store import Kind
from features.world import ORDER, Sizes, World, WorldFacts
from features.world.small import sample_world_facts

TODAY = dt.date(2026, 11, 23)
SIZES = Sizes(profiles=1200, offers=900, trainings=150, establishments=700, events=2500)


@pytest.fixture(scope="session")
def facts() -> WorldFacts:
    return sample_world_facts()


@pytest.fixture(scope="session")
def world(facts: WorldFacts) -> World:
    return World(facts, SIZES, seed=1, today=TODAY)


@pytest.fixture(scope="session")
def records(world: World) -> Mapping[Kind, list[Record]]:
    """Every record of the small world, by kind."""
    return {kind: list(world.records(kind)) for kind in ORDER}
