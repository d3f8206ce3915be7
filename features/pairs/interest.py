"""Interest that the person has lately shown in the job's family of occupations: 1 for an offer opened today; below 0,
offers put aside. NaN when nothing is known that they did, or when they refused profiling."""

from features.behaviour import MOST_POINTS, interest_of
from features.pairs.base import Feature, Floats, JobPairs, as_rows


def _compute(pairs: JobPairs) -> Floats:
    person = pairs.person
    return as_rows(interest_of(person.interest_families, person.interest_points, pairs.family), len(pairs.closeness))


FEATURE = Feature[JobPairs]("interest", "points", -MOST_POINTS, MOST_POINTS, _compute)
