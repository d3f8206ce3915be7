"""The names of an occupation: gathered, written in both genders, hidden when held out."""

import numpy as np
import pytest

from features.rome.referential import Rome
from features.text import normalise
from models.encoder import Encoder
from models.names import LONGEST, Names, written
from models.published import FOLDER, esco_names
from tests.models.made import Spelled, bakery


def names_of(rome: Rome, names: Names, code: str) -> set[str]:
    row = rome.row_of(code)
    return set(names.texts[names.starts[row] : names.starts[row + 1]])


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("Fleuriste", ["Fleuriste"]),
        ("Boulanger / Boulangère", ["Boulanger", "Boulangère"]),
        ("Conducteur / Conductrice de bus", ["Conducteur de bus", "Conductrice de bus"]),
        (
            "Agent / Agente IDE (IDE)",
            ["Agent IDE (IDE)", "Agent IDE", "IDE", "Agente IDE (IDE)", "Agente IDE"],
        ),
        ("Installateur (chauffage, gaz)", ["Installateur (chauffage, gaz)", "Installateur"]),
        ("Agent (DE) de loges", ["Agent (DE) de loges", "Agent de loges"]),
        ("Soudeur (sans fin", ["Soudeur (sans fin", "Soudeur"]),
        ("()", []),
        ("", []),
    ],
)
def test_a_label_is_written_in_both_genders_without_its_brackets_and_by_its_acronym(
    label: str, expected: list[str]
) -> None:
    assert written(label) == expected


def test_a_fiche_has_its_label_its_appellations_and_other_names(encoder: Encoder) -> None:
    rome = bakery([("Fournier / Fournière", "A1101"), ("Soudeur TIG", "A1102")])
    names = Names.of(encoder, rome, [("A1101", "mitron"), ("A1102", "SOUDEUR  tig")])
    assert names_of(rome, names, "A1101") == {"Boulanger", "Fournier", "Fournière", "mitron"}
    assert names_of(rome, names, "A1102") == {"Soudeur", "Soudeur TIG"}


def test_a_name_that_two_fiches_share_is_there_twice(encoder: Encoder) -> None:
    rome = bakery()
    names = Names.of(encoder, rome, [("A1101", "ouvrier"), ("A1102", "ouvrier")])
    assert [int(names.fiches[row]) for row, text in enumerate(names.texts) if text == "ouvrier"] == [0, 1]


def test_names_of_an_unknown_code_sentences_and_wordless_names_are_left_out(encoder: Encoder) -> None:
    others = [("Z9999", "inconnu"), ("A1101", "!!"), ("A1101", ""), ("A1101", "x" * (LONGEST + 1))]
    assert Names.of(encoder, bakery(), others).texts == Names.of(encoder, bakery()).texts


def test_a_name_held_out_is_hidden_wherever_it_comes_from(encoder: Encoder) -> None:
    """As an appellation, among the other names whatever its writing, and as the label of a fiche."""
    rome = bakery([("Fournier / Fournière (FOUR)", "A1101"), ("Soudeur", "A1102"), ("Tigeur", "A1102")])
    others = [("A1101", "fournière"), ("A1102", "Four"), ("A1101", "mitron")]
    names = Names.of(encoder, rome, others, without=frozenset({0, 1}))
    assert set(names.texts) == {"Boulanger", "mitron", "Tigeur"}


def test_a_name_comes_with_the_appellation_of_its_fiche_that_it_is_or_comes_nearest_to() -> None:
    class ByLength:
        dim, fingerprint = 2, "by length"

        def encode(self, texts: list[str]) -> np.ndarray:
            """The longer the text, the more it turns."""
            angles = np.array([len(text) / 30 for text in texts])
            return np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)

    rome = bakery([("Fournier", "A1101"), ("Ouvrier boulanger", "A1101"), ("Boulanger", "A1102")])
    names = Names.of(ByLength(), rome, [("A1101", "Faiseur de pains"), ("A1101", "Panifieur")])
    found = {text: int(row) for text, row, fiche in zip(names.texts, names.appellations, names.fiches, strict=True)}
    assert found["Fournier"] == 0
    assert found["Ouvrier boulanger"] == 1
    assert found["Faiseur de pains"] == 1
    assert found["Panifieur"] == 0


def test_a_fiche_whose_appellations_are_all_hidden_answers_by_its_main_one(encoder: Encoder) -> None:
    rome = bakery([("Fournier", "A1101"), ("Panetier", "A1101")], main=frozenset({"Panetier"}))
    names = Names.of(encoder, rome, without=frozenset({0, 1}))
    assert names.texts == ("Boulanger", "Soudeur")
    assert names.appellations.tolist() == [1, -1]


def test_every_name_of_the_sample_has_an_appellation_of_its_fiche(encoder: Encoder, rome: Rome) -> None:
    names = Names.of(encoder, rome, esco_names(FOLDER))
    np.testing.assert_array_equal(rome.appellation_occupation[names.appellations], names.fiches)
    np.testing.assert_array_equal(np.repeat(np.arange(rome.n_occupations), np.diff(names.starts)), names.fiches)
    assert names.vectors.shape == (len(names.texts), encoder.dim)
    keys = [(fiche, normalise(text)) for fiche, text in zip(names.fiches.tolist(), names.texts, strict=True)]
    assert len(set(keys)) == len(keys)


def test_a_name_that_rome_gives_to_another_fiche_is_left_to_it(encoder: Encoder) -> None:
    rome = bakery(appellations=(("Baby-sitter", "A1101"),))
    names = Names.of(encoder, rome, [("A1102", "babysitter"), ("A1101", "babysitter")])
    assert "babysitter" in names_of(rome, names, "A1101")
    assert "babysitter" not in names_of(rome, names, "A1102")


def test_a_name_unlike_every_appellation_goes_by_the_main_one() -> None:
    rome = bakery(appellations=(("Fournier", "A1101"), ("Mitron", "A1101")), main=frozenset({"Mitron"}))
    vectors = {"Fournier": (1, 0), "Mitron": (0, 1), "Boulanger": (0, 1), "Soudeur": (-1, 0), "Gindre": (0.8, 0.6)}
    names = Names.of(Spelled(vectors), rome, [("A1101", "Gindre")])
    assert names.appellations[names.texts.index("Gindre")] == rome.appellation_row_of("2")
