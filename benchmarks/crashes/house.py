"""A small deployment to kill processes over: a world, people subscribed by e-mail, a table to train on, an index."""

import datetime as dt
import json
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec
import numpy as np

from benchmarks.http_client import UNLIMITED
from benchmarks.keys import keys_in
from features.records import Channel, Consents, Frequency, Identity, Profile, Subscription
from features.sample.reference import sample_reference
from features.store import Kind, Store
from features.world import Sizes, World
from features.world.small import sample_world_facts
from features.world.write import to_store
from matching.build import build
from models.published import published_models
from models.ranking.table import RankingTable

SIZES: Final = Sizes(profiles=150, offers=300, trainings=20, establishments=40, events=40)
ROME, COMMUNE, PLACE = "J1501", "23096", "23 - Guéret"
"""Where writers write: a métier and a place of the sample."""
IMPORTED: Final = 120
"""Profiles of the partner's file."""
SOURCE: Final = "partenaire"
WEEKS, PEOPLE, SHOWN = 8, 150, 10
"""Of the log that rankers are trained on."""


@dataclass(frozen=True)
class House:
    """Where everything is."""

    root: Path

    @property
    def data_dir(self) -> Path:
        return self.root / "var"

    @property
    def table(self) -> Path:
        return self.root / "table"

    @property
    def feed(self) -> Path:
        return self.root / "partenaire.ndjson"

    @property
    def store_url(self) -> str:
        return f"sqlite:///{self.data_dir / 'vivier.db'}"

    def open_store(self) -> Store:
        """The store with its keys; the caller closes it."""
        return Store.open(self.store_url, keys_in(self.data_dir))

    def environment(self, smtp_port: int) -> Mapping[str, str]:
        """The settings of every process."""
        return {
            **UNLIMITED,
            "VIVIER_DATA_DIR": str(self.data_dir),
            "VIVIER_DEMO_IDENTITIES": "true",
            "VIVIER_ALLOWED_HOSTS": "127.0.0.1",
            "VIVIER_LOG_LEVEL": "warning",
            "VIVIER_QUIET_HOURS": "0-0",
            "VIVIER_DIGEST_LEAST_QUALITY": "0",
            "VIVIER_SMTP_HOST": "127.0.0.1",
            "VIVIER_SMTP_PORT": str(smtp_port),
            "VIVIER_SMTP_SECURITY": "none",
            "OMP_NUM_THREADS": "1",
            "MLFLOW_DISABLE_TELEMETRY": "true",
        }


def made(root: Path, seed: int, today: dt.date) -> House:
    """A deployment below `root`, from nothing."""
    house = House(root)
    house.data_dir.mkdir(parents=True)
    reference = sample_reference()
    reference.save(house.data_dir / "reference")
    with closing(house.open_store()) as store:
        to_store(World(sample_world_facts(), SIZES, seed, today), store)
        subscribe_everyone(store)
        write_feed(house, 0)
        now = dt.datetime.combine(today, dt.time(6), dt.UTC)
        build(store, reference, published_models(), house.data_dir, now=now)
    logged(seed).save(house.table)
    return house


def subscribe_everyone(store: Store) -> None:
    """Everyone by e-mail, every day, and by nothing else."""
    people = [person for batch in store.scan(Profile) for person in batch]
    consents = Consents(profiling=True, contact_by_email=True)
    with store.writing() as writer:
        writer.delete(Kind.SUBSCRIPTION, [each.id for batch in store.scan(Subscription) for each in batch])
        writer.upsert([msgspec.structs.replace(person, consents=consents) for person in people], "maison")
        writer.upsert([Identity(id=person.id, email=f"{person.id}@exemple.fr") for person in people], "maison")
        writer.upsert(
            [
                Subscription(
                    id=f"a-{person.id}", profile_id=person.id, channel=Channel.EMAIL, frequency=Frequency.DAILY
                )
                for person in people
            ],
            "maison",
        )


def write_feed(house: House, version: int) -> None:
    """The partner's file: the same people, who all say which version of it they are from."""
    lines = [
        {
            "id": f"{SOURCE}-{number:04d}",
            "projets": [{"codeROME": ROME, "rayonKm": 30}],
            "experiences": [{"mois": 12, "intitule": f"Aide-soignant, version {version}", "codeROME": ROME}],
            "commune": COMMUNE,
        }
        for number in range(IMPORTED)
    ]
    house.feed.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8")


def logged(seed: int) -> RankingTable:
    """Lists in a drawn order, in which what is near is applied to, and those who ask little are hired."""
    draw = np.random.default_rng(seed)
    n = PEOPLE * WEEKS * SHOWN
    distance, asked = draw.random(n), draw.random(n)
    position = np.tile(np.arange(SHOWN), PEOPLE * WEEKS)
    looked = draw.random(n) < 0.85**position
    opened = looked & (draw.random(n) < 0.6 * (1 - distance))
    applied = opened & (draw.random(n) < 0.9 * (1 - distance))
    interviewed = applied & (draw.random(n) < 0.9 * (1 - asked))
    hired = interviewed & (draw.random(n) < 0.9 * (1 - asked))
    aside = looked & ~opened & (draw.random(n) < 0.3 * distance)
    return RankingTable(
        names=("distance", "pay"),
        features=np.stack([distance, asked], axis=1).astype(np.float32),
        person=np.tile(np.repeat(np.arange(PEOPLE), SHOWN), WEEKS).astype(np.int32),
        item=draw.integers(0, 500, n).astype(np.int32),
        list_id=np.repeat(np.arange(PEOPLE * WEEKS), SHOWN).astype(np.int32),
        week=np.repeat(np.arange(WEEKS), PEOPLE * SHOWN).astype(np.int16),
        position=position.astype(np.int16),
        outcome=(1 + opened + 2 * applied + interviewed + hired - aside).astype(np.int8),
    )
