"""How fast digests are prepared: new offers asked for their people, against people asked for their offers.

    python -m benchmarks.digests [--quick] [--json FILE] [--folder FOLDER]

Rows are those of `benchmarks.france_deployments` (half a million people and the first twenty thousand of their new
offers; `--quick` a hundred thousand people), with no store behind them: every person has one subscription, daily and of
offers. Seconds are of processor time, for the machine may be shared; `wall_s` is the clock's. Measured in one process:
finding the pairs (the new offers asked, their closeness included), scoring them (features and ranker), choosing under
the rules, and the reasons of what is sent, of a sample. The baseline, in the same run, asks a sample of the people one
by one; what it finds must be the same. The extrapolation to six million people and fifty thousand new offers scales
each part by what it depends on, and says by what.
"""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before numpy: a shard is one process on one core

import argparse
import datetime as dt
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from benchmarks.france import SEED, TODAY
from benchmarks.france_deployments import write_deployments
from benchmarks.keys import keys_in
from benchmarks.report import Report
from features.records import DigestContent, Frequency, Subscription
from features.reference import Reference
from features.store import Store
from matching.digests.candidates import Candidates, by_offers, by_people, new_offers
from matching.digests.items import offer_items
from matching.digests.orders import Orders, orders_of
from matching.digests.prepare import NOTHING_SENT, Rules, choosing, pick
from matching.digests.run import TOGETHER
from matching.engine import Engine
from matching.schema import Collection
from models.published import published_models

T = TypeVar("T")

NEW_OFFERS: Final = 20_000
ONE_BY_ONE: Final = 400
"""People whom the baseline asks."""
EXPLAINED: Final = 4_000
"""Offers that are chosen whose reasons are made."""
WHOLE_PEOPLE: Final = 6_000_000
WHOLE_OFFERS: Final = 50_000
FOLDER: Final = Path(tempfile.gettempdir()) / "vivier-bench" / "digests"


def main() -> None:
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("--folder", type=Path, default=FOLDER)
    options, others = parser.parse_known_args(sys.argv[1:])
    report = Report.from_command_line("digests", seed=SEED, arguments=others, about=__doc__ or "")
    share = 0.016667 if report.quick else 0.083334
    home = write_deployments(options.folder, (share,))[share]
    started = time.perf_counter()
    engine, day = _opened(home)
    try:
        _measure(report, engine, day)
    finally:
        engine.store.close()
    report.figure("wall_s", time.perf_counter() - started, 0)
    report.finish()


def _opened(home: Path) -> tuple[Engine, dt.date]:
    """The engine, on the day the rows were drawn for."""
    store = Store.open(f"sqlite:///{home / 'vivier.db'}", keys_in(home))
    engine = Engine.open(store, Reference.load(home / "reference"), published_models(), home, clock=lambda: TODAY)
    return engine, TODAY


def _measure(report: Report, engine: Engine, day: dt.date) -> None:
    profiles = engine.catalogue(Collection.PROFILES)
    first_rows = np.flatnonzero(np.diff(profiles.keys(np.arange(len(profiles))), prepend=-1) != 0)
    people = list(dict.fromkeys([profiles.id_of(row) for row in first_rows.tolist()]))
    subscriptions = [
        Subscription(
            id=f"defaut-{key}", profile_id=key, content=DigestContent.OFFERS, frequency=Frequency.DAILY, size=10
        )
        for key in people
    ]
    (orders, refused), orders_s = _timed(lambda: orders_of(engine, subscriptions))
    rows = new_offers(engine, orders)[:NEW_OFFERS]
    report.figure("people", len(orders))
    report.figure("projects", len(orders.rows))
    report.figure("not_searchable", len(refused))
    report.figure("new_offers", len(rows))
    report.figure("subscriptions_s", orders_s, 1)
    pairs, pairs_s = _timed(lambda: by_offers(engine, orders, rows))
    report.figure("pairs", len(pairs))
    report.figure("pairs_a_person", len(pairs) / len(orders), 2)
    report.figure("finding_s", pairs_s, 1)
    report.figure("finding_ms_an_offer", 1e3 * pairs_s / len(rows))
    report.figure("found_pairs_per_s", len(pairs) / pairs_s, 0)
    (candidates, found), scoring_s = _timed(lambda: choosing(engine, orders, pairs))
    report.figure("scoring_s", scoring_s, 1)
    report.figure("scored_pairs_per_s", len(pairs) / scoring_s, 0)
    (picked, _), choosing_s = _timed(lambda: pick(orders, found, NOTHING_SENT, Rules()))
    report.figure("choosing_s", choosing_s, 1)
    report.figure("sent", len(picked))
    report.figure("people_with_a_digest", len(np.unique(found.order[picked])))
    some = picked[:EXPLAINED]
    _, reasons_s = _timed(lambda: offer_items(engine, orders, candidates.at(some), found.score[some]))
    per_item = reasons_s / max(len(some), 1)
    report.figure("reasons_us_an_offer", 1e6 * per_item, 1)
    whole_s = orders_s + pairs_s + scoring_s + choosing_s + per_item * len(picked)
    report.figure("all_of_it_s", whole_s, 1)
    report.figure("all_of_it_us_a_person", 1e6 * whole_s / len(orders), 1)
    report.figure("peak_mib", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 0)
    alone_s = _one_by_one(report, engine, orders, pairs, rows)
    report.figure("one_by_one_all_people_s", alone_s * len(orders), 0)
    report.figure("times_faster_than_one_by_one", alone_s * len(orders) / pairs_s, 1)
    _extrapolate(
        report, len(orders), len(rows), len(pairs), len(picked), orders_s, pairs_s, scoring_s, choosing_s, per_item
    )
    report.figure("day", day.isoformat())


def _one_by_one(report: Report, engine: Engine, orders: Orders, pairs: Candidates, rows: NDArray[np.int64]) -> float:
    """Seconds a person takes who is asked alone. Raises RuntimeError where another answer comes of it."""
    which = np.linspace(0, len(orders) - 1, ONE_BY_ONE).astype(np.int64)
    alone, alone_s = _timed(lambda: by_people(engine, orders, which))
    kept = np.isin(alone.offers, rows)
    same = alone.at(kept)
    mine = pairs.at(np.isin(pairs.order, which))
    if not (np.array_equal(mine.order, same.order) and np.array_equal(mine.offers, same.offers)):
        raise RuntimeError(f"{len(mine)} pairs from the offers, {len(same)} from the same people one by one")
    report.figure("one_by_one_ms_a_person", 1e3 * alone_s / len(which))
    return alone_s / len(which)


def _extrapolate(
    report: Report,
    people: int,
    offers: int,
    pairs: int,
    sent: int,
    orders_s: float,
    pairs_s: float,
    scoring_s: float,
    choosing_s: float,
    per_item_s: float,
) -> None:
    """To six million people and fifty thousand new offers.

    Pairs, and with them scoring and choosing, grow with people times offers: an offer suits as many times more people
    as there are, and so many times more offers do. A question of an offer costs what reading the rows of all people
    does, whomever it is for, so finding grows with people times offers for each slice of a run. What goes for people
    alone grows with people. At most ten offers are sent to anyone, so that reasons grow with people, and with offers
    up to there.
    """
    more_people, more_offers = WHOLE_PEOPLE / people, WHOLE_OFFERS / offers
    more_pairs = more_people * more_offers
    slices = int(np.ceil(WHOLE_PEOPLE / TOGETHER))
    whole_sent = min(sent * more_pairs, 10.0 * WHOLE_PEOPLE)
    parts = {
        "subscriptions": orders_s * more_people,
        "finding": pairs_s * more_pairs * slices,
        "scoring": scoring_s * more_pairs,
        "choosing": choosing_s * more_pairs,
        "reasons": per_item_s * whole_sent,
    }
    report.figure("france_people_times", more_people, 2)
    report.figure("france_offers_times", more_offers, 2)
    report.figure("france_slices", slices)
    report.figure("france_pairs_million", pairs * more_pairs / 1e6, 1)
    report.figure("france_sent_million", whole_sent / 1e6, 1)
    for name, seconds in parts.items():
        report.figure(f"france_{name}_core_hours", seconds / 3600, 2)
    total = sum(parts.values())
    report.figure("france_core_hours", total / 3600, 2)
    report.figure("france_hours_on_8_cores", total / 3600 / 8, 2)


def _timed(work: Callable[[], T]) -> tuple[T, float]:
    started = time.process_time()
    done = work()
    return done, time.process_time() - started


if __name__ == "__main__":
    main()
