"""Refusals name the field in its public name, the value cut short, and what would be right."""

import string

import pytest
from pydantic import ValidationError

from features.border.establishment import EtablissementIn
from features.border.offer import OffreIn
from features.border.problems import TEXTS, BorderError, Problem, problems_of
from features.border.profile import ProfilIn
from features.border.training import SessionIn
from features.reference import Reference
from features.sample.reference import sample_reference

OFFER = {"id": "O-1", "intitule": "Maçon", "dateCreation": "2025-04-01"}


@pytest.fixture(scope="module")
def reference() -> Reference:
    return sample_reference()


def problem(model: type, data: dict[str, object]) -> Problem:
    with pytest.raises(ValidationError) as caught:
        model.model_validate(data)
    return problems_of(caught.value)[0]


def refusal(model: type, data: dict[str, object], reference: Reference) -> Problem:
    with pytest.raises(BorderError) as caught:
        model.model_validate(data).to_record(reference)
    return caught.value.problems[0]


def test_the_path_is_public_and_the_value_is_cut() -> None:
    found = problem(ProfilIn, {"id": "P", "projets": [{"codeROME": "D1102", "rayonKm": "x" * 200}]})
    assert found.field == "projets[0].rayonKm"
    assert found.value == "x" * 80
    assert found.reason_fr == "la valeur n'est pas un nombre"
    assert found.remedy_fr.startswith("Écrire un nombre")
    assert found.remedy_en.startswith("write a number")


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"intitule": ""}, "intitule", "string_too_short"),
        ({"intitule": None}, "intitule", "string_type"),
        ({"adresse": "1 rue X"}, "adresse", "extra_forbidden"),
        ({"dateCreation": "hier"}, "dateCreation", "date_parsing"),
        ({"dateCreation": 1767225600}, "dateCreation", "date_type"),
        ({"dateCreation": "20260101"}, "dateCreation", "date_parsing"),
        ({"dateCreation": "9999-12-31"}, "dateCreation", "date_too_late"),
        ({"nombrePostes": 0}, "nombrePostes", "greater_than_equal"),
        ({"experienceExige": "Z"}, "experienceExige", "enum"),
        ({"lieuTravail": {"latitude": 91}}, "lieuTravail.latitude", "less_than_equal"),
        ({"lieuTravail": {"latitude": float("nan")}}, "lieuTravail.latitude", "finite_number"),
        ({"id": "a b"}, "id", "string_pattern_mismatch"),
        ({"description": "x" * 100_001}, "description", "string_too_long"),
        ({"intitule": "\ud800"}, "intitule", "string_unicode"),
        ({"competences": "tout"}, "competences", "tuple_type"),
    ],
)
def test_offers_that_are_refused(change: dict[str, object], field: str, code: str) -> None:
    found = problem(OffreIn, OFFER | change)
    assert (found.field, found.code) == (field, code)
    assert found.code in TEXTS


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"romeCode": "Z9999"}, "romeCode"),
        ({"appellationCode": "0"}, "appellationCode"),
        ({"lieuTravail": {"commune": "99999"}}, "lieuTravail.commune"),
        ({"typeContrat": "bidule"}, "typeContrat"),
        ({"langues": [{"libelle": "Klingon"}]}, "langues[0].libelle"),
        ({"permis": [{"libelle": "Z"}]}, "permis[0].libelle"),
        ({"entreprise": {"siret": "123"}}, "entreprise.siret"),
        ({"codeNAF": "boulangerie"}, "codeNAF"),
        ({"salaire": {"minMensuel": 3000, "maxMensuel": 2000}}, "salaire.maxMensuel"),
    ],
)
def test_codes_that_are_refused(change: dict[str, object], field: str, reference: Reference) -> None:
    found = refusal(OffreIn, OFFER | change, reference)
    assert found.field == field
    assert found.reason_fr
    assert found.remedy_fr


def test_an_unknown_rome_code_names_the_nearest(reference: Reference) -> None:
    found = refusal(ProfilIn, {"id": "P", "projets": [{"codeROME": "D1103"}]}, reference)
    assert found.field == "projets[0].codeROME"
    assert "D110" in found.remedy_fr.partition("v3")[2]


def test_ends_before_starts(reference: Reference) -> None:
    session = {"id": "S", "formation": "F", "dateDebut": "2025-04-02", "dateFin": "2025-04-01"}
    assert refusal(SessionIn, session, reference).code == "bad_order"
    firm = {"siret": "99000000100011", "naf": "10.71C", "headcount_min": 5, "headcount_max": 2}
    assert refusal(EtablissementIn, firm, reference).field == "headcount_max"


def test_all_texts_can_be_filled_without_context() -> None:
    for code in TEXTS:
        bare = Problem.of("champ", "valeur", code)
        for text in (bare.reason_fr, bare.remedy_fr, bare.reason_en, bare.remedy_en):
            assert text
            assert not set(text) & set("\n\t")
    assert all(
        name is None or name.isidentifier()
        for texts in TEXTS.values()
        for text in texts
        for _, name, _, _ in string.Formatter().parse(text)
    )


def test_a_siret_with_spaces_and_a_dotted_naf_are_read(reference: Reference) -> None:
    firm = EtablissementIn.model_validate({"siret": "990 000 001 00011", "naf": "10.71C"}).to_record(reference)
    assert (firm.id, firm.naf) == ("99000000100011", "1071C")
