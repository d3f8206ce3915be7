import gzip
import shutil
import zipfile
from pathlib import Path

import pytest

from features.rome import archive as archive_module
from features.rome.archive import read_archive, read_archive_with_rejects
from features.rome.diff import diff
from features.rome.referential import Rome
from features.sources.base import WrongFile

from .conftest import ROWS, WriteArchive


def _zip(folder: Path, target: Path, inside: str = "") -> Path:
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.iterdir()):
            archive.write(path, f"{inside}{path.name}")
    return target


def test_the_archive_and_the_rows_give_the_same_referential(write_archive: WriteArchive, rome: Rome) -> None:
    read, rejects = read_archive_with_rejects(write_archive())
    assert rejects == []
    assert diff(rome, read).is_empty
    assert read.version == "4.60"
    assert read.appellation_short_labels == rome.appellation_short_labels
    assert read.interests_of(0) == rome.interests_of(0)
    assert read.sectors_of(0) == rome.sectors_of(0)
    assert read.naf_divisions_of(0) == rome.naf_divisions_of(0)
    assert read.contexts_of(2) == rome.contexts_of(2)
    assert read.regulated.tolist() == rome.regulated.tolist()
    assert read.grand_domains == rome.grand_domains


def test_sentences_are_ordered_and_doubled_apostrophes_made_single(write_archive: WriteArchive) -> None:
    rome = read_archive(write_archive())
    assert rome.definitions[2] == "Soigne\nVeille à l'hygiène."
    assert rome.access[2] == "Diplôme d'État."


@pytest.mark.parametrize("version", ["450", "461", "4123"])
def test_any_version_number_of_rome_4(write_archive: WriteArchive, version: str) -> None:
    assert read_archive(write_archive(version=version)).version == f"4.{version[1:]}"


def test_iso_8859_15_and_a_byte_order_mark_are_read(write_archive: WriteArchive) -> None:
    folder = write_archive()
    path = folder / "unix_arborescence_secteur_naf_v460_utf8.csv"
    path.write_bytes("code_secteur_naf,libelle_secteur_naf,code_rome\n86,Santé à 1 €,J1501\n".encode("iso-8859-15"))
    path = folder / "unix_referentiel_savoir_v460_utf8.csv"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    rome = read_archive(folder)
    assert rome.naf_divisions_of(2) == (("86", "Santé à 1 €"),)
    assert rome.get_skill_row("502") is not None


def test_folder_gzip_and_zip_are_the_same(write_archive: WriteArchive, tmp_path: Path, rome: Rome) -> None:
    folder = write_archive()
    zipped = _zip(folder, tmp_path / "RefRomeCsv.zip", "RefRomeCsv/")
    squeezed = tmp_path / "gz"
    squeezed.mkdir()
    for path in folder.iterdir():
        (squeezed / f"{path.name}.gz").write_bytes(gzip.compress(path.read_bytes()))
    for path in (zipped, squeezed, _zip(squeezed, tmp_path / "gz.zip")):
        assert diff(rome, read_archive(path)).is_empty, path


def test_a_zip_is_never_extracted_and_its_paths_do_not_matter(write_archive: WriteArchive, tmp_path: Path) -> None:
    zipped = _zip(write_archive(), tmp_path / "evil.zip", "../../outside/")
    before = sorted(tmp_path.rglob("*"))
    assert read_archive(zipped).n_occupations == 3
    assert sorted(tmp_path.rglob("*")) == before


def test_zip_bombs_are_refused(write_archive: WriteArchive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    zipped = _zip(write_archive(), tmp_path / "bomb.zip")
    monkeypatch.setattr(archive_module, "MAX_ARCHIVE_BYTES", 100)
    with pytest.raises(WrongFile, match="is the limit"):
        read_archive(zipped)


def test_a_table_that_is_too_large_is_refused(
    write_archive: WriteArchive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write_archive()
    zipped = _zip(folder, tmp_path / "large.zip")
    monkeypatch.setattr("features.sources.csv_table.MAX_BYTES", 100)
    monkeypatch.setattr(archive_module, "MAX_BYTES", 100)
    for path in (folder, zipped):
        with pytest.raises(WrongFile, match="larger than"):
            read_archive(path)


def test_a_damaged_zip_is_refused(write_archive: WriteArchive, tmp_path: Path) -> None:
    content = bytearray(_zip(write_archive(), tmp_path / "whole.zip").read_bytes())
    content[60:90] = bytes(30)
    damaged = tmp_path / "damaged.zip"
    damaged.write_bytes(content)
    with pytest.raises(WrongFile):
        read_archive(damaged)
    (tmp_path / "text.zip").write_text("not a zip")
    with pytest.raises(WrongFile, match="neither a folder nor a zip"):
        read_archive(tmp_path / "text.zip")


def test_a_wrong_header_names_the_columns_found_and_expected(write_archive: WriteArchive) -> None:
    folder = write_archive()
    (folder / "unix_texte_v460_utf8.csv").write_text("code_rome,texte\nA1101,x\n")
    with pytest.raises(
        WrongFile, match=r"libelle_type_texte.*is missing; found: code_rome, texte; expected: code_rome"
    ):
        read_archive(folder)


def test_a_missing_table_is_refused_and_an_optional_one_is_told(write_archive: WriteArchive) -> None:
    with pytest.raises(WrongFile, match="lacks coherence_item"):
        read_archive(write_archive("without_links", coherence_item=None))
    rome, rejects = read_archive_with_rejects(write_archive("without_themes", arborescence_thematique=None))
    assert [reject.field for reject in rejects] == ["arborescence_thematique"]
    assert rome.themes_of(0) == ()


def test_what_is_not_one_rome_4_archive_is_refused(write_archive: WriteArchive, tmp_path: Path) -> None:
    with pytest.raises(WrongFile, match="version 4 archive is expected"):
        read_archive(write_archive("v3", version="347"))
    mixed = write_archive("mixed")
    shutil.copy(mixed / "unix_texte_v460_utf8.csv", mixed / "unix_texte_v461_utf8.csv")
    with pytest.raises(WrongFile, match="mixes versions 460, 461"):
        read_archive(mixed)
    twice = write_archive("twice")
    path = twice / "unix_texte_v460_utf8.csv"
    path.with_suffix(".csv.gz").write_bytes(gzip.compress(path.read_bytes()))
    with pytest.raises(WrongFile, match="keep one of them"):
        read_archive(twice)
    (tmp_path / "empty").mkdir()
    with pytest.raises(WrongFile, match="no ROME table found"):
        read_archive(tmp_path / "empty")
    with pytest.raises(WrongFile, match="does not exist"):
        read_archive(tmp_path / "nowhere")


def test_rows_that_lead_nowhere_are_rejected_with_their_line(write_archive: WriteArchive) -> None:
    folder = write_archive(
        coherence_item=[*ROWS["coherence_item"], "Z9999,500,", "J1501,999,", "J1501,502,"],
        rubrique_mobilite=[*ROWS["rubrique_mobilite"], "A1101,A1102,3", "A1101,Z9999,1", "A1102,J1501,x"],
        referentiel_appellation=[*ROWS["referentiel_appellation"], "900,Autre,Autre,A1101,,N", "7,Sans,Sans,Z1,,N"],
        referentiel_savoir=["502,Anatomie", "500,Déjà pris", "trop,de,champs"],
        arborescence_thematique=["001,Environnement,Z9999"],
    )
    rome, rejects = read_archive_with_rejects(folder)
    told = {(reject.field.split("_v460")[0], reject.line, reject.value) for reject in rejects}
    assert told == {
        ("unix_coherence_item", 7, "Z9999"),
        ("unix_coherence_item", 8, "999"),
        ("unix_coherence_item", 9, "502"),
        ("unix_rubrique_mobilite", 4, "A1102"),
        ("unix_rubrique_mobilite", 5, "Z9999"),
        ("unix_rubrique_mobilite", 6, "x"),
        ("unix_referentiel_appellation", 5, "900"),
        ("unix_referentiel_appellation", 6, "Z1"),
        ("unix_referentiel_savoir", 3, "500"),
        ("unix_referentiel_savoir", 4, "trop,de,champs"),
        ("unix_arborescence_thematique", 2, "Z9999"),
    }
    assert rome.n_appellations == 3
    assert rome.skills_of(2)[1].tolist() == [False, True]


@pytest.mark.open_data
def test_the_whole_archive_of_the_publisher(open_data: Path) -> None:
    rome, rejects = read_archive_with_rejects(open_data / "rome")
    assert rejects == []
    assert (rome.version, rome.n_occupations, rome.n_appellations, rome.n_skills) == ("4.60", 1584, 13120, 33671)
    assert (rome.skill_links.size, rome.mobility_targets.size, len(set(rome.parents))) == (90556, 14912, 532)
    assert int(rome.skill_core.sum()) == 18900
    assert not any("''" in text for text in (*rome.definitions, *rome.access))
    assert "en assure l'entretien" in rome.definitions[rome.row_of("A1101")]
    assert all(rome.resolve(parent) for parent in set(rome.parents))
    assert all(label for _, label in rome.naf_divisions_of(rome.row_of("J1501")))
