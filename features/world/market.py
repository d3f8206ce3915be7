"""The labour market's published counts, as arrays: offers by commune and occupation, projects, firms by size, hirings.

Read from the publishers' folder (`VIVIER_OPEN_DATA`); each file may be absent, and `Market.notes` says which were.
"""

import csv
import gzip
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

OFFERS = Path("tension_marche/offres_commune_rome_20211221.csv.gz")
PROJECTS = Path("bmo/bmo_2025.csv.gz")
PROJECT_CODES = Path("bmo/bmo2025_fap2021_vers_rome_approx.csv.gz")
FIRMS = Path("etablissements/comptes_naf_tranche_effectif.csv.gz")
APPELLATIONS = Path("rome_naf/appellation_naf_embauches.csv.gz")


@dataclass(frozen=True)
class Market:
    """Counts as published, by their published codes; an absent file gives an empty mapping and a note."""

    offers: dict[tuple[str, str], int] = field(default_factory=dict)
    """(commune INSEE, ROME v3) to active offers."""
    projects: dict[tuple[str, str], float] = field(default_factory=dict)
    """(employment area, BMO occupation) to recruiting projects; cells under statistical secrecy are absent."""
    project_codes: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """BMO occupation to ROME v3 codes."""
    firms: dict[tuple[str, str], int] = field(default_factory=dict)
    """(NAF, headcount band) to establishments; the band is "" when unknown."""
    appellation_hirings: dict[str, int] = field(default_factory=dict)
    """Appellation (OGR code) to hirings over all NAF."""
    notes: tuple[str, ...] = ()

    @classmethod
    def read(cls, folder: Path) -> Self:
        """The market found in `folder`; raises NotADirectoryError when it is not one."""
        if not folder.is_dir():
            raise NotADirectoryError(f"{folder} is not a folder: set VIVIER_OPEN_DATA to the publishers' files")
        notes = tuple(
            f"{path} is absent: {without}"
            for path, without in (
                (OFFERS, "occupations follow BMO projects and places follow population"),
                (PROJECTS, "offer counts are those of 2021, not scaled to BMO projects"),
                (PROJECT_CODES, "offer counts are those of 2021, not scaled to BMO projects"),
                (FIRMS, "firms follow the hirings of their NAF and a usual mix of sizes"),
                (APPELLATIONS, "appellations of an occupation are equally likely, rare ones less"),
            )
            if not (folder / path).is_file()
        )
        offers: dict[tuple[str, str], int] = {}
        for row in _rows(folder / OFFERS):
            if row["commune"]:
                offers[row["commune"], row["rome"]] = int(row["nb_offres"])
        projects = {
            (row["BE25"], row["Code métier BMO"]): float(row["met"])
            for row in _rows(folder / PROJECTS)
            if row["met"] not in ("", "*")
        }
        codes = {
            row["code_bmo_fap2021"]: tuple(row["romes_v3"].split("|"))
            for row in _rows(folder / PROJECT_CODES)
            if row["romes_v3"]
        }
        firms = {(row["codenaf"], row["trancheeffectif"]): int(row["n"]) for row in _rows(folder / FIRMS)}
        hirings: defaultdict[str, int] = defaultdict(int)
        for row in _rows(folder / APPELLATIONS):
            if row["ogr_appellation_ou_rome"].isdigit():
                hirings[row["ogr_appellation_ou_rome"]] += int(row["hirings"])
        return cls(offers, projects, codes, firms, dict(hirings), notes)


def _rows(path: Path) -> Iterator[dict[str, str]]:
    if path.is_file():
        with gzip.open(path, "rt", encoding="utf-8", newline="") as stream:
            yield from csv.DictReader(stream)
