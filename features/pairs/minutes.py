"""Minutes from door to door by the fastest mode the person has, at most 240; NaN when the distance is unknown.

A simple model (`features.travel_time`), by how peopled the place of departure is. How far that is for the person, who
declared minutes or kilometres, is told by `distance`.
"""

from features.pairs.base import Feature, Floats, JobPairs, as_rows, within

LIMIT = 240.0


def _compute(pairs: JobPairs) -> Floats:
    return as_rows(within(pairs.distance_km * pairs.person.minutes_per_km, 0, LIMIT), len(pairs.closeness))


FEATURE = Feature[JobPairs]("minutes", "minutes", 0.0, LIMIT, _compute)
