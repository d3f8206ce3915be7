"""Titles are of an occupation by their words."""

import pytest

from matching.lookups import Lookups
from matching.titles import gives


@pytest.mark.parametrize(
    ("title", "rome_code", "given"),
    [
        ("Diplôme d'Etat d'aide-soignant (DEAS)", "J1501", True),
        ("AIDE-SOIGNANT", "J1501", True),
        ("Formation : Diplôme d'État d'aide-soignant", "J1501", True),
        ("Agent de bio-nettoyage en établissements de soin ou d'hébergement", "J1501", False),
        ("Accompagnement, soins et services à la personne", "J1501", False),
        ("Diplôme d'Etat d'infirmier", "J1506", True),
        ("Diplôme d'Etat d'aide-soignant", "J1506", False),
        ("CAP Boulanger", "D1102", True),
        ("Brevet de technicien de l'aéronautique, option systèmes", "D1102", False),
    ],
)
def test_the_words_of_a_title_say_the_occupation(lookups: Lookups, title: str, rome_code: str, given: bool) -> None:
    assert gives(lookups, title, lookups.reference.rome.row_of(rome_code)) is given
