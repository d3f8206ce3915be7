"""Places as boards write them."""

import pytest

from features.communes import CommuneRow, Communes
from features.place_labels import Place, departement_of, read_label, read_place

COMMUNES = Communes.build(
    [
        CommuneRow("23096", "Guéret", "23", "75", ("23000",)),
        CommuneRow("23193", "Sainte-Feyre", "23", "75", ("23000",)),
        CommuneRow("33063", "Bordeaux", "33", "75", ("33000", "33100")),
        CommuneRow("72181", "Le Mans", "72", "52", ("72000",)),
        CommuneRow("75056", "Paris", "75", "11", ("75001", "75017")),
        CommuneRow("75101", "Paris 1er Arrondissement", "75", "11", ("75001",), arrondissement=True),
        CommuneRow("75117", "Paris 17e Arrondissement", "75", "11", ("75017",), arrondissement=True),
        CommuneRow("2A004", "Ajaccio", "2A", "94", ("20000",)),
        CommuneRow("07286", "Saint-Priest", "07", "84", ("07000",)),
        CommuneRow("69290", "Saint-Priest", "69", "84", ("69800",)),
    ]
)


@pytest.mark.parametrize(
    ("insee", "postcode", "label", "expected"),
    [
        ("33063", None, None, Place("33063", "33")),
        (None, None, "23 - GUERET", Place("23096", "23")),
        (None, None, "75 - PARIS 17", Place("75117", "75")),
        (None, None, "75 - Paris 1er Arrondissement", Place("75101", "75")),
        (None, None, "75 - Paris ()", Place("75056", "75")),
        (None, "75017", "75 - Paris", Place("75117", "75")),
        ("75000", None, "75 - Paris (Dept.)", Place(None, "75")),
        (None, None, "72 - Mans", Place("72181", "72")),
        (None, None, "2A - AJACCIO", Place("2A004", "2A")),
        (None, None, "07 - ST PRIEST", Place("07286", "07")),
        (None, None, "Saint-Priest", Place()),
        (None, "69800", "Saint-Priest", Place("69290", "69")),
        (None, None, "48 - Lozère", Place(None, "48")),
        (None, "33100", None, Place("33063", "33")),
        (None, "23000", None, Place(None, "23")),
        (None, "23000", "SAINTE FEYRE", Place("23193", "23")),
        ("23999", "23000", "GUERET CEDEX", Place("23096", "23")),
        (None, "97400", None, Place(None, "974")),
        (None, None, "France ()", Place()),
        (None, None, None, Place()),
    ],
)
def test_places(insee: str | None, postcode: str | None, label: str | None, expected: Place) -> None:
    assert read_place(COMMUNES, insee, postcode, label) == expected


def test_departements() -> None:
    assert [departement_of(code) for code in ("33063", "97411", "2B033", "20000", "99100", "abc", "", None)] == [
        "33",
        "974",
        "2B",
        None,
        None,
        None,
        None,
        None,
    ]
    assert read_label("971 - Guadeloupe ()") == ("Guadeloupe", "971")
    assert read_label("Lyon") == ("Lyon", None)
