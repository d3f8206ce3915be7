import gzip
from pathlib import Path

import numpy as np
import pytest

from benchmarks.text_sets import (
    Crosswalk,
    crosswalks,
    held_out_appellations,
    held_out_set,
    noised,
    noised_held_out_set,
    offer_set,
    slipped,
    spoken_set,
)
from features.rome.archive import read_archive
from features.rome.referential import Rome
from features.sample.reference import sample_reference
from features.text import normalise

COLUMNS = "id_offre,source,date_creation,intitule,description,avec_texte,code_rome,code_rome_parent,source_code_rome"


@pytest.fixture(scope="module")
def sample_rome() -> Rome:
    return sample_reference().rome


@pytest.fixture(scope="module")
def rome(open_data: Path) -> Rome:
    return read_archive(open_data / "rome")


def test_a_tenth_is_held_out_and_no_fiche_says_it(sample_rome: Rome) -> None:
    held = held_out_appellations(sample_rome)
    assert held == held_out_appellations(sample_rome)
    labels = {normalise(label) for label in sample_rome.labels}
    assert not labels & {normalise(sample_rome.appellation_labels[row]) for row in held}
    queries = held_out_set(sample_rome, held)
    assert len(queries) == len(held)
    assert [next(iter(rows)) for rows in queries.fiches] == [
        sample_rome.appellation_occupation[row] for row in sorted(held)
    ]
    assert queries.right_fiches(sample_rome.n_occupations).sum() == len(held)


def test_slips_are_small_and_always_the_same(sample_rome: Rome) -> None:
    for label in sample_rome.appellation_labels[:300]:
        typed = slipped(label)
        assert typed == slipped(label)
        assert abs(len(typed) - len(label)) <= 2
        assert typed[:1] == label[:1]
    assert slipped("IBM") == "IBM"
    assert slipped("") == ""
    typed = noised_held_out_set(sample_rome, held_out_appellations(sample_rome)).texts
    assert not any(" / " in text for text in typed), "one person types one gender"


def test_offers_say_a_fiche_or_a_family(tmp_path: Path, sample_rome: Rome) -> None:
    """One row for each rule of `offer_set`."""
    split = next(row for row, code in enumerate(sample_rome.codes) if code != sample_rome.parents[row])
    whole = next(row for row, code in enumerate(sample_rome.codes) if code == sample_rome.parents[row])
    fine, coarse = f"{sample_rome.codes[split]},{sample_rome.parents[split]}", ",".join([sample_rome.codes[whole]] * 2)
    rows = [
        f"1,C,2025-05-01,Titre un (H/F),,0,{coarse},api",
        f"2,C,2025-05-01,titre  UN,texte,1,{coarse},api",  # the same title: this one has a text
        f"3,C,2025-05-01,Titre un,autre,1,{coarse},api",  # again: the first text stays
        f"4,C,2023-05-01,Titre deux,texte,1,{coarse},api",  # before ROME 4.0
        f"5,B,2024-03-02,Titre trois,texte,1,{coarse},libelle_v3",
        f"6,H,2026-05-01,Titre quatre,,0,{coarse},api",  # source H
        f"7,A,2023-05-01,Titre cinq,texte,1,{fine},api",  # a code that v3 does not have
        f"8,D,2025-05-01,Titre six,texte,1,{coarse},titre=appellation",
        "9,D,2025-05-01,Titre sept,texte,1,,,",
    ]
    path = tmp_path / "offres.csv.gz"
    with gzip.open(path, "wt", encoding="utf-8") as stream:
        stream.write("\n".join([COLUMNS, *rows]) + "\n")
    offers = offer_set(sample_rome, path)
    assert offers.texts == ("titre  UN", "Titre deux", "Titre trois", "Titre quatre", "Titre cinq")
    assert offers.contexts == ("texte", "texte", "texte", "", "texte")
    assert [set(rows) for rows in offers.fiches] == [{whole}, set(), set(), set(), {split}]
    assert offers.families[0] == {sample_rome.parents[whole]}
    assert offers.with_fiche().texts == ("titre  UN", "Titre cinq")
    assert len(offers.with_context()) == 4
    assert set(offers.titles_alone().contexts) == {""}
    assert offers.right_families([sample_rome.parents[whole]])[:, 0].tolist() == [True, True, True, True, False]
    assert offers.domains(1)[0] == sample_rome.parents[whole][0]
    assert offers.sample(2, seed=1) == offers.sample(2, seed=1)


def test_a_crosswalk_keeps_the_held_out_rows() -> None:
    walk = Crosswalk("esco", ("a", "b", "c"), np.array([4, 5, 6]), np.array([0, 1, 0]), ("x", "y"), np.array([0, 1]), 2)
    kept = walk.held_out({5, 6})
    assert (kept.name, kept.queries, kept.right.tolist()) == ("esco_held_out", ("b", "c"), [1, 0])


@pytest.mark.open_data
@pytest.mark.slow
def test_how_many_questions_there_are(open_data: Path, rome: Rome) -> None:
    """The counts that the module's docstring tells."""
    held = held_out_appellations(rome)
    offers = offer_set(rome, open_data / "offres" / "offres.csv.gz")
    assert len(held) == 1165
    assert (len(offers), len(offers.with_context()), len(offers.with_fiche())) == (5132, 1477, 599)
    assert sum(a != b for a, b in zip(offers.texts, noised(offers).texts, strict=True)) > 5000
    close, broad = crosswalks(rome, open_data / "esco_fr")
    assert (len(close.queries), len(broad.queries), len(close.labels), close.n_occupations) == (4134, 4566, 13484, 2740)


@pytest.mark.open_data
def test_sixty_spoken_names_over_every_grand_domaine(rome: Rome) -> None:
    spoken = spoken_set(rome)
    assert len(spoken) == len(set(spoken.texts)) == 60
    assert len(set(spoken.domains(1))) == 14
