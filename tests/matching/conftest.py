"""A small world with its store and its indexes, made once; and empty houses that tests fill by hand."""

import datetime as dt
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from features.reference import Reference
from features.sample.reference import sample_reference
from features.store import Store
from features.world import Sizes, World
from features.world.small import sample_world_facts
from features.world.write import to_store
from matching.build import build, ensure_encoder
from matching.engine import ENCODER_ROOT, Engine

TODAY = dt.date(2026, 9, 1)
NOW = dt.datetime(2026, 9, 1, 8, tzinfo=dt.UTC)
SIZES = Sizes(profiles=700, offers=2500, trainings=300, establishments=700, events=0)


@dataclass
class House:
    """A store, a data folder and the reference data: what an engine is opened on."""

    store: Store
    data_dir: Path
    reference: Reference
    today: dt.date = TODAY

    def build(self, backend_name: str = "faiss-flat") -> None:
        build(self.store, self.reference, self.data_dir, now=NOW, backend_name=backend_name)

    def open(self) -> Engine:
        return Engine.open(self.store, self.reference, self.data_dir, clock=lambda: self.today)


@pytest.fixture(scope="session")
def reference() -> Reference:
    return sample_reference()


@pytest.fixture(scope="session")
def encoder_dir(tmp_path_factory: pytest.TempPathFactory, reference: Reference) -> Path:
    """A data folder that holds the published encoder of the sample, and nothing else."""
    folder = tmp_path_factory.mktemp("encoder")
    ensure_encoder(reference, folder)
    return folder


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory, encoder_dir: Path, reference: Reference) -> Iterator[House]:
    """The small generated world, indexed. Read only."""
    folder = tmp_path_factory.mktemp("town")
    shutil.copytree(encoder_dir / ENCODER_ROOT, folder / ENCODER_ROOT)
    store = Store.open(f"sqlite:///{folder / 'vivier.db'}")
    to_store(World(sample_world_facts(), SIZES, 7, TODAY), store)
    house = House(store, folder, reference)
    house.build()
    yield house
    store.close()


@pytest.fixture(scope="session")
def engine(town: House) -> Engine:
    """The engine of the small world. Read only."""
    return town.open()


@pytest.fixture
def new_house(tmp_path: Path, encoder_dir: Path, reference: Reference) -> Iterator[Callable[[str], House]]:
    """Makes empty houses: a store without records, the encoder, no index."""
    made: list[House] = []

    def make(name: str) -> House:
        folder = tmp_path / name
        shutil.copytree(encoder_dir / ENCODER_ROOT, folder / ENCODER_ROOT)
        made.append(House(Store.open(f"sqlite:///{folder / 'vivier.db'}"), folder, reference))
        return made[-1]

    yield make
    for house in made:
        house.store.close()


@pytest.fixture
def house(new_house: Callable[[str], House]) -> House:
    """An empty house, indexed."""
    made = new_house("house")
    made.build()
    return made
