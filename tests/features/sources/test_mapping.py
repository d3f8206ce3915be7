"""Column mappings: paths, lists, words, and the ones that ship."""

from dataclasses import replace
from pathlib import Path

import pytest

from features.border.registry import BORDERS
from features.sources.base import Parsed, Reject, WrongFile
from features.sources.mapped_csv import OFFERS_CSV
from features.sources.mapping import BadCell, ListRule, Mapping, read_mapping, shipped_mapping, shipped_names
from features.store import Kind


def test_columns_lists_words_and_constants() -> None:
    mapping = Mapping(
        kind=Kind.PROFILE,
        columns={"id": "ref", "mobilite.km": "km", "projets.0.libelle": "voeu", "actif": "ok"},
        lists={
            "permis": ListRule("permis"),
            "projets.*.codeROME": ListRule("metiers", separator=";"),
            "experiences.*.mois": ListRule("mois"),
            "savoirs": ListRule("savoirs", json=True),
        },
        values={"actif": {"oui": True}, "permis": {"vl": "B"}},
        constants={"consentements.profilage": False},
    )
    row = {
        "ref": " P-1 ",
        "km": "",
        "voeu": "boulanger",
        "ok": "oui",
        "permis": "vl| |C",
        "metiers": "D1102;D1106",
        "mois": "24||6",
        "savoirs": '[{"code": "1"}]',
    }
    assert mapping.apply(row) == {
        "consentements": {"profilage": False},
        "id": "P-1",
        "projets": [{"libelle": "boulanger", "codeROME": "D1102"}, {"codeROME": "D1106"}],
        "actif": True,
        "permis": ["B", "C"],
        "experiences": [{"mois": "24"}, {}, {"mois": "6"}],
        "savoirs": [{"code": "1"}],
    }
    assert mapping.needed == {"ref", "km", "voeu", "ok", "permis", "metiers", "mois", "savoirs"}


@pytest.mark.parametrize("cell", ["[1", '{"a": 1}', "[" * 50_000])
def test_a_json_cell_that_holds_no_list(cell: str) -> None:
    mapping = Mapping(kind=Kind.OFFER, lists={"competences": ListRule("savoirs", json=True)})
    with pytest.raises(BadCell, match="a JSON list"):
        mapping.apply({"savoirs": cell})


@pytest.mark.parametrize("name", shipped_names())
def test_shipped_mappings_name_public_fields(name: str) -> None:
    mapping = shipped_mapping(name)
    fields = set(BORDERS[mapping.kind].model.model_fields)
    paths = {*mapping.columns, *mapping.lists, *mapping.constants}
    assert {path.partition(".")[0] for path in paths} <= fields
    assert set(mapping.values) <= paths


@pytest.mark.parametrize(
    ("page", "says"),
    [
        ("kind = 'offer'\n[colonnes]\nid = 'id'", "unknown colonnes"),
        ("kind = 'offre'", "offre"),
        ("kind = ", "mapping"),
        ("kind = 'offer'\n[format]\nencodage = 'utf-8'", "encodage"),
        ("kind = 'offer'\n[lists]\npermis = { colonne = 'p' }", "colonne"),
    ],
)
def test_wrong_mappings_are_refused(tmp_path: Path, page: str, says: str) -> None:
    path = tmp_path / "m.toml"
    path.write_text(page)
    with pytest.raises(WrongFile, match=says):
        read_mapping(path)


def test_a_partner_s_own_mapping(tmp_path: Path, sample: object) -> None:
    page = tmp_path / "partenaire.toml"
    page.write_text(
        'kind = "offer"\n[format]\nencoding = "cp1252"\ndelimiter = ";"\n'
        '[columns]\nid = "Réf"\nintitule = "Poste"\ndateCreation = "Date"\n"lieuTravail.libelle" = "Ville"\n'
        'typeContrat = "Contrat"\n[values.typeContrat]\n"Tps indéterminé" = "CDI"\n',
        encoding="utf-8",
    )
    path = tmp_path / "offres.csv"
    rows = (
        "Réf;Poste;Date;Ville;Contrat",
        "1;Maçon;2025-04-01;Guéret;Tps indéterminé",
        "2;Maçon;2025-04-01;Guéret;Bof",
    )
    path.write_text("\n".join(rows), encoding="cp1252")
    source = replace(OFFERS_CSV, name="partenaire", mapping=read_mapping(page))
    good, bad = source.read(path, sample)  # type: ignore[arg-type]
    assert isinstance(good, Parsed)
    assert good.records[0].id == "partenaire:1"  # type: ignore[attr-defined]
    assert good.records[0].contract == "CDI"  # type: ignore[attr-defined]
    assert isinstance(bad, Reject)
    assert (bad.line, bad.field, bad.value, bad.id) == (3, "typeContrat", "Bof", "partenaire:2")
