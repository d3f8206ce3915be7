"""What each publisher's file gives, and what becomes of its faults."""

import math
from pathlib import Path

import numpy as np
import pytest

from features.artifacts import publishing
from features.reference import Reference
from features.sources.base import WrongFile
from features.sources.bmo import BMO, read_tension
from features.sources.communes import COMMUNES, read_communes
from features.sources.rncp import RNCP, read_certifications
from features.sources.rome import ROME
from features.sources.rome_naf import ROME_NAF, read_hirings

SOURCES = (ROME, COMMUNES, BMO, RNCP, ROME_NAF)

COMMUNES_HEADER = "code_insee,nom,type,codes_postaux,population,code_departement,code_region,lat,lon,bassin_emploi\n"
BMO_HEADER = "annee,Code métier BMO,Nom métier BMO,Dept,BE25,met,xmet\n"
CARDS_HEADER = (
    "Numero_Fiche,Intitule,Date_Fin_Enregistrement,Actif,Nomenclature_Europe_Intitule,Nouvelle_Certification\n"
)


def _write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_communes_keep_what_is_unknown_and_reject_real_faults(tmp_path: Path) -> None:
    table = _write(
        tmp_path / "communes.csv",
        COMMUNES_HEADER
        + "23096,Guéret,commune-actuelle,23000,12734,23,75,46.17,1.87,7512\n"
        + "1001,L'Abergement-Clémenciat,commune-actuelle,1400|01410,860,01,84,46.15,4.92,104\n"
        + "98901,Île de Clipperton,commune-actuelle,98799,,989,989,,,\n"
        + "75110,Paris 10e Arrondissement,arrondissement-municipal,75010,80000,75,11,48.87,2.36,\n"
        + "ABC,Rien,,,,,,,,\n"
        + "23001,,,,,,,,,\n"
        + "23002,Ahun,,2315X|23150,beaucoup,23,75,95.0,1.9,\n"
        + "23096,Autre,,,,,,,,\n",
    )
    communes, rejects = read_communes(table)
    assert communes.insee == ("01001", "23002", "23096", "75110", "98901")
    ain, ahun, clipperton = (communes.row_of(code) for code in ("01001", "23002", "98901"))
    assert communes.postcodes[ain] == ("01400", "01410")
    assert communes.employment_areas[ain] == "0104"
    assert np.isnan(communes.lat[clipperton])
    assert communes.is_arrondissement.tolist() == [False, False, False, True, False]
    assert (communes.postcodes[ahun], communes.population[ahun]) == (("23150",), 0)
    assert [(reject.line, reject.field) for reject in rejects] == [
        (6, "code_insee"),
        (7, "nom"),
        (8, "lat, lon"),
        (8, "codes_postaux"),
        (8, "population"),
        (9, "code_insee"),
    ]


def test_communes_in_a_postcode_file_layout_are_merged(tmp_path: Path) -> None:
    table = _write(
        tmp_path / "laposte.csv",
        "code_commune_INSEE;nom_commune;code_postal;latitude;longitude\n"
        "2A004;Ajaccio;20000;41,93;8,70\n2A004;Ajaccio;20090;41,93;8,70\n97411;Saint-Denis;97400;-20,9;55,5\n",
    )
    communes, rejects = read_communes(table)
    assert rejects == []
    assert communes.postcodes == (("20000", "20090"), ("97400",))
    assert communes.departements == ("2A", "974")
    assert communes.lat[1] == pytest.approx(-20.9)


def test_bmo_keeps_secret_cells_unknown(tmp_path: Path) -> None:
    survey = _write(
        tmp_path / "bmo_2025.csv",
        BMO_HEADER
        + "2025,V0,Aides-soignants,01,8401,100,60\n2025,V0,Aides-soignants,01,402,*,*\n"
        + '2025,V0,Aides-soignants,23,7501,"1 200",*\n'
        + "2025,V0,Aides-soignants,23,7501,5,1\n2025,V0,x,23,7502,5,9\n2025,V0,x,23,7503,peu,1\n2025,,x,23,7503,1,1\n",
    )
    mapping = _write(
        tmp_path / "fap.csv", "code_bmo_fap2021,libelle_bmo,romes_v3\nV0,Aides-soignants,J1501|J1|K1302\nB1,x,\n"
    )
    tension, rejects = read_tension(survey, mapping)
    assert tension.areas == ("0402", "7501", "8401")
    assert tension.share_difficult("K1302", "8401") == pytest.approx(0.6)
    assert math.isnan(tension.projects("J1501", "0402"))
    assert tension.projects("J1501", "7501") == 1200
    assert [(reject.line, reject.value) for reject in rejects] == [
        (5, "V0, 7501, 23"),
        (6, "9"),
        (7, "peu, 1"),
        (8, ", 7503"),
        (2, "J1"),
    ]
    alone, _ = read_tension(survey, None)
    assert alone.groups_of("J1501") == ()


def test_rncp_reads_dates_levels_renewals_and_rome_codes(tmp_path: Path) -> None:
    cards = _write(
        tmp_path / "fiches.csv",
        CARDS_HEADER
        + "RNCP1,Métiers de la pierre,8/31/16,INACTIVE,niveau4,RNCP2\n"
        + "RNCP1,Métiers de la pierre,8/31/16,INACTIVE,niveau4,RNCP3\n"
        + "RNCP2,Nouveau,1/1/29,ACTIVE,niveau5,\n"
        + "RNCP3,Autre,31/12/2029,ACTIVE,,\n"
        + "RS4,Habilitation,bientôt,ACTIVE,niveau9,R5\n"
        + "X5,Rien,,ACTIVE,,\n"
        + "RNCP6,Rien,,PEUT-ETRE,,\n",
    )
    romes = _write(
        tmp_path / "rome.csv", "CodeRNCP,Rome\nRNCP1,F1612\nRNCP1,F1612\nRNCP1,B11\nRNCP9,F1612\nRNCP2,F1701\n"
    )
    certifications, rejects = read_certifications(cards, romes)
    assert certifications.codes == ("RNCP1", "RNCP2", "RNCP3", "RS4")
    assert certifications.levels.tolist() == [4, 5, 0, 0]
    assert certifications.expires.astype(str).tolist() == ["2016-08-31", "2029-01-01", "2029-12-31", "NaT"]
    assert certifications.rome_codes == (("F1612",), ("F1701",), (), ())
    assert sorted(certifications.in_force(0)) == [1, 2]
    assert [(reject.line, reject.field) for reject in rejects] == [
        (6, "Date_Fin_Enregistrement"),
        (6, "Nouvelle_Certification"),
        (7, "Numero_Fiche, Intitule"),
        (8, "Actif"),
        (4, "Rome"),
        (5, "CodeRNCP"),
    ]


def test_rome_naf_reads_hirings_and_labels(tmp_path: Path) -> None:
    hirings = _write(
        tmp_path / "rome_naf_embauches.csv",
        "rome_id,rome_label,naf_id,naf_label,hirings\nD1505,Caisse,47.11D,Supermarchés,10\nD1505,Caisse,4711D,x,3\n"
        "D15,Caisse,4711D,x,3\nD1507,x,47,x,3\nD1507,x,4711D,x,-3\n",
    )
    labels = _write(tmp_path / "naf_libelles.csv", "naf_id,naf_label\n0111Z,Céréales\n")
    sections = _write(tmp_path / "naf_sections.csv", "code,label\nG,Commerce\n")
    divisions = _write(tmp_path / "naf_divisions.csv", "naf_prefix2,naf_section_code\n47,G\n")
    naf, rejects = read_hirings(hirings, [divisions, labels, sections])
    assert naf.hirings("4711D") == (("D1505", 10),)
    assert naf.labels == {"0111Z": "Céréales", "4711D": "Supermarchés"}
    assert naf.section_of("4711D") == ("G", "Commerce")
    assert [(reject.line, reject.field) for reject in rejects] == [
        (3, "rome, naf"),
        (4, "rome_id"),
        (5, "naf_id"),
        (6, "hirings"),
    ]
    with pytest.raises(WrongFile, match="is not a file of the NAF"):
        read_hirings(hirings, [_write(tmp_path / "other.csv", "a,b\n1,2\n")])


def test_a_file_without_one_usable_row_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WrongFile, match="no commune"):
        read_communes(_write(tmp_path / "c.csv", COMMUNES_HEADER))
    with pytest.raises(WrongFile, match="no cell"):
        read_tension(_write(tmp_path / "b.csv", BMO_HEADER), None)
    with pytest.raises(WrongFile, match="no fiche"):
        read_certifications(_write(tmp_path / "r.csv", CARDS_HEADER), None)
    with pytest.raises(WrongFile, match="no hiring"):
        read_hirings(_write(tmp_path / "n.csv", "rome_id,naf_id,hirings\n"), [])


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.name)
def test_wrong_files_and_numbers_of_files_are_refused_before_anything_is_written(
    source: object, tmp_path: Path
) -> None:
    assert isinstance(source, type(ROME) | type(COMMUNES) | type(BMO) | type(RNCP) | type(ROME_NAF))
    target = tmp_path / "target"
    target.mkdir()
    wrong = _write(tmp_path / "wrong.csv", "a,b\n1,2\n")
    for paths in ([], [wrong], [wrong] * 3):
        with pytest.raises(WrongFile):
            source.build(paths, target)
    assert list(target.iterdir()) == []
    assert source.find(tmp_path) == []


@pytest.mark.open_data
def test_the_open_data_loads_whole(open_data: Path, tmp_path: Path) -> None:
    rejected = {}
    for source in SOURCES:
        with publishing(tmp_path / source.part, {}) as folder:
            rejected[source.name] = len(source.build(source.find(open_data), folder))
    assert rejected == {"rome": 0, "communes": 0, "bmo": 0, "rncp": 174, "rome-naf": 0}
    reference = Reference.load(tmp_path)
    communes = reference.communes
    assert len(communes) == 35014
    assert int(np.isnan(communes.lat).sum()) == 99
    assert communes.employment_areas.count("") == 92
    assert int(communes.is_arrondissement.sum()) == 45
    assert communes.label(communes.row_of("23096")) == "Guéret (23)"
    assert [communes.insee[row] for row in communes.by_name("Marseille 1er")] == ["13201"]
    assert len(reference.certifications) == 17369
    assert int(reference.certifications.active.sum()) > 4000
    tension = reference.tension
    assert len(tension.areas) == 406
    assert int(np.isnan(tension.cell_projects).sum()) == 11452
    assert np.nansum(tension.cell_projects) == 2401105
    known = {area for area in communes.employment_areas if area}
    assert set(tension.areas) - known == {"0113", "0116", "0601", "7549", "9399"}
    assert 0 < tension.share_difficult("M1855", "8401") < 1, "a 4.0 code, through its parent"
    assert reference.naf.hirings("4711D")[0] == ("D1507", 9614)
    assert reference.naf.labels["4711D"] == "Supermarchés"
