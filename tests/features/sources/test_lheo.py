"""LHÉO: trainings, sessions, tables of codes; XML that attacks is refused."""

import datetime as dt
from pathlib import Path

import pytest

from features.records import Attendance, Funding, Training, TrainingSession
from features.reference import Reference
from features.sources.base import Parsed, Reject, WrongFile
from features.sources.lheo import EXAMPLE, Lheo


def read(folder: Path, sample: Reference, text: str) -> list[Parsed | Reject]:
    path = folder / "offres.xml"
    path.write_text(text, encoding="utf-8")
    return list(Lheo().read(path, sample))


def parts(folder: Path, sample: Reference, text: str = EXAMPLE) -> tuple[Training, list[TrainingSession]]:
    (row,) = read(folder, sample, text)
    assert isinstance(row, Parsed)
    training, *sessions = row.records
    assert isinstance(training, Training)
    return training, sessions  # type: ignore[return-value]


def test_a_training_and_its_sessions(tmp_path: Path, sample: Reference) -> None:
    training, sessions = parts(tmp_path, sample)
    assert (training.id, training.rncp, training.rome_codes, training.level) == ("lheo:F1", "RNCP37537", ("D1102",), 3)
    assert (training.entry_level, training.duration_hours, training.siret) == (None, 420.0, "99000000400015")
    first = sessions[0]
    assert [session.id for session in sessions] == ["lheo:S1", "lheo:S2"]
    assert (first.training_id, first.starts_on, first.ends_on) == ("lheo:F1", dt.date(2025, 9, 1), dt.date(2026, 6, 30))
    assert (first.commune_insee, first.attendance, first.fundings) == ("33063", Attendance.MIXED, (Funding.REGION,))
    assert (first.seats, first.price_eur, first.accessible) == (12, 5200.0, True)


@pytest.mark.parametrize("code", ["37537", "RNCP37537", "rncp37537"])
def test_rncp_prefixes(code: str, tmp_path: Path, sample: Reference) -> None:
    assert parts(tmp_path, sample, EXAMPLE.replace("37537", code))[0].rncp == "RNCP37537"


def test_specific_register_cpf_and_funders(tmp_path: Path, sample: Reference) -> None:
    text = EXAMPLE.replace("<code-RNCP>37537</code-RNCP>", "<code-RS>5250</code-RS><code-CPF>1234</code-CPF>")
    text = text.replace("<code-financeur>2</code-financeur>", "<code-financeur>4</code-financeur>")
    text = text.replace(
        "<acces-handicapes>",
        "<detail-conditions-prise-en-charge>POEI</detail-conditions-prise-en-charge><acces-handicapes>",
    ).replace("Accessible aux fauteuils roulants", "Non")
    training, sessions = parts(tmp_path, sample, text)
    assert training.rncp == "RS5250"
    assert sessions[0].fundings == (Funding.CPF, Funding.FRANCE_TRAVAIL, Funding.POEI)
    assert sessions[0].accessible is False


@pytest.mark.parametrize(("code", "level"), [("4", 3), ("5", 4), ("6", 5), ("7", 6), ("8", 7), ("17", 7), ("0", None)])
def test_levels(code: str, level: int | None, tmp_path: Path, sample: Reference) -> None:
    text = EXAMPLE.replace("<code-niveau-sortie>13<", f"<code-niveau-sortie>{code}<")
    assert parts(tmp_path, sample, text)[0].level == level


@pytest.mark.parametrize(
    ("before", "after", "field"),
    [
        ("<code-niveau-sortie>13<", "<code-niveau-sortie>99<", "niveauSortie"),
        ("<modalites-enseignement>2<", "<modalites-enseignement>7<", "modalite"),
        ("CAP Boulanger", "", "intitule"),
        ("D1102", "Z9999", "codesROME[0]"),
        ("20260630", "20240630", "dateFin"),
        ("420", "beaucoup", "dureeHeures"),
        ('numero="F1"', "", "id"),
    ],
)
def test_what_is_wrong_is_named(before: str, after: str, field: str, tmp_path: Path, sample: Reference) -> None:
    rejects = [row for row in read(tmp_path, sample, EXAMPLE.replace(before, after)) if isinstance(row, Reject)]
    assert rejects
    assert rejects[0].field == field
    assert rejects[0].line == 1


def test_any_encoding_that_xml_declares(tmp_path: Path, sample: Reference) -> None:
    path = tmp_path / "offres.xml"
    path.write_bytes(EXAMPLE.replace("UTF-8", "ISO-8859-1").replace("Boulanger", "Pâtissier").encode("iso-8859-1"))
    (row,) = Lheo().read(path, sample)
    assert isinstance(row, Parsed)
    assert row.records[0].title == "CAP Pâtissier"  # type: ignore[attr-defined]


LAUGHS = '<!DOCTYPE lheo [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
OUTSIDE = '<!DOCTYPE lheo [<!ENTITY passwd SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize(("doctype", "entity"), [(LAUGHS, "&b;"), (OUTSIDE, "&passwd;"), ("<!DOCTYPE lheo>", "x")])
def test_entities_and_document_types_are_refused(doctype: str, entity: str, tmp_path: Path, sample: Reference) -> None:
    head, _, body = EXAMPLE.partition("\n")
    with pytest.raises(WrongFile, match="refused"):
        read(tmp_path, sample, f"{head}\n{doctype}\n{body.replace('Boulanger', entity)}")


def test_other_xml_is_refused(tmp_path: Path, sample: Reference) -> None:
    with pytest.raises(WrongFile, match="no <formation> element"):
        read(tmp_path, sample, "<rss/>")
    with pytest.raises(WrongFile, match="not XML"):
        read(tmp_path, sample, EXAMPLE[:-30])
