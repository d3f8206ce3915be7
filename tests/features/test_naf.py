from pathlib import Path

import numpy as np
import pytest

from features.naf import NafHirings
from features.rome.parts import OccupationRow, RomeParts
from features.rome.referential import Rome


@pytest.fixture
def naf() -> NafHirings:
    return NafHirings.build(
        {("4711D", "D1505"): 10, ("4711D", "D1507"): 30, ("8610Z", "J1501"): 5, ("4711D", "J1501"): 5},
        {"4711D": "Supermarchés", "8610Z": "Activités hospitalières", "0111Z": "Céréales"},
        {"G": "Commerce", "Q": "Santé"},
        {"47": "G", "86": "Q"},
    )


def test_hirings_come_most_first(naf: NafHirings) -> None:
    assert naf.hirings("4711D") == (("D1507", 30), ("D1505", 10), ("J1501", 5))
    assert naf.hirings("0111Z") == ()
    assert naf.nafs_for("J1501") == (("4711D", 5), ("8610Z", 5))
    assert naf.nafs_for("Z9999") == ()


def test_shares_of_a_sector_sum_to_one(naf: NafHirings) -> None:
    assert naf.share.dtype == np.float32
    assert naf.share.tolist() == pytest.approx([30 / 45, 10 / 45, 5 / 45, 1.0])
    assert NafHirings.empty().share.size == 0


def test_sections_of_sub_classes_and_divisions(naf: NafHirings) -> None:
    assert naf.section_of("4711D") == naf.section_of("47") == ("G", "Commerce")
    assert naf.section_of("9999Z") is None


def test_a_rome_4_code_is_found_by_its_parent(naf: NafHirings) -> None:
    rome = Rome.from_parts(
        RomeParts(
            version="4.60",
            occupations=[OccupationRow("D1509", "Caissier", "D1505")],
            appellations=[],
            skills=[],
            skill_links=[],
        )
    )
    assert naf.nafs_for("D1509") == ()
    assert naf.with_rome(rome).nafs_for("D1509") == (("4711D", 10),)


def test_saved_and_loaded_is_the_same(naf: NafHirings, tmp_path: Path) -> None:
    naf.save(tmp_path)
    again = NafHirings.load(tmp_path)
    assert again.hirings("4711D") == naf.hirings("4711D")
    assert (again.labels, again.sections, again.section_of_division) == (
        naf.labels,
        naf.sections,
        naf.section_of_division,
    )
