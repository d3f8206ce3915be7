"""Labels of real boards, read by hand."""

import pytest

from features.job_labels import (
    LANGUAGE_NAMES,
    ContractRead,
    ExperienceRead,
    WorkingTimeRead,
    read_contract,
    read_education_level,
    read_experience,
    read_language,
    read_licence,
    read_working_time,
)
from features.records import Contract, ExperienceDemand, Licence, WorkingTime


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("CDI", ContractRead(Contract.CDI)),
        ("Contrat à durée indéterminée", ContractRead(Contract.CDI)),
        ("CDD - 12 Mois", ContractRead(Contract.CDD, 12.0)),
        ("CDD - 6 Jour(s)", ContractRead(Contract.CDD, 0.2)),
        ("CDD Insertion - 12 Mois", ContractRead(Contract.INSERTION_CDD, 12.0)),
        ("Contrat durée déterminée insertion - 4 Mois", ContractRead(Contract.INSERTION_CDD, 4.0)),
        ("Intérim - 18 Mois", ContractRead(Contract.INTERIM, 18.0)),
        ("Mission intérimaire", ContractRead(Contract.INTERIM)),
        ("mis", ContractRead(Contract.INTERIM)),
        ("CDI Intérimaire", ContractRead(Contract.CDI_INTERIM)),
        ("Contrat travail temporaire insertion", ContractRead(Contract.INSERTION_INTERIM)),
        ("CDD Tremplin", ContractRead(Contract.TREMPLIN_CDD)),
        ("Contrat travail saisonnier", ContractRead(Contract.SEASONAL)),
        ("Profession libérale", ContractRead(Contract.SELF_EMPLOYED)),
        ("Profession commerciale", ContractRead(Contract.COMMERCIAL)),
        ("Reprise d'entreprise", ContractRead(Contract.TAKEOVER)),
        ("FRA", ContractRead(Contract.FRANCHISE)),
        ("à discuter", None),
        ("", None),
        (None, None),
    ],
)
def test_contracts(label: str | None, expected: ContractRead | None) -> None:
    assert read_contract(label) == expected


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("Débutant accepté - expérience souhaitée", ExperienceRead(ExperienceDemand.BEGINNER)),
        ("0 An(s)", ExperienceRead(ExperienceDemand.BEGINNER)),
        ("2 ans", ExperienceRead(ExperienceDemand.REQUIRED, 24)),
        ("6 Mois", ExperienceRead(ExperienceDemand.REQUIRED, 6)),
        ("Expérience exigée", ExperienceRead(ExperienceDemand.REQUIRED)),
        ("Expérience exigée de 3 à 5 An(s)", ExperienceRead(ExperienceDemand.REQUIRED, 36)),
        ("Expérience exigée de 12 à 24 Mois", ExperienceRead(ExperienceDemand.REQUIRED, 12)),
        ("Expérience exigée de 1 An(s) (1)", ExperienceRead(ExperienceDemand.REQUIRED, 12)),
        ("Expérience souhaitée de 2 An(s)", ExperienceRead(ExperienceDemand.WISHED, 24)),
        ("2 ans - Expérience appréciée", ExperienceRead(ExperienceDemand.WISHED, 24)),
        ("motivé", ExperienceRead(None)),
        (None, ExperienceRead(None)),
    ],
)
def test_experience(label: str | None, expected: ExperienceRead) -> None:
    assert read_experience(label) == expected


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("35H Travail en journée", WorkingTimeRead(WorkingTime.FULL, 35.0)),
        ("36H45 Autre", WorkingTimeRead(WorkingTime.FULL, 36.75)),
        ("28H Travail le week-end", WorkingTimeRead(WorkingTime.PART, 28.0)),
        ("temps partiel - 17H30 Autre", WorkingTimeRead(WorkingTime.PART, 17.5)),
        ("35 H  Horaires normaux", WorkingTimeRead(WorkingTime.FULL, 35.0)),
        ("Temps plein", WorkingTimeRead(WorkingTime.FULL)),
        ("Horaires normaux", WorkingTimeRead(None)),
        ("", WorkingTimeRead(None)),
    ],
)
def test_working_time(label: str, expected: WorkingTimeRead) -> None:
    assert read_working_time(label) == expected


def test_licences_languages_and_levels() -> None:
    assert read_licence("B - Véhicule léger") is Licence.B
    assert read_licence("EC - Poids lourd + remorque") is Licence.CE
    assert read_licence("CACES") is None
    assert read_language("Anglais") == "en"
    assert read_language("Langue des signes") == "sgn"
    assert read_language("EN") == "en"
    assert read_language("Klingon") is None
    assert all(read_language(name) == code for code, name in LANGUAGE_NAMES.items())
    assert [
        read_education_level(label)
        for label in (
            "Bac+5 et plus ou équivalents",
            "Bac+3, Bac+4 ou équivalents",
            "Bac+2",
            "Bac ou équivalent",
            "CAP, BEP",
        )
    ] == [7, 6, 5, 4, 3]
    assert read_education_level("Aucune formation scolaire") is None
