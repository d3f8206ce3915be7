"""Published folders of each kind of file, two generations of each: the last good one, and the one to be damaged."""

import datetime as dt
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from benchmarks.crashes.house import logged
from benchmarks.keys import keys_in
from features.artifacts import MANIFEST, SEAL, ArtifactError, load_current, problem_of, publishing
from features.records import Offer
from features.sample.reference import sample_reference
from features.store import Kind, Store
from features.world import Sizes, World
from features.world.small import sample_world_facts
from features.world.table import ParquetTable, read_parquet
from features.world.write import to_store
from matching.build import build
from matching.payload_file import PAYLOADS, Payloads
from models import champions
from models.champions import Card
from models.oblivious import ObliviousTrees
from models.published import published_models
from models.ranked import Ranked
from models.ranking.model import RankingModel

SIZES: Final = Sizes(profiles=20, offers=20, trainings=5, establishments=10, events=10)
TODAY: Final = dt.date(2026, 9, 1)
GOOD, DAMAGED = "000001", "000002"


@dataclass(frozen=True)
class Corpus:
    """The files of one kind, and what reads them."""

    root: Path
    files: tuple[str, ...]
    """To be damaged: names below either generation."""
    read: Callable[[Path], object]
    """What a process does with the folder of a generation that was found whole."""


def corpora(folder: Path) -> Mapping[str, Corpus]:
    """One corpus a kind, made below `folder`."""
    index = _index(folder / "index")
    return {
        "index": Corpus(index, _files(index, lambda name: name not in (MANIFEST, SEAL)), _read_index),
        **of_rankers(folder / "npz"),
        "lightgbm_text": Corpus(_lightgbm(folder / "lightgbm"), ("model.txt",), _read_lightgbm),
        "safetensors": Corpus(_safetensors(folder / "safetensors"), ("model.safetensors",), _read_safetensors),
        "parquet": Corpus(_parquet(folder / "parquet"), ("offer.parquet",), _read_parquet),
    }


def of_rankers(folder: Path) -> dict[str, Corpus]:
    """A ranker's arrays, and the manifest that vouches for them."""
    trees = _trees(folder)
    return {
        "npz": Corpus(trees, ("trees.npz",), RankingModel.load),
        "manifest": Corpus(trees, (MANIFEST,), RankingModel.load),
    }


def verdict(corpus: Corpus, number: int) -> str:
    """What becomes of the damaged generation: `refused` and the one before serves, `refused_when_read`, a piece of it
    that is checked as it is read; anything else is a fault, and says what. That the one before serves is looked at
    every tenth time: it costs as much again."""
    if number % 10 and problem_of(corpus.root / DAMAGED) is not None:
        return "refused"
    try:
        found = load_current(corpus.root)
    except ArtifactError as error:
        return f"nothing serves: {error}"
    if found.id == GOOD and found.fallback_from == DAMAGED:
        return "refused"
    try:
        corpus.read(found.path)
    except ArtifactError:
        whole = load_current(corpus.root, thorough=True)
        return "refused_when_read" if whole.id == GOOD else "read in part, and held to be whole"
    return "taken for whole"


def _files(root: Path, wanted: Callable[[str], bool]) -> tuple[str, ...]:
    """The files of the generation to be damaged that have bytes, and that the other one has too."""
    folder = root / DAMAGED
    names = [str(path.relative_to(folder)) for path in sorted(folder.rglob("*")) if path.is_file()]
    return tuple(
        [name for name in names if wanted(name) and (folder / name).stat().st_size and (root / GOOD / name).is_file()]
    )


def _index(root: Path) -> Path:
    data_dir = root / "var"
    data_dir.mkdir(parents=True)
    reference, models = sample_reference(), published_models()
    with closing(Store.open(f"sqlite:///{data_dir / 'vivier.db'}", keys_in(data_dir))) as store:
        to_store(World(sample_world_facts(), SIZES, 1, TODAY), store)
        for hour in (6, 7):
            build(store, reference, models, data_dir, now=dt.datetime.combine(TODAY, dt.time(hour), dt.UTC))
            store.delete(Kind.OFFER, [each.id for each in store.page(Offer, 0, 3)])
    return data_dir / "indexes"


def _read_index(folder: Path) -> None:
    """Every record, which is what is checked as it is read."""
    for place in sorted(folder.rglob(PAYLOADS)):
        payloads = Payloads.load(place.parent, place.parent.name)
        payloads.read(np.arange(len(payloads)))


def _trees(root: Path) -> Path:
    names = ("distance", "pay")
    for number in (1, 2):
        card = Card(Ranked.OFFERS, str(number), None, "2026-09-01T08:00:00")
        champions.publish(root, card, RankingModel(_drawn_trees(names, number)))
    return root / champions.ROOT / Ranked.OFFERS.value


def _drawn_trees(names: tuple[str, ...], seed: int, n_trees: int = 60, depth: int = 4) -> ObliviousTrees:
    draw = np.random.default_rng(seed)
    return ObliviousTrees(
        names=names,
        features=draw.integers(0, len(names), (n_trees, depth)).astype(np.int16),
        borders=draw.random((n_trees, depth)).astype(np.float32),
        missing_high=np.zeros(len(names), dtype=np.bool_),
        leaves=draw.normal(size=(n_trees, 2**depth)),
        covers=np.ones((n_trees, 2**depth), dtype=np.float32),
        bias=0.0,
    )


def _lightgbm(root: Path) -> Path:
    import lightgbm

    for seed in (1, 2):
        table = logged(seed)
        data = lightgbm.Dataset(table.features, table.outcome.astype(np.float64), free_raw_data=False)
        settings: dict[str, Any] = {"objective": "regression", "verbose": -1, "seed": seed, "num_threads": 1}
        model = lightgbm.train(settings, data, num_boost_round=20)
        with publishing(root, {"seed": seed}) as folder:
            model.save_model(folder / "model.txt")
    return root


def _read_lightgbm(folder: Path) -> object:
    import lightgbm

    return lightgbm.Booster(model_file=folder / "model.txt").predict(np.zeros((1, 2)))


def _safetensors(root: Path) -> Path:
    from safetensors.numpy import save_file

    for seed in (1, 2):
        draw = np.random.default_rng(seed)
        with publishing(root, {"seed": seed}) as folder:
            save_file({"vectors": draw.random((60, 16)), "scales": draw.random(60)}, folder / "model.safetensors")
    return root


def _read_safetensors(folder: Path) -> object:
    from safetensors.numpy import load_file

    return load_file(folder / "model.safetensors")


def _parquet(root: Path) -> Path:
    world = World(sample_world_facts(), SIZES, 1, TODAY)
    offers = [offer for block in world.blocks(Kind.OFFER) for offer in block]
    for seed in (1, 2):
        with publishing(root, {"seed": seed}) as folder, ParquetTable(folder / "offer.parquet", Kind.OFFER) as table:
            table.append(offers[seed:])
    return root


def _read_parquet(folder: Path) -> object:
    return list(read_parquet(folder / "offer.parquet", Offer))
