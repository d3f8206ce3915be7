"""Candidates: what retrieval brings for a sample of people, with the features that ranking reads, as a `Market`.

Learning needs candidates, and candidates come from matching; models may not import matching, so a table is written
here and read there. Each person is asked for as `subscriptions` asks: under their own conditions, one query a project,
the best of each offer over all projects. The engine's clock says on which day; offers that close before it are left
out. Dates of the market are drawn anew over its weeks (`models.simulation.calendar`), so that a stock of two months
serves a longer stream: what hangs on a date is computed as the weeks go by.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.pairs import JOB_FEATURES, JobPairs
from features.pairs.base import shared_skills
from matching.catalogue import Catalogue
from matching.engine import Engine
from matching.jobs import profile_at
from matching.market_records import occupations_of, offers_of, persons_of
from matching.rows.profile import occupations_held
from matching.schema import Collection
from matching.scoring import best_of_each
from matching.subscriptions import search_of
from models.simulation.market import DAYS_A_WEEK, MAX_TARGETS, Market


@dataclass(frozen=True, eq=False)
class _Brought:
    """What one person's search brought: n offers, ascending rows of the catalogue."""

    rows: NDArray[np.int64]
    project: NDArray[np.int8]
    features: NDArray[np.float32]
    scores: NDArray[np.float32]
    distance_km: NDArray[np.float16]
    skills_shared: NDArray[np.uint8]
    experience_months: NDArray[np.float16]


def candidates_market(
    engine: Engine,
    profile_ids: Sequence[str],
    weeks: int,
    seed: int,
    progress: Callable[[int], None] = lambda _: None,
) -> Market:
    """The market of these people (none twice) and of all offers that retrieval brings to any of them.

    `weeks` is the length of the stream that the market is to carry; it ends on the engine's day. Offers of no known
    occupation are left out. `progress` is told of each person. Raises NotFound, and ValueError for nobody or for
    `weeks` under 1.
    """
    if weeks < 1 or not profile_ids:
        raise ValueError(f"{len(profile_ids)} profils et {weeks} semaines : il en faut au moins un de chaque")
    brought: list[_Brought] = []
    for profile_id in profile_ids:
        brought.append(_brought(engine, profile_id))
        progress(1)
    everything = np.concatenate([each.rows for each in brought])
    rows, offer = np.unique(everything, return_inverse=True)
    generator = np.random.default_rng([seed, 21])
    occupations = occupations_of(engine)
    offers, firm_ids, firm_size = offers_of(engine, rows, occupations, weeks, generator)
    today = engine.today()
    monday = today - dt.timedelta(days=today.weekday() + DAYS_A_WEEK * weeks)
    return Market(
        occupations=occupations,
        persons=persons_of(engine, profile_ids, weeks, generator),
        offers=offers,
        firm_ids=firm_ids,
        firm_size=firm_size,
        indptr=np.cumsum([0, *(len(each.rows) for each in brought)], dtype=np.int64),
        offer=offer.astype(np.int32),
        project=np.concatenate([each.project for each in brought]),
        distance_km=np.concatenate([each.distance_km for each in brought]),
        skills_shared=np.concatenate([each.skills_shared for each in brought]),
        experience_months=np.concatenate([each.experience_months for each in brought]),
        features=np.concatenate([each.features for each in brought]),
        names=tuple(feature.name for feature in JOB_FEATURES),
        served=np.concatenate([each.scores for each in brought]),
        first_day=monday.isoformat(),
    )


def _brought(engine: Engine, profile_id: str) -> _Brought:
    profiles, offers = engine.catalogue(Collection.PROFILES), engine.catalogue(Collection.OFFERS)
    search = search_of(engine, profile_id, {})
    pairs, scored = search.ranked()
    places = best_of_each([scored], [offers.keys(scored.rows)]).positions
    places = places[np.argsort(scored.rows[places], kind="stable")]
    places = places[offers.take("occupation", scored.rows[places]) >= 0]
    rows = scored.rows[places]
    held = profiles.take("skills", search.projects[:1])
    shared = shared_skills(held, offers.take("skills", rows)).sum(axis=1)
    return _Brought(
        rows,
        _projects(pairs.at(places), profiles, search.projects[:MAX_TARGETS]),
        scored.features[places],
        scored.scores[places],
        pairs.distance_km[places].astype(np.float16),
        shared.astype(np.uint8),
        _experience(engine, int(search.projects[0]), offers.take("occupation", rows)),
    )


def _experience(engine: Engine, row: int, occupations: NDArray[np.int16]) -> NDArray[np.float16]:
    """(n,) months that the person of a profile's row has worked in the family of each occupation."""
    family_of = engine.lookups.reference.rome.family_of
    months = np.zeros(len(family_of), dtype=np.float16)
    for held, worked in occupations_held(profile_at(engine, row), engine.lookups):
        if held >= 0:
            months[family_of[held]] += worked
    return months[family_of[occupations]]


def _projects(pairs: JobPairs, profiles: Catalogue, projects: NDArray[np.int64]) -> NDArray[np.int8]:
    """(n,) which of a person's projects (rows) each pair is of, told by occupation, reach and pay floor: of two that
    agree in them either will do. A project that is not among them counts as the first."""
    person = pairs.person
    alike = np.stack(
        [
            (person.occupation == profiles.take("occupation", row))
            & (person.reach_km == profiles.take("radius_km", row))
            & ((person.pay_floor == profiles.take("pay_floor", row)) | np.isnan(profiles.take("pay_floor", row)))
            for row in projects[:, None]
        ]
    )
    return np.broadcast_to(alike.argmax(axis=0), (len(pairs.closeness),)).astype(np.int8)
