"""What is read in the open nomenclatures, on a folder of few rows."""

from pathlib import Path

import pytest

from models.training.open_names import OpenNames
from tests.models.training.made import KEYWORDS, nomenclatures


@pytest.fixture
def names(tmp_path: Path) -> OpenNames:
    return OpenNames(nomenclatures(tmp_path))


def test_files_that_are_missing_are_named(tmp_path: Path) -> None:
    nomenclatures(tmp_path)
    for name in (KEYWORDS, "communes/communes.csv.gz"):
        (tmp_path / name).unlink()
    with pytest.raises(FileNotFoundError, match=f"lacks {KEYWORDS}, communes/communes.csv.gz"):
        OpenNames(tmp_path)


def test_labels_of_an_occupation_are_in_both_genders_the_preferred_ones_first(names: OpenNames) -> None:
    assert names.esco["uri:pain"] == ["boulanger ESCO", "boulangère ESCO", "faiseur de pain"]
    assert names.esco["uri:fer"] == ["soudeur ESCO"]


def test_an_esco_occupation_names_the_fiche_of_most_of_its_close_matches(names: OpenNames) -> None:
    """The welder's only match is not close; the third occupation is split in halves."""
    assert names.esco_names() == [("uri:pain", "A1101", label) for label in names.esco["uri:pain"]]


def test_matches_of_hidden_appellations_are_not_counted(names: OpenNames) -> None:
    """Without the baker's appellation, the occupation that was split is the welder's."""
    assert names.esco_names(frozenset({"1"})) == [("uri:mixte", "A1102", "ouvrier ESCO")]


def test_skills_are_pairs_of_labels(names: OpenNames) -> None:
    assert list(names.esco_skills()) == [("faire du pain", "panifier"), ("Façonner", "façonner la pâte")]


def test_certifications_that_lead_anywhere_or_say_too_much_are_left_out(names: OpenNames) -> None:
    assert list(names.certifications()) == [("cap boulanger", "A1101")]


def test_keywords_that_say_little_are_left_out_and_short_lists_too(names: OpenNames) -> None:
    assert list(names.keyword_lists()) == [["boulanger", "pain", "four", "farine"]]


def test_recruitment_of_a_family_is_shared_among_its_codes(names: OpenNames) -> None:
    assert names.recruitment() == {"A1101": 60, "A1102": 50}


def test_places_and_v3(names: OpenNames) -> None:
    assert names.places() == ["Guéret", "Aubusson"]
    assert names.v3_labels == {"A1101": "Boulangerie", "Z9999": "Rien"}
    assert list(names.v3_appellations())[1] == ("70", "A1101", "Boulangeot / Boulangeotte")
