"""The survey *Besoins en main-d'œuvre* (BMO) and the ROME codes of its groups of occupations."""

import re
from pathlib import Path

from features.sources.base import Origin, Reject, WrongFile
from features.sources.csv_table import Names, Table, parse_csv, read_bytes
from features.tension import Tension, TensionRow

WITHHELD = "*"
"""What the publisher writes for a count that it keeps secret."""

_SURVEY: Names = {
    "group": ("Code métier BMO", "code_metier_bmo", "met_code"),
    "group_label": ("Nom métier BMO", "nom_metier_bmo"),
    "departement": ("Dept", "departement"),
    "area": ("BE25", "BE24", "BE23", "BE22", "BE21", "BE26", "bassin_emploi"),
    "projects": ("met", "projets"),
    "difficult": ("xmet", "projets_difficiles"),
}
_MAPPING: Names = {
    "group": ("code_bmo_fap2021", "fap2021", "code_bmo", "fap225", "fap"),
    "rome": ("romes_v3", "rome", "code_rome"),
}
_ROME = re.compile(r"[A-N]\d{4}")


class BmoSource:
    """Fills `Reference.tension` from the survey and, as a second file, the table from FAP to ROME.

    Without the second file the figures are kept, but no occupation is linked to them.
    """

    name = "bmo"
    part = "tension"
    origin = Origin(
        title="Enquête Besoins en main-d'œuvre (BMO), résultats par métier et bassin d'emploi",
        publisher="France Travail",
        file_name="Base_open_data_BMO_AAAA.xlsx, enregistré en CSV",
        licence="Licence Ouverte 2.0",
    )

    def find(self, open_data: Path) -> list[Path]:
        """The latest survey and its mapping under a folder of open data; empty when there is no survey."""
        folder = open_data / "bmo"
        surveys = sorted(folder.glob("bmo_20[0-9][0-9].csv*"))[-1:]
        return [*surveys, *sorted(folder.glob("bmo*_vers_rome*.csv*"))[-1:]] if surveys else []

    def build(self, paths: list[Path], folder: Path) -> list[Reject]:
        """Write the referential into `folder`; the two files are told apart by their columns. Raises WrongFile."""
        if len(paths) not in {1, 2}:
            raise WrongFile(f"BMO is read from the survey and the FAP to ROME table; {len(paths)} paths were given")
        tension, rejects = read_tension(paths[0], paths[1] if len(paths) == 2 else None)
        tension.save(folder)
        return rejects


BMO = BmoSource()


def read_tension(survey: Path, mapping: Path | None) -> tuple[Tension, list[Reject]]:
    """The survey's cells with the ROME codes of its groups, and the rows not taken. Raises WrongFile."""
    table = parse_csv(read_bytes(survey), survey.name, _SURVEY)
    rejects = list(table.rejects)
    labels: dict[str, str] = {}
    cells: dict[tuple[str, str, str], TensionRow] = {}
    for line, (group, label, departement, area, projects, difficult) in table.rows(*_SURVEY):
        if not group or not area:
            rejects.append(
                Reject.of(line, "Code métier BMO, BE", f"{group}, {area}", "no group or area", "give both codes")
            )
            continue
        try:
            row = TensionRow(group, area.zfill(4), departement, _count(projects), _count(difficult))
        except ValueError:
            rejects.append(
                Reject.of(line, "met, xmet", f"{projects}, {difficult}", "not a count", f'a number or "{WITHHELD}"')
            )
            continue
        if row.projects is not None and row.difficult is not None and row.difficult > row.projects:
            rejects.append(
                Reject.of(line, "xmet", difficult, f"more difficult projects than projects ({projects})", "check both")
            )
            continue
        key = (row.group, row.employment_area, row.departement)
        if key in cells:
            rejects.append(Reject.of(line, "Code métier BMO", ", ".join(key), "given twice", "keep one row a cell"))
            continue
        labels[group] = label
        cells[key] = row
    if not cells:
        raise WrongFile(f"{survey.name}: no cell could be read out of {len(table)} rows")
    rome_codes: dict[str, list[str]] = {}
    if mapping is not None:
        rome_codes = _rome_codes(parse_csv(read_bytes(mapping), mapping.name, _MAPPING), rejects)
    return Tension.build(list(cells.values()), labels, rome_codes), rejects


def _rome_codes(table: Table, rejects: list[Reject]) -> dict[str, list[str]]:
    """ROME codes by group; a group without any is unknown to the table, which is not a fault."""
    rejects.extend(table.rejects)
    found: dict[str, list[str]] = {}
    for line, (group, written) in table.rows("group", "rome"):
        for code in (part.strip() for part in written.split("|") if part.strip()):
            if not _ROME.fullmatch(code):
                rejects.append(Reject.of(line, "romes", code, "not a ROME code", "a letter and four digits"))
            elif code not in found.setdefault(group, []):
                found[group].append(code)
    return found


def _count(written: str) -> float | None:
    """A published count, None where it is secret. Raises ValueError for anything else."""
    if written.strip() == WITHHELD:
        return None
    value = float(written.replace("\u00a0", "").replace(" ", "").replace(",", "."))
    if not 0 <= value < 10_000_000:
        raise ValueError(written)
    return value
