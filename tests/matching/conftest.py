"""A small world with its store and its indexes, made once; and empty houses that tests fill by hand."""

import datetime as dt
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import pytest

from features.geo import distance_km
from features.records import Offer, Profile, Record
from features.reference import Reference
from features.sample.reference import sample_reference
from features.store import Store, record_id
from features.world import Sizes, World
from features.world.small import sample_world_facts
from features.world.write import to_store
from matching.answer import Answer, Match, Window
from matching.build import build
from matching.catalogue import Catalogue
from matching.engine import Engine
from matching.index.registry import DEFAULT, backend
from matching.links import Links
from matching.lookups import Lookups
from matching.schema import WITHOUT_VECTORS, Collection
from models.published import published_models
from tests.keys import KEYRING

R = TypeVar("R", bound=Record)

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

    def build(self, backend_name: str = DEFAULT) -> None:
        build(self.store, self.reference, published_models(), self.data_dir, now=NOW, backend_name=backend_name)

    def open(self) -> Engine:
        return Engine.open(self.store, self.reference, published_models(), self.data_dir, clock=lambda: self.today)


@pytest.fixture(scope="session")
def reference() -> Reference:
    return sample_reference()


@pytest.fixture(scope="session")
def lookups(reference: Reference) -> Lookups:
    """The sample's tables and the models that ship, ready."""
    made = Lookups(reference, published_models())
    made.warm()
    return made


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a store without records."""
    path = tmp_path_factory.mktemp("empty") / "vivier.db"
    Store.open(f"sqlite:///{path}", KEYRING).close()
    return path


@pytest.fixture
def local(tmp_path: Path, empty_database: Path, lookups: Lookups) -> Iterator[Engine]:
    """An engine over an empty store, ready to follow it: what opening an empty generation gives."""
    store = Store.open(f"sqlite:///{shutil.copy(empty_database, tmp_path / 'vivier.db')}", KEYRING)
    catalogues = {
        collection: Catalogue(
            collection, None if collection in WITHOUT_VECTORS else backend(DEFAULT)(lookups.encoder.dim)
        )
        for collection in Collection
    }
    yield Engine(store, lookups, tmp_path, catalogues, Links(), 0, {}, clock=lambda: TODAY)
    store.close()


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory, lookups: Lookups, reference: Reference) -> Iterator[House]:
    """The small generated world, indexed. Read only."""
    folder = tmp_path_factory.mktemp("town")
    store = Store.open(f"sqlite:///{folder / 'vivier.db'}", KEYRING)
    to_store(World(sample_world_facts(), SIZES, 7, TODAY), store, completed=lookups.completion.completed)
    house = House(store, folder, reference)
    house.build()
    yield house
    store.close()


@pytest.fixture(scope="session")
def profiles(town: House) -> dict[str, Profile]:
    """The people of the small world, by id. Read only."""
    return every(town.store, Profile)


@pytest.fixture(scope="session")
def offers(town: House) -> dict[str, Offer]:
    """Its offers, by id. Read only."""
    return every(town.store, Offer)


@pytest.fixture(scope="session")
def engine(town: House) -> Engine:
    """The engine of the small world. Read only."""
    return town.open()


@pytest.fixture
def new_house(tmp_path: Path, empty_database: Path, reference: Reference) -> Iterator[Callable[[str], House]]:
    """Makes empty houses: a store without records, no index."""
    made: list[House] = []

    def make(name: str) -> House:
        folder = tmp_path / name
        folder.mkdir()
        database = shutil.copy(empty_database, folder / "vivier.db")
        made.append(House(Store.open(f"sqlite:///{database}", KEYRING), folder, reference))
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


def whole(ask: Callable[[Window], Answer[R]]) -> list[Match[R]]:
    """Every match of an answer, page after page."""
    found: list[Match[R]] = []
    while True:
        answer = ask(Window(len(found), len(found) + 149))
        found.extend(answer.matches)
        if len(found) >= answer.total or not answer.matches:
            assert len(found) == answer.total
            return found


def every(store: Store, record_type: type[R]) -> dict[str, R]:
    """Every record of a type, by id."""
    return {record_id(record): record for batch in store.scan(record_type) for record in batch}


def km(reference: Reference, one: str | None, other: str | None) -> float:
    """Kilometres between two communes (INSEE codes); infinite where one is not known."""
    rows = [None if code is None else reference.communes.get_row(code) for code in (one, other)]
    if rows[0] is None or rows[1] is None:
        return float("inf")
    lat, lon = reference.communes.lat, reference.communes.lon
    return distance_km(float(lat[rows[0]]), float(lon[rows[0]]), float(lat[rows[1]]), float(lon[rows[1]]))
