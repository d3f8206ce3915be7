"""The sample as reference data says what the facts say."""

from pathlib import Path

import numpy as np
import pytest

from features.reference import Reference
from features.rome.referential import Relation
from features.sample.loader import sample_facts
from features.sample.reference import sample_reference


@pytest.fixture(scope="module")
def reference() -> Reference:
    return sample_reference()


def test_rome_holds_every_fact(reference: Reference) -> None:
    rome, facts = reference.rome, sample_facts()
    assert rome.codes == tuple(found.code for found in facts.occupations)
    for row, found in enumerate(facts.occupations):
        assert rome.labels[row] == found.label
        assert bool(rome.regulated[row]) is found.regulated
        assert {rome.appellation_codes[title] for title in rome.appellations_of(row)} == {
            title.code for title in found.appellations
        }
        rows, core = rome.skills_of(row)
        assert {(rome.skill_codes[skill], bool(flag)) for skill, flag in zip(rows, core, strict=True)} == {
            (skill.code, skill.core) for skill in found.skills
        }
        targets, orders = rome.mobility_of(row)
        assert tuple(rome.codes[target] for target in targets) == found.mobility
        assert orders.tolist() == list(range(1, len(found.mobility) + 1))
        assert dict(rome.contexts_of(row)) == {context.code: context.label for context in found.contexts}
    assert rome.appellation_main.sum() == rome.n_occupations


def test_a_v3_code_resolves(reference: Reference) -> None:
    rome = reference.rome
    assert [rome.codes[row] for row in rome.resolve("M1805")] == ["M1805", "M1855"]
    assert [rome.codes[row] for row in rome.resolve("A1416")] == ["A1419"]


def test_mobility_makes_relations(reference: Reference) -> None:
    rome = reference.rome
    carer, nurse, developer = (rome.row_of(code) for code in ("J1501", "J1506", "M1805"))
    assert rome.relation[carer, nurse] == Relation.MOBILITY
    assert rome.relation[carer, developer] == Relation.NONE
    assert rome.relation[rome.row_of("K1302"), rome.row_of("K1306")] >= Relation.MOBILITY


def test_places(reference: Reference) -> None:
    communes = reference.communes
    gueret = communes.row_of("23096")
    assert communes.label(gueret) == "Guéret (23)"
    assert set(communes.by_postcode("23000")) >= {gueret, communes.row_of("23193")}
    assert communes.by_name("montbeliard") == (communes.row_of("25388"),)
    assert communes.is_arrondissement[communes.row_of("75112")]
    assert not communes.is_arrondissement[communes.row_of("75056")]
    assert np.isfinite(communes.lat).all()


def test_tension_is_that_of_the_facts_in_every_area(reference: Reference) -> None:
    tension = reference.tension
    for found in sample_facts().occupations:
        expected = found.market.difficult_share
        assert tension.share_difficult(found.code) == pytest.approx(expected, abs=1e-5)
    areas = sorted(set(reference.communes.employment_areas))
    assert tension.share_matrix(["F1619"], areas) == pytest.approx(0.86, abs=1e-5)
    assert tension.share_difficult("A1416") == pytest.approx(tension.share_difficult("A1419"))
    assert tension.projects("J1501", "3216") > tension.projects("J1501", "7543") > 0


def test_projects_follow_the_weights(reference: Reference) -> None:
    tension = reference.tension
    weights = {found.code: found.market.offers_weight for found in sample_facts().occupations}
    ratio = tension.projects("J1501") / tension.projects("L1203")
    assert ratio == pytest.approx(weights["J1501"] / weights["L1203"], rel=1e-4)


def test_firms_that_recruit(reference: Reference) -> None:
    naf = reference.naf
    assert naf.nafs_for("D1102")[0][0] == "1071C"
    assert {"D1102", "D1104", "D1106"} <= {code for code, _ in naf.hirings("1071C")}
    assert naf.section_of("1071C") == ("C", "Industrie manufacturière")
    assert naf.labels["8610Z"] == "Activités hospitalières"


def test_certifications_lead_to_occupations(reference: Reference) -> None:
    certifications = reference.certifications
    assert certifications.active.all()
    labels = [certifications.labels[row] for row in certifications.for_occupation("J1501")]
    assert labels == ["Diplôme d'État d'aide-soignant (DEAS)"]
    assert [certifications.labels[row] for row in certifications.for_occupation("F1619")] == ["TP Couvreur-zingueur"]


def test_it_is_published_and_read_as_any_reference(reference: Reference, tmp_path: Path) -> None:
    reference.save(tmp_path)
    again = Reference.load(tmp_path)
    assert again.rome.codes == reference.rome.codes
    assert again.rome.skill_codes == reference.rome.skill_codes
    assert np.array_equal(again.rome.skill_core, reference.rome.skill_core)
    assert again.communes.names == reference.communes.names
    assert again.certifications.codes == reference.certifications.codes
    assert again.tension.share_difficult("J1501", "7543") == reference.tension.share_difficult("J1501", "7543")
    assert again.naf.nafs_for("D1102") == reference.naf.nafs_for("D1102")


def test_built_once() -> None:
    assert sample_reference() is sample_reference()
