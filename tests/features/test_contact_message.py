"""Messages to people who may not be reached otherwise."""

import pytest

from features.contact_message import cleaned, objection


def test_markup_and_control_characters_go() -> None:
    assert cleaned("<b>Bonjour</b>\u0007 à vous\u200b") == "Bonjour à vous"
    assert cleaned("Ligne 1<br>Ligne 2") == "Ligne 1\nLigne 2"
    assert cleaned("<script>alert(1)</script>") == "alert(1)"
    assert cleaned("  ") == ""


def test_words_stay_apart_whatever_white_space_parts_them() -> None:
    assert cleaned("Salaire\u00a0: 2\u202f100\u00a0€\tbrut\r\npar mois") == "Salaire : 2 100 € brut\npar mois"
    assert objection(cleaned("Appelez le 06\u00a012\u00a034\u00a056\u00a078")) is not None


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        ("Écrivez à rh@exemple.fr", "adresse électronique"),
        ("rh (at) exemple.fr", "adresse électronique"),
        ("Appelez le 06 12 34 56 78", "numéro de téléphone"),
        ("+33612345678", "numéro de téléphone"),
        ("Voir https://exemple.fr", "adresse de site"),
        ("Rendez-vous sur exemple.com", "adresse de site"),
        ("Nous recherchons une femme", "le sexe"),
    ],
)
def test_ways_round_the_service_and_what_the_law_forbids_are_refused(message: str, reason: str) -> None:
    assert reason in (objection(message) or "")


@pytest.mark.parametrize(
    "message",
    [
        "Bonjour, votre parcours nous intéresse pour un poste de nuit, 35 h, à partir du 12/01/2027.",
        "Salaire : 2 100 € brut par mois. Prise de poste le 01.02.2027 à 8 h 30.",
        "Poste à Guéret (23000), équipe de 12 personnes.",
    ],
)
def test_plain_messages_pass(message: str) -> None:
    assert objection(message) is None
