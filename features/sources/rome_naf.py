"""Hirings by sector and occupation, with the NAF's labels."""

import re
from pathlib import Path

from features.naf import NafHirings
from features.sources.base import Origin, Reject, WrongFile
from features.sources.csv_table import Names, Table, parse_csv, read_bytes

_HIRINGS: Names = {
    "rome": ("rome_id", "rome", "code_rome"),
    "naf": ("naf_id", "naf", "code_naf"),
    "hirings": ("hirings", "embauches"),
}
_HIRINGS_LABEL: Names = {"label": ("naf_label", "libelle_naf")}
_LABELS: Names = {"naf": ("naf_id", "naf", "code_naf"), "label": ("naf_label", "libelle_naf")}
_SECTIONS: Names = {"section": ("code",), "label": ("label", "libelle")}
_DIVISIONS: Names = {"division": ("naf_prefix2", "naf_prefix"), "section": ("naf_section_code", "section")}
_NAF = re.compile(r"\d{4}[A-Z]")
_ROME = re.compile(r"[A-N]\d{4}")


class RomeNafSource:
    """Fills `Reference.naf` from the hirings and, after it, the nomenclature's files in any order."""

    name = "rome-naf"
    part = "naf"
    origin = Origin(
        title="Embauches par code NAF et code ROME",
        publisher="France Travail (La Bonne Boîte)",
        file_name="rome_naf_mapping.csv (rome_id, naf_id, hirings)",
        licence="non précisée par le dépôt d'origine",
    )

    def find(self, open_data: Path) -> list[Path]:
        """The hirings, then the nomenclature, under a folder of open data; empty when there are no hirings."""
        folder = open_data / "rome_naf"
        hirings = sorted(folder.glob("rome_naf_embauches.csv*"))[:1]
        stems = ("naf_libelles", "naf_sections", "naf_section_prefixe2")
        return (
            [*hirings, *(path for stem in stems for path in sorted(folder.glob(f"{stem}.csv*"))[:1])] if hirings else []
        )

    def build(self, paths: list[Path], folder: Path) -> list[Reject]:
        """Write the referential into `folder`. Raises WrongFile."""
        if not paths:
            raise WrongFile("ROME-NAF is read from the hirings by rome_id and naf_id: no path was given")
        naf, rejects = read_hirings(paths[0], paths[1:])
        naf.save(folder)
        return rejects


ROME_NAF = RomeNafSource()


def read_hirings(path: Path, nomenclature: list[Path]) -> tuple[NafHirings, list[Reject]]:
    """Hirings and labels, and the rows not taken. Raises WrongFile."""
    table = parse_csv(read_bytes(path), path.name, _HIRINGS, _HIRINGS_LABEL)
    rejects = list(table.rejects)
    labels: dict[str, str] = {}
    hirings: dict[tuple[str, str], int] = {}
    for line, (rome_code, written, count, label) in table.rows("rome", "naf", "hirings", "label"):
        naf = written.replace(".", "").strip().upper()
        fault = _fault(rome_code, naf, count)
        if fault is None and (naf, rome_code) in hirings:
            fault = ("rome, naf", "given twice", "keep one row for each pair")
        if fault is not None:
            field, reason, remedy = fault
            rejects.append(Reject.of(line, field, f"{rome_code}, {written}, {count}", reason, remedy))
            continue
        hirings[naf, rome_code] = int(count)
        if label:
            labels[naf] = label
    if not hirings:
        raise WrongFile(f"{path.name}: no hiring could be read out of {len(table)} rows")
    sections: dict[str, str] = {}
    divisions: dict[str, str] = {}
    for extra in nomenclature:
        _read_nomenclature(extra, labels, sections, divisions, rejects)
    return NafHirings.build(hirings, labels, sections, divisions), rejects


def _fault(rome_code: str, naf: str, count: str) -> tuple[str, str, str] | None:
    if not _ROME.fullmatch(rome_code):
        return "rome_id", "not a ROME code", "a letter and four digits"
    if not _NAF.fullmatch(naf):
        return "naf_id", "not a NAF sub-class", "four digits and a letter, as 4711D"
    if not count.isdecimal() or int(count) > 2**31 - 1:
        return "hirings", "not a count", "a whole number"
    return None


def _read_nomenclature(
    path: Path, labels: dict[str, str], sections: dict[str, str], divisions: dict[str, str], rejects: list[Reject]
) -> None:
    """Add what a file of the nomenclature says; its columns tell which one it is."""
    content = read_bytes(path)
    for names, target in ((_LABELS, labels), (_SECTIONS, sections), (_DIVISIONS, divisions)):
        try:
            table = parse_csv(content, path.name, names)
        except WrongFile:
            continue
        rejects.extend(table.rejects)
        target.update(_pairs(table))
        return
    expected = "; or ".join(
        ", ".join(theirs[0] for theirs in names.values()) for names in (_LABELS, _SECTIONS, _DIVISIONS)
    )
    raise WrongFile(f"{path.name} is not a file of the NAF that is known; expected columns: {expected}")


def _pairs(table: Table) -> dict[str, str]:
    keys, values = table.columns.values()
    return {key: value for key, value in zip(keys, values, strict=True) if key}
