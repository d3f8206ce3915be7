"""Times that the job was lately shown, to anyone, for each of its posts, at most 10,000; NaN when it is not counted."""

from features.behaviour import crowding
from features.pairs.base import Feature, Floats, JobPairs, as_rows, within

LIMIT = 10_000.0


def _compute(pairs: JobPairs) -> Floats:
    return as_rows(within(crowding(pairs.job.shown, pairs.job.posts), 0, LIMIT), len(pairs.closeness))


FEATURE = Feature[JobPairs]("crowding", "times a post", 0.0, LIMIT, _compute)
