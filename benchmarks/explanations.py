"""Explaining a page of 20 results: families, sentences, what bars, and the smallest change of each.

    python -m benchmarks.explanations [--quick] [--json FILE]

The sample world, generated at the size below, asked by many people and for many offers; only the last step of each
answer is timed, on the candidates that were found, where a page is full: facts, contributions, sentences, every action
on every result, and (`_json_`) the answer over HTTP without the records. `_processor_` is processor time, which a busy
machine does not lengthen. Three rankers: the weighted sum, and trees of
300 and 1,000 (their questions and leaves are drawn: time does not depend on what they learned). Baseline in the same
run: the smallest changes of a page asked for one result and one action at a time.
"""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before numpy: one query is one thread, as in the service

import datetime as dt
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from api.results import EMPLOYER_DIGITS, SCORE_DIGITS, search_page
from benchmarks.keys import keys_in
from benchmarks.report import Report, median_ms
from features.pairs import JobPairs, feature_matrix
from features.pairs.registry import JOB_FEATURES
from features.records import Offer, Profile
from features.sample.reference import sample_reference
from features.store import Store
from features.world import Sizes, World
from features.world.small import sample_world_facts
from features.world.write import to_store
from matching import jobs, sourcing, subscriptions
from matching.answer import Answer, Match, Window
from matching.build import build
from matching.engine import Engine
from matching.explain.actions import ACTIONS, with_room
from matching.explain.changes import gains_of
from matching.explain.job_facts import Reader
from matching.learned import LearnedRanker
from matching.rank import OFFER_RANKER, Ranker
from matching.schema import Collection
from matching.scoring import Places, Scored, best_of_each
from models.inference import Completion
from models.oblivious import ObliviousTrees
from models.published import published_models

SEED = 7
TODAY = dt.date(2026, 9, 1)
FULL = Sizes(profiles=20_000, offers=30_000, trainings=10, establishments=2_000)
QUICK = Sizes(profiles=2_500, offers=6_000, trainings=10, establishments=500)
PAGE = Window(0, 19)
RESULTS = 20
DEPTH = 6


@dataclass(frozen=True)
class Page:
    """What the last step of an answer was asked with: its arguments, but for the ranking."""

    reader: Reader
    arguments: Any
    """Lookups, reader, catalogue, decoder, pairs."""
    scored: Scored
    places: Places
    inferred: Any

    def of(self, ranker: Ranker) -> "Page":
        """The same candidates in the order of another ranker."""
        features = feature_matrix(JOB_FEATURES, self.arguments[4])
        scored = Scored(self.scored.rows, features, ranker.scores(features), ranker)
        return replace(self, scored=scored, places=best_of_each([scored], [self.scored.rows]))

    def explained(self) -> tuple[Match[Any], ...]:
        lookups, reader, found, decoder, pairs = self.arguments
        return jobs.job_matches(lookups, reader, found, decoder, pairs, self.scored, self.places, PAGE, self.inferred)

    @property
    def shown(self) -> tuple[JobPairs, Any]:
        """The pairs of the page and their features."""
        positions = self.places.positions[:RESULTS]
        return self.arguments[4].at(positions), self.scored.features[positions]


def main() -> None:
    report = Report.from_command_line("explanations", seed=SEED, about=__doc__ or "")
    reference = sample_reference()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        store = Store.open(f"sqlite:///{root / 'vivier.db'}", keys_in(root))
        completion = Completion(reference.rome, lambda: published_models().tagger(reference.rome))
        world = World(sample_world_facts(), QUICK if report.quick else FULL, SEED, TODAY)
        to_store(world, store, completed=completion.completed)
        build(store, reference, published_models(), root, now=dt.datetime(2026, 9, 1, 8, tzinfo=dt.UTC))
        engine = Engine.open(store, reference, published_models(), root, clock=lambda: TODAY)
        wanted = report.repeats(300, quick=60)
        people = partial(subscriptions.offers_for_profile, engine)
        pages = {
            "jobseeker": _pages(subscriptions, people, _ids(store, Profile, 6 * wanted), wanted),
            "employer": _pages(
                sourcing, partial(sourcing.profiles_for_offer, engine), _offers(engine, store, 6 * wanted), wanted
            ),
        }
        for name, found in pages.items():
            report.figure(f"{name}_pages", len(found))
            for kind, ranker in _rankers(found).items():
                _measure(report, f"{name}_{kind}", [page.of(ranker) for page in found])
        _measure_one_by_one(report, pages["jobseeker"])
        store.close()
    report.finish()


def _ids(store: Store, record_type: Any, count: int) -> list[str]:
    found = [record.id for batch in store.scan(record_type) for record in batch]
    return random.Random(SEED).sample(found, min(count, len(found)))


def _offers(engine: Engine, store: Store, count: int) -> list[str]:
    return [key for key in _ids(store, Offer, count) if key in engine.catalogue(Collection.OFFERS)]


def _pages(place: Any, ask: Callable[..., Any], ids: list[str], wanted: int) -> list[Page]:
    """The last steps of the first `wanted` answers that fill a page."""
    found: list[Page] = []
    for key in ids:
        with _recorded(place) as steps:
            ask(key, {}, PAGE)
        found += [step for step in steps if len(step.places) >= RESULTS]
        if len(found) == wanted:
            break
    return found


@contextmanager
def _recorded(place: Any) -> Iterator[list[Page]]:
    """What a service asks `job_matches` with, while the block runs."""
    steps: list[Page] = []
    original = place.job_matches

    def run(*arguments: Any) -> Any:
        *first, scored, places, _, inferred = arguments[:9]  # without what is told of prices
        steps.append(Page(arguments[1], tuple(first), scored, places, inferred))
        return original(*arguments)

    place.job_matches = run
    try:
        yield steps
    finally:
        place.job_matches = original


def _rankers(pages: list[Page]) -> dict[str, Ranker]:
    features = np.concatenate([feature_matrix(JOB_FEATURES, page.arguments[4]) for page in pages])
    return {
        "weighted_sum": pages[0].scored.ranker,
        "trees_300": LearnedRanker(_trees(features, 300)),
        "trees_1000": LearnedRanker(_trees(features, 1000)),
    }


def _trees(features: Any, n_trees: int) -> ObliviousTrees:
    """Trees that ask about all features, at values that they take."""
    rng = np.random.default_rng(SEED)
    names = tuple(feature.name for feature in JOB_FEATURES)
    known = [column[~np.isnan(column)] for column in features.T]
    asked = rng.integers(0, len(names), size=(n_trees, DEPTH)).astype(np.int16)
    borders = [[rng.choice(known[column]) if len(known[column]) else 0.0 for column in row] for row in asked.tolist()]
    return ObliviousTrees(
        names,
        asked,
        np.array(borders, dtype=np.float32),
        np.zeros(len(names), dtype=np.bool_),
        rng.normal(0, 2 / np.sqrt(n_trees), size=(n_trees, 2**DEPTH)),
        rng.integers(1, 500, size=(n_trees, 2**DEPTH)).astype(np.float32),
        0.0,
    )


def _measure(report: Report, name: str, pages: list[Page]) -> None:
    times: list[float] = []
    busy_times: list[float] = []
    json_times: list[float] = []
    furthest = 0.0
    changes = 0
    for page in pages:
        page.explained()
        started, busy = time.perf_counter_ns(), time.process_time_ns()
        matches = page.explained()
        times.append((time.perf_counter_ns() - started) / 1e6)
        busy_times.append((time.process_time_ns() - busy) / 1e6)
        digits = EMPLOYER_DIGITS if page.reader is Reader.EMPLOYER else SCORE_DIGITS
        started = time.perf_counter_ns()
        search_page("resultats", PAGE, Answer(matches, len(matches)), lambda _: b'{"id":1}', digits)
        json_times.append((time.perf_counter_ns() - started) / 1e6)
        changes += sum(match.change is not None for match in matches)
        for match in matches:
            total = match.base + sum(reason.contribution for reason in match.reasons)
            furthest = max(furthest, abs(total - match.score))
    report.figure(f"{name}_p50_ms", float(np.median(times)))
    report.figure(f"{name}_p95_ms", float(np.percentile(times, 95)))
    report.figure(f"{name}_processor_p95_ms", float(np.percentile(busy_times, 95)))
    report.figure(f"{name}_json_p95_ms", float(np.percentile(json_times, 95)))
    report.figure(f"{name}_furthest_from_score", furthest, digits=9)
    report.figure(f"{name}_share_with_a_change", changes / (RESULTS * len(pages)))


def _measure_one_by_one(report: Report, pages: list[Page]) -> None:
    """All actions on all results at once, and one after the other."""
    page = pages[0]
    pairs, features = page.shown

    def one_by_one() -> None:
        for action in ACTIONS:
            for row in range(RESULTS):
                alone = with_room(pairs.at(np.array([row])))
                person = replace(alone.person, **action.done(alone))
                OFFER_RANKER.scores(feature_matrix(JOB_FEATURES, replace(alone, person=person)))

    at_once = median_ms(lambda: gains_of(ACTIONS, OFFER_RANKER, pairs, features), report.repeats(30, quick=10))
    slow = median_ms(one_by_one, report.repeats(5, quick=2))
    report.figure("changes_at_once_ms", at_once)
    report.figure("changes_times_faster_than_one_by_one", slow / at_once, digits=1)


if __name__ == "__main__":
    main()
