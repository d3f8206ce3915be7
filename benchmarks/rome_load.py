"""How long ROME takes to load: from the publisher's archive, and from the cache.

The baseline reads the same tables with `pandas.read_csv` and does nothing with them. Data: the archive in the folder
`rome` of VIVIER_OPEN_DATA.
"""

import os
import tempfile
from pathlib import Path

from benchmarks.report import Report, median_ms
from features.artifacts import publishing
from features.reference import load_rome
from features.rome.archive import read_archive
from features.rome.archive_rows import TABLES
from features.rome.referential import Rome


def main() -> None:
    report = Report.from_command_line("rome_load", about=__doc__)
    archive = Path(os.environ.get("VIVIER_OPEN_DATA", "")) / "rome"
    if not archive.is_dir():
        raise SystemExit("set VIVIER_OPEN_DATA to the folder of the publishers' files: rome/ is read in it")
    report.data(archive)
    rome = read_archive(archive)
    report.figure("occupations", rome.n_occupations)
    report.figure("appellations", rome.n_appellations)
    report.figure("skills", rome.n_skills)
    report.figure("skill_links", int(rome.skill_links.size))

    baseline_ms = median_ms(lambda: read_with_pandas(archive), report.repeats(7, quick=3))
    archive_ms = median_ms(lambda: read_archive(archive), report.repeats(7, quick=3))
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        with publishing(root / "rome", {"version": rome.version}) as work:
            rome.save(work)
        cached_ms = median_ms(lambda: load_rome(root), report.repeats(21, quick=7))
        report.figure("cache_mib", sum(path.stat().st_size for path in (root / "rome").rglob("*.npz")) / 2**20)
        fresh = load_rome(root)
        relation_ms = median_ms(lambda: relation(root), report.repeats(7, quick=3)) - cached_ms
    report.figure("pandas_read_csv_ms", baseline_ms)
    report.figure("archive_load_ms", archive_ms)
    report.figure("cached_load_ms", cached_ms)
    report.figure("relation_matrix_ms", relation_ms)
    report.figure("archive_load_vs_pandas", archive_ms / baseline_ms)
    report.figure("cached_times_faster_than_pandas", baseline_ms / cached_ms)
    report.figure("search_ms", median_ms(lambda: search_all(fresh), report.repeats(7, quick=3)) / len(QUERIES))
    report.finish()


QUERIES = ("aide soig", "plombier", "dev web", "conducteur de bus", "chef de proj", "agent d'entretien", "comptable")


def search_all(rome: Rome) -> None:
    for query in QUERIES:
        rome.search(query, 10)


def relation(root: Path) -> object:
    """A fresh load and its matrix, which is built once for each load."""
    return load_rome(root).relation


def read_with_pandas(archive: Path) -> int:
    """Rows of the tables that the loader reads, read as text."""
    import pandas

    rows = 0
    for table in TABLES:
        path = next(archive.glob(f"unix_{table}_v*_utf8.csv*"))
        rows += len(pandas.read_csv(path, dtype=str, keep_default_na=False))
    return rows


if __name__ == "__main__":
    main()
