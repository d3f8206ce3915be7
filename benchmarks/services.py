"""The four services inside one process: latency on a generated world, and where the time goes.

    python -m benchmarks.services [--quick] [--json FILE]

The sample world, generated at the size below, indexed, and asked by many different people, offers and counsellors.
`_after_retrieval_p50_ms` is what follows retrieval (for firms, the filters), `_json_p50_ms` the encoding of an answer
of 20 results.
`_share` figures come from another pass under a stopwatch (its own cost is in them): the time of each stage without
that of the stages inside it. Baseline in the same run: the jobseeker's question asked of the store, every offer read,
decoded and compared in Python.
"""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before numpy: one query is one thread, as in the service

import datetime as dt
import random
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from starlette.responses import Response

from api.results import search_page
from api.targets import target_json
from benchmarks.keys import keys_in
from benchmarks.report import Report, median_ms
from features.geo import distance_km
from features.records import Offer, Profile
from features.sample.reference import sample_reference
from features.store import Kind, Store
from features.world import Sizes, World
from features.world.small import sample_world_facts
from features.world.write import to_store
from matching import (
    calling,
    jobs,
    prospection,
    reach,
    retrieve,
    scoring,
    session_search,
    sourcing,
    subscriptions,
    trainings,
)
from matching.answer import Window
from matching.build import build
from matching.demand import ProspectionDemand
from matching.engine import Engine
from matching.index.registry import DEFAULT, backend
from matching.schema import Collection
from models.inference import Completion
from models.published import published_models

SEED = 7
TODAY = dt.date(2026, 9, 1)
FULL = Sizes(profiles=50_000, offers=60_000, trainings=6_000, establishments=20_000)
QUICK = Sizes(profiles=3_000, offers=6_000, trainings=800, establishments=2_000)
PAGE = Window(0, 19)

STAGES: tuple[tuple[str, ModuleType | type, str], ...] = (
    ("parameters", subscriptions, "parse"),
    ("parameters", sourcing, "parse"),
    ("parameters", session_search, "parse"),
    ("parameters", calling, "parse"),
    ("filters", retrieve, "select"),
    ("filters", prospection, "select"),
    ("filters", reach, "select"),
    ("retrieval", subscriptions, "retrieve"),
    ("retrieval", sourcing, "retrieve"),
    ("retrieval", session_search, "retrieve"),
    ("features", scoring, "feature_matrix"),
    ("features", session_search.Search, "_pairs"),
    ("doors", session_search, "doors_of"),
    ("features", prospection, "pairs_of"),
    ("features", jobs, "job_pairs"),
    ("ranking", jobs, "score"),
    ("ranking", session_search, "score"),
    ("ranking", prospection, "score"),
    ("ordering", subscriptions, "best_of_each"),
    ("ordering", sourcing, "best_of_each"),
    ("ordering", trainings, "best_of_each"),
    ("ordering", prospection, "best_of_each"),
    ("facets", subscriptions, "facets_of"),
    ("facets", sourcing, "facets_of"),
    ("facets", trainings, "facets_of"),
    ("facets", prospection, "facets_of"),
    ("facets", subscriptions, "results_of"),
    ("facets", sourcing, "results_of"),
    ("facets", trainings, "results_of"),
    ("facets", prospection, "results_of"),
    ("reasons", subscriptions, "job_matches"),
    ("reasons", sourcing, "job_matches"),
    ("reasons", trainings, "_matches"),
    ("reasons", prospection, "targets_at"),
)
"""What is timed: functions by the name under which a module calls them."""

SEARCH = (("search", backend(DEFAULT), "search_each"),)

RETRIEVAL: tuple[tuple[ModuleType, str], ...] = (
    (subscriptions, "retrieve"),
    (sourcing, "retrieve"),
    (session_search, "retrieve"),
    (reach, "select"),
    (prospection, "select"),
)
"""What the time after retrieval leaves out."""

Ask = Callable[[], Any]
Page = Callable[[Any], Response]
"""The HTTP answer of a service's answer."""


def main() -> None:
    report = Report.from_command_line("services", seed=SEED, about=__doc__ or "")
    sizes = QUICK if report.quick else FULL
    reference = sample_reference()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        store = Store.open(f"sqlite:///{root / 'vivier.db'}", keys_in(root))
        completion = Completion(reference.rome, lambda: published_models().tagger(reference.rome))
        to_store(World(sample_world_facts(), sizes, SEED, TODAY), store, completed=completion.completed)
        report.figure("profiles", store.count(Kind.PROFILE))
        report.figure("offers", store.count(Kind.OFFER))
        report.figure("sessions", store.count(Kind.SESSION))
        report.figure("establishments", store.count(Kind.ESTABLISHMENT))
        started = time.perf_counter()
        build(store, reference, published_models(), root, now=dt.datetime(2026, 9, 1, 8, tzinfo=dt.UTC))
        report.figure("build_s", time.perf_counter() - started, digits=1)
        started = time.perf_counter()
        engine = Engine.open(store, reference, published_models(), root, clock=lambda: TODAY)
        report.figure("open_s", time.perf_counter() - started, digits=2)
        people = _sample(store, Profile, report.repeats(400, quick=120))
        offers = _sample(store, Offer, report.repeats(400, quick=120))
        for name, asks in _questions(engine, people, offers).items():
            _measure(report, name, asks, PAGES[name])
        baseline = median_ms(partial(_scan, store, reference, people[0]), report.repeats(5, quick=2))
        report.figure("baseline_scan_of_the_store_ms", baseline, digits=1)
        fast = float(report.figures["subscriptions_p50_ms"] or 0)
        report.figure("subscriptions_times_faster_than_scan", baseline / fast, digits=0)
        store.close()
    report.finish()


def _sample(store: Store, record_type: Any, count: int) -> list[Any]:
    records = [record for batch in store.scan(record_type) for record in batch]
    return random.Random(SEED).sample(records, min(count, len(records)))


def _questions(engine: Engine, people: list[Profile], offers: list[Offer]) -> dict[str, list[Ask]]:
    counsellors = sorted({person.counsellor_id for person in people if person.counsellor_id and person.commune_insee})
    places = {person.counsellor_id: person.commune_insee for person in people}
    shown = [offer for offer in offers if offer.id in engine.catalogue(Collection.OFFERS)]
    return {
        "subscriptions": [partial(subscriptions.offers_for_profile, engine, person.id, {}, PAGE) for person in people],
        "trainings": [partial(trainings.sessions_for_profile, engine, person.id, {}, PAGE) for person in people],
        "sourcing": [partial(sourcing.profiles_for_offer, engine, offer.id, {}, PAGE) for offer in shown],
        "prospection": [
            partial(prospection.targets, engine, ProspectionDemand(counsellor_id=key, commune_insee=places[key]), PAGE)
            for key in counsellors[:150]
        ],
    }


def _page_of_firms(found: prospection.Targets) -> Response:
    shown = {target.id: target for target in found.targets}
    view: Callable[[Any], bytes] = lambda match: target_json(shown[match.id])  # noqa: E731
    return search_page("etablissements", PAGE, found.answer, view, centre=found.commune_insee)


PAGES: dict[str, Page] = {
    "subscriptions": partial(search_page, "offres", PAGE),
    "trainings": partial(search_page, "formations", PAGE),
    "sourcing": partial(search_page, "profils", PAGE),
    "prospection": _page_of_firms,
}


def _measure(report: Report, name: str, asks: list[Ask], page: Page) -> None:
    totals = [_total(ask()) for ask in asks]
    times = []
    for ask in asks:
        started = time.perf_counter_ns()
        ask()
        times.append((time.perf_counter_ns() - started) / 1e6)
    report.figure(f"{name}_questions", len(asks))
    report.figure(f"{name}_mean_results", float(np.mean(totals)), digits=1)
    report.figure(f"{name}_empty_share", float(np.mean([total == 0 for total in totals])))
    report.figure(f"{name}_p50_ms", float(np.median(times)))
    report.figure(f"{name}_p99_ms", float(np.percentile(times, 99)))
    _measure_the_end(report, name, asks, page)
    with _stopwatch(STAGES + SEARCH) as spent:
        begun = time.perf_counter()
        for ask in asks:
            ask()
        whole = time.perf_counter() - begun
    for stage, seconds in sorted(spent.items(), key=lambda item: -item[1]):
        report.figure(f"{name}_{stage}_share", seconds / whole)
    report.figure(f"{name}_rest_share", 1 - sum(spent.values()) / whole)


def _measure_the_end(report: Report, name: str, asks: list[Ask], page: Page) -> None:
    """What follows retrieval, and the JSON."""
    after: list[float] = []
    answers: list[Any] = []
    with _stopwatch(tuple(("retrieval", place, function) for place, function in RETRIEVAL)) as spent:
        for ask in asks:
            spent.clear()
            started = time.perf_counter()
            answers.append(ask())
            after.append((time.perf_counter() - started - spent["retrieval"]) * 1e3)
    report.figure(f"{name}_after_retrieval_p50_ms", float(np.median(after)))
    times: list[float] = []
    for answer in answers:
        started = time.perf_counter()
        page(answer)
        times.append((time.perf_counter() - started) * 1e3)
    report.figure(f"{name}_json_p50_ms", float(np.median(times)))


def _total(answer: Any) -> int:
    return int(getattr(answer, "answer", answer).total)


@contextmanager
def _stopwatch(stages: Sequence[tuple[str, Any, str]]) -> Iterator[dict[str, float]]:
    """Seconds of each stage, without those of the stages inside it, while the block runs."""
    spent: defaultdict[str, float] = defaultdict(float)
    inside: list[float] = []

    def timed(stage: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def run(*arguments: Any, **named: Any) -> Any:
            inside.append(0.0)
            started = time.perf_counter()
            try:
                return function(*arguments, **named)
            finally:
                whole = time.perf_counter() - started
                spent[stage] += whole - inside.pop()
                if inside:
                    inside[-1] += whole

        return run

    originals = [(place, name, getattr(place, name)) for _, place, name in stages]
    for (stage, place, name), (_, _, function) in zip(stages, originals, strict=True):
        setattr(place, name, timed(stage, function))
    try:
        yield spent
    finally:
        for place, name, function in originals:
            setattr(place, name, function)


def _scan(store: Store, reference: Any, person: Profile) -> int:
    """Offers of the person's occupations within 30 km, by reading them all."""
    communes = reference.communes
    home = communes.get_row(person.commune_insee) if person.commune_insee is not None else None
    wanted = {project.rome_code for project in person.projects}
    found = 0
    for batch in store.scan(Offer):
        for offer in batch:
            place = communes.get_row(offer.commune_insee) if offer.commune_insee is not None else None
            if offer.rome_code in wanted and home is not None and place is not None:
                points = (communes.lat[home], communes.lon[home], communes.lat[place], communes.lon[place])
                found += int(distance_km(*map(float, points)) <= 30)
    return found


if __name__ == "__main__":
    main()
