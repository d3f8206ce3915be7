"""Needs as counsellors note them, and the offers that they make."""

import pytest

from features.records import Contract, WorkingTime
from matching.drafts import Draft, draft_of
from matching.lookups import Lookups
from tests.matching.made import firm


def read(lookups: Lookups, need: str) -> Draft:
    return draft_of(need, firm(), lookups)


def test_a_whole_need(lookups: Lookups) -> None:
    draft = read(lookups, "Recherche deux aides-soignants de nuit en CDI à temps plein, débutants acceptés, permis B")
    assert draft.rome_code == "J1501"
    assert (draft.contract, draft.working_time, draft.beginner) == (Contract.CDI, WorkingTime.FULL, True)
    assert (draft.posts, draft.licence) == (2, "B")
    assert draft.to_ask == ("Quel salaire, et à partir de quand ?",)


@pytest.mark.parametrize(
    ("need", "posts"),
    [
        ("3 serveurs pour l'été", 3),
        ("un boulanger", 1),
        ("besoin de quatre maçons", 4),
        ("cherche une infirmière", 1),
        ("6 mois de remplacement d'un cuisinier", 1),
        ("35 h en cuisine", 1),
        ("cuisinier", 1),
        ("0 boulanger", 1),
    ],
)
def test_posts(lookups: Lookups, need: str, posts: int) -> None:
    assert read(lookups, need).posts == posts


@pytest.mark.parametrize(
    ("need", "contract", "months"),
    [
        ("serveur en CDD de 6 mois", Contract.CDD, 6),
        ("remplacement d'une secrétaire", Contract.CDD, None),
        ("cariste en intérim", Contract.INTERIM, None),
        ("serveur saisonnier", Contract.SEASONAL, None),
        ("boulanger en CDI, 6 mois d'expérience", Contract.CDI, None),
        ("boulanger", None, None),
    ],
)
def test_contracts(lookups: Lookups, need: str, contract: Contract | None, months: int | None) -> None:
    draft = read(lookups, need)
    assert (draft.contract, draft.contract_months) == (contract, months)


def test_what_is_not_said_is_asked_and_not_made_up(lookups: Lookups) -> None:
    draft = draft_of("zzz qqq", None, lookups)
    assert draft.rome_code is None
    assert draft.skills == ()
    assert draft.to_ask == (
        "Quel est le métier ? Il n'a pas été reconnu dans le besoin noté",
        "Quel contrat ?",
        "À temps plein ou à temps partiel ?",
        "Un débutant conviendrait-il ?",
        "Où est le poste ?",
        "Quel salaire, et à partir de quand ?",
    )


def test_work_study_is_a_contract_of_its_own(lookups: Lookups) -> None:
    draft = read(lookups, "un apprenti boulanger")
    assert draft.apprenticeship
    assert "Quel contrat ?" not in draft.to_ask
