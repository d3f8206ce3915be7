"""A few stories of `benchmarks.people_machine`, always the same: what people said holds after every step."""

from pathlib import Path

import hypothesis
import pytest
from hypothesis.stateful import run_state_machine_as_test

from benchmarks.invariants import settings_of
from benchmarks.people_machine import Counted, counts_in, playing


@pytest.mark.slow
def test_what_people_said_holds_after_every_step(deployment: Path) -> None:
    before = Counted.steps, Counted.checks
    with playing(deployment) as machine:
        run_state_machine_as_test(hypothesis.seed(3)(machine), settings=settings_of(4, 12))
    assert Counted.steps - before[0] > 15
    assert Counted.checks - before[1] > 15


def test_counts_are_found_at_any_depth() -> None:
    told = {"nombre": 10, "paires": [{"nombre": 5}, {"autre": {"nombre": 3}}], "texte": "nombre"}
    assert sorted(counts_in(told)) == [3, 5, 10]
