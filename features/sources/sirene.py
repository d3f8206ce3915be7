"""Establishments of the SIRENE stock (*StockEtablissement*), CSV or Parquet.

Sole traders are people: the name of an establishment is kept only where its row proves a legal person
(`categorieJuridiqueUniteLegale` other than 1000, or a `denominationUniteLegale`; neither column is in the stock of
establishments, so a plain stock file gives no name at all). Rows of partial diffusion (`statutDiffusionEtablissement`
other than O) give no name either (Code de commerce, art. A. 123-96; INSEE, SIRENE documentation).
"""

import csv
import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from features.border.base import clean_naf, clean_siret
from features.border.problems import BorderError
from features.records import Establishment
from features.sources.base import Origin, Parsed, Reject, WrongFile
from features.sources.feed import rejected
from features.sources.reading import WRONG_WIDTH, check_header, csv_records
from features.store.kinds import Kind

if TYPE_CHECKING:
    from features.reference import Reference

ORIGIN: Final = Origin(
    title="SIRENE, stock of establishments",
    publisher="INSEE",
    file_name="StockEtablissement_utf8.zip or StockEtablissement_utf8.parquet",
    licence="Licence Ouverte 2.0",
)

NEEDED: Final = frozenset(
    {
        "siret",
        "activitePrincipaleEtablissement",
        "trancheEffectifsEtablissement",
        "codeCommuneEtablissement",
        "etatAdministratifEtablissement",
    }
)
OPTIONAL: Final = (
    "statutDiffusionEtablissement",
    "dateCreationEtablissement",
    "enseigne1Etablissement",
    "denominationUsuelleEtablissement",
    "denominationUniteLegale",
    "categorieJuridiqueUniteLegale",
)

HEADCOUNTS: Final[dict[str, tuple[int, int | None]]] = {
    "00": (0, 0), "01": (1, 2), "02": (3, 5), "03": (6, 9), "11": (10, 19), "12": (20, 49), "21": (50, 99),
    "22": (100, 199), "31": (200, 249), "32": (250, 499), "41": (500, 999), "42": (1000, 1999), "51": (2000, 4999),
    "52": (5000, 9999), "53": (10000, None),
}  # fmt: skip
"""Employees by code of `trancheEffectifsEtablissement`; NN and blank are not known."""

NAME_LIMIT: Final = 500
"""Characters of a name, as at the border."""
_SOLE_TRADER: Final = "1000"
_PARQUET: Final = b"PAR1"


@dataclass(frozen=True)
class Sirene:
    """Open establishments; closed ones are deleted if they are there."""

    name: str = "sirene"
    origin: Origin = ORIGIN
    kinds: tuple[Kind, ...] = (Kind.ESTABLISHMENT,)
    spoil: tuple[str, str] = ("10.71C", "boulangerie")

    def read(self, path: Path, reference: "Reference") -> Iterator[Parsed | Reject]:
        """One establishment a row; a closed one says that it is gone."""
        for line, row in _rows(path):
            if WRONG_WIDTH in row:
                yield Reject.of(line, WRONG_WIDTH, row[WRONG_WIDTH], "wrong number of cells", "fetch the file again")
            elif row["etatAdministratifEtablissement"] == "F":
                yield _closed(line, row["siret"])
            else:
                yield _establishment(line, row, reference)

    def example(self, folder: Path) -> Path:
        path = folder / "StockEtablissement_utf8.csv"
        with path.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, list(EXAMPLES[0]))
            writer.writeheader()
            writer.writerows(EXAMPLES)
        return path


def _closed(line: int, key: str) -> Parsed | Reject:
    try:
        siret = clean_siret(key, "siret")
    except BorderError as error:
        return rejected(line, error.problems[0])
    if siret is None:
        return rejected(line, BorderError.one("siret", key, "bad_siret").problems[0])
    return Parsed(line, (), gone=((Kind.ESTABLISHMENT, siret),))


def _establishment(line: int, row: Mapping[str, str], reference: "Reference") -> Parsed | Reject:
    key = row["siret"].strip()
    try:
        siret = clean_siret(key, "siret")
        naf = clean_naf(row["activitePrincipaleEtablissement"], "activitePrincipaleEtablissement")
        if siret is None:
            raise BorderError.one("siret", key, "bad_siret")
        if naf is None:
            raise BorderError.one("activitePrincipaleEtablissement", "", "bad_naf")
    except BorderError as error:
        return rejected(line, error.problems[0], key)
    band = row["trancheEffectifsEtablissement"].strip()
    if band not in HEADCOUNTS and band not in {"", "NN"}:
        return Reject.of(line, "trancheEffectifsEtablissement", band, "unknown band", "00 to 53, NN or blank", key)
    commune = row["codeCommuneEtablissement"].strip()
    if commune and reference.communes.get_row(commune) is None:
        return Reject.of(line, "codeCommuneEtablissement", commune, "unknown commune", "current INSEE code", key)
    low, high = HEADCOUNTS.get(band, (None, None))
    try:
        created = _day(row.get("dateCreationEtablissement", ""))
    except ValueError:
        value = row["dateCreationEtablissement"]
        return Reject.of(line, "dateCreationEtablissement", value, "not a date", "write YYYY-MM-DD", key)
    name = _name(row)
    if name is not None and len(name) > NAME_LIMIT:
        return Reject.of(
            line, "denominationUniteLegale", name, "name too long", f"at most {NAME_LIMIT} characters", key
        )
    record = Establishment(
        id=siret,
        naf=naf,
        name=name,
        headcount_min=low,
        headcount_max=high,
        commune_insee=commune or None,
        created_on=created,
    )
    return Parsed(line, (record,))


def _name(row: Mapping[str, str]) -> str | None:
    """The establishment's name, when the row proves that it is not a person's."""
    category = row.get("categorieJuridiqueUniteLegale", "").strip()
    legal_name = row.get("denominationUniteLegale", "").strip()
    if row.get("statutDiffusionEtablissement", "O").strip() not in {"O", ""}:
        return None
    if category == _SOLE_TRADER or not (category or legal_name):
        return None
    trade_names = (
        row.get(column, "").strip() for column in ("enseigne1Etablissement", "denominationUsuelleEtablissement")
    )
    return next((name for name in (*trade_names, legal_name) if name and name != "[ND]"), None)


def _day(text: str) -> dt.date | None:
    return dt.date.fromisoformat(text.strip()[:10]) if text.strip() not in {"", "[ND]"} else None


def _rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    try:
        with path.open("rb") as stream:
            parquet = stream.read(4) == _PARQUET
    except OSError as error:
        raise WrongFile(f"{path} cannot be read ({error.strerror})") from error
    return _parquet_rows(path) if parquet else csv_records(path, NEEDED)


def _parquet_rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    unreadable = (pa.ArrowException, OSError, ValueError)
    try:
        table = pq.ParquetFile(path)
        found = table.schema_arrow.names
    except unreadable as error:
        raise WrongFile(f"{path.name} is not a Parquet file that can be read ({error})") from error
    with table:
        check_header(path, found, NEEDED)
        columns = [name for name in (*sorted(NEEDED), *OPTIONAL) if name in found]
        batches = table.iter_batches(batch_size=20_000, columns=columns)
        line = 0
        while True:
            try:
                batch = next(batches, None)
                rows = [] if batch is None else batch.to_pylist()
            except unreadable as error:
                raise WrongFile(f"{path.name} is damaged after row {line} ({error}): fetch it again") from error
            if batch is None:
                return
            for row in rows:
                line += 1
                yield line, {name: "" if value is None else str(value) for name, value in row.items()}


EXAMPLES: Final[tuple[dict[str, str], ...]] = (
    {
        "siret": "99000000100011",
        "activitePrincipaleEtablissement": "10.71C",
        "trancheEffectifsEtablissement": "02",
        "codeCommuneEtablissement": "33063",
        "etatAdministratifEtablissement": "A",
        "statutDiffusionEtablissement": "O",
        "dateCreationEtablissement": "2012-05-01",
        "enseigne1Etablissement": "FOURNIL DU PORT",
        "denominationUniteLegale": "SARL FOURNIL DU PORT",
        "categorieJuridiqueUniteLegale": "5499",
    },
    {
        "siret": "99000000200019",
        "activitePrincipaleEtablissement": "96.02A",
        "trancheEffectifsEtablissement": "NN",
        "codeCommuneEtablissement": "23096",
        "etatAdministratifEtablissement": "A",
        "statutDiffusionEtablissement": "O",
        "dateCreationEtablissement": "",
        "enseigne1Etablissement": "COIFFURE CHEZ UNE PERSONNE",
        "denominationUniteLegale": "",
        "categorieJuridiqueUniteLegale": "1000",
    },
    {
        "siret": "99000000300017",
        "activitePrincipaleEtablissement": "56.10A",
        "trancheEffectifsEtablissement": "00",
        "codeCommuneEtablissement": "23096",
        "etatAdministratifEtablissement": "F",
        "statutDiffusionEtablissement": "O",
        "dateCreationEtablissement": "2001-01-01",
        "enseigne1Etablissement": "",
        "denominationUniteLegale": "SARL FERMEE",
        "categorieJuridiqueUniteLegale": "5499",
    },
)
