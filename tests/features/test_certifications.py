from pathlib import Path

import numpy as np
import pytest

from features.certifications import CertificationRow, Certifications, UnknownCertification
from features.rome.parts import OccupationRow, RomeParts
from features.rome.referential import Rome


@pytest.fixture
def certifications() -> Certifications:
    return Certifications.build(
        [
            CertificationRow("RNCP40", "Nouveau", 5, True, "2030-08-31", ("J1501",)),
            CertificationRow("RNCP10", "Ancien", 5, False, "2016-08-31", ("J1501", "K1302"), ("RNCP20", "RNCP99")),
            CertificationRow("RNCP20", "Entre-temps", 5, False, "", (), ("RNCP40", "RNCP10")),
            CertificationRow("RS30", "Habilitation", 0, True, "", ("A1101",)),
        ]
    )


def test_columns_follow_the_sorted_codes(certifications: Certifications) -> None:
    assert certifications.codes == ("RNCP10", "RNCP20", "RNCP40", "RS30")
    assert certifications.levels.tolist() == [5, 5, 5, 0]
    assert certifications.active.tolist() == [False, False, True, True]
    assert certifications.expires[2] == np.datetime64("2030-08-31")
    assert np.isnat(certifications.expires[3])
    assert certifications.row_of("RS30") == 3
    assert certifications.get_row("RNCP1") is None
    with pytest.raises(UnknownCertification, match="'RNCP1'"):
        certifications.row_of("RNCP1")


def test_an_expired_certification_leads_to_what_renewed_it(certifications: Certifications) -> None:
    assert certifications.in_force(0) == (2,)
    assert certifications.in_force(2) == (2,)
    assert certifications.in_force(3) == (3,)
    gone = Certifications.build([CertificationRow("RNCP1", "x", active=False)])
    assert gone.in_force(0) == ()


def test_an_occupation_gets_its_own_and_its_parents(certifications: Certifications) -> None:
    rome = Rome.from_parts(
        RomeParts(
            version="4.60",
            occupations=[OccupationRow("A1101", "x", "A1101"), OccupationRow("A1102", "y", "A1101")],
            appellations=[],
            skills=[],
            skill_links=[],
        )
    )
    assert certifications.for_occupation("J1501") == (0, 2)
    assert certifications.for_occupation("A1102") == ()
    assert certifications.with_rome(rome).for_occupation("A1102") == (3,)
    assert certifications.for_occupation("Z9999") == ()


def test_saved_and_loaded_is_the_same(certifications: Certifications, tmp_path: Path) -> None:
    certifications.save(tmp_path)
    again = Certifications.load(tmp_path)
    assert again.rome_codes == certifications.rome_codes
    assert again.renewed_by == certifications.renewed_by
    assert again.expires.dtype == np.dtype("datetime64[D]")
    np.testing.assert_array_equal(again.expires, certifications.expires)
    np.testing.assert_array_equal(again.levels, certifications.levels)
    assert len(Certifications.empty()) == 0


def test_a_code_given_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="RNCP1 is given twice"):
        Certifications.build([CertificationRow("RNCP1", "x"), CertificationRow("RNCP1", "y")])
