"""Fixtures shared by all tests."""

import datetime as dt
import fcntl
import os
import shutil
import warnings
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

from tests.databases import (  # noqa: F401 - fixtures
    database_url,
    postgres_schema,
    postgres_server,
    sqlite_schema,
    store_url,
)
from tests.keys import KEYRING
from tests.made_once import made_once  # noqa: F401 - a fixture

os.environ.update(
    VIVIER_ALLOWED_HOSTS="testserver,127.0.0.1,localhost",
    VIVIER_API_PAGE="true",
    VIVIER_RATE_LIMIT="none",
    VIVIER_RATE_LIMIT_MACHINES="none",
    VIVIER_RATE_LIMIT_ADDRESS="none",
)
"""The test client calls itself `testserver`; many tests read what the API says of itself, and all ask a lot."""

hypothesis.settings.register_profile("vivier", deadline=None)
hypothesis.settings.load_profile("vivier")
"""An example may take as long as a busy machine needs."""


@pytest.fixture(scope="session")
def open_data() -> Path:
    """The publishers' files; the test is skipped, saying so, when they are not at hand."""
    folder = os.environ.get("VIVIER_OPEN_DATA")
    if folder is None:
        beside = Path(__file__).parents[2] / "shared" / "data"
        if not beside.is_dir():
            pytest.skip("VIVIER_OPEN_DATA is not set: this test reads the publishers' open data")
        return beside
    path = Path(folder)
    if not path.is_dir():
        pytest.fail(f"VIVIER_OPEN_DATA={folder} is not a folder")
    return path


@pytest.fixture(scope="session")
def open_reference_dir(open_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A reference folder of all that the publishers' files hold, made once for all processes of a run. Read only."""
    from features.sources.registry import REFERENCE_SOURCES
    from features.sources.run_reference import import_reference

    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    with (shared / "open-reference.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        folder = shared / "open-reference"
        if not (folder / "made").exists():
            for source in REFERENCE_SOURCES:
                if found := source.find(open_data):
                    import_reference(source, found, folder / "reference", folder / "rejects")
            (folder / "made").touch()
    return folder / "reference"


@pytest.fixture(scope="session")
def sample_data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with a small sample world, its store and its index. Read only: `deployment` gives a copy."""
    from features.sample.reference import sample_reference
    from features.store import Store
    from features.world.small import sample_world_facts
    from features.world.world import Sizes, World
    from features.world.write import to_store
    from matching.build import build
    from models.inference import Completion
    from models.published import published_models

    folder = tmp_path_factory.mktemp("sample")
    reference = sample_reference()
    reference.save(folder / "reference")
    KEYRING.write(folder / "data-key")
    store = Store.open(f"sqlite:///{folder / 'vivier.db'}", KEYRING)
    sizes = Sizes(profiles=200, offers=300, trainings=60, establishments=150, events=100)
    models = published_models()
    completion = Completion(reference.rome, lambda: models.tagger(reference.rome))
    world = World(sample_world_facts(), sizes, 1, dt.datetime.now(dt.UTC).date())
    to_store(world, store, completed=completion.completed)
    build(store, reference, models, folder, now=dt.datetime.now(dt.UTC))
    store.close()
    return folder


@pytest.fixture
def deployment(sample_data_dir: Path, tmp_path: Path) -> Path:
    """A data folder of one's own, to write into and to damage."""
    return Path(shutil.copytree(sample_data_dir, tmp_path / "var"))


@pytest.fixture(scope="session")
def empty_tracking_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An MLflow store without a run, made once: its tables take seconds. Skips, saying so, without the train extra."""
    pytest.importorskip("mlflow", reason="the registry needs vivier[train]: mlflow is absent")
    pytest.importorskip("matplotlib", reason="the registry needs vivier[train]: matplotlib is absent")
    from models.training.tracking import client_of, default_uri

    folder = tmp_path_factory.mktemp("mlflow")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        client_of(default_uri(folder)).search_experiments()
    return folder / "mlflow.db"


@pytest.fixture(scope="module")
def tracking_folder(tmp_path_factory: pytest.TempPathFactory, empty_tracking_store: Path) -> Path:
    """A data folder whose MLflow store has no run yet, for the tests of one file."""
    folder = tmp_path_factory.mktemp("registry")
    shutil.copy(empty_tracking_store, folder / "mlflow.db")
    return folder


@pytest.fixture
def quiet_mlflow() -> Iterator[None]:
    """MLflow's own use of its libraries warns; that is not ours to fix."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
