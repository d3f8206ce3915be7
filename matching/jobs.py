"""Pairs of people and jobs: the part that subscriptions and sourcing share."""

import msgspec
import numpy as np
from numpy.typing import NDArray

from features.pairs import JOB_FEATURES, JobPairs, JobSide, PersonSide
from features.records import Profile
from matching.engine import Engine
from matching.rank import Ranker
from matching.retrieve import Candidates
from matching.schema import Collection
from matching.scoring import Scored, score

_PROFILE = msgspec.json.Decoder(Profile)


def job_pairs(
    engine: Engine, person: PersonSide, job: JobSide, candidates: Candidates, distances: NDArray[np.float32]
) -> JobPairs:
    """Pairs of one side with candidates of the other."""
    lookups = engine.lookups
    return JobPairs(person, job, candidates.closeness, distances, lookups.reference.rome.relation, lookups.affinity)


def score_jobs(candidates: Candidates, pairs: JobPairs, ranker: Ranker) -> Scored:
    return score(candidates.rows, JOB_FEATURES, pairs, ranker)


def profile_at(engine: Engine, row: int) -> Profile:
    """The profile that a row belongs to."""
    return _PROFILE.decode(engine.catalogue(Collection.PROFILES).payload_of(row))
