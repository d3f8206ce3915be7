import math
from pathlib import Path

import numpy as np
import pytest

from features.rome.parts import OccupationRow, RomeParts
from features.rome.referential import Rome
from features.tension import Tension, TensionRow


@pytest.fixture
def tension() -> Tension:
    return Tension.build(
        [
            TensionRow("V0", "8401", "01", 100, 60),
            TensionRow("V0", "8402", "01", None, None),
            TensionRow("V0", "8403", "01", 300, 60),
            TensionRow("V0", "7501", "23", 50, None),
            TensionRow("S0", "8401", "01", 40, 10),
            TensionRow("S1", "8401", "01", 60, 50),
        ],
        {"V0": "Aides-soignants", "S0": "Cuisiniers"},
        {"V0": ["J1501"], "S0": ["G1602"], "S1": ["G1602"]},
    )


def test_the_area_then_the_departement_then_the_country(tension: Tension) -> None:
    assert tension.share_difficult("J1501", "8401") == pytest.approx(0.6)
    assert tension.share_difficult("J1501", "8402") == pytest.approx(120 / 400), "secret: the département"
    assert tension.share_difficult("J1501", "7501") == pytest.approx(120 / 400), "nothing in 23: the country"
    assert tension.share_difficult("J1501", "9999") == pytest.approx(120 / 400)
    assert tension.share_difficult("J1501") == pytest.approx(120 / 400)
    assert math.isnan(tension.share_difficult("Z9999", "8401"))


def test_an_occupation_of_several_groups_is_weighted_by_projects(tension: Tension) -> None:
    assert tension.share_difficult("G1602", "8401") == pytest.approx(60 / 100)
    assert tension.projects("G1602", "8401") == 100


def test_secret_is_unknown_never_zero(tension: Tension) -> None:
    assert math.isnan(tension.projects("J1501", "8402"))
    assert tension.projects("J1501", "7501") == 50
    assert math.isnan(tension.projects("J1501", "9999"))
    assert math.isnan(tension.projects("Z9999"))
    assert tension.projects("J1501") == 450


def test_an_area_over_two_departements_adds_its_cells() -> None:
    tension = Tension.build(
        [TensionRow("V0", "0001", "01", 10, 10), TensionRow("V0", "0001", "69", 30, 0)], {}, {"V0": ["J1501"]}
    )
    assert tension.share_difficult("J1501", "0001") == pytest.approx(0.25)
    assert tension.projects("J1501", "0001") == 40


def test_the_matrix_says_what_the_single_question_says(tension: Tension) -> None:
    codes, areas = ["J1501", "G1602", "Z9999"], ["8401", "8402", "7501", "9999", None]
    matrix = tension.share_matrix(codes, areas)
    assert matrix.shape == (3, 5)
    assert matrix.dtype == np.float32
    expected = [[tension.share_difficult(code, area) for area in areas] for code in codes]
    np.testing.assert_allclose(matrix, expected, rtol=1e-6)
    assert tension.share_matrix([], []).shape == (0, 0)


def test_a_rome_4_code_is_found_by_its_parent(tension: Tension) -> None:
    rome = Rome.from_parts(
        RomeParts(
            version="4.60",
            occupations=[OccupationRow("G1609", "Cuisinier", "G1602")],
            appellations=[],
            skills=[],
            skill_links=[],
        )
    )
    assert math.isnan(tension.share_difficult("G1609"))
    assert tension.with_rome(rome).share_difficult("G1609", "8401") == pytest.approx(0.6)
    assert tension.group_labels[tension.with_rome(rome).groups_of("G1609")[0]] == "Cuisiniers"


def test_saved_and_loaded_is_the_same(tension: Tension, tmp_path: Path) -> None:
    tension.save(tmp_path)
    again = Tension.load(tmp_path)
    assert again.group_rome_codes == tension.group_rome_codes
    np.testing.assert_array_equal(again.cell_projects, tension.cell_projects)
    assert again.share_difficult("J1501", "8401") == tension.share_difficult("J1501", "8401")


def test_without_a_survey_nothing_is_known() -> None:
    empty = Tension.empty()
    assert math.isnan(empty.share_difficult("J1501", "8401"))
    assert math.isnan(empty.projects("J1501"))
    assert np.isnan(empty.share_matrix(["J1501"], ["8401"])).all()
