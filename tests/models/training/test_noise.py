"""Names as people type them: drawn from a seed, short of sentences."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.training.noise import LONGEST, dressed, noised, slipped

PLACES = ("Guéret", "Lyon {3e}")
NAME = "Conducteur de travaux du bâtiment"

names = st.text(alphabet="abcdeéÉ -/'()8", min_size=1, max_size=60)


def drawn(seed: int) -> random.Random:
    return random.Random(seed)


@given(names, st.integers(0, 10_000))
def test_the_same_seed_gives_the_same_copy(name: str, seed: int) -> None:
    assert noised(name, PLACES, drawn(seed)) == noised(name, PLACES, drawn(seed))


def test_other_seeds_give_other_copies() -> None:
    copies = {noised(NAME, PLACES, drawn(seed)) for seed in range(60)}
    assert len(copies) > 40


@pytest.mark.parametrize("seed", range(20))
def test_a_sentence_stays_as_it_is(seed: int) -> None:
    sentence = "Vous pétrissez. " * 20
    assert len(sentence) > LONGEST
    assert noised(sentence, PLACES, drawn(seed)) == sentence


@given(names, st.integers(0, 10_000))
def test_a_slip_is_in_one_place_of_one_word(name: str, seed: int) -> None:
    typed = slipped(name, drawn(seed))
    same_before = next((at for at, (a, b) in enumerate(zip(name, typed, strict=False)) if a != b), len(name))
    same_after = next((at for at, (a, b) in enumerate(zip(name[::-1], typed[::-1], strict=False)) if a != b), len(name))
    assert abs(len(typed) - len(name)) <= 1
    assert same_before + same_after >= len(name) - 2


@pytest.mark.parametrize("name", ["", "BTP", "un an", "8888 8888"])
def test_short_words_have_no_slip(name: str) -> None:
    assert {slipped(name, drawn(seed)) for seed in range(20)} == {name}


@given(names, st.integers(0, 10_000))
def test_a_dressed_name_still_has_the_name(name: str, seed: int) -> None:
    assert name.upper() in dressed(name, PLACES, drawn(seed)).upper()
