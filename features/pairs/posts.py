"""Posts that the job offers, at most 1,000; NaN when unknown."""

import numpy as np

from features.pairs.base import Feature, Floats, JobPairs, as_rows


def _compute(pairs: JobPairs) -> Floats:
    posts = pairs.job.posts
    known = np.where(posts > 0, np.minimum(posts, 1000).astype(np.float32), np.float32(np.nan))
    return as_rows(known, len(pairs.closeness))


FEATURE = Feature[JobPairs]("posts", "posts", 1.0, 1000.0, _compute)
