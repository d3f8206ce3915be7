"""Wordings that the law forbids, and those that look like them and are fine."""

import time
from itertools import pairwise

import pytest

from features.adverts.discrimination import wordings
from features.adverts.grounds import Ground

FORBIDDEN = [
    ("Vous avez moins de 30 ans", Ground.AGE, "Vous avez moins de 30 ans"),
    ("Un candidat de moins de 40 ans pour nos vingt résidents", Ground.AGE, "candidat de moins de 40 ans"),
    ("Vous êtes âgé de 18 à 25 ans", Ground.AGE, "Vous êtes âgé de 18 à 25 ans"),
    ("Âge maximum 40 ans", Ground.AGE, "Âge maximum 40"),
    ("Recherche jeune retraitée pour l'accueil", Ground.AGE, "Recherche jeune retraitée"),
    ("Jeune vendeuse pour notre boutique", Ground.AGE, "Jeune vendeuse"),
    ("Nous recherchons une femme pour le ménage", Ground.SEX, "recherchons une femme"),
    ("Hommes uniquement", Ground.SEX, "Hommes uniquement"),
    ("Célibataire de préférence", Ground.FAMILY, "Célibataire"),
    ("Personne sans enfant", Ground.FAMILY, "sans enfant"),
    ("pas de femme enceinte", Ground.PREGNANCY, "pas de femme enceinte"),
    ("Nationalité française exigée", Ground.ORIGIN, "Nationalité française exigée"),
    ("Anglais langue maternelle", Ground.ORIGIN, "langue maternelle"),
    ("Tenue correcte, sans voile", Ground.RELIGION, "sans voile"),
    ("Personne non syndiquée", Ground.OPINIONS, "non syndiquée"),
    ("Candidat non-fumeur", Ground.MORALS, "non-fumeur"),
    ("Vous êtes en parfaite santé", Ground.HEALTH, "en parfaite santé"),
    ("sans problème de dos", Ground.HEALTH, "sans problème de dos"),
    ("Poste pour personne valide", Ground.DISABILITY, "personne valide"),
    ("CV avec photo obligatoire", Ground.LOOKS, "CV avec photo"),
    ("Habiter à moins de 20 km du site", Ground.RESIDENCE, "Habiter à moins de 20 km"),
    ("Résidant à proximité de Nantes", Ground.RESIDENCE, "Résidant à proximité"),
]

CAUTIOUS = [
    ("Une équipe jeune et dynamique", Ground.AGE),
    ("Jeune diplômé en gestion", Ground.AGE),
    ("Une bonne présentation est demandée", Ground.LOOKS),
    ("Bonne condition physique", Ground.HEALTH),
]

FINE = [
    "Serveur / Serveuse (H/F), 2 ans d'expérience",
    "Femme de ménage (H/F)",
    "Valet / Femme de chambre",
    "Sans distinction d'âge, de sexe ou d'origine",
    "À compétences égales, priorité aux personnes en situation de handicap",
    "Nos 30 ans d'expérience à votre service",
    "Entreprise créée il y a plus de 40 ans",
    "Spécialiste du recrutement depuis plus de 50 ans",
    "Contrat d'apprentissage, moins de 30 ans",
    "Vous êtes un homme ou une femme entre 17 et 29 ans, de nationalité française, en règle avec vos droits civiques",
    "Vous accompagnez des personnes âgées de plus de 60 ans",
    "La structure accueille des jeunes de 16 à 25 ans",
    "Encadrer douze enfants de 3 à 6 ans",
    "Comédienne : recherche une femme de 30 ans pour un rôle",
    "Vendeur au rayon femmes",
    "Une bonne présentation des produits en rayon",
    "Vous serez logé sur place",
    "CDD de 24 à 36 mois, 35 à 39 heures",
    "Emploi franc : habiter dans un quartier prioritaire",
    "Port de charges jusqu'à 25 kg",
    "Permis B depuis plus de 2 ans",
    "Jeune entreprise innovante",
    "Anglais courant exigé",
    "La résidence accueille des personnes valides ou dépendantes",
    "Locaux non-fumeurs",
]


@pytest.mark.parametrize(("text", "ground", "passage"), FORBIDDEN)
def test_what_the_law_forbids_is_found_where_it_stands(text: str, ground: Ground, passage: str) -> None:
    found = wordings(text)
    assert [(item.ground, item.passage) for item in found] == [(ground, passage)]
    assert text[found[0].start : found[0].end] == passage
    assert found[0].forbidden
    assert len(found[0].rewriting) > 10


@pytest.mark.parametrize(("text", "ground"), CAUTIOUS)
def test_what_keeps_people_away_is_told_without_calling_it_unlawful(text: str, ground: Ground) -> None:
    assert [(item.ground, item.forbidden) for item in wordings(text)] == [(ground, False)]


@pytest.mark.parametrize("text", FINE)
def test_what_only_looks_like_it_is_left_alone(text: str) -> None:
    assert wordings(text) == []


def test_every_ground_but_poverty_has_an_example() -> None:
    assert {ground for _, ground, _ in FORBIDDEN} == set(Ground) - {Ground.POVERTY}
    assert wordings("Allocataires du RSA s'abstenir")[0].ground is Ground.POVERTY


@pytest.mark.parametrize("sex", ["femme", "homme", "fille"])
def test_a_young_woman_or_man_is_told_for_age_and_for_sex(sex: str) -> None:
    found = wordings(f"Nous cherchons une jeune {sex} pour l'accueil")
    assert [(item.ground, item.passage) for item in found] == [(Ground.AGE, "jeune"), (Ground.SEX, sex)]


def test_young_women_and_men_are_told_for_age_alone() -> None:
    found = wordings("Nous cherchons des jeunes femmes et des jeunes hommes")
    assert {item.ground for item in found} == {Ground.AGE}


def test_several_passages_come_in_order_and_apart() -> None:
    text = "Nous recherchons une femme de 25 à 35 ans, célibataire. Équipe jeune."
    found = wordings(text)
    assert [item.ground for item in found] == [Ground.SEX, Ground.AGE, Ground.FAMILY, Ground.AGE]
    assert all(first.end <= second.start for first, second in pairwise(found))


def test_exceptions_are_said_where_the_law_has_some() -> None:
    assert "mineurs" in (wordings("moins de 30 ans")[0].exception or "")
    assert "R1142-1" in (wordings("Nous cherchons une femme")[0].exception or "")
    assert wordings("sans enfant")[0].exception is None


def test_a_hostile_text_takes_no_time() -> None:
    started = time.perf_counter()
    wordings("jeune " * 20_000 + "a" * 50_000)
    assert time.perf_counter() - started < 5
