"""Communes with their postcodes, coordinates and employment areas."""

import math
import re
from pathlib import Path

from features.communes import CommuneRow, Communes
from features.place_labels import departement_of
from features.sources.base import Origin, Reject, WrongFile
from features.sources.csv_table import Names, read_csv

_REQUIRED: Names = {
    "insee": ("code_insee", "code_commune_INSEE", "code_commune_insee", "code"),
    "name": ("nom", "nom_commune", "nom_standard", "nom_commune_complet"),
}
_OPTIONAL: Names = {
    "type": ("type",),
    "postcodes": ("codes_postaux", "code_postal", "codesPostaux"),
    "population": ("population",),
    "departement": ("code_departement", "dep_code", "codeDepartement"),
    "region": ("code_region", "reg_code", "codeRegion"),
    "lat": ("lat", "latitude", "latitude_centre"),
    "lon": ("lon", "longitude", "longitude_centre"),
    "area": ("bassin_emploi", "code_bassin_emploi"),
    "area_name": ("nom_bassin_emploi",),
}
_INSEE = re.compile(r"\d[\dAB]\d{3}")
_POSTCODE = re.compile(r"\d{5}")
_SEPARATORS = re.compile(r"[|,;/ ]+")
_ARRONDISSEMENTS = {"75056": range(75101, 75121), "69123": range(69381, 69390), "13055": range(13201, 13217)}
_ARRONDISSEMENT_CODES = frozenset(str(code) for codes in _ARRONDISSEMENTS.values() for code in codes)


class CommunesSource:
    """Fills `Reference.communes` from a table with one row a commune.

    Columns are found by the names that publishers give them. Coordinates, population and employment area may be
    missing, in the file or in a row: they are then not known.
    """

    name = "communes"
    part = "communes"
    origin = Origin(
        title="Communes, codes postaux, population, coordonnées et bassins d'emploi",
        publisher="INSEE, La Poste, France Travail",
        file_name="communes.csv (code_insee, nom, codes_postaux, lat, lon, bassin_emploi)",
        licence="Licence Ouverte 2.0",
    )

    def find(self, open_data: Path) -> list[Path]:
        """The table under a folder of open data; empty when it is not there."""
        return sorted((open_data / "communes").glob("communes.csv*"))[:1]

    def build(self, paths: list[Path], folder: Path) -> list[Reject]:
        """Write the referential into `folder`. Raises WrongFile."""
        if len(paths) != 1:
            raise WrongFile(f"communes are read from one table; {len(paths)} paths were given")
        communes, rejects = read_communes(paths[0])
        communes.save(folder)
        return rejects


COMMUNES = CommunesSource()


def read_communes(path: Path) -> tuple[Communes, list[Reject]]:
    """The communes of a table, and the rows or values that were not taken. Raises WrongFile."""
    table = read_csv(path, _REQUIRED, _OPTIONAL)
    rejects = list(table.rejects)
    rows: dict[str, CommuneRow] = {}
    columns = ("insee", "name", *_OPTIONAL)
    for line, values in table.rows(*columns):
        row = _Row(line, dict(zip(columns, values, strict=True)), rejects)
        commune = row.commune()
        if commune is None:
            continue
        known = rows.get(commune.insee)
        if known is None:
            rows[commune.insee] = commune
        elif known.name == commune.name:
            postcodes = tuple(dict.fromkeys((*known.postcodes, *commune.postcodes)))
            rows[commune.insee] = known._replace(postcodes=postcodes)
        else:
            row.reject("code_insee", commune.insee, f"already given to {known.name}", "keep one row a commune")
    if not rows:
        raise WrongFile(f"{path.name}: no commune could be read out of {len(table)} rows")
    return Communes.build(list(rows.values())), rejects


class _Row:
    """One row being read: what is wrong with it goes to `rejects`."""

    def __init__(self, line: int, values: dict[str, str], rejects: list[Reject]) -> None:
        self.line = line
        self.values = {name: value.strip() for name, value in values.items()}
        self.rejects = rejects

    def reject(self, field: str, value: str, reason: str, remedy: str) -> None:
        self.rejects.append(Reject.of(self.line, field, value, reason, remedy))

    def commune(self) -> CommuneRow | None:
        """None, with a reject, when the row has no usable code or name."""
        insee = self.values["insee"].upper().zfill(5)
        if not _INSEE.fullmatch(insee):
            self.reject("code_insee", self.values["insee"], "not an INSEE code", "five characters, as 23096 or 2A004")
            return None
        if not self.values["name"]:
            self.reject("nom", "", "no name", "give the commune's name")
            return None
        lat, lon = self._coordinates()
        area = self.values["area"]
        return CommuneRow(
            insee,
            self.values["name"],
            self.values["departement"] or departement_of(insee) or insee[:2],
            self.values["region"],
            self._postcodes(),
            lat,
            lon,
            self._population(),
            area.zfill(4) if area else "",
            self.values["area_name"],
            insee in _ARRONDISSEMENT_CODES or self.values["type"].startswith("arrondissement"),
        )

    def _coordinates(self) -> tuple[float | None, float | None]:
        written = self.values["lat"], self.values["lon"]
        if written == ("", ""):
            return None, None
        try:
            lat, lon = (float(value.replace(",", ".")) for value in written)
        except ValueError:
            lat = lon = math.nan
        if not (-90 <= lat <= 90 and -180 <= lon <= 180):
            self.reject("lat, lon", ", ".join(written), "not a place on Earth", "two decimal numbers, in degrees")
            return None, None
        return lat, lon

    def _population(self) -> int | None:
        written = self.values["population"]
        if not written:
            return None
        if not written.isdecimal() or int(written) > 100_000_000:
            self.reject("population", written, "not a number of inhabitants", "a whole number, or nothing")
            return None
        return int(written)

    def _postcodes(self) -> tuple[str, ...]:
        found = [code.zfill(5) for code in _SEPARATORS.split(self.values["postcodes"]) if code]
        for code in found:
            if not _POSTCODE.fullmatch(code):
                self.reject("codes_postaux", code, "not a postcode", "five digits, several separated by |")
        return tuple(dict.fromkeys(code for code in found if _POSTCODE.fullmatch(code)))
