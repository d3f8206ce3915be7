"""The forecast that serves: the deployment's own where it fitted one, else the one that ships.

Both are `hiring.npz`, arrays without pickle, checked by sha256 before they are parsed: the deployment's as a generation
under `<data_dir>/hiring` (`features/artifacts.py`), the one that ships beside this file with its manifest. The latter
was fitted on simulated hirings (`vivier train hiring --simulated`), on sectors, sizes and seasons but on no place.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Final
from zipfile import BadZipFile

import numpy as np

from features.artifacts import MANIFEST, ArtifactError, current_id, load_current, publishing
from models.documents import write_documents
from models.documents.of import hiring_facts
from models.hiring.cells import Cells
from models.hiring.forecast import Forecast

FILE: Final = "hiring.npz"
ROOT: Final = "hiring"
FOLDER: Final = Path(__file__).parent / "shipped"
TRAIN: Final = "vivier train hiring"

_STRINGS: Final = ("divisions", "sub_classes", "areas")
_ARRAYS: Final = ("of_division", "of_sub_class", "of_size", "of_area", "of_tension", "season")


def save(forecast: Forecast, folder: Path) -> None:
    """Write the forecast's file into `folder`."""
    cells = forecast.cells
    np.savez_compressed(
        folder / FILE,
        allow_pickle=False,
        **{name: np.array(getattr(cells, name), dtype=np.str_) for name in _STRINGS},
        **{name: getattr(cells, name) for name in _ARRAYS},
        numbers=np.array([cells.intercept, forecast.intercept, forecast.kappa, forecast.firms, forecast.months]),
        weights=forecast.weights,
        spread=forecast.spread,
        widths=forecast.widths,
    )


def load(folder: Path) -> Forecast:
    """What `save` wrote in `folder`, whose sum is the caller's to check. Raises ArtifactError where it is not that."""
    try:
        with np.load(folder / FILE, allow_pickle=False) as found:
            numbers = found["numbers"].tolist()
            cells = Cells(
                intercept=numbers[0],
                divisions=tuple(found["divisions"].tolist()),
                of_division=found["of_division"],
                sub_classes=tuple(found["sub_classes"].tolist()),
                of_sub_class=found["of_sub_class"],
                of_size=found["of_size"],
                areas=tuple(found["areas"].tolist()),
                of_area=found["of_area"],
                of_tension=found["of_tension"],
                season=found["season"],
            )
            return Forecast(
                cells=cells,
                intercept=numbers[1],
                weights=found["weights"],
                spread=found["spread"],
                widths=found["widths"],
                kappa=numbers[2],
                firms=int(numbers[3]),
                months=int(numbers[4]),
            )
    except (OSError, ValueError, KeyError, IndexError, BadZipFile) as error:
        raise ArtifactError(f"{folder / FILE} is not a forecast of hirings ({error}): run `{TRAIN}`") from error


@dataclass(frozen=True, kw_only=True)
class Made:
    """How a forecast was made, for its documents."""

    about: str
    """What it was fitted on."""
    is_simulated: bool
    figures: Mapping[str, float] = field(default_factory=dict)
    """Of the months held out."""
    trained_on: str
    """YYYY-MM-DD."""
    code_version: str
    data_hash: str


def publish(forecast: Forecast, data_dir: Path, made: Made) -> str:
    """Put the forecast in force in a deployment, its documents beside it; the next build of the indexes uses it.
    Returns its generation."""
    meta = {"about": made.about, "firms": forecast.firms, "months": forecast.months}
    with publishing(data_dir / ROOT, meta) as folder:
        save(forecast, folder)
        document(forecast, folder, made)
    return str(current_id(data_dir / ROOT))


def document(forecast: Forecast, folder: Path, made: Made) -> None:
    """Write the documents of the forecast whose file is in `folder`."""
    size = {"establishments": float(forecast.firms), "months": float(forecast.months), "kappa": float(forecast.kappa)}
    facts = hiring_facts(
        folder,
        FILE,
        about=made.about,
        is_simulated=made.is_simulated,
        figures={**size, **made.figures},
        trained_on=made.trained_on,
        code_version=made.code_version,
        data_hash=made.data_hash,
    )
    write_documents(folder, facts)


def ship(forecast: Forecast, folder: Path, made: Made) -> None:
    """Write the forecast that ships: its file, its manifest and its documents."""
    folder.mkdir(parents=True, exist_ok=True)
    save(forecast, folder)
    document(forecast, folder, made)
    about = made.about
    digest = hashlib.sha256((folder / FILE).read_bytes()).hexdigest()
    manifest = {"about": about, "files": {FILE: digest}}
    (folder / MANIFEST).write_text(json.dumps(manifest, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def in_force(data_dir: Path) -> Forecast:
    """The forecast of a deployment; the one that ships where it never fitted one. Raises ArtifactError where its own is
    damaged, and no whole one is before it."""
    root = data_dir / ROOT
    if current_id(root) is None:
        return shipped()
    return load(load_current(root).path)


@cache
def shipped() -> Forecast:
    """The forecast that ships, read once a process. Raises ArtifactError where its file is not the published one."""
    expected = json.loads((FOLDER / MANIFEST).read_text(encoding="utf-8"))["files"][FILE]
    if hashlib.sha256((FOLDER / FILE).read_bytes()).hexdigest() != expected:
        raise ArtifactError(f"{FOLDER / FILE} is not the file that was published: install the package again")
    return load(FOLDER)
