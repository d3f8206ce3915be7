"""The ordered features of each service: their order is the order of the columns that rankers learn on."""

from collections.abc import Collection, Sequence
from typing import TypeVar

import numpy as np

from features.pairs import (
    affinity,
    appellation,
    closeness,
    closeness_best,
    closeness_mean,
    collaborative,
    contract,
    crowding,
    distance,
    doors,
    education,
    entry,
    experience,
    experience_asked,
    experience_held,
    firm_answer,
    firm_contact,
    firm_engaged,
    firm_fit,
    firm_hirings,
    firm_openings,
    firm_people,
    firm_take,
    firm_tension,
    freshness,
    from_home,
    funded,
    gap_covered,
    hours,
    interest,
    languages,
    licence,
    minutes,
    opened,
    opened_tension,
    outcome,
    pay,
    pay_market,
    posts,
    price,
    progress,
    relation,
    responsiveness,
    seats,
    session_relation,
    skills,
    skills_core,
    skills_missing,
    skills_required,
    start,
    tension,
    to_pay,
    training_hours,
    working_time,
)
from features.pairs.base import Feature, FirmPairs, Floats, JobPairs, SessionPairs

P = TypeVar("P")

JOB_FEATURES: tuple[Feature[JobPairs], ...] = (
    closeness.FEATURE,
    relation.FEATURE,
    affinity.FEATURE,
    skills.FEATURE,
    experience.FEATURE,
    education.FEATURE,
    licence.FEATURE,
    languages.FEATURE,
    pay.FEATURE,
    distance.FEATURE,
    freshness.FEATURE,
    tension.FEATURE,
    closeness_best.FEATURE,
    closeness_mean.FEATURE,
    appellation.FEATURE,
    skills_core.FEATURE,
    skills_required.FEATURE,
    skills_missing.FEATURE,
    contract.FEATURE,
    working_time.FEATURE,
    hours.FEATURE,
    pay_market.FEATURE,
    minutes.FEATURE,
    posts.FEATURE,
    interest.FEATURE,
    responsiveness.FEATURE,
    crowding.FEATURE,
    collaborative.FEATURE,
    experience_held.FEATURE,
    experience_asked.FEATURE,
)

SESSION_FEATURES: tuple[Feature[SessionPairs], ...] = (
    session_relation.FEATURE,
    gap_covered.FEATURE,
    entry.FEATURE,
    progress.FEATURE,
    outcome.FEATURE,
    start.FEATURE,
    doors.FEATURE,
    distance.FEATURE,
    funded.FEATURE,
    price.FEATURE,
    opened.FEATURE,
    opened_tension.FEATURE,
    training_hours.FEATURE,
    to_pay.FEATURE,
    seats.FEATURE,
    from_home.FEATURE,
)

FIRM_FEATURES: tuple[Feature[FirmPairs], ...] = (
    firm_fit.FEATURE,
    firm_people.FEATURE,
    firm_hirings.FEATURE,
    firm_tension.FEATURE,
    firm_contact.FEATURE,
    firm_engaged.FEATURE,
    distance.FEATURE,
    firm_openings.FEATURE,
    firm_take.FEATURE,
    firm_answer.FEATURE,
)


def feature_matrix(features: Sequence[Feature[P]], pairs: P, wanted: Collection[str] | None = None) -> Floats:
    """(n_pairs, n_features) float32, columns in the order of `features`; those whose names are not in `wanted` are not
    computed but NaN, save for the first. None: all are wanted."""
    first, *others = features
    column = first.compute(pairs)
    matrix = np.full((len(column), len(features)), np.nan, dtype=np.float32)
    matrix[:, 0] = column
    for at, feature in enumerate(others, start=1):
        if wanted is None or feature.name in wanted:
            matrix[:, at] = feature.compute(pairs)
    return matrix
