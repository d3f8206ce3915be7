"""Words for work are read alike whoever wrote them."""

from pathlib import Path

import pytest

from features.rome.archive import read_archive
from features.rome.gender import forms
from features.rome.neutral import Neutral, neutral_of, without_the_person
from features.sample.reference import sample_reference
from features.text import normalise


@pytest.fixture(scope="module")
def neutral() -> Neutral:
    return neutral_of(sample_reference().rome)


@pytest.mark.parametrize(
    ("feminine", "masculine"),
    [
        ("Coiffeuse", "coiffeur"),
        ("conductrices de bus", "CONDUCTEURS DE BUS"),
        ("infirmière", "Infirmier"),
        ("Aide-soignante", "aide-soignant"),
        ("une technicienne de maintenance", "un technicien de maintenance"),
        ("Vendeur(se)", "vendeur"),
        ("vendeur·euse", "vendeuse"),
        ("Affûteuse", "affûteur"),  # no such trade in the sample's referential: by its ending
        ("Femme de chambre", "Valet de chambre"),
    ],
)
def test_both_genders_are_read_alike(neutral: Neutral, feminine: str, masculine: str) -> None:
    assert normalise(neutral(feminine)) == normalise(neutral(masculine))


@pytest.mark.parametrize(
    "text",
    [
        "matière plastique",
        "première transformation du bois",
        "conduite de chaudières",
        "Accompagnant d'élèves en situation de handicap",
        "Animateur enfants 3-12 ans",
        "Sage-femme",
        "Éducateur spécialisé auprès de personnes âgées",
        "10 ans d'expérience",
        "",
        "( ) , -",
    ],
)
def test_words_about_work_stay(neutral: Neutral, text: str) -> None:
    assert neutral(text) == text


@pytest.mark.parametrize(
    "mention",
    [
        ", maman de deux enfants",
        " (RQTH)",
        " - 54 ans",
        ", de nationalité portugaise",
        ", mère célibataire, enceinte de six mois",
        " ; travailleuse handicapée",
        ", déléguée syndicale",
        " jeune homme de 22 ans",
        ", né au Mali",
    ],
)
def test_what_is_said_of_the_person_is_not_read(mention: str) -> None:
    assert without_the_person(f"Coiffeur à domicile{mention}") == "Coiffeur à domicile"


def test_a_text_about_nothing_else_is_kept() -> None:
    assert without_the_person("RQTH") == "RQTH"
    assert without_the_person("mère célibataire, 54 ans") == "mère célibataire, 54 ans"


def test_reading_again_changes_nothing(neutral: Neutral) -> None:
    rome = sample_reference().rome
    for label in rome.appellation_labels:
        for form in forms(label):
            assert neutral(neutral(form)) == neutral(form)


@pytest.mark.open_data
def test_nearly_all_names_of_rome_have_one_form(open_data: Path) -> None:
    rome = read_archive(open_data / "rome")
    read = Neutral.of(rome)
    apart = [label for label in rome.appellation_labels if len({normalise(read(form)) for form in forms(label)}) > 1]
    assert len(apart) <= 20, apart
