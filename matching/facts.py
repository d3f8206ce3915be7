"""From arrays back to words: the facts that a reason needs about one pair. Made for the results shown, not for all."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from features.bits import languages_of, licences_of
from features.pairs import JobPairs, JobSide
from features.pairs.base import NO_SKILL
from features.pairs.experience import UNSPECIFIED_MONTHS
from matching.explain.job import JobFacts, Reader
from matching.lookups import Lookups


def job_facts(
    reader: Reader, pairs: JobPairs, position: int, values: Mapping[str, float], inferred: bool, lookups: Lookups
) -> JobFacts:
    """Facts of the pair at `position`; sides of one row stand for every position."""
    rome = lookups.reference.rome
    person, job = pairs.person, pairs.job
    occupation, project = int(_at(job.occupation, position)), int(_at(person.occupation, position))
    wanted = _at(job.skills, position)
    held = set(_at(person.skills, position).tolist()) - {NO_SKILL}
    wanted_rows = [int(row) for row in wanted if row != NO_SKILL]
    required, wished = int(_at(job.licences_required, position)), int(_at(job.licences_wished, position))
    licences = int(_at(person.licences, position))
    required_languages = int(_at(job.languages_required, position))
    return JobFacts(
        reader=reader,
        values=dict(values),
        project_label=rome.labels[project],
        job_label=rome.labels[occupation] if occupation >= 0 else None,
        job_inferred=inferred,
        held_skills=tuple(rome.skill_labels[row] for row in wanted_rows if row in held),
        missing_skills=tuple(rome.skill_labels[row] for row in wanted_rows if row not in held),
        required_experience_months=_asked_months(job, position),
        beginner_accepted=int(_at(job.experience_demand, position)) == 1,
        person_experience_months=float(_at(person.experience_months, position)),
        asked_education=max(int(_at(job.education_required, position)), int(_at(job.education_wished, position))),
        person_education=int(_at(person.education_level, position)),
        missing_licences=licences_of((required | wished) & ~licences),
        licences_required=bool(required & ~licences),
        required_languages=languages_of(required_languages),
        missing_languages=languages_of(required_languages & ~int(_at(person.languages, position))),
        pay_max=float(_at(job.pay_max, position)),
        pay_floor=float(_at(person.pay_floor, position)),
        distance_km=float(pairs.distance_km[position]),
        reach_km=float(_at(person.reach_km, position)),
        regulated=occupation >= 0 and occupation != project and bool(rome.regulated[occupation]),
    )


def _asked_months(job: JobSide, position: int) -> float:
    """Months that the job asks for, NaN when it asks for none: the pair feature's own reading."""
    if int(_at(job.experience_demand, position)) == 0:
        return float("nan")
    months = float(_at(job.experience_months, position))
    return UNSPECIFIED_MONTHS if np.isnan(months) else months


def _at(values: NDArray[Any], position: int) -> Any:
    return values[position if len(values) > 1 else 0]
