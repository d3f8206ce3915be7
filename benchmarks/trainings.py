"""Do the first trainings of the list open more offers than other orders would? And the time of a request.

    python -m benchmarks.trainings [--quick] [--json FILE]

People of the generated sample world who agreed to profiling. For each, the same candidate trainings in four orders: as
the service ranks them; as it did before doors were counted (`FORMER`); by meaning alone; by how many seats were taken.
What counts is how many live offers in the person's reach the first five would open between them, each offer once
(`matching/openness.py` has the rule); a training whose level of entry the person does not have opens nothing to them.
People for whom no candidate opens anything are counted apart: no order helps them. `most` is the five chosen one by
one for that count alone, whatever the project: a bound that no list with other aims reaches. Intervals are 95 %
bootstrap intervals over people.

The order of the service knows the rule that it is judged by; the figures say what the other orders leave closed, not
that people find work: nothing here knows who was hired.
"""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before numpy: one query is one thread, as in the service

import datetime as dt
import random
import tempfile
import time
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from benchmarks.keys import keys_in
from benchmarks.report import Report
from features.pairs import SESSION_FEATURES
from features.records import Profile, TrainingSession
from features.sample.reference import sample_reference
from features.store import Kind, Store
from features.world import Sizes, World
from features.world.small import sample_world_facts
from features.world.write import to_store
from matching.answer import Window
from matching.build import build
from matching.careers import careers
from matching.engine import Engine
from matching.gap import gap
from matching.keys import key_number
from matching.paths.find import paths
from matching.rank import Curve, WeightedSum
from matching.schema import Collection
from matching.scoring import all_of
from matching.session_search import Found, search_of
from matching.trainings import sessions_for_profile
from models.inference import Completion
from models.published import published_models

SEED: Final = 7
TODAY: Final = dt.date(2026, 9, 1)
FULL: Final = Sizes(profiles=20_000, offers=40_000, trainings=5_000, establishments=10_000)
QUICK: Final = Sizes(profiles=2_000, offers=8_000, trainings=1_000, establishments=1_500)
FIRST: Final = 5
PAGE: Final = Window(0, 19)
RESAMPLES: Final = 2_000

_RELATION: Final = ((0, 1, 2, 3, 4, 5), (0.0, 0.05, 0.25, 0.55, 0.75, 1.0))
FORMER: Final = WeightedSum(
    SESSION_FEATURES[:10],
    {
        "relation": Curve(0.26, *_RELATION),
        "gap_covered": Curve(0.18, (0, 0.6), (0, 1), neutral=0.3),
        "entry": Curve(0.10, (-2, -1, 0, 3), (0, 0.3, 1, 0.7), neutral=0.6),
        "progress": Curve(0.06, (-2, 0, 1, 3), (0, 0.6, 1, 0.7), neutral=0.5),
        "outcome": Curve(0.12, (0.3, 0.85), (0, 1)),
        "start": Curve(0.06, (0, 30, 120, 365), (0.8, 1, 0.7, 0.1)),
        "doors": Curve(0.12, (0, 1, 10, 50), (0, 0.3, 0.7, 1)),
        "distance": Curve(0.10, (0, 1, 1.5), (1, 0.35, 0), neutral=0.4),
        "funded": Curve(0.0, (0, 1), (1, 1), neutral=1),
        "price": Curve(0.0, (0, 1), (1, 1), neutral=1),
    },
)
"""The weighted sum that ranked trainings by the posts near and the gap covered."""


def main() -> None:
    report = Report.from_command_line("trainings", seed=SEED, about=__doc__ or "")
    sizes = QUICK if report.quick else FULL
    reference = sample_reference()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        store = Store.open(f"sqlite:///{root / 'vivier.db'}", keys_in(root))
        completion = Completion(reference.rome, lambda: published_models().tagger(reference.rome))
        to_store(World(sample_world_facts(), sizes, SEED, TODAY), store, completed=completion.completed)
        for name, kind in (("profiles", Kind.PROFILE), ("offers", Kind.OFFER), ("sessions", Kind.SESSION)):
            report.figure(name, store.count(kind))
        build(store, reference, published_models(), root, now=dt.datetime(2026, 9, 1, 8, tzinfo=dt.UTC))
        engine = Engine.open(store, reference, published_models(), root, clock=lambda: TODAY)
        everyone = [person for batch in store.scan(Profile) for person in batch if person.consents.profiling]
        people = random.Random(SEED).sample(everyone, min(report.repeats(1_000, quick=250), len(everyone)))
        _uplift(report, engine, people, _seats_taken(store))
        _times(report, engine, people[: report.repeats(300, quick=80)])
        store.close()
    report.finish()


def _seats_taken(store: Store) -> Mapping[int, int]:
    """Seats taken in all sessions of each training (its number)."""
    taken: Counter[int] = Counter()
    for batch in store.scan(TrainingSession):
        for session in batch:
            if session.seats is not None and session.seats_left is not None:
                taken[key_number(session.training_id)] += session.seats - session.seats_left
    return taken


def _uplift(report: Report, engine: Engine, people: list[Profile], taken: Mapping[int, int]) -> None:
    opened: dict[str, list[int]] = {"service": [], "former": [], "meaning": [], "popular": [], "most": []}
    n_empty = n_closed = 0
    for person in people:
        if person.id not in engine.catalogue(Collection.PROFILES):
            continue
        found = search_of(engine, person.id, {}).found()
        together = all_of(found.scored)
        if len(together) == 0:
            n_empty += 1
            continue
        opens = found.doors.opened & _enterable(engine, found)[:, None]
        if not opens.any():
            n_closed += 1
            continue
        for name, first in _firsts(engine, found, opens, taken).items():
            opened[name].append(int(np.count_nonzero(opens[first].any(axis=0))))
    ours = np.array(opened["service"])
    report.figure("people_with_no_training", n_empty)
    report.figure("people_for_whom_nothing_opens", n_closed)
    report.figure("people_compared", len(ours))
    draw = np.random.default_rng(SEED)
    samples = draw.integers(0, len(ours), (RESAMPLES, len(ours)))
    for name, counts in opened.items():
        values = np.array(counts)
        report.figure(f"{name}_opened_median", float(np.median(values)), digits=1)
        report.figure(f"{name}_opened_mean", float(values.mean()), digits=2)
        low, high = np.percentile(np.median(values[samples], axis=1), [2.5, 97.5])
        report.figure(f"{name}_opened_median_low", float(low), digits=1)
        report.figure(f"{name}_opened_median_high", float(high), digits=1)
        if name in ("former", "meaning", "popular"):
            low, high = np.percentile((ours - values)[samples].mean(axis=1), [2.5, 97.5])
            report.figure(f"service_more_than_{name}_mean", float((ours - values).mean()), digits=2)
            report.figure(f"service_more_than_{name}_low", float(low), digits=2)
            report.figure(f"service_more_than_{name}_high", float(high), digits=2)
            report.figure(f"service_at_least_{name}_share", float(np.mean(ours >= values)))


def _enterable(engine: Engine, found: Found) -> NDArray[np.bool_]:
    """(m,) trainings of `found.doors` whose level of entry the person is not known to lack."""
    together = all_of(found.scored)
    training = found.doors.of_sessions(engine.catalogue(Collection.SESSIONS).take("training", together.rows))
    short = together.features[:, together.ranker.names.index("entry")] < 0
    enterable = np.zeros(len(found.doors.trainings), dtype=np.bool_)
    enterable[training[~short]] = True
    return enterable


def _firsts(
    engine: Engine, found: Found, opens: NDArray[np.bool_], taken: Mapping[int, int]
) -> dict[str, NDArray[np.int64]]:
    """By order, the positions in `found.doors.trainings` of the first distinct trainings."""
    sessions = engine.catalogue(Collection.SESSIONS)
    together = all_of(found.scored)
    numbers = sessions.take("training", together.rows)
    training = found.doors.of_sessions(numbers)
    orders = {
        "service": together.scores,
        "former": FORMER.scores(together.features[:, :10]),
        "meaning": np.concatenate([pairs.closeness for pairs in found.pairs]),
        "popular": np.array([taken.get(number, 0) for number in numbers.tolist()], dtype=np.float32),
    }
    firsts = {name: _distinct(training[np.argsort(-scores, kind="stable")]) for name, scores in orders.items()}
    candidates = np.unique(training)
    return firsts | {"most": _greedy(opens[candidates], candidates)}


def _distinct(ordered: NDArray[np.int64]) -> NDArray[np.int64]:
    _, first = np.unique(ordered, return_index=True)
    return ordered[np.sort(first)][:FIRST]


def _greedy(opened: NDArray[np.bool_], candidates: NDArray[np.int64]) -> NDArray[np.int64]:
    """The trainings that open most between them, chosen one by one: within 1 - 1/e of the best five there are."""
    covered = np.zeros(opened.shape[1], dtype=np.bool_)
    chosen = []
    for _ in range(min(FIRST, len(opened))):
        best = int(np.count_nonzero(opened & ~covered, axis=1).argmax())
        covered |= opened[best]
        chosen.append(int(candidates[best]))
    return np.array(chosen, dtype=np.int64)


def _times(report: Report, engine: Engine, people: list[Profile]) -> None:
    asked = [person.id for person in people if person.id in engine.catalogue(Collection.PROFILES)]
    for name, ask in (
        ("sessions", lambda key: sessions_for_profile(engine, key, {}, PAGE)),
        ("gap", lambda key: gap(engine, key)),
        ("paths", lambda key: paths(engine, key, {})),
        ("careers", lambda key: careers(engine, key, {}, PAGE)),
    ):
        for key in asked[:10]:
            ask(key)
        times = []
        for key in asked:
            started = time.perf_counter_ns()
            ask(key)
            times.append((time.perf_counter_ns() - started) / 1e6)
        report.figure(f"{name}_p50_ms", float(np.median(times)))
        report.figure(f"{name}_p99_ms", float(np.percentile(times, 99)))


if __name__ == "__main__":
    main()
