"""How long the diagnosis of a demand takes over the whole country: one pass, all its counts, and the scores of samples.

    python -m benchmarks.diagnostic [--quick] [--json FILE] [--rows A,B]

Rows are those of `benchmarks.workload`, one a person; demands are drawn from its mix: a job and a workplace, its
contract, full time, a pay, a licence, two required skills, and for half of them a circle around the workplace. What is
timed is `matching.diagnosis.diagnose` as the API calls it: the demand is projected and its vector computed, people in
reach are put to every criterion, singles and pairs are counted, samples are scored by the transparent ranker. There are
no trainings and no pay table in this workload: looking up a session is not in the time. `cpu_` figures are the time of
the processor alone, which other work on the machine does not lengthen. `read_` figures are the people who may be seen,
in the professional domain and within the widest reach. Counts of some demands are compared with counting again. Without
`--rows`: a million people, and six million where their rows are kept.
"""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before numpy: one diagnosis is one thread, as in the service

import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import numpy as np

from benchmarks.options import rows_option
from benchmarks.our_index import OurIndex
from benchmarks.report import Report
from benchmarks.workload import FOLDER, TODAY, Query, Workload
from features.bits import CONTRACT_BIT
from features.pay import PLAUSIBLE_MONTHLY
from features.records import (
    Contract,
    Exigence,
    Licence,
    LicenceDemand,
    Offer,
    OfferSource,
    Pay,
    SkillDemand,
    WorkingTime,
)
from features.store import Store
from matching.catalogue import Catalogue
from matching.counting import Failures, Relaxations, count
from matching.demand import Demand
from matching.diagnosis.criteria import asked_of
from matching.diagnosis.diagnose import diagnose
from matching.engine import Engine
from matching.index.registry import DEFAULT, backend
from matching.links import Links
from matching.rows.offer import project_offers
from matching.schema import WITHOUT_VECTORS, Collection
from matching.sides import columns_of_rows

SEED: Final = 1
TARGET_MS: Final = 50.0
QUICK, MILLION, COUNTRY = 200_000, 1_000_000, 6_000_000
COMPARED: Final = 3
"""Demands whose counts are compared with counting again."""
PAYS: Final = (1850.0, 3200.0)


def main() -> None:
    sizes, arguments = rows_option(sys.argv[1:])
    report = Report.from_command_line("diagnostic", seed=SEED, arguments=arguments, about=__doc__ or "")
    for rows in sizes or ((QUICK,) if report.quick else (MILLION, *kept_country())):
        measure(report, rows)
    report.figure("target_ms", TARGET_MS)
    report.figure("load_average", os.getloadavg()[0])
    report.finish()


def kept_country() -> tuple[int, ...]:
    """The size of the whole country, where its rows are kept on disk."""
    return (COUNTRY,) if any(FOLDER.glob(f"rows-{COUNTRY}-{SEED}-*")) else ()


def measure(report: Report, rows: int) -> None:
    """The figures of one size, after one round of all demands that does not count: pages of the index are then mapped,
    as in a service that runs."""
    workload = Workload.open(rows)
    engine = engine_over(OurIndex.open(workload))
    demands = demands_of(engine, workload, report.repeats(200, quick=40))
    for demand in demands:
        diagnose(engine, demand)
    times, busy, read = [], [], []
    for demand in demands:
        started, worked = time.perf_counter(), time.thread_time()
        found = diagnose(engine, demand)
        times.append((time.perf_counter() - started) * 1e3)
        busy.append((time.thread_time() - worked) * 1e3)
        if found.found is None:
            raise RuntimeError(f"nobody was counted for {demand.offer.title}")
    for number, demand in enumerate(demands):
        read.append(people_read(engine, demand, compare=number < COMPARED))
    report.figure(f"people_{rows}_demands", len(demands))
    report.figure(f"people_{rows}_read_p50", float(np.median(read)), digits=0)
    report.figure(f"people_{rows}_read_p99", float(np.percentile(read, 99)), digits=0)
    report.figure(f"people_{rows}_p50_ms", float(np.median(times)))
    report.figure(f"people_{rows}_p99_ms", float(np.percentile(times, 99)))
    report.figure(f"people_{rows}_cpu_p50_ms", float(np.median(busy)))
    report.figure(f"people_{rows}_cpu_p99_ms", float(np.percentile(busy, 99)))
    report.figure(f"people_{rows}_within_target_share", float(np.mean(np.array(times) <= TARGET_MS)))


def engine_over(index: OurIndex) -> Engine:
    """An engine whose profiles are those of an index; the other collections are empty."""
    empty = {
        collection: Catalogue(
            collection, None if collection in WITHOUT_VECTORS else backend(DEFAULT)(index.lookups.encoder.dim)
        )
        for collection in Collection
    }
    index.lookups.warm()
    catalogues: Mapping[Collection, Catalogue] = {**empty, Collection.PROFILES: index.catalogue}
    store = Store.open("sqlite://")
    return Engine(store, index.lookups, Path(index.folder), catalogues, Links(), 0, {}, clock=lambda: TODAY)


def demands_of(engine: Engine, workload: Workload, n: int) -> list[Demand]:
    """`n` demands of jobs that people of the workload look for, where its queries ask."""
    draw = np.random.default_rng(SEED)
    queries = workload.queries(n, SEED)
    occupations = workload.occupation[draw.integers(len(workload), size=n)].tolist()
    pays = draw.uniform(*PAYS, size=n)
    return [
        _demand(engine, query, occupation, float(pay), circled=number % 2 == 0)
        for number, (query, occupation, pay) in enumerate(zip(queries, occupations, pays, strict=True))
    ]


def _demand(engine: Engine, query: Query, occupation: int, pay: float, circled: bool) -> Demand:
    reference = engine.lookups.reference
    rome, insee = reference.rome, reference.communes.insee[query.commune]
    skills, core = rome.skills_of(occupation)
    contract = next((member for member, bit in CONTRACT_BIT.items() if bit & query.contracts), Contract.CDI)
    least, most = PLAUSIBLE_MONTHLY
    offer = Offer(
        id="besoin",
        title=rome.labels[occupation],
        source=OfferSource(name="benchmark", id="besoin"),
        rome_code=rome.codes[occupation],
        commune_insee=insee,
        contract=contract,
        working_time=WorkingTime.FULL,
        licences=(LicenceDemand(licence=Licence.B, exigence=Exigence.REQUIRED),),
        skills=tuple(
            SkillDemand(label=rome.skill_labels[row], code=rome.skill_codes[row], exigence=Exigence.REQUIRED)
            for row in skills[core][:2].tolist()
        ),
        pay=Pay(min_monthly=min(max(pay, least), most)),
        published_on=TODAY,
    )
    radius = max(10.0, query.radius_km or 10.0)
    return Demand(offer, {"commune": insee, "distance": f"{radius:.0f}"} if circled else {})


def people_read(engine: Engine, demand: Demand, compare: bool) -> int:
    """People who are put to the criteria; with `compare`, singles are counted again. Raises RuntimeError where they
    differ."""
    profiles = engine.catalogue(Collection.PROFILES)
    read = columns_of_rows(project_offers([demand.offer], engine.lookups))
    asked = asked_of(engine.lookups, read, demand.parameters, engine.today(), float("nan"))
    conditions = asked.conditions()
    failures = Failures.of(profiles, conditions, asked.kept)
    counts = Relaxations.of_rows(profiles, failures)
    for number in range(len(asked.criteria) if compare else 0):
        others = [item for which, item in enumerate(conditions) if which != number]
        again = count(profiles, [*asked.kept, *others])
        if counts.count([number]) != again:
            raise RuntimeError(f"{counts.count([number])} people counted, {again} are there")
    return len(failures.rows)


if __name__ == "__main__":
    main()
