"""Pairs of people and jobs: the part that subscriptions and sourcing share."""

from collections.abc import Callable, Sequence
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from features.pairs import JOB_FEATURES, JobPairs, JobSide, PersonSide
from features.records import Profile
from matching.answer import Match, Reason, Window
from matching.catalogue import Catalogue
from matching.engine import Engine
from matching.explain.changes import Standing, smallest_changes
from matching.explain.gaps import VOICES
from matching.explain.job_facts import Reader
from matching.facts import job_facts
from matching.lookups import Lookups
from matching.payload import record_part
from matching.rank import Ranker
from matching.schema import Collection
from matching.scoring import Places, Scored, make_matches, page, score

PROFILE_DECODER = msgspec.json.Decoder(Profile)


def job_pairs(
    engine: Engine,
    person: PersonSide,
    job: JobSide,
    closeness: NDArray[np.float32],
    distances: NDArray[np.float32],
    over_projects: tuple[NDArray[np.float32], NDArray[np.float32]],
    collaboration: NDArray[np.float32],
) -> JobPairs:
    """n pairs, (n,) cosines, (n,) distances in km, the cosines over the person's projects, the best and their mean,
    (n,) each, and the tastes that the ranker learned; a side of one row stands in all of them."""
    lookups = engine.lookups
    rome = lookups.reference.rome
    return JobPairs(
        person,
        job,
        closeness,
        distances,
        rome.relation,
        lookups.affinity,
        *over_projects,
        lookups.core_skills,
        rome.family_of,
        collaboration,
    )


def over_all_projects(
    closeness: NDArray[np.float32],
    projects: NDArray[np.float32],
    offers: Callable[[], NDArray[np.float32]],
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Best and mean cosine of each of n offers with the projects of one person.

    `closeness` (n,) is what stands where there is one project; `projects` (p, dim) and `offers`, read only where there
    are several, (n, dim), are unit vectors.
    """
    if len(projects) == 1:
        return closeness, closeness
    cosines = offers() @ projects.T
    return cosines.max(axis=1), cosines.mean(axis=1)


def over_found_projects(
    closeness: NDArray[np.float32], keys: NDArray[np.int64]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Best and mean cosine of one job with the projects of each person that were found: `closeness` (n,) of projects,
    `keys` (n,) the number of the person that each is of."""
    people, person = np.unique(keys, return_inverse=True)
    if len(people) == len(keys):
        return closeness, closeness
    best = np.full(len(people), -np.inf, dtype=np.float32)
    np.maximum.at(best, person, closeness)
    mean = (np.bincount(person, closeness) / np.bincount(person)).astype(np.float32)
    return best[person], mean[person]


def score_jobs(
    rows: NDArray[np.int64], pairs: JobPairs, ranker: Ranker, besides: frozenset[str] | None = None
) -> Scored:
    """`scoring.score` of pairs of people and jobs."""
    return score(rows, JOB_FEATURES, pairs, ranker, besides)


def job_matches(
    lookups: Lookups,
    reader: Reader,
    found: Catalogue,
    decoder: msgspec.json.Decoder[Any],
    pairs: JobPairs,
    scored: Scored,
    places: Places,
    window: Window,
    inferred: Callable[[NDArray[np.int64]], list[bool]],
    charged_for: Callable[[NDArray[np.int64]], Sequence[Sequence[Reason]]] | None = None,
) -> tuple[Match[Any], ...]:
    """The results that a window shows of `places` (one query's), rows of the catalogue `found`; `inferred` tells, of
    such rows, the jobs whose occupation was read in their words, and `charged_for`, of positions, the reasons of
    `Scored.charges` and `Scored.set_back`."""
    positions = page(places, window).positions
    rows = scored.rows[positions]
    shown = pairs.at(positions)
    facts = job_facts(reader, shown, scored.values_at(positions), inferred(rows), lookups)
    standing = Standing(scored.scores[places.positions], window.first)
    matches = make_matches(
        [found.id_of(row) for row in rows.tolist()],
        found.payloads_of(rows),
        decoder,
        scored,
        positions,
        shown.distance_km,
        facts,
        VOICES[reader],
        smallest_changes(reader, scored.ranker, shown, scored.features[positions], facts, standing),
        None if charged_for is None else charged_for(positions),
    )
    return tuple(matches)


def profile_at(engine: Engine, row: int) -> Profile:
    """The profile that a row belongs to."""
    return PROFILE_DECODER.decode(record_part(engine.catalogue(Collection.PROFILES).payload_of(row)))
