"""From arrays back to words: the facts that reasons need about pairs. Made for the results shown, not for all."""

from collections.abc import Sequence
from functools import cache
from math import isnan
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.bits import languages_of, licences_of
from features.pairs import JobPairs
from features.pairs.base import NO_SKILL
from features.pairs.experience import UNSPECIFIED_MONTHS
from features.rome.referential import Rome
from matching.explain.job_facts import JobFacts, Reader
from matching.lookups import Lookups


def job_facts(
    reader: Reader,
    pairs: JobPairs,
    positions: NDArray[np.int64],
    values: Sequence[dict[str, float]],
    inferred: Sequence[bool],
    lookups: Lookups,
) -> list[JobFacts]:
    """Facts of the pairs at `positions`, to which `values` and `inferred` are parallel; a side of one row stands for
    every position."""
    rome = lookups.reference.rome
    labels, skill_labels = rome.labels, rome.skill_labels
    core_of = cache(lambda occupation: _core_labels(rome, occupation))
    person, job = pairs.person, pairs.job

    def at(column: NDArray[Any]) -> list[Any]:
        shown: list[Any] = column[positions].tolist() if len(column) > 1 else column.tolist() * len(positions)
        return shown

    facts: list[JobFacts] = []
    for (
        value,
        is_inferred,
        project,
        occupation,
        held,
        wanted,
        demand,
        asked_months,
        person_months,
        required_level,
        wished_level,
        person_level,
        required,
        wished,
        licences,
        asked_languages,
        spoken,
        pay_max,
        pay_floor,
        distance_km,
        reach_km,
    ) in zip(
        values,
        inferred,
        at(person.occupation),
        at(job.occupation),
        at(person.skills),
        at(job.skills),
        at(job.experience_demand),
        at(job.experience_months),
        at(person.experience_months),
        at(job.education_required),
        at(job.education_wished),
        at(person.education_level),
        at(job.licences_required),
        at(job.licences_wished),
        at(person.licences),
        at(job.languages_required),
        at(person.languages),
        at(job.pay_max),
        at(person.pay_floor),
        pairs.distance_km[positions].tolist(),
        at(person.reach_km),
        strict=True,
    ):
        held_rows = set(held)
        facts.append(
            JobFacts(
                reader=reader,
                values=value,
                project_label=labels[project],
                job_label=labels[occupation] if occupation >= 0 else None,
                job_inferred=is_inferred,
                held_skills=tuple([skill_labels[row] for row in wanted if row in held_rows and row != NO_SKILL]),
                missing_skills=tuple([skill_labels[row] for row in wanted if row not in held_rows and row != NO_SKILL]),
                core_skills=core_of(occupation),
                required_experience_months=_asked_months(demand, asked_months),
                beginner_accepted=demand == 1,
                person_experience_months=person_months,
                asked_education=max(required_level, wished_level),
                required_education=required_level,
                person_education=person_level,
                missing_licences=licences_of((required | wished) & ~licences),
                barring_licences=licences_of(required & ~licences),
                required_languages=languages_of(asked_languages),
                missing_languages=languages_of(asked_languages & ~spoken),
                pay_max=pay_max,
                pay_floor=pay_floor,
                distance_km=distance_km,
                reach_km=reach_km,
                title_needed=occupation >= 0 and bool(rome.regulated[occupation]),
                regulated=occupation >= 0 and occupation != project and bool(rome.regulated[occupation]),
            )
        )
    return facts


def _core_labels(rome: Rome, occupation: int) -> frozenset[str]:
    """Labels of the *cœur de métier* skills of an occupation; none of one that is not known (-1)."""
    if occupation < 0:
        return frozenset()
    rows, core = rome.skills_of(occupation)
    return frozenset([rome.skill_labels[row] for row in rows[core].tolist()])


def _asked_months(demand: int, months: float) -> float:
    """Months that the job asks for, NaN when it asks for none: the pair feature's own reading."""
    if demand == 0:
        return float("nan")
    return UNSPECIFIED_MONTHS if isnan(months) else months
