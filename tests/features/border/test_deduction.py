"""Jobs without a ROME code at the border: what is enough, what is read back, and what codes may be said."""

import datetime as dt
import json

import pytest
from pydantic import ValidationError

from features.border.offer import OffreIn, offre_out
from features.border.problems import BorderError, Problem, problems_of
from features.border.profile import ProfilIn, profil_out
from features.records import Experience, Inference, Offer, OfferSource, Profile, Project, occupation_code
from features.reference import Reference
from features.sample.reference import sample_reference

OFFER = {"id": "O-1", "intitule": "Maçon", "dateCreation": "2025-04-01"}
BUTCHER = "11564"
"""Boucher / Bouchère, an appellation of D1101."""
READ = {"codeROME": "K1303", "score": 0.9, "modele": "tagger 1, ROME 4.60"}
READ_RECORD = Inference(rome_code="K1303", score=0.9, model="tagger 1, ROME 4.60")


@pytest.fixture(scope="module")
def reference() -> Reference:
    return sample_reference()


def profile_of(reference: Reference, **project: object) -> Profile:
    return ProfilIn.model_validate({"id": "P-1", "projets": [project]}).to_record(reference)


def refused(reference: Reference, project: dict[str, object]) -> Problem:
    with pytest.raises(BorderError) as caught:
        profile_of(reference, **project)
    return caught.value.problems[0]


def test_words_are_enough_for_a_project(reference: Reference) -> None:
    assert profile_of(reference, libelle=" nounou ").projects == (Project(label="nounou"),)


@pytest.mark.parametrize("project", [{}, {"libelle": ""}, {"libelle": "  "}, {"rayonKm": 10}, {"metierDeduit": READ}])
def test_a_project_that_says_no_job_is_refused(reference: Reference, project: dict[str, object]) -> None:
    found = refused(reference, project)
    assert (found.field, found.code) == ("projets[0].codeROME", "missing")
    assert (found.reason_fr, found.remedy_fr) == ("le champ est obligatoire", "Ajouter le champ")


def test_the_second_project_is_named_when_it_is_the_one(reference: Reference) -> None:
    both = {"id": "P-1", "projets": [{"libelle": "nounou"}, {"rayonKm": 3}]}
    with pytest.raises(BorderError) as caught:
        ProfilIn.model_validate(both).to_record(reference)
    assert caught.value.problems[0].field == "projets[1].codeROME"


def test_an_appellation_tells_its_rome_code_everywhere(reference: Reference) -> None:
    profile = ProfilIn.model_validate(
        {
            "id": "P-1",
            "projets": [{"codeAppellation": BUTCHER}],
            "experiences": [{"mois": 3, "codeAppellation": BUTCHER}],
        }
    ).to_record(reference)
    offer = OffreIn.model_validate(OFFER | {"appellationCode": BUTCHER}).to_record(reference)
    for job in (profile.projects[0], profile.experiences[0], offer):
        assert (job.rome_code, job.appellation_code) == ("D1101", BUTCHER)


def test_a_declared_code_wins_over_that_of_the_appellation(reference: Reference) -> None:
    project = profile_of(reference, codeROME="D1102", codeAppellation=BUTCHER).projects[0]
    assert (project.rome_code, project.appellation_code) == ("D1102", BUTCHER)


@pytest.mark.parametrize("deduction", [READ | {"codeROME": "Z9999"}, READ | {"codeAppellation": "0"}])
def test_codes_of_a_deduction_may_be_of_another_rome(reference: Reference, deduction: dict[str, object]) -> None:
    """It is computed anew: what an older release gave must not stand in the way of a PUT."""
    record = OffreIn.model_validate(OFFER | {"metierDeduit": deduction}).to_record(reference)
    assert record.inferred is not None
    assert record.inferred.rome_code == deduction["codeROME"]


@pytest.mark.parametrize(
    ("deduction", "field"),
    [
        (READ | {"score": 1.5}, "score"),
        (READ | {"score": "haut"}, "score"),
        (READ | {"libelle": "Garde d'enfant"}, "libelle"),
        ({"codeROME": "K1303", "score": 0.9}, "modele"),
        ("K1303", ""),
    ],
)
def test_the_shape_of_a_deduction_is_strict(deduction: object, field: str) -> None:
    with pytest.raises(ValidationError) as caught:
        OffreIn.model_validate(OFFER | {"metierDeduit": deduction})
    assert problems_of(caught.value)[0].field == f"metierDeduit.{field}".removesuffix(".")


def test_what_was_read_goes_out_and_comes_back(reference: Reference) -> None:
    named = Inference(rome_code="D1101", appellation_code=BUTCHER, score=0.5, model="m")
    profile = Profile(
        id="P-1",
        projects=(Project(label="nounou", inferred=READ_RECORD), Project(label="bidule")),
        experiences=(Experience(months=2, title="bouchère", inferred=named), Experience(months=1)),
    )
    shown = profil_out(profile)
    assert shown["projets"] == [{"metierDeduit": READ, "libelle": "nounou"}, {"libelle": "bidule"}]
    assert ProfilIn.model_validate_json(json.dumps(shown)).to_record(reference) == profile
    offer = Offer(
        id="O-1",
        title="Nounou",
        source=OfferSource(name="api", id="O-1"),
        published_on=dt.date(2025, 4, 1),
        inferred=READ_RECORD,
    )
    assert offre_out(offer)["metierDeduit"] == READ
    assert OffreIn.model_validate_json(json.dumps(offre_out(offer))).to_record(reference) == offer


def test_the_occupation_of_a_job_is_what_was_declared_or_read() -> None:
    assert occupation_code(Project(rome_code="D1101")) == "D1101"
    assert occupation_code(Project(label="nounou", inferred=READ_RECORD)) == "K1303"
    assert occupation_code(Project(label="bidule")) is None


def test_a_list_whose_elements_are_refused_is_not_said_to_be_short() -> None:
    with pytest.raises(ValidationError) as caught:
        ProfilIn.model_validate({"id": "P-1", "projets": [{"rayonKm": "loin"}]})
    assert [found.field for found in problems_of(caught.value)] == ["projets[0].rayonKm"]
    with pytest.raises(ValidationError) as caught:
        ProfilIn.model_validate({"id": "P-1", "projets": []})
    assert [(found.field, found.code) for found in problems_of(caught.value)] == [("projets", "too_short")]
