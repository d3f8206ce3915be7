"""What of the hidden truth could be known at all: the oracle without what people, offers and firms keep to themselves.

Private draws are put at their middle: what a person is drawn to beyond their projects, how far they really go, what
they would really accept, the charm and the demands of a job, whether a firm answers, and the luck of two that meet.
What is left follows from the records, under a rule that nobody told.
"""

import copy
import dataclasses
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.simulation.employers import Employers
from models.simulation.hidden import HiddenTruth
from models.simulation.market import Floats, as_floats
from models.simulation.tastes import PROJECT_WEIGHTS

BAR_OF_SIZE = 0.15
"""`draw_employers`: larger firms ask for more."""
_ALIKE = (
    "occupation_weight",
    "patience",
    "distance_weight",
    "pay_ratio",
    "hours",
    "hours_weight",
    "shift",
    "size",
    "quality",
    "unwritten",
)


def public_surplus(truth: HiddenTruth, candidates: NDArray[np.int64], week: int, firms_known: bool) -> Floats:
    """(n,) expected surplus of candidates without private draws; `firms_known`: with those of offers and firms, as if
    each had been watched for ever."""
    public = _without_people(truth)
    if not firms_known:
        public.employers = _middle_employers(truth)
    pairs = public.pairs(candidates)
    worth = public.worth(pairs, week)
    merit = public.merit(pairs, week)
    chance = public.answer_chance(pairs.offer, week) * public.interview_chance(merit) * public.hire_chance(merit)
    return as_floats(chance * np.logaddexp(np.float32(0), worth.total - worth.match))


def _without_people(truth: HiddenTruth) -> HiddenTruth:
    persons, tastes = truth.market.persons, truth.tastes
    vectors = tastes.occupation_vectors
    weights = np.where(persons.targets >= 0, np.array(PROJECT_WEIGHTS), 0.0)
    drawn_to = np.einsum("ij,ijk->ik", weights, vectors[persons.targets])
    drawn_to /= np.maximum(np.linalg.norm(drawn_to, axis=1, keepdims=True), 1e-9)
    likeness = np.einsum("ik,ijk->ij", drawn_to, vectors[persons.targets])
    public: dict[str, Any] = {
        "start": as_floats(drawn_to),
        "turn": as_floats(drawn_to),
        "ease": as_floats(np.maximum(np.where(persons.targets >= 0, likeness, -1.0).max(axis=1), 0.3)),
        "minutes_per_km": persons.minutes_per_km,
        "settling": np.zeros_like(tastes.settling),
        **_at_middle(tastes, *_ALIKE),
    }
    found = copy.copy(truth)
    found.tastes = dataclasses.replace(tastes, **public)
    return found


def _middle_employers(truth: HiddenTruth) -> Employers:
    market, employers = truth.market, truth.employers
    usual = market.occupations.pay[market.offers.occupation]
    public: dict[str, Any] = {
        "pay": as_floats(np.where(np.isnan(market.offers.pay), usual, market.offers.pay)),
        "bar": as_floats(BAR_OF_SIZE * employers.size[market.offers.firm]),
        "shift": np.zeros_like(employers.shift),
        **_at_middle(employers, "charm", "firm_charm", "heeds_experience", "heeds_skills", "responds"),
    }
    return dataclasses.replace(employers, **public)


def _at_middle(values: Any, *names: str) -> dict[str, Floats]:
    return {name: np.full_like(getattr(values, name), np.median(getattr(values, name))) for name in names}
