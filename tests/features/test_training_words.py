"""What the words of trainings say, and what they only seem to say."""

import pytest

from features.bits import held_licence_bits
from features.records import Licence, Training
from features.training_words import Basics, basics_presumed, basics_taught, licences_led_to


@pytest.mark.parametrize(
    ("title", "licence"),
    [
        ("Permis C marchandises", Licence.C),
        ("Préparer le permis de conduire, catégorie CE", Licence.CE),
        ("PERMIS D", Licence.D),
        ("Titre professionnel conducteur du transport routier de marchandises sur porteur", Licence.C),
        ("Conducteur du transport routier de marchandises sur tous véhicules", Licence.CE),
        ("TP - Conducteur de transport en commun sur route", Licence.D),
        ("FIMO marchandises", None),
        ("Permis d'exploitation d'un débit de boissons", None),
        ("PERMIS DE CHASSE", None),
        ("Permis de construire : les bases", None),
        ("Stage de récupération du permis à points", None),
        ("", None),
    ],
)
def test_licences_are_those_that_the_title_names(title: str, licence: Licence | None) -> None:
    assert licences_led_to(title) == (0 if licence is None else held_licence_bits([licence]))


@pytest.mark.parametrize(
    ("title", "taught"),
    [
        ("Certificat CléA", Basics.READING),
        ("CléA numérique", Basics.READING | Basics.DIGITAL),
        ("Remise à niveau, savoirs de base", Basics.READING),
        ("Initiation à l'informatique", Basics.DIGITAL),
        ("Bureautique : tableur et traitement de texte", Basics.DIGITAL),
        ("Français langue étrangère (FLE)", Basics.FRENCH),
        ("Préqualification aux métiers du bâtiment", Basics.TRADE),
        ("Titre professionnel maçon", Basics(0)),
        ("Initiation au développement web", Basics(0)),
    ],
)
def test_basics_that_are_taught(title: str, taught: Basics) -> None:
    assert basics_taught(Training(id="t", title=title)) == taught


@pytest.mark.parametrize(
    ("asked", "presumed"),
    [
        (None, Basics(0)),
        ("Aucun prérequis", Basics(0)),
        ("Pas de niveau requis", Basics(0)),
        ("Savoir lire, écrire et compter.", Basics.READING),
        ("Maîtriser le français à l'oral et l'outil informatique", Basics.FRENCH | Basics.DIGITAL),
        ("Niveau CAP ou expérience dans le métier.", Basics.INSTEAD),
        ("Bac ou une première expérience", Basics.INSTEAD),
        ("Baccalauréat ou équivalent.", Basics(0)),
    ],
)
def test_basics_that_are_presumed(asked: str | None, presumed: Basics) -> None:
    assert basics_presumed(Training(id="t", title="Titre", entry_requirements=asked)) == presumed
