"""Pairs of people and jobs: the part that subscriptions and sourcing share."""

from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from features.pairs import JOB_FEATURES, JobPairs, JobSide, PersonSide
from features.records import Profile
from matching.answer import Match
from matching.catalogue import Catalogue
from matching.engine import Engine
from matching.explain.job import SENTENCES, Reader, job_gaps
from matching.facts import job_facts
from matching.lookups import Lookups
from matching.payload import record_part
from matching.rank import Ranker
from matching.schema import Collection
from matching.scoring import Scored, make_matches, score

PROFILE_DECODER = msgspec.json.Decoder(Profile)

_SENTENCES = [SENTENCES[feature.name] for feature in JOB_FEATURES]


def job_pairs(
    engine: Engine,
    person: PersonSide,
    job: JobSide,
    closeness: NDArray[np.float32],
    distances: NDArray[np.float32],
) -> JobPairs:
    """n pairs, (n,) cosines and (n,) distances in km; a side of one row stands in all of them."""
    lookups = engine.lookups
    return JobPairs(person, job, closeness, distances, lookups.reference.rome.relation, lookups.affinity)


def score_jobs(rows: NDArray[np.int64], pairs: JobPairs, ranker: Ranker) -> Scored:
    return score(rows, JOB_FEATURES, pairs, ranker)


def job_matches(
    lookups: Lookups,
    reader: Reader,
    found: Catalogue,
    decoder: msgspec.json.Decoder[Any],
    pairs: JobPairs,
    scored: Scored,
    positions: NDArray[np.int64],
    inferred: list[bool],
) -> tuple[Match[Any], ...]:
    """The results at `positions`, rows of the catalogue `found`; `inferred` (parallel) tells the jobs whose occupation
    was read in their words."""
    rows = scored.rows[positions].tolist()
    facts = job_facts(reader, pairs, positions, scored.values_at(positions), inferred, lookups)
    matches = make_matches(
        [found.id_of(row) for row in rows],
        [found.payload_of(row) for row in rows],
        decoder,
        scored,
        positions,
        pairs.distance_km[positions],
        facts,
        _SENTENCES,
        job_gaps,
    )
    return tuple(matches)


def profile_at(engine: Engine, row: int) -> Profile:
    """The profile that a row belongs to."""
    return PROFILE_DECODER.decode(record_part(engine.catalogue(Collection.PROFILES).payload_of(row)))
