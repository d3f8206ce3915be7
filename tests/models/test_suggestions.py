"""Type-ahead over job names."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.rome.referential import Rome
from models.suggestions import suggest
from models.tagger import Prediction, Tagger

Ask = Callable[..., list[str]]


@pytest.fixture
def ask(rome: Rome, tagger: Tagger) -> Ask:
    def labels(text: str, limit: int = 5) -> list[str]:
        return [rome.appellation_labels[found.appellation] for found in suggest(text, rome, tagger, limit)]

    return labels


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("boul", "Boulanger / Boulangère"),
        ("aide soi", "Aide-soignant / Aide-soignante"),
        ("chauffeur p", "Chauffeur / Chauffeuse de poids lourd"),
        ("SOUDEUSE", "Soudeur / Soudeuse"),
        ("infirmeir", "Infirmier / Infirmière en soins généraux (IDE)"),
        ("nounou", "Garde d'enfant"),
    ],
)
def test_what_is_being_typed_comes_first(ask: Ask, typed: str, first: str) -> None:
    """Beginnings of words, a fault, an everyday name."""
    assert ask(typed)[0] == first


def test_names_that_have_every_word_come_before_what_is_read(ask: Ask) -> None:
    found = ask("soudeur", 20)
    worded = ["soud" in label.lower() for label in found]
    assert all(worded[:4])
    assert worded[0]


@pytest.mark.parametrize("text", ["", "   ", "!!", "😀", "\x00"])
def test_nothing_typed_gives_nothing(ask: Ask, text: str) -> None:
    assert ask(text) == []


@given(
    st.one_of(st.text(max_size=30), st.sampled_from(["s", "aide", "aide soi", "vendeuse", "nounou", "soudure TIG"])),
    st.integers(0, 30),
)
@settings(max_examples=50)
def test_each_is_suggested_once_within_the_limit_and_scores_never_rise(
    rome: Rome, tagger: Tagger, text: str, limit: int
) -> None:
    found = suggest(text, rome, tagger, limit)
    scores = [suggestion.score for suggestion in found]
    assert len(found) <= limit
    assert len({suggestion.appellation for suggestion in found}) == len(found)
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 for score in scores)


def test_one_or_two_letters_are_a_beginning_and_never_a_fault(rome: Rome) -> None:
    class Unasked:
        def tag(self, *_: object, **__: object) -> None:
            raise AssertionError("the tagger was asked")

    assert suggest("zq", rome, Unasked(), 5) == []  # type: ignore[arg-type]
    assert suggest("bo", rome, Unasked(), 500)  # type: ignore[arg-type]


def test_what_is_read_never_scores_above_what_stands_before_it(rome: Rome) -> None:
    class Sure:
        def tag(self, texts: list[str], k: int) -> list[list[Prediction]]:
            return [[Prediction(0, 0, 0.99), Prediction(0, -1, 0.98)]]

    found = suggest("boul", rome, Sure(), 50)  # type: ignore[arg-type]
    place = [suggestion.appellation for suggestion in found].index(0)
    assert place > 0
    assert found[place].score == found[place - 1].score < 0.99
    assert all(suggestion.appellation >= 0 for suggestion in found)
