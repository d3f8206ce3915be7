"""French job text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.text import normalise, one_line, plain, shorten, without_accents, without_gender_marks


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        ("Œuvrière d'Été – C++/C# ", "oeuvriere d ete c++ c#"),
        ("  Chargé(e)\u00a0de   l’accueil", "charge e de l accueil"),
        ("BTS 2025", "bts 2025"),
        ("…", ""),
    ],
)
def test_normalise(text: str, expected: str) -> None:
    assert normalise(text) == expected


@given(st.text(max_size=60))
def test_normalising_twice_changes_nothing(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)


def test_without_accents_keeps_case() -> None:
    assert without_accents("Élève Cœur") == "Eleve Coeur"


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Soudeur TIG (H/F)", "Soudeur TIG"),
        ("Soudeur H/F - Nantes", "Soudeur - Nantes"),
        ("Agent (f/h) de nettoyage", "Agent de nettoyage"),
        ("Chauffeur", "Chauffeur"),
        ("Chef HFC", "Chef HFC"),
        ("H/F", "H/F"),
    ],
)
def test_without_gender_marks(title: str, expected: str) -> None:
    assert without_gender_marks(title) == expected


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("sans balise ", "sans balise"),
        ("<p>Poste&nbsp;: <b>soudeur</b></p><ul><li>TIG</li><li>MIG</li></ul>", "Poste : soudeur\nTIG\nMIG"),
        ("un<br/>deux", "un\ndeux"),
        ("salaire &lt; 2000 &euro;", "salaire < 2000 €"),
        ("", ""),
    ],
)
def test_plain(markup: str, expected: str) -> None:
    assert plain(markup) == expected


def test_one_line() -> None:
    assert one_line(" un\n\tdeux  trois ") == "un deux trois"


@pytest.mark.parametrize(
    ("text", "limit", "expected"),
    [
        ("court", 10, "court"),
        ("exactement", 10, "exactement"),
        ("un deux trois quatre", 17, "un deux trois…"),
        ("anticonstitutionnellement", 10, "anticonst…"),
    ],
)
def test_shorten(text: str, limit: int, expected: str) -> None:
    assert shorten(text, limit) == expected


@given(st.text(max_size=80), st.integers(min_value=2, max_value=40))
def test_shortened_text_fits(text: str, limit: int) -> None:
    assert len(shorten(text, limit)) <= limit
