"""Pair features of a portfolio and firms, computed by hand."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from features.pairs import FIRM_FEATURES, FirmPairs

NAN = float("nan")
COMPUTE = {feature.name: feature.compute for feature in FIRM_FEATURES}

PAIR = FirmPairs(
    fit=np.array([0.4], np.float32),
    people=np.array([3], np.float32),
    expected_hirings=np.array([2.5], np.float32),
    take=np.array([0.2], np.float32),
    answer=np.array([0.25], np.float32),
    tension=np.array([0.6], np.float32),
    days_since_contact=np.array([90], np.float32),
    engaged=np.array([True]),
    distance_km=np.array([15], np.float32),
    reach_km=np.array([30], np.float32),
)


@pytest.mark.parametrize(
    ("name", "given", "expected"),
    [
        ("firm_fit", {}, 0.4),
        ("firm_people", {}, 3),
        ("firm_people", {"people": 4000}, 1000),
        ("firm_hirings", {}, 2.5),
        ("firm_hirings", {"expected_hirings": 1e5}, 1000),
        ("firm_hirings", {"expected_hirings": NAN}, NAN),
        ("firm_openings", {}, 1.0),
        ("firm_openings", {"fit": 0}, 0),
        ("firm_openings", {"expected_hirings": 1e5}, 1000),
        ("firm_openings", {"expected_hirings": NAN}, NAN),
        ("firm_take", {}, 0.2),
        ("firm_take", {"take": 1.5}, 1),
        ("firm_answer", {}, 0.25),
        ("firm_answer", {"answer": NAN}, NAN),
        ("firm_tension", {}, 0.6),
        ("firm_tension", {"tension": NAN}, NAN),
        ("firm_contact", {}, 90),
        ("firm_contact", {"days_since_contact": 0}, 0),
        ("firm_contact", {"days_since_contact": 3000}, 730),
        ("firm_contact", {"days_since_contact": NAN}, NAN),
        ("firm_engaged", {}, 1),
        ("firm_engaged", {"engaged": False}, 0),
        ("distance", {}, 0.5),
        ("distance", {"distance_km": NAN}, NAN),
        ("distance", {"distance_km": 900}, 4),
    ],
)
def test_by_hand(name: str, given: dict[str, Any], expected: float) -> None:
    pairs = replace(PAIR, **{key: np.array([new], getattr(PAIR, key).dtype) for key, new in given.items()})
    computed = COMPUTE[name](pairs)
    assert computed.shape == (1,)
    assert float(computed[0]) == pytest.approx(expected, nan_ok=True)
