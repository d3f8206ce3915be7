import pytest

from features.text import normalise, without_gender_marks
from features.world.wording import (
    Gender,
    a,
    cv_title,
    forms,
    inclusive,
    of,
    offer_title,
    sentence_item,
    shortened,
    slip,
)


@pytest.mark.parametrize(
    ("label", "masculine", "feminine"),
    [
        ("Conducteur / Conductrice de bus", "Conducteur de bus", "Conductrice de bus"),
        ("Aide-soignant / Aide-soignante", "Aide-soignant", "Aide-soignante"),
        ("Réceptionniste", "Réceptionniste", "Réceptionniste"),
        ("Installateur polisseur / Installatrice polisseuse de dallage", "Installateur polisseur de dallage",
         "Installatrice polisseuse de dallage"),
        ("Cadre Dirigeant / Dirigeante d'État", "Cadre Dirigeant d'État", "Cadre Dirigeante d'État"),
        ("Steward / Hôtesse de train", "Steward de train", "Hôtesse de train"),
        ("Tubiste / Contre tubiste", "Tubiste", "Contre tubiste"),
    ],
)  # fmt: skip
def test_both_forms_of_a_label(label: str, masculine: str, feminine: str) -> None:
    assert forms(label) == (masculine, feminine)


def test_a_slip_changes_one_word_a_little_and_short_words_never() -> None:
    for number in range(60):
        slipped = slip("Maçon coffreur", number)
        assert slipped != ""
        assert abs(len(slipped) - len("Maçon coffreur")) <= 1
        assert slipped[0] == "M"
    assert slip("AS de nuit", 4) == "AS de nuit"


def test_titles_are_varied_and_stay_recognisable() -> None:
    label = "Technicien / Technicienne de maintenance industrielle"
    offers = {offer_title(label, number) for number in range(96)}
    cvs = {cv_title(label, Gender.FEMININE, number) for number in range(96)}
    assert len(offers) >= 14
    assert len(cvs) >= 8
    assert any("H/F" in title for title in offers)
    assert any(title.isupper() for title in offers)
    assert any(normalise(title) == title for title in cvs)
    assert sum("maint" in normalise(without_gender_marks(title)) for title in offers) >= len(offers) - 4


def test_a_variant_is_a_function_of_its_number() -> None:
    assert offer_title("Maçon / Maçonne", 77) == offer_title("Maçon / Maçonne", 77)


def test_words_in_a_sentence() -> None:
    assert inclusive("Vendeur / Vendeuse en boulangerie") == "Vendeur(se) en boulangerie"
    assert shortened("Assistant Ressources humaines") == "asst RH"
    assert (of("maçon"), of("assembler")) == ("de maçon", "d'assembler")
    assert (a("Le Mans"), a("Les Abymes"), a("Guéret")) == ("au Mans", "aux Abymes", "à Guéret")
    assert sentence_item("Evaluer un risque (gestes, postures).") == "évaluer un risque"
    assert sentence_item("CAP cuisine") == "CAP cuisine"
