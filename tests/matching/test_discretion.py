"""Counts that are told, against people who ask many times to learn of one person."""

import random
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.answer import Facet, FacetValue
from matching.discretion import LEAST, MOST_MOVED, QUESTIONS, SMALL, STEP, Discretion, Told
from matching.facets import discreet

TRIALS = 600


@given(count=st.integers(0, 5000), question=st.text(max_size=20))
def test_few_are_never_told_and_others_in_whole_steps_near_the_truth(count: int, question: str) -> None:
    told = Discretion("secret").told(count, question)
    if count < LEAST:
        assert told == Told(None)
    if told.count is not None:
        assert told.count >= LEAST
        assert told.count % STEP == 0
        assert abs(told.count - count) <= MOST_MOVED + STEP // 2 or told.count == LEAST
    elif count > LEAST + MOST_MOVED:
        pytest.fail("many are not told")


def test_the_same_question_is_told_the_same_and_another_deployment_tells_otherwise() -> None:
    one, twin, other = Discretion("a"), Discretion("a"), Discretion("b")
    counts = [(count, f"question {count}") for count in range(20, 220)]
    first = [one.told(*each) for each in counts]
    assert first == [one.told(*each) for each in counts] == [twin.told(*each) for each in counts]
    assert first != [other.told(*each) for each in counts]


def test_what_is_told_is_right_on_average() -> None:
    discretion = Discretion("mean")
    told = [discretion.told(40, f"question {number}").count or 0 for number in range(2000)]
    assert np.mean(told) == pytest.approx(40, abs=0.5)


def right_guesses(guess: Callable[[Discretion, random.Random, bool], bool]) -> float:
    """Share of the trials in which an adversary finds out whether somebody was counted; a coin is right in half."""
    draw = random.Random(7)
    right = 0
    for trial in range(TRIALS):
        there = draw.random() < 0.5
        right += guess(Discretion(f"deployment {trial}"), draw, there) == there
    return right / TRIALS


def compared(discretion: Discretion, before: int, after: int, number: int) -> int:
    """What one pair of questions shows: the same demand, then a criterion away, which lets one person in or nobody."""
    first = discretion.told(before, f"demand {number} with").count or 0
    second = discretion.told(after, f"demand {number} without").count or 0
    return second - first


def test_one_difference_tells_next_to_nothing_of_a_person() -> None:
    def guess(discretion: Discretion, draw: random.Random, there: bool) -> bool:
        others = draw.randrange(4, 60)
        return compared(discretion, others, others + there, 0) > 0

    assert right_guesses(guess) < 0.62


def test_neither_a_change_nor_its_absence_tells_that_somebody_came_in() -> None:
    """Equal numbers for equal people would: then one pair of questions were enough."""

    def guess(discretion: Discretion, draw: random.Random, there: bool) -> bool:
        others = draw.randrange(10, 60)
        return compared(discretion, others, others + there, 0) != 0

    assert right_guesses(guess) < 0.62


def test_a_day_of_different_questions_about_one_person_leaves_doubt() -> None:
    """The adversary spends every question that is answered in detail on pairs that only this person tells apart."""

    def guess(discretion: Discretion, draw: random.Random, there: bool) -> bool:
        shown = 0
        for number in range(QUESTIONS // 2):
            others = draw.randrange(5, 45)
            shown += compared(discretion, others, others + there, number)
        return shown / (QUESTIONS // 2) > 0.5

    assert right_guesses(guess) < 0.8


def test_more_questions_on_the_same_people_are_told_in_one_band() -> None:
    discretion = Discretion("band")
    noted = [discretion.note(f"question {number}", "J15 23", day=1) for number in range(QUESTIONS + 20)]
    assert noted == [True] * QUESTIONS + [False] * 20
    assert discretion.note("question 0", "J15 23", day=1)
    assert discretion.note("question 0", "J15 24", day=1)
    assert discretion.note("another", "J15 23", day=2)
    band = {discretion.told(count, f"late {count}", in_detail=False) for count in range(SMALL - MOST_MOVED)}
    assert band == {Told(None, SMALL)}
    assert discretion.told(500, "late", in_detail=False).count is not None


def test_asking_again_is_not_another_question() -> None:
    discretion = Discretion("again")
    assert all(discretion.note("the same", "J15 23", day=1) for _ in range(10 * QUESTIONS))
    assert discretion.note("another", "J15 23", day=1)


def test_facets_of_people_are_told_in_whole_fives_and_not_of_fewer() -> None:
    facets = (
        Facet("codeROME", (FacetValue("J1501", "Aide-soignant", 12), FacetValue("J1506", "Infirmier", 4))),
        Facet("departement", (FacetValue("23", "23", 3),)),
    )
    assert discreet(facets) == (Facet("codeROME", (FacetValue("J1501", "Aide-soignant", 10),)),)
