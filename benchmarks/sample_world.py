"""The sample world as a data folder to serve and to write into: for proofs that need everything, and little of it."""

import dataclasses
import datetime as dt
import shutil
from pathlib import Path
from typing import Final

from api.follow import Follower
from api.service import Service
from api.settings import Settings
from benchmarks.keys import keys_in
from features.sample.reference import sample_reference
from features.store import Store
from features.world.small import sample_world_facts
from features.world.world import Sizes, World
from features.world.write import to_store
from matching.build import build
from models.inference import Completion
from models.published import published_models

SIZES: Final = Sizes(profiles=200, offers=300, trainings=60, establishments=150, events=100)
SEED: Final = 1


def write_world(folder: Path) -> Path:
    """The reference data, the store and the index of the sample world under `folder`, which is returned."""
    folder.mkdir(parents=True)
    reference = sample_reference()
    reference.save(folder / "reference")
    now = dt.datetime.now(dt.UTC)
    store = Store.open(f"sqlite:///{folder / 'vivier.db'}", keys_in(folder))
    try:
        models = published_models()
        completion = Completion(reference.rome, lambda: models.tagger(reference.rome))
        to_store(World(sample_world_facts(), SIZES, SEED, now.date()), store, completed=completion.completed)
        build(store, reference, models, folder, now=now)
    finally:
        store.close()
    return folder


def copied(world: Path, folder: Path) -> Path:
    """A copy of a world, to write into."""
    return Path(shutil.copytree(world, folder))


def unlimited(folder: Path, host: str, api_page: bool = False) -> Settings:
    """Settings of a demonstration over a data folder, reached as `host`, that turns nobody away for asking too much."""
    return Settings(
        data_dir=folder,
        demo_identities=True,
        allowed_hosts=host,
        api_page=api_page,
        rate_limit="none",
        rate_limit_machines="none",
        rate_limit_address="none",
        people_share=1.0,
        people_least=1_000_000_000,
        need_share=1.0,
        request_timeout_s=600,
    )


def alone(service: Service) -> Service:
    """A service that starts no process of its own to rewrite its indexes: what is asked of it is all that is done."""
    return dataclasses.replace(service, follower=Follower(service.engine, service.settings.follow_interval_s))
