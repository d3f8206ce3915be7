"""Importing reference data: built aside, compared with what is in force, published whole when it differs."""

import hashlib
import json
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from features.artifacts import MANIFEST, ArtifactError, load_current, publishing
from features.sources.base import ReferenceSource
from features.sources.rejects import rejects_path, writing_rejects


@dataclass(frozen=True)
class Published:
    """What an import of reference data did."""

    source: str
    part: str
    unchanged: bool
    """The same content was in force: nothing was written."""
    rejects: int
    rejects_file: Path


def import_reference(
    source: ReferenceSource, paths: Sequence[Path], reference_dir: Path, rejects_folder: Path
) -> Published:
    """Build a part of the reference data from the publisher's files and put it in force.

    Raises WrongFile before anything is published; a killed import leaves the former content in force.
    """
    root = reference_dir / source.part
    with tempfile.TemporaryDirectory(prefix="vivier-reference-") as name:
        built = Path(name)
        rows = source.build(list(paths), built)
        sums = _sums(built)
        unchanged = sums == _sums_in_force(root)
        if not unchanged:
            with publishing(root, {"source": source.name, "files": [path.name for path in paths]}) as folder:
                shutil.copytree(built, folder, dirs_exist_ok=True)
    with writing_rejects(rejects_folder, source.name) as rejects:
        for row in rows:
            rejects.add(row)
    return Published(source.name, source.part, unchanged, len(rows), rejects_path(rejects_folder, source.name))


def _sums(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def _sums_in_force(root: Path) -> dict[str, str] | None:
    try:
        generation = load_current(root)
    except ArtifactError:
        return None
    sums: dict[str, str] = json.loads((generation.path / MANIFEST).read_text())["files"]
    return None if generation.fallback_from is not None else sums
