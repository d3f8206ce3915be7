"""From the tables of the archive to the rows of a referential, and what is wrong with the rows left out."""

from collections import defaultdict
from collections.abc import Container, Iterable, Mapping
from typing import NamedTuple

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
from features.sources.base import Reject
from features.sources.csv_table import Names, Table


class Columns(NamedTuple):
    required: Names
    optional: Names


def _columns(required: str, optional: str = "") -> Columns:
    return Columns({name: (name,) for name in required.split()}, {name: (name,) for name in optional.split()})


TABLES: Mapping[str, Columns] = {
    "referentiel_code_rome": _columns(
        "code_rome libelle_rome code_rome_parent",
        "transition_eco transition_num transition_demo emploi_reglemente emploi_cadre",
    ),
    "referentiel_appellation": _columns(
        "code_ogr libelle_appellation_long libelle_appellation_court code_rome", "classification peu_usite"
    ),
    "referentiel_competence": _columns("code_ogr libelle_competence cat_comp"),
    "referentiel_savoir": _columns("code_ogr_savoir libelle_savoir"),
    "referentiel_contexte_travail": _columns("code_ogr libelle_cont_travail"),
    "coherence_item": _columns("code_rome code_ogr coeur_metier"),
    "rubrique_mobilite": _columns("code_rome code_rome_cible numero_ordre"),
    "texte": _columns("code_rome libelle_type_texte position_phrase libelle_texte"),
    "grand_domaine": _columns("code_grand_domaine libelle_grand_domaine"),
    "domaine_professionnel": _columns("code_domaine_professionnel libelle_domaine_professionnel"),
    "arborescence_centre_interet": _columns("code_rome code_centre_interet libelle_centre_interet", "principal"),
    "arborescence_secteur_activite": _columns(
        "code_rome code_sect_activite libelle_sect_activite code_ss_sect_activite libelle_ss_sect_activite", "principal"
    ),
    "arborescence_thematique": _columns("code_rome code_theme libelle_theme"),
    "arborescence_secteur_naf": _columns("code_rome code_secteur_naf libelle_secteur_naf"),
}
"""The tables read, and their columns. The archive has others, which say the same things in another order."""

OPTIONAL_TABLES = frozenset(name for name in TABLES if name.startswith("arborescence_"))

_REMEDY = "ask the publisher, or take a later version of the archive"


class _Rows:
    """Collects what is left out while the tables are read."""

    def __init__(self) -> None:
        self.rejects: list[Reject] = []

    def reject(self, table: Table, line: int, field: str, value: str, reason: str) -> None:
        self.rejects.append(Reject.of(line, f"{table.name}: {field}", value, reason, _REMEDY))

    def known(self, table: Table, line: int, field: str, code: str, among: Container[str]) -> bool:
        if code in among:
            return True
        self.reject(table, line, field, code, "the archive does not define this code")
        return False

    def new(self, table: Table, line: int, field: str, code: str, among: Container[str]) -> bool:
        if code and code not in among:
            return True
        self.reject(table, line, field, code, "given twice: the first row is kept" if code else "no code")
        return False


def rows_of(version: str, tables: Mapping[str, Table]) -> tuple[RomeParts, list[Reject]]:
    """The rows of the referential, consistent with one another, and the rejects."""
    rows = _Rows()
    texts = _texts(tables["texte"])
    occupations = _occupations(tables["referentiel_code_rome"], texts, rows)
    skills = _skills(tables, rows)
    contexts = _pairs(tables["referentiel_contexte_travail"], "code_ogr", "libelle_cont_travail")
    links, context_tags = _links(tables["coherence_item"], occupations, skills, contexts, rows)
    return (
        RomeParts(
            version=version,
            occupations=list(occupations.values()),
            appellations=_appellations(tables["referentiel_appellation"], occupations, rows),
            skills=list(skills.values()),
            skill_links=links,
            mobility=_mobility(tables["rubrique_mobilite"], occupations, rows),
            contexts=context_tags,
            interests=_tags(tables["arborescence_centre_interet"], "centre_interet", occupations, rows),
            themes=_tags(tables["arborescence_thematique"], "theme", occupations, rows),
            sectors=_tags(_finest_sectors(tables["arborescence_secteur_activite"]), "sector", occupations, rows),
            naf_divisions=[
                row._replace(code=row.code.zfill(2))
                for row in _tags(tables["arborescence_secteur_naf"], "secteur_naf", occupations, rows)
            ],
            grand_domains=_pairs(tables["grand_domaine"], "code_grand_domaine", "libelle_grand_domaine"),
            domains=_pairs(
                tables["domaine_professionnel"], "code_domaine_professionnel", "libelle_domaine_professionnel"
            ),
        ),
        rows.rejects,
    )


def plain_apostrophes(text: str) -> str:
    """Apostrophes that the publisher's export doubled, made single: "l''entretien" is "l'entretien"."""
    return text.replace("''", "'")


def _occupations(table: Table, texts: Mapping[tuple[str, str], str], rows: _Rows) -> dict[str, OccupationRow]:
    found: dict[str, OccupationRow] = {}
    names = ("emploi_reglemente", "emploi_cadre", "transition_eco", "transition_num", "transition_demo")
    for line, values in table.rows("code_rome", "libelle_rome", "code_rome_parent", *names):
        code, label, parent, regulated, executive, ecology, digital, demographic = values
        if rows.new(table, line, "code_rome", code, found):
            found[code] = OccupationRow(
                code,
                plain_apostrophes(label),
                parent or code,
                definition=texts.get((code, "definition"), ""),
                access=texts.get((code, "acces_metier"), ""),
                regulated=regulated == "O",
                executive=executive == "O",
                ecology=ecology,
                digital=digital == "O",
                demographic=demographic == "O",
            )
    return found


def _texts(table: Table) -> dict[tuple[str, str], str]:
    """Whole text by (ROME code, type): its sentences in the order of their position, one a line.

    Many do not end with a full stop, so that a line end is all that tells them apart.
    """
    sentences: defaultdict[tuple[str, str], list[tuple[int, str]]] = defaultdict(list)
    for line, (code, kind, position, text) in table.rows(
        "code_rome", "libelle_type_texte", "position_phrase", "libelle_texte"
    ):
        rank = int(position) if position.isdecimal() else line
        sentences[code, kind].append((rank, plain_apostrophes(text).strip()))
    return {key: "\n".join(text for _, text in sorted(found) if text) for key, found in sentences.items()}


def _appellations(table: Table, occupations: Container[str], rows: _Rows) -> list[AppellationRow]:
    found: dict[str, AppellationRow] = {}
    names = ("code_rome", "classification", "peu_usite")
    for line, (code, label, short_label, rome_code, classification, rare) in table.rows(
        "code_ogr", "libelle_appellation_long", "libelle_appellation_court", *names
    ):
        if rows.known(table, line, "code_rome", rome_code, occupations) and rows.new(
            table, line, "code_ogr", code, found
        ):
            found[code] = AppellationRow(
                code,
                plain_apostrophes(label),
                plain_apostrophes(short_label or label),
                rome_code,
                main=classification == "PRINCIPALE",
                rare=rare == "O",
            )
    return list(found.values())


def _skills(tables: Mapping[str, Table], rows: _Rows) -> dict[str, SkillRow]:
    found: dict[str, SkillRow] = {}
    table = tables["referentiel_competence"]
    for line, (code, label, category) in table.rows("code_ogr", "libelle_competence", "cat_comp"):
        if rows.new(table, line, "code_ogr", code, found):
            kind = SkillKind.SOFT if category.startswith("Savoir-être") else SkillKind.KNOW_HOW
            found[code] = SkillRow(code, plain_apostrophes(label), kind)
    table = tables["referentiel_savoir"]
    for line, (code, label) in table.rows("code_ogr_savoir", "libelle_savoir"):
        if rows.new(table, line, "code_ogr_savoir", code, found):
            found[code] = SkillRow(code, plain_apostrophes(label), SkillKind.KNOWLEDGE)
    return found


def _links(
    table: Table,
    occupations: Container[str],
    skills: Container[str],
    contexts: Mapping[str, str],
    rows: _Rows,
) -> tuple[list[SkillLinkRow], list[TagRow]]:
    links: dict[tuple[str, str], SkillLinkRow] = {}
    tags: list[TagRow] = []
    for line, (rome_code, code, core) in table.rows("code_rome", "code_ogr", "coeur_metier"):
        if not rows.known(table, line, "code_rome", rome_code, occupations):
            continue
        if code in skills:
            if (rome_code, code) in links:
                rows.reject(table, line, "code_ogr", code, "given twice for this fiche: the first row is kept")
            else:
                links[rome_code, code] = SkillLinkRow(rome_code, code, core == "Principale", core == "Émergente")
        elif code in contexts:
            tags.append(TagRow(rome_code, code, contexts[code]))
        else:
            rows.reject(table, line, "code_ogr", code, "neither a skill nor a work context of this archive")
    return list(links.values()), tags


def _mobility(table: Table, occupations: Container[str], rows: _Rows) -> list[MobilityRow]:
    found: dict[tuple[str, str], MobilityRow] = {}
    for line, (source, target, order) in table.rows("code_rome", "code_rome_cible", "numero_ordre"):
        if not rows.known(table, line, "code_rome", source, occupations):
            continue
        if not rows.known(table, line, "code_rome_cible", target, occupations):
            continue
        if (source, target) in found:
            rows.reject(table, line, "code_rome_cible", target, "given twice for this fiche: the first row is kept")
        elif not order.isdecimal() or int(order) > 127:
            rows.reject(table, line, "numero_ordre", order, "a whole number up to 127 is expected")
        else:
            found[source, target] = MobilityRow(source, target, int(order))
    return list(found.values())


def _tags(table: Table, stem: str, occupations: Container[str], rows: _Rows) -> list[TagRow]:
    """Rows of an *arborescence*, those marked as the main one first."""
    principal: Iterable[str] = table.columns.get("principal") or [""] * len(table)
    found = [
        (main != "oui", TagRow(rome_code, code, plain_apostrophes(label)))
        for (line, (rome_code, code, label)), main in zip(
            table.rows("code_rome", f"code_{stem}", f"libelle_{stem}"), principal, strict=True
        )
        if rows.known(table, line, "code_rome", rome_code, occupations)
    ]
    return [row for _, row in sorted(found, key=lambda item: item[0])]


def _finest_sectors(table: Table) -> Table:
    """The table with the sub-sector of each row, or its sector where it has no sub-sector."""
    columns = {
        f"{what}_sector": [
            fine or coarse
            for fine, coarse in zip(table[f"{what}_ss_sect_activite"], table[f"{what}_sect_activite"], strict=True)
        ]
        for what in ("code", "libelle")
    }
    return Table(table.name, {**table.columns, **columns}, ())


def _pairs(table: Table, code: str, label: str) -> dict[str, str]:
    return {key: plain_apostrophes(value) for key, value in zip(table[code], table[label], strict=True)}
