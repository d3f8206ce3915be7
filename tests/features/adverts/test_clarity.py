"""What an offer leaves unsaid or says vaguely."""

import datetime as dt

import pytest

from features.adverts.clarity import lacks, names_both_genders, vague_passages
from features.records import Contract, ExperienceDemand, Offer, OfferSource, Pay, SkillDemand, WorkingTime

BARE = Offer(id="o", title="Vendeur", source=OfferSource(name="a", id="o"), published_on=dt.date(2026, 1, 1))
WHOLE = Offer(
    id="o",
    title="Vendeur / Vendeuse",
    description="Vous accueillez la clientèle, tenez la caisse et mettez en rayon. " * 4,
    source=OfferSource(name="a", id="o"),
    published_on=dt.date(2026, 1, 1),
    commune_insee="23096",
    contract=Contract.CDI,
    working_time=WorkingTime.FULL,
    experience=ExperienceDemand.BEGINNER,
    skills=(SkillDemand(label="Tenir une caisse"),),
    pay=Pay(min_monthly=1900),
)


def test_a_bare_title_lacks_everything_and_a_whole_offer_nothing() -> None:
    assert [lack.item for lack in lacks(BARE)] == [
        "salaire",
        "lieuTravail",
        "typeContrat",
        "tempsPlein",
        "competences",
        "description",
        "experienceExige",
        "intitule",
    ]
    assert lacks(WHOLE) == []


@pytest.mark.parametrize(
    ("title", "both"),
    [
        ("Vendeur (H/F)", True),
        ("Vendeur / Vendeuse", True),
        ("Vendeur(se)", True),
        ("Infirmier·ère", True),
        ("Infirmier.e", True),
        ("Comptable", True),
        ("Dentiste", True),
        ("Vendeur", False),
        ("Serveuse", False),
        ("Aide-soignant de nuit", False),
    ],
)
def test_titles_for_women_and_men(title: str, both: bool) -> None:
    assert names_both_genders(title) is both


@pytest.mark.parametrize(
    ("text", "passage"),
    [
        ("Rémunération selon profil et expérience.", "Rémunération selon profil et expérience"),
        ("Salaire attractif", "Salaire attractif"),
        ("Nous cherchons un ninja du code", "ninja"),
        ("Poste en full remote", "full remote"),
        ("Vous gérez le back-office", "back-office"),
        ("Horaires variables", "Horaires variables"),
    ],
)
def test_vague_passages_and_jargon(text: str, passage: str) -> None:
    found = vague_passages(text)
    assert [item.passage for item in found] == [passage]
    assert text[found[0].start : found[0].end] == passage


def test_a_plain_text_has_no_vague_passage() -> None:
    assert vague_passages(WHOLE.description) == []
