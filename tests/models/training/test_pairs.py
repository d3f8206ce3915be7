"""What the encoder learns from: every kind of pair, and nothing of what is held out."""

import random
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest

from features.rome.gender import forms
from features.rome.referential import Rome
from features.rome.spoken import spoken_names
from features.text import normalise
from models.names import written
from models.training.holdout import appellations_of_tenth
from models.training.open_names import OpenNames
from models.training.pairs import NO_FICHE, Holdout, OwnOffer, Pair, noised_copies, training_pairs
from tests.models.made import bakery
from tests.models.training.made import nomenclatures

ROME = bakery([("Fournier / Fournière", "A1101"), ("Panetier", "A1101"), ("Soudeur TIG", "A1102")])
NOTHING = Holdout()
SPOKEN = [("A1101", "gars du pain"), ("Z9999", "inconnu"), ("A1101", "Panetier")]


@pytest.fixture
def names(tmp_path: Path) -> OpenNames:
    return OpenNames(nomenclatures(tmp_path))


def made(names: OpenNames, holdout: Holdout = NOTHING, seed: int = 0) -> list[Pair]:
    offers = [OwnOffer("Mitron de nuit", "Fait le pain la nuit", "A1101"), OwnOffer("Autre", "", "Z9999")]
    return training_pairs(ROME, SPOKEN, names, holdout, random.Random(seed), offers)


def partners(pairs: list[Pair], text: str) -> set[str]:
    return {other for pair in pairs for this, other in (pair[:2], pair[1::-1]) if this == text}


@pytest.mark.parametrize(
    ("text", "one_of"),
    [
        ("Fournier", {"Fournière"}),
        ("Fait le pain", {"Fournier", "Fournière", "Panetier", "Boulanger"}),
        ("Pétrir", {"Fournier", "Fournière", "Panetier", "Boulanger"}),
        ("Boulangeot", {"Fournier", "Fournière", "Panetier"}),
        ("Boulangerie", {"Fournier", "Fournière", "Panetier", "cap boulanger"}),
        ("boulanger ESCO", {"Fournier", "Fournière", "boulangère ESCO", "faiseur de pain"}),
        ("panifier", {"faire du pain"}),
        ("cap boulanger", {"Boulangerie", "Fournier", "Fournière", "Panetier"}),
        ("boulanger", {"pain", "four", "farine"}),
        ("gars du pain", {"Boulanger"}),
        ("Mitron de nuit", {"Fournier", "Fournière", "Panetier"}),
    ],
)
def test_every_source_gives_pairs(names: OpenNames, text: str, one_of: set[str]) -> None:
    assert partners(made(names), text) & one_of


def test_pairs_of_a_fiche_have_its_row_and_the_others_none(names: OpenNames) -> None:
    pairs = made(names)
    assert {pair.fiche for pair in pairs} == {0, 1, NO_FICHE}
    assert {pair.fiche for pair in pairs if "Fournière" in pair[:2] and "Fournier" in pair[:2]} == {0}
    assert {pair.fiche for pair in pairs if "panifier" in pair[:2]} == {NO_FICHE}


def test_a_text_is_never_its_own_pair_within_a_fiche(names: OpenNames) -> None:
    assert not [pair for pair in made(names) if pair.anchor == pair.positive and pair.fiche == NO_FICHE]


def test_what_no_rome_code_explains_is_left_out(names: OpenNames) -> None:
    texts = {text for pair in made(names) for text in pair[:2]}
    assert not texts & {"inconnu", "Autre", "Rien", "Titre de tout", ""}


def test_the_same_seed_gives_the_same_pairs(names: OpenNames) -> None:
    assert made(names) == made(names)
    assert made(names) != made(names, seed=1)
    pairs = made(names)
    one, other = (list(noised_copies(pairs, names.places(), random.Random(3))) for _ in range(2))
    assert one == other
    assert [pair.fiche for pair in one] == [pair.fiche for pair in pairs]


def test_nothing_held_out_is_in_a_pair(names: OpenNames) -> None:
    """The second appellation: as ROME has it, as people say it, and what v3 and ESCO say of the first."""
    rows = frozenset(ROME.appellation_labels.index(label) for label in ("Fournier / Fournière", "Panetier"))
    texts = {normalise(text) for pair in made(names, Holdout(rows)) for text in pair[:2]}
    assert not texts & {"fournier", "fourniere", "panetier"}
    assert "boulanger esco" in texts


def test_spoken_names_and_esco_occupations_held_out_are_in_no_pair(names: OpenNames) -> None:
    everything = Holdout(one_in=1)
    texts = {text for pair in made(names, everything) for text in pair[:2]}
    assert not texts & {"gars du pain", *(label for labels in names.esco.values() for label in labels)}


class SomeNames(OpenNames):
    """The first rows of every file."""

    def _rows(self, name: str) -> Iterator[dict[str, str]]:
        return islice(super()._rows(name), 4000)

    def keyword_lists(self) -> Iterator[list[str]]:
        return islice(super().keyword_lists(), 4000)


@pytest.mark.open_data
def test_nothing_held_out_is_learned_from_the_true_nomenclatures(open_data: Path, rome: Rome) -> None:
    holdout = Holdout(appellations_of_tenth(rome, 0) | appellations_of_tenth(rome, 1), 10)
    names = SomeNames(open_data)
    pairs = training_pairs(rome, spoken_names(), names, holdout, random.Random(0))
    texts = {normalise(text) for text in {text for pair in pairs for text in pair[:2]}}
    hidden = {normalise(form) for row in holdout.appellations for form in written(rome.appellation_labels[row])}
    assert len(texts) > 10_000
    assert len(hidden) > 150
    assert not texts & hidden
    spoken = {normalise(name) for code, name in spoken_names() if holdout.hides(name) and rome.contains(code)}
    known = {normalise(form) for label in (*rome.appellation_labels, *rome.labels) for form in forms(label)}
    from_elsewhere = {normalise(text) for pair in pairs if pair.fiche == NO_FICHE for text in pair[:2]}
    assert not (texts & spoken) - known - from_elsewhere
