"""A small folder of publishers' nomenclatures, about the baker and the welder of `tests.models.made.bakery`."""

import csv
import gzip
import json
from pathlib import Path

from models.training.open_names import SOURCES

KEYWORDS = "mots_cles_offres_formations/mots_cles_par_item.jsonl.gz"

TABLES = {
    "rome_v3/appellations_rome_v3_2023.csv.gz": (
        "code_ogr_appellation,code_rome,libelle_appellation",
        "1,A1101,Fournier",
        "70,A1101,Boulangeot / Boulangeotte",
        "2,A1101,Mitron ancien",
    ),
    "rome_v3/rome_v3_libelles.csv.gz": ("code_rome,libelle_rome_v3", "A1101,Boulangerie", "Z9999,Rien"),
    "esco_fr/occupations_fr.csv.gz": (
        "conceptUri,preferredLabel,altLabels",
        "uri:pain,boulanger ESCO/boulangère ESCO,faiseur de pain| ",
        "uri:fer,soudeur ESCO,",
        "uri:mixte,ouvrier ESCO,",
    ),
    "esco_fr/skills_fr.csv.gz": ("preferredLabel,altLabels", "faire du pain,panifier|", "souder,"),
    "esco_fr/rome_esco_crosswalk_hors_melo.csv.gz": (
        "esco_uri,rome_ogr_appellation,code_rome_v4,relation",
        "uri:pain,1,A1101,skos:closeMatch",
        "uri:fer,3,A1102,skos:broadMatch",
        "uri:mixte,1,A1101,skos:closeMatch",
        "uri:mixte,3,A1102,skos:closeMatch",
    ),
    "esco_fr/competences_fr_vers_esco_moitie.csv.gz": (
        "libelle_competence_fr,esco_libelle_fr",
        "Façonner,façonner la pâte",
        ",rien",
    ),
    "formation/rncp_fiches.csv.gz": (
        "Numero_Fiche,Intitule",
        "RNCP1,CAP BOULANGER",
        "RNCP2,Titre de tout",
        f"RNCP3,{'long ' * 40}",
    ),
    "formation/rncp_rome.csv.gz": (
        "CodeRNCP,Rome",
        "RNCP1,A1101",
        *(f"RNCP2,A110{number}" for number in range(5)),
        "RNCP3,A1101",
        "RNCP4,A1101",
    ),
    "bmo/bmo2025_fap2021_vers_rome_approx.csv.gz": (
        "romes_v3,projets_2025",
        "A1101|A1102,100",
        "A1101,10",
        "A1102,",
        ",7",
    ),
    "communes/communes.csv.gz": ("nom", "Guéret", "Aubusson"),
}


def nomenclatures(folder: Path) -> Path:
    """`folder` with every file of `SOURCES`."""
    for name, lines in TABLES.items():
        with gzip.open(_made(folder / name), "wt", encoding="utf-8", newline="") as stream:
            csv.writer(stream).writerows(line.split(",") for line in lines)
    items = [
        {"mots_cles": ["boulanger", "alternance", "pain", "four", "farine", "x"]},
        {"mots_cles": ["soudeur", "tig", "emploi"]},
    ]
    with gzip.open(_made(folder / KEYWORDS), "wt", encoding="utf-8") as stream:
        stream.writelines(json.dumps(item) + "\n" for item in items)
    assert {*TABLES, KEYWORDS} == set(SOURCES)
    return folder


def _made(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    return path
