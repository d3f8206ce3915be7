from pathlib import Path

import pytest

from features.certifications import CertificationRow, Certifications
from features.communes import CommuneRow, Communes
from features.reference import Reference, ReferenceMissing, load_rome
from features.rome.parts import OccupationRow, RomeParts
from features.rome.referential import Rome


@pytest.fixture
def reference() -> Reference:
    rome = Rome.from_parts(
        RomeParts(
            version="4.60",
            occupations=[OccupationRow("A1101", "x", "A1101"), OccupationRow("A1102", "y", "A1101")],
            appellations=[],
            skills=[],
            skill_links=[],
        )
    )
    certifications = Certifications.build([CertificationRow("RNCP1", "Titre", rome_codes=("A1101",))])
    return Reference.of(rome, Communes.build([CommuneRow("23096", "Guéret", "23", "75")]), certifications)


def test_saved_and_loaded_answers_the_same(reference: Reference, tmp_path: Path) -> None:
    reference.save(tmp_path)
    again = Reference.load(tmp_path)
    assert again.rome.codes == reference.rome.codes
    assert again.communes.insee == ("23096",)
    assert again.certifications.for_occupation("A1102") == (0,), "found by its v3 parent"
    assert again.tension.groups == ()
    assert load_rome(tmp_path).codes == reference.rome.codes


def test_what_is_missing_names_the_command(reference: Reference, tmp_path: Path) -> None:
    with pytest.raises(ReferenceMissing, match=r"no rome in .*`vivier demo`.*`vivier import rome FILE`"):
        Reference.load(tmp_path)
    reference.save(tmp_path)
    (tmp_path / "communes" / "CURRENT").unlink()
    with pytest.raises(ReferenceMissing, match="no communes"):
        Reference.load(tmp_path)


def test_optional_parts_may_be_absent(reference: Reference, tmp_path: Path) -> None:
    reference.save(tmp_path)
    for part in ("certifications", "tension", "naf"):
        (tmp_path / part / "CURRENT").unlink()
    again = Reference.load(tmp_path)
    assert len(again.certifications) == 0
    assert again.naf.naf_codes == ()
