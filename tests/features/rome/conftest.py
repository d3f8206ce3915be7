"""A referential of three occupations, as rows and as the archive that its publisher would make of it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from features.rome.parts import (
    AppellationRow,
    MobilityRow,
    OccupationRow,
    RomeParts,
    SkillKind,
    SkillLinkRow,
    SkillRow,
    TagRow,
)
from features.rome.referential import Rome

HEADERS = {
    "referentiel_code_rome": "code_rome,code_fiche_metier,code_ogr,libelle_rome,transition_eco,transition_num,"
    "transition_demo,emploi_reglemente,emploi_cadre,code_rome_parent",
    "referentiel_appellation": "code_ogr,libelle_appellation_long,libelle_appellation_court,code_rome,classification,"
    "peu_usite",
    "referentiel_competence": "code_ogr,nature,libelle_competence,cat_comp",
    "referentiel_savoir": "code_ogr_savoir,libelle_savoir",
    "referentiel_contexte_travail": "code_ogr,libelle_cont_travail",
    "coherence_item": "code_rome,code_ogr,coeur_metier",
    "rubrique_mobilite": "code_rome,code_rome_cible,numero_ordre",
    "texte": "code_rome,code_compo_bloc,libelle_type_texte,position_phrase,libelle_texte",
    "grand_domaine": "code_grand_domaine,libelle_grand_domaine",
    "domaine_professionnel": "code_domaine_professionnel,libelle_domaine_professionnel",
    "arborescence_centre_interet": "code_centre_interet,libelle_centre_interet,code_rome,principal",
    "arborescence_secteur_activite": "code_sect_activite,libelle_sect_activite,code_ss_sect_activite,"
    "libelle_ss_sect_activite,code_rome,principal",
    "arborescence_thematique": "code_theme,libelle_theme,code_rome",
    "arborescence_secteur_naf": "code_secteur_naf,libelle_secteur_naf,code_rome",
}

ROWS = {
    "referentiel_code_rome": [
        "J1501,1,10,Aide-soignant / Aide-soignante,Emploi Blanc,N,O,O,N,J1501",
        "A1102,2,20,Bûcheron / Bûcheronne,Emploi Vert,,,,,A1101",
        "A1101,3,30,Conducteur / Conductrice d'engins agricoles,Emploi Vert,O,,N,,A1101",
    ],
    "referentiel_appellation": [
        "900,Tractoriste,Tractoriste,A1101,PRINCIPALE,N",
        "1000,Aide-soignant / Aide-soignante,Aide-soignant(e),J1501,PRINCIPALE,N",
        "1001,Aide-soignant / Aide-soignante à domicile,,J1501,SYNONYME,O",
    ],
    "referentiel_competence": [
        "500,Compétence,Conduire un tracteur,Savoir-faire",
        "501,Macro-compétence,Faire preuve de rigueur,Savoir-être professionnel",
    ],
    "referentiel_savoir": ["502,Anatomie"],
    "referentiel_contexte_travail": ["700,Travail de nuit"],
    "coherence_item": [
        "A1101,501,Émergente",
        "A1101,500,Principale",
        "J1501,501,",
        "J1501,502,Principale",
        "J1501,700,",
    ],
    "rubrique_mobilite": ["A1101,J1501,2", "A1101,A1102,1"],
    "texte": [
        "J1501,3,definition,2,Veille à l''hygiène.",
        "J1501,3,definition,1,Soigne",
        "J1501,4,acces_metier,1,Diplôme d''État.",
    ],
    "grand_domaine": ["A,Agriculture", "J,Santé"],
    "domaine_professionnel": ["A11,Engins agricoles et forestiers", "J15,Soins paramédicaux"],
    "arborescence_centre_interet": ["9,La nature,A1101,non", "14,Le travail manuel,A1101,oui"],
    "arborescence_secteur_activite": ["79,Agriculture,,,A1101,oui", "79,Agriculture,114,Sylviculture,A1101,non"],
    "arborescence_thematique": ["001,Environnement,A1101"],
    "arborescence_secteur_naf": ["1,Culture,A1101", "86,Santé humaine,J1501"],
}

WriteArchive = Callable[..., Path]


@pytest.fixture
def write_archive(tmp_path: Path) -> WriteArchive:
    """`write_archive(name, version="460", **rows)`: a folder with the archive; `rows` replace those of a table, None
    leaves the table out."""

    def write(name: str = "archive", version: str = "460", **rows: list[str] | None) -> Path:
        folder = tmp_path / name
        folder.mkdir()
        for table, lines in {**ROWS, **rows}.items():
            if lines is not None:
                text = "\n".join([HEADERS[table], *lines]) + "\n"
                (folder / f"unix_{table}_v{version}_utf8.csv").write_text(text, encoding="utf-8")
        return folder

    return write


@pytest.fixture
def parts() -> RomeParts:
    return RomeParts(
        version="4.60",
        occupations=[
            OccupationRow(
                "J1501",
                "Aide-soignant / Aide-soignante",
                "J1501",
                "Soigne\nVeille à l'hygiène.",
                "Diplôme d'État.",
                regulated=True,
                ecology="Emploi Blanc",
                demographic=True,
            ),
            OccupationRow("A1102", "Bûcheron / Bûcheronne", "A1101", ecology="Emploi Vert"),
            OccupationRow(
                "A1101", "Conducteur / Conductrice d'engins agricoles", "A1101", ecology="Emploi Vert", digital=True
            ),
        ],
        appellations=[
            AppellationRow("900", "Tractoriste", "Tractoriste", "A1101", main=True),
            AppellationRow("1000", "Aide-soignant / Aide-soignante", "Aide-soignant(e)", "J1501", main=True),
            AppellationRow(
                "1001",
                "Aide-soignant / Aide-soignante à domicile",
                "Aide-soignant / Aide-soignante à domicile",
                "J1501",
                rare=True,
            ),
        ],
        skills=[
            SkillRow("500", "Conduire un tracteur", SkillKind.KNOW_HOW),
            SkillRow("501", "Faire preuve de rigueur", SkillKind.SOFT),
            SkillRow("502", "Anatomie", SkillKind.KNOWLEDGE),
        ],
        skill_links=[
            SkillLinkRow("A1101", "501", emerging=True),
            SkillLinkRow("A1101", "500", core=True),
            SkillLinkRow("J1501", "501"),
            SkillLinkRow("J1501", "502", core=True),
        ],
        mobility=[MobilityRow("A1101", "J1501", 2), MobilityRow("A1101", "A1102", 1)],
        contexts=[TagRow("J1501", "700", "Travail de nuit")],
        interests=[TagRow("A1101", "14", "Le travail manuel"), TagRow("A1101", "9", "La nature")],
        themes=[TagRow("A1101", "001", "Environnement")],
        sectors=[TagRow("A1101", "79", "Agriculture"), TagRow("A1101", "114", "Sylviculture")],
        naf_divisions=[TagRow("A1101", "01", "Culture"), TagRow("J1501", "86", "Santé humaine")],
        grand_domains={"A": "Agriculture", "J": "Santé"},
        domains={"A11": "Engins agricoles et forestiers", "J15": "Soins paramédicaux"},
    )


@pytest.fixture
def rome(parts: RomeParts) -> Rome:
    return Rome.from_parts(parts)
