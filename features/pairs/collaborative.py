"""Interest in the job's family of occupations that people of the same history show; NaN when nothing is known that the
person did, when they refused profiling, or when nothing was learned yet."""

from features.behaviour import MOST_POINTS, collaborative_of
from features.pairs.base import Feature, Floats, JobPairs, as_rows


def _compute(pairs: JobPairs) -> Floats:
    person = pairs.person
    lent = collaborative_of(person.interest_families, person.interest_points, pairs.family, pairs.collaboration)
    return as_rows(lent, len(pairs.closeness))


FEATURE = Feature[JobPairs]("collaborative", "points", -MOST_POINTS, MOST_POINTS, _compute)
