"""Certifications of the RNCP and RS registers, with the ROME codes that they lead to."""

import datetime as dt
import re
from pathlib import Path

from features.certifications import CertificationRow, Certifications
from features.sources.base import Origin, Reject, WrongFile
from features.sources.csv_table import Names, Table, parse_csv, read_bytes

_CARDS: Names = {
    "code": ("Numero_Fiche", "numero_fiche"),
    "label": ("Intitule", "intitule"),
    "expires": ("Date_Fin_Enregistrement", "date_fin_enregistrement"),
    "active": ("Actif", "actif"),
}
_CARDS_MORE: Names = {
    "level": ("Nomenclature_Europe_Niveau", "Nomenclature_Europe_Intitule"),
    "renewed_by": ("Nouvelle_Certification", "nouvelle_certification"),
}
_ROMES: Names = {"code": ("CodeRNCP", "Numero_Fiche"), "rome": ("Rome", "Codes_Rome_Code")}
_CODE = re.compile(r"(?:RNCP|RS)\d{1,6}")
_ROME = re.compile(r"[A-N]\d{4}")
_LEVEL = re.compile(r"niv(?:eau)?\s*([1-8])", re.IGNORECASE)
_DATE = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4}|\d{2})")


class RncpSource:
    """Fills `Reference.certifications` from the *fiches* and, as a second file, their ROME codes."""

    name = "rncp"
    part = "certifications"
    origin = Origin(
        title="Répertoire national des certifications professionnelles et répertoire spécifique",
        publisher="France compétences",
        file_name="export_fiches_CSV_Standard_*.csv et export_fiches_CSV_Rome_*.csv",
        licence="Licence Ouverte 2.0",
    )

    def find(self, open_data: Path) -> list[Path]:
        """The *fiches* and their ROME codes under a folder of open data; empty when there are no *fiches*."""
        folder = open_data / "formation"
        cards = sorted(folder.glob("rncp_fiches.csv*"))[:1]
        return [*cards, *sorted(folder.glob("rncp_rome.csv*"))[:1]] if cards else []

    def build(self, paths: list[Path], folder: Path) -> list[Reject]:
        """Write the referential into `folder`. Raises WrongFile."""
        if len(paths) not in {1, 2}:
            raise WrongFile(f"RNCP is read from the fiches and their ROME codes; {len(paths)} paths were given")
        certifications, rejects = read_certifications(paths[0], paths[1] if len(paths) == 2 else None)
        certifications.save(folder)
        return rejects


RNCP = RncpSource()


def read_certifications(cards: Path, romes: Path | None) -> tuple[Certifications, list[Reject]]:
    """The register, and the rows or values that were not taken. Raises WrongFile."""
    table = parse_csv(read_bytes(cards), cards.name, _CARDS, _CARDS_MORE)
    rejects = list(table.rejects)
    rows = _cards(table, rejects)
    if not rows:
        raise WrongFile(f"{cards.name}: no fiche could be read out of {len(table)} rows")
    if romes is not None:
        codes = _rome_codes(parse_csv(read_bytes(romes), romes.name, _ROMES), rows, rejects)
        rows = {code: row._replace(rome_codes=tuple(codes.get(code, ()))) for code, row in rows.items()}
    return Certifications.build(list(rows.values())), rejects


def _cards(table: Table, rejects: list[Reject]) -> dict[str, CertificationRow]:
    """One row a *fiche*: the register repeats a *fiche* for each certification that it replaced or that renewed it."""
    found: dict[str, CertificationRow] = {}
    for line, (code, label, expires, active, level, renewed_by) in table.rows(*_CARDS, *_CARDS_MORE):
        if not _CODE.fullmatch(code) or not label:
            rejects.append(
                Reject.of(
                    line, "Numero_Fiche, Intitule", f"{code}, {label}", "no code or no title", "RNCP35830 and a title"
                )
            )
            continue
        day = ""
        try:
            day = _iso_day(expires)
        except ValueError:
            rejects.append(
                Reject.of(line, "Date_Fin_Enregistrement", expires, "not a date", "M/D/YY, DD/MM/YYYY, ISO or nothing")
            )
        if active.upper() not in _ACTIVE:
            rejects.append(Reject.of(line, "Actif", active, "neither ACTIVE nor INACTIVE", "one of these words"))
            continue
        match = _LEVEL.search(level)
        known = found.get(code)
        renewals = () if known is None else known.renewed_by
        if renewed_by and not _CODE.fullmatch(renewed_by):
            rejects.append(Reject.of(line, "Nouvelle_Certification", renewed_by, "not a code", "as RNCP35830"))
        elif renewed_by and renewed_by not in renewals:
            renewals = (*renewals, renewed_by)
        found[code] = CertificationRow(
            code, label, int(match[1]) if match else 0, _ACTIVE[active.upper()], day, renewed_by=renewals
        )
    return found


_ACTIVE = {"ACTIVE": True, "OUI": True, "INACTIVE": False, "NON": False}


def _rome_codes(table: Table, known: dict[str, CertificationRow], rejects: list[Reject]) -> dict[str, list[str]]:
    rejects.extend(table.rejects)
    found: dict[str, list[str]] = {}
    for line, (code, rome_code) in table.rows("code", "rome"):
        if not _ROME.fullmatch(rome_code):
            rejects.append(Reject.of(line, "Rome", rome_code, "not a ROME code", "a letter and four digits"))
        elif code not in known:
            rejects.append(
                Reject.of(line, "CodeRNCP", code, "no such fiche in the register", "import both files together")
            )
        elif rome_code not in found.setdefault(code, []):
            found[code].append(rome_code)
    return found


def _iso_day(written: str) -> str:
    """ISO day of a date written M/D/YY, DD/MM/YYYY or ISO; "" for none. Raises ValueError for anything else."""
    if not written:
        return ""
    match = _DATE.fullmatch(written)
    if match is None:
        return dt.date.fromisoformat(written[:10]).isoformat()
    first, second, year = (int(part) for part in match.groups())
    if len(match[3]) == 2:
        return dt.date(2000 + year, first, second).isoformat()
    return dt.date(year, second, first).isoformat()
