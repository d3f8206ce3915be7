"""What shrinks the pool: one demand counted as asked, then with each criterion loosened alone and with the best pairs.

Only people whom employers may see are counted, each once whatever their projects. Counts are exact, then told with
discretion (`matching.discretion`).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Final

import numpy as np
from numpy.typing import NDArray

from matching.counting import Failures, Relaxations
from matching.demand import Demand
from matching.diagnosis.criteria import asked_of
from matching.diagnosis.criterion import Asked, Criterion
from matching.diagnosis.market import PayPosition, TimeToFill, pay_position, time_to_fill
from matching.diagnosis.quality import Job, medians, sampled
from matching.diagnosis.steps import offered_pay
from matching.diagnosis.teaching import Teaching, teaching
from matching.discretion import LEAST, Told
from matching.engine import Engine
from matching.filters import place
from matching.lookups import day_number
from matching.pay_medians import median_at
from matching.pay_steps import offered_in_steps
from matching.rows.offer import project_offers
from matching.schema import Collection
from matching.sides import columns_of_rows
from matching.sourcing import LEAST_KM

UNCOUNTED: Final = (
    "Le métier n'a pas été reconnu dans « {title} » : personne n'a pu être compté. Précisez un code ROME ou un "
    "intitulé "
    "du ROME."
)
BEST_PAIRS: Final = 3
MOST_TOGETHER: Final = 3
"""Criteria of which all combinations are tried to find somebody."""

Which = tuple[int, ...]
"""Positions of criteria."""


@dataclass(frozen=True)
class Loosening:
    """One or several criteria loosened, and the people whom that brings."""

    names: tuple[str, ...]
    text: str
    brought: Told
    score: int | None = None
    """Median score of those people, in points of a hundred; None where they are few."""
    teaching: Teaching | None = None
    """For a skill: a session that teaches it."""


@dataclass(frozen=True)
class Diagnosis:
    """A demand and its pool."""

    occupation: int
    """Row; -1: not recognised, and nobody is counted."""
    inferred: bool
    asked: tuple[tuple[str, str], ...]
    """The criteria that were counted: name and words."""
    found: Told | None
    score: int | None
    """Median score of the people found, in points of a hundred; None where they are few."""
    alone: tuple[Loosening, ...]
    """Each criterion by itself, what brings most first."""
    pairs: tuple[Loosening, ...]
    """Two criteria together, where that brings people whom neither brings alone."""
    nearest: Loosening | None
    """Where the pool is too small to be told: the least that fills it."""
    time_to_fill: TimeToFill | None
    pay: PayPosition
    notice: str | None = None


def diagnose(engine: Engine, demand: Demand) -> Diagnosis:
    """The diagnosis of a demand. Raises UnknownParameter, BadParameter, also for parameters that pick people."""
    lookups = engine.lookups
    rows = project_offers([lookups.completion.completed(demand.offer)], lookups)
    job = Job(offered_in_steps(columns_of_rows(rows)), rows.vectors[0])
    occupation, workplace = int(job.read("occupation")[0]), int(job.read("commune")[0])
    place.refuse_narrow(lookups, demand.parameters, LEAST_KM)
    median = float(median_at(engine.pay_medians, lookups, job.read("occupation"), job.read("commune"))[0])
    asked = asked_of(lookups, job.read, demand.parameters, engine.today(), median, demand.open_domain)
    about = Diagnosis(
        occupation=occupation,
        inferred=bool(job.read("inferred")[0]),
        asked=tuple((item.name, item.asked) for item in asked.criteria),
        found=None,
        score=None,
        alone=(),
        pairs=(),
        nearest=None,
        time_to_fill=time_to_fill(lookups, occupation, workplace),
        pay=pay_position(offered_pay(job.read), median),
    )
    if occupation < 0:
        return replace(about, notice=UNCOUNTED.format(title=demand.offer.title))
    return _counted(engine, job, asked, workplace, about)


def _counted(engine: Engine, job: Job, asked: Asked, workplace: int, about: Diagnosis) -> Diagnosis:
    profiles, discretion = engine.catalogue(Collection.PROFILES), engine.discretion
    in_detail = discretion.note(asked.question, asked.subject, day_number(engine.today()))
    failures = Failures.of(profiles, asked.conditions(), asked.kept)
    counts = Relaxations.of_rows(profiles, failures)
    criteria = asked.criteria

    def tell(count: int, which: Which) -> Told:
        return discretion.told(count, f"{asked.question} {which}", in_detail)

    found = tell(counts.count(), ())
    told: dict[Which, Told] = {(number,): tell(counts.brought((number,)), (number,)) for number in range(len(criteria))}
    for pair in _best_pairs(counts, len(criteria)):
        brought = tell(counts.brought(pair), pair)
        if not brought.is_few:
            told[pair] = brought

    scored = [which for which, each in told.items() if not each.is_few]
    sets: list[NDArray[np.int64]] = [] if found.is_few else [_sample(engine, failures, ())]
    sets += [_sample(engine, failures, which) for which in scored]
    scores = medians(engine, job, sets)
    score = None if found.is_few else scores.pop(0)
    score_of = dict(zip(scored, scores, strict=True))

    def loosening(which: Which) -> Loosening:
        items = [criteria[number] for number in which]
        taught = teaching(engine, items[0].skill, workplace) if len(items) == 1 and items[0].skill >= 0 else None
        return Loosening(_names(items), _text(items), told[which], score_of.get(which), taught)

    most_first = sorted(told, key=lambda which: -(told[which].count or 0))
    return replace(
        about,
        found=found,
        score=score,
        alone=tuple(loosening(which) for which in most_first if len(which) == 1),
        pairs=tuple(loosening(which) for which in most_first if len(which) == 2),
        nearest=_nearest(counts, tell, criteria) if found.is_few else None,
    )


def _best_pairs(counts: Relaxations, n_criteria: int) -> list[tuple[int, ...]]:
    """The pairs that bring most people whom neither criterion brings alone, `BEST_PAIRS` at most; none for fewer than
    `LEAST` of these."""
    only_both = {
        pair: counts.brought(pair, beyond=[(), (pair[0],), (pair[1],)]) for pair in combinations(range(n_criteria), 2)
    }
    best = sorted((pair for pair, count in only_both.items() if count >= LEAST), key=lambda pair: -only_both[pair])
    return list(best[:BEST_PAIRS])


def _nearest(
    counts: Relaxations, tell: Callable[[int, Which], Told], criteria: Sequence[Criterion]
) -> Loosening | None:
    """The fewest criteria that, loosened together, bring people enough to be told, of several what brings most; beyond
    `MOST_TOGETHER` what brings most is added one at a time. None where even all of them do not."""
    best: Which = ()
    for size in range(1, len(criteria) + 1):
        tried = (
            combinations(range(len(criteria)), size)
            if size <= MOST_TOGETHER
            else (tuple(sorted({*best, one})) for one in range(len(criteria)) if one not in best)
        )
        counted = {which: counts.brought(which) for which in tried}
        best = max(counted, key=lambda which: counted[which])
        told = tell(counted[best], best)
        if not told.is_few:
            items = [criteria[number] for number in best]
            return Loosening(_names(items), _text(items), told)
    return None


def _sample(engine: Engine, failures: Failures, which: Which) -> NDArray[np.int64]:
    """Rows of the people who are there (`which` is empty), or whom loosening brings."""
    profiles = engine.catalogue(Collection.PROFILES)
    return sampled(failures, profiles.keys, engine.discretion.marks, which, brought=bool(which))


def _names(items: Sequence[Criterion]) -> tuple[str, ...]:
    return tuple(item.name for item in items)


def _text(items: Sequence[Criterion]) -> str:
    """« à 30 km et sans le permis B », capital first."""
    words = [item.loosened for item in items]
    joined = words[0] if len(words) == 1 else f"{', '.join(words[:-1])} et {words[-1]}"
    return joined[0].upper() + joined[1:]
