"""Counts with criteria left out, against counting again without them."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.catalogue import View
from matching.counting import MOST_CRITERIA, Relaxations, count
from matching.engine import Engine
from matching.filters import consent, contract, experience, licence, place, working_time
from matching.filters.base import Condition
from matching.schema import Collection


def criteria_of(engine: Engine) -> list[Condition]:
    commune = int(engine.catalogue(Collection.PROFILES).column("commune")[0])
    return [
        consent.visible_to_employers,
        contract.of_contracts(1),
        working_time.not_against(1),
        licence.holding(2),
        experience.at_least(12),
        place.within(engine.lookups, [commune], 60),
    ]


@given(without=st.sets(st.integers(0, 5)))
@settings(max_examples=40)
def test_a_count_without_criteria_is_the_count_of_the_others(engine: Engine, without: set[int]) -> None:
    profiles, criteria = engine.catalogue(Collection.PROFILES), criteria_of(engine)
    relaxed = Relaxations.of(profiles, criteria)
    others = [item for number, item in enumerate(criteria) if number not in without]
    assert relaxed.count(sorted(without)) == count(profiles, others)


def test_what_is_kept_is_never_left_out(engine: Engine) -> None:
    profiles, criteria = engine.catalogue(Collection.PROFILES), criteria_of(engine)
    relaxed = Relaxations.of(profiles, criteria[1:], kept=criteria[:1])
    assert relaxed.count(range(5)) == count(profiles, criteria[:1]) < profiles.n_records
    for pair in itertools.combinations(range(5), 2):
        others = [criteria[0], *(item for number, item in enumerate(criteria[1:]) if number not in pair)]
        assert relaxed.count(pair) == count(profiles, others)


def test_a_person_with_several_projects_counts_once(engine: Engine) -> None:
    profiles = engine.catalogue(Collection.PROFILES)
    assert count(profiles, []) == profiles.n_records < len(profiles)
    assert Relaxations.of(profiles, []).count() == profiles.n_records


def test_nobody_in_reach_counts_nothing(engine: Engine) -> None:
    profiles = engine.catalogue(Collection.PROFILES)

    def nobody(view: View) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        return np.zeros(len(view), dtype=np.bool_)

    assert count(profiles, [nobody]) == 0
    assert Relaxations.of(profiles, criteria_of(engine), kept=[nobody]).count([0, 1, 2, 3, 4, 5]) == 0


def test_too_many_criteria_are_refused(engine: Engine) -> None:
    with pytest.raises(ValueError, match=f"at most {MOST_CRITERIA}"):
        Relaxations.of(engine.catalogue(Collection.PROFILES), [consent.visible_to_employers] * (MOST_CRITERIA + 1))
