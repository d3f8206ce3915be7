"""The ordered features of each service: their order is the order of the columns that rankers learn on."""

from collections.abc import Sequence
from typing import TypeVar

import numpy as np

from features.pairs import (
    affinity,
    closeness,
    distance,
    doors,
    education,
    entry,
    experience,
    firm_contact,
    firm_engaged,
    firm_fit,
    firm_hirings,
    firm_people,
    firm_tension,
    freshness,
    gap_covered,
    languages,
    licence,
    outcome,
    pay,
    progress,
    relation,
    session_relation,
    skills,
    start,
    tension,
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
)

FIRM_FEATURES: tuple[Feature[FirmPairs], ...] = (
    firm_fit.FEATURE,
    firm_people.FEATURE,
    firm_hirings.FEATURE,
    firm_tension.FEATURE,
    firm_contact.FEATURE,
    firm_engaged.FEATURE,
    distance.FEATURE,
)


def feature_matrix(features: Sequence[Feature[P]], pairs: P) -> Floats:
    """(n_pairs, n_features) float32, columns in the order of `features`."""
    return np.stack([feature.compute(pairs) for feature in features], axis=1)
