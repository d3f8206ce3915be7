"""ROME 4.0, from the archive of its publisher."""

from pathlib import Path

from features.rome.archive import read_archive_with_rejects
from features.sources.base import Origin, Reject, WrongFile


class RomeSource:
    """Fills `Reference.rome` from one archive, a folder or a zip."""

    name = "rome"
    part = "rome"
    origin = Origin(
        title="ROME 4.0, Répertoire opérationnel des métiers et des emplois",
        publisher="France Travail",
        file_name="RefRomeCsv.zip (unix_*_v4NN_utf8.csv)",
        licence="Licence Ouverte 2.0",
    )

    def find(self, open_data: Path) -> list[Path]:
        """The archive under a folder of open data; empty when it is not there."""
        folder = open_data / "rome"
        if any(folder.glob("unix_*.csv*")):
            return [folder]
        return sorted(folder.glob("*.zip"))[-1:]

    def build(self, paths: list[Path], folder: Path) -> list[Reject]:
        """Write the referential into `folder`. Raises WrongFile."""
        if len(paths) != 1:
            raise WrongFile(f"ROME is read from one archive, a folder or a zip; {len(paths)} paths were given")
        rome, rejects = read_archive_with_rejects(paths[0])
        rome.save(folder)
        return rejects


ROME = RomeSource()
