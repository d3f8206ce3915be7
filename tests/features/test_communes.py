import dataclasses
from pathlib import Path

import numpy as np
import pytest

from features.communes import CommuneRow, Communes, UnknownCommune, name_key


@pytest.fixture
def communes() -> Communes:
    return Communes.build(
        [
            CommuneRow(
                "75110", "Paris 10e Arrondissement", "75", "11", ("75010",), 48.87, 2.36, 80000, arrondissement=True
            ),
            CommuneRow("75056", "Paris", "75", "11", ("75001", "75010"), 48.86, 2.34, 2100000, "1101", "PARIS"),
            CommuneRow("23096", "Guéret", "23", "75", ("23000",), 46.17, 1.87, 12734, "7512", "GUERET"),
            CommuneRow("42218", "Saint-Étienne", "42", "84", ("42000", "42100"), 45.43, 4.39, 172000),
            CommuneRow("26299", "Saint-Étienne", "26", "84", ("26100",), population=100),
            CommuneRow("98901", "Île de Clipperton", "989", "989"),
        ]
    )


def test_codes_become_rows_and_unknown_ones_are_named(communes: Communes) -> None:
    row = communes.row_of("23096")
    assert communes.label(row) == "Guéret (23)"
    assert communes.employment_areas[row] == "7512"
    with pytest.raises(UnknownCommune, match=r"'23097'.*23096 Guéret"):
        communes.row_of("23097")
    assert communes.get_row("00000") is None
    assert communes.insee == tuple(sorted(communes.insee))


def test_what_is_not_known_stays_unknown(communes: Communes) -> None:
    row = communes.row_of("98901")
    assert np.isnan(communes.lat[row])
    assert np.isnan(communes.lon[row])
    assert communes.population[row] == 0
    assert communes.employment_areas[row] == ""
    assert communes.postcodes[row] == ()


def test_a_postcode_gives_arrondissements_first(communes: Communes) -> None:
    assert [communes.insee[row] for row in communes.by_postcode("75010")] == ["75110", "75056"]
    assert communes.by_postcode("99999") == ()


def test_names_as_people_write_them(communes: Communes) -> None:
    for name in ("saint etienne", "ST-ETIENNE", "St Étienne Cedex 2"):
        assert [communes.insee[row] for row in communes.by_name(name)] == ["42218", "26299"], name
    assert [communes.insee[row] for row in communes.by_name("St Etienne", "26")] == ["26299"]
    for name in ("PARIS 10", "Paris 10e", "paris 10ème", "Paris 10E ARRONDISSEMENT", "PARIS 10 CEDEX 10"):
        assert [communes.insee[row] for row in communes.by_name(name)] == ["75110"], name
    assert communes.by_name("Nulle-Part") == ()
    assert name_key("Lyon 3e Arrondissement") == name_key("LYON 03") == "lyon 3"
    assert name_key("Paris 1er") == "paris 1"


def test_saved_and_loaded_is_the_same(communes: Communes, tmp_path: Path) -> None:
    communes.save(tmp_path)
    again = Communes.load(tmp_path)
    for field in dataclasses.fields(Communes):
        mine, theirs = getattr(communes, field.name), getattr(again, field.name)
        if isinstance(mine, np.ndarray):
            np.testing.assert_array_equal(mine, theirs)
        else:
            assert mine == theirs


def test_a_code_given_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="commune 23096 is given twice"):
        Communes.build([CommuneRow("23096", "Guéret", "23", "75"), CommuneRow("23096", "Autre", "23", "75")])


def test_no_communes_at_all(tmp_path: Path) -> None:
    Communes.build([]).save(tmp_path)
    assert len(Communes.load(tmp_path)) == 0
