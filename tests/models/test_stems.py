"""One stem whatever the gender and number."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.stems import EMPTY_WORDS, stem, stems


@pytest.mark.parametrize(
    "forms",
    [
        "soudeur soudeuse soudeurs soudeuses",
        "conducteur conductrice conducteurs conductrices",
        "infirmier infirmiere infirmiers infirmieres",
        "mecanicien mecanicienne mecaniciens mecaniciennes",
        "boulanger boulangere boulangers boulangeres",
        "assistant assistante assistants assistantes",
        "sportif sportive sportifs sportives",
        "commercial commerciale commerciaux commerciales",
        "professionnel professionnelle professionnels professionnelles",
        "journaliste journalistes",
    ],
)
def test_gender_and_number_give_one_stem(forms: str) -> None:
    assert len({stem(word) for word in forms.split()}) == 1


@pytest.mark.parametrize("word", ["bus", "spa", "gaz", "net", "bts", "c++", "a", ""])
def test_short_words_stay_whole(word: str) -> None:
    assert stem(word) == word


def test_different_trades_keep_different_stems() -> None:
    trades = ["boulanger", "boucher", "vendeur", "serveur", "macon", "menuisier", "monteur", "moniteur", "plombier"]
    assert len({stem(trade) for trade in trades}) == len(trades)


@given(st.text(alphabet="aeilnrstuvx", max_size=14))
def test_a_stem_is_never_longer_and_keeps_three_letters(word: str) -> None:
    assert min(len(word), 3) <= len(stem(word)) <= len(word)
    assert stem(word)[:3] == word[:3]


def test_stems_of_a_title_leave_out_marks_and_empty_words() -> None:
    assert stems("Conducteur / Conductrice de bus (H/F)") == ["conduct", "bus"]
    assert stems("Soudeurs et soudeuses à l'arc, F/H") == ["soud", "arc"]


@pytest.mark.parametrize("text", ["", "!!", "de la", " ".join(sorted(EMPTY_WORDS - {"h", "f", "hf", "fh", "x", "m"}))])
def test_a_text_that_says_nothing_has_no_stem(text: str) -> None:
    assert stems(text) == []
