"""SIRENE: sole traders have no name here, closed establishments go, CSV and Parquet read alike."""

import csv
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from features.records import Establishment
from features.reference import Reference
from features.sources.base import Parsed, Reject, WrongFile
from features.sources.run import import_records
from features.sources.sirene import EXAMPLES, HEADCOUNTS, NEEDED, Sirene
from features.store import Kind, Store

FIRM = EXAMPLES[0]


def write(path: Path, *rows: dict[str, str]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def one(folder: Path, sample: Reference, **changes: str) -> Establishment | Reject:
    (row,) = Sirene().read(write(folder / "stock.csv", FIRM | changes), sample)
    if isinstance(row, Reject):
        return row
    (record,) = row.records
    assert isinstance(record, Establishment)
    return record


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({}, "FOURNIL DU PORT"),
        ({"enseigne1Etablissement": ""}, "SARL FOURNIL DU PORT"),
        ({"enseigne1Etablissement": "[ND]"}, "SARL FOURNIL DU PORT"),
        ({"categorieJuridiqueUniteLegale": ""}, "FOURNIL DU PORT"),
        ({"denominationUniteLegale": ""}, "FOURNIL DU PORT"),
        ({"categorieJuridiqueUniteLegale": "", "denominationUniteLegale": ""}, None),
        ({"categorieJuridiqueUniteLegale": "1000"}, None),
        ({"statutDiffusionEtablissement": "P"}, None),
        ({"statutDiffusionEtablissement": "N"}, None),
    ],
)
def test_names(changes: dict[str, str], name: str | None, tmp_path: Path, sample: Reference) -> None:
    record = one(tmp_path, sample, **changes)
    assert isinstance(record, Establishment)
    assert record.name == name


def test_the_plain_stock_file_gives_no_name(tmp_path: Path, sample: Reference) -> None:
    plain = {name: value for name, value in FIRM.items() if not name.endswith("UniteLegale")}
    (row,) = Sirene().read(write(tmp_path / "stock.csv", plain), sample)
    assert isinstance(row, Parsed)
    assert row.records[0].name is None  # type: ignore[attr-defined]


@pytest.mark.parametrize(("band", "bounds"), [*HEADCOUNTS.items(), ("NN", (None, None)), ("", (None, None))])
def test_headcounts(band: str, bounds: tuple[int | None, int | None], tmp_path: Path, sample: Reference) -> None:
    record = one(tmp_path, sample, trancheEffectifsEtablissement=band)
    assert isinstance(record, Establishment)
    assert (record.headcount_min, record.headcount_max) == bounds


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("siret", "123"),
        ("activitePrincipaleEtablissement", ""),
        ("activitePrincipaleEtablissement", "NN"),
        ("trancheEffectifsEtablissement", "99"),
        ("codeCommuneEtablissement", "99999"),
        ("dateCreationEtablissement", "hier"),
    ],
)
def test_bad_rows(column: str, value: str, tmp_path: Path, sample: Reference) -> None:
    reject = one(tmp_path, sample, **{column: value})
    assert isinstance(reject, Reject)
    assert (reject.field, reject.value, reject.line) == (column, value, 2)


def test_parquet_reads_like_csv(tmp_path: Path, sample: Reference) -> None:
    path = tmp_path / "stock.parquet"
    columns = {name: [row[name] or None for row in EXAMPLES] for name in EXAMPLES[0]}
    pq.write_table(pa.table(columns), path)
    from_parquet = list(Sirene().read(path, sample))
    from_csv = list(Sirene().read(write(tmp_path / "stock.csv", *EXAMPLES), sample))
    assert [row.records for row in from_parquet if isinstance(row, Parsed)] == [
        row.records for row in from_csv if isinstance(row, Parsed)
    ]


def test_wrong_parquet(tmp_path: Path, sample: Reference) -> None:
    path = tmp_path / "other.parquet"
    pq.write_table(pa.table({"siret": ["1"]}), path)
    with pytest.raises(WrongFile, match=f"Expected: {', '.join(sorted(NEEDED))}"):
        list(Sirene().read(path, sample))
    path.write_bytes(b"PAR1 not at all")
    with pytest.raises(WrongFile, match="not a Parquet file"):
        list(Sirene().read(path, sample))


def test_a_closed_establishment_is_deleted(tmp_path: Path, sample: Reference) -> None:
    store = Store.open(f"sqlite:///{tmp_path / 'vivier.db'}")
    import_records(store, sample, Sirene(), [write(tmp_path / "first.csv", FIRM)], tmp_path)
    closed = FIRM | {"etatAdministratifEtablissement": "F"}
    done = import_records(store, sample, Sirene(), [write(tmp_path / "next.csv", closed)], tmp_path)
    assert done.total.deleted == 1
    assert store.count(Kind.ESTABLISHMENT) == 0
    store.close()
