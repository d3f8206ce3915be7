"""`RankingTable`: what was shown to whom, what was known of it then, and what became of it. Rankers learn from it."""

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, Self
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from models.ranking.outcomes import Outcome

ARRAYS: Final = "ranking.npz"
META: Final = "ranking.json"


class TableUnusable(ValueError):
    """A table whose arrays contradict each other, or a folder without one; the message says which."""


@dataclass(frozen=True, eq=False)
class Segment:
    """A partition of the rows under which figures are told apart."""

    labels: tuple[str, ...]
    of_row: NDArray[np.int16]
    """(n,) place in `labels`; -1 for a row of which it is not known."""


@dataclass(frozen=True, eq=False, kw_only=True)
class RankingTable:
    """n shown results in lists. Raises TableUnusable for arrays that do not belong together."""

    names: tuple[str, ...]
    features: NDArray[np.float32]
    """(n, n_names) as they were when the list was shown; NaN where not known."""
    person: NDArray[np.int32]
    """(n,) who looked: a jobseeker, or the employer's demand for sourcing."""
    item: NDArray[np.int32]
    """(n,) what was shown."""
    list_id: NDArray[np.int32]
    """(n,) ascending: one list that one person saw."""
    week: NDArray[np.int16]
    position: NDArray[np.int16]
    """(n,) place in its list, from 0."""
    outcome: NDArray[np.int8]
    """(n,) `Outcome`."""
    segments: Mapping[str, Segment] = field(default_factory=dict)

    def __post_init__(self) -> None:
        problem = _problem(self)
        if problem is not None:
            raise TableUnusable(f"Table d'apprentissage incohérente : {problem}.")

    def __len__(self) -> int:
        return len(self.person)

    @cached_property
    def starts(self) -> NDArray[np.int64]:
        """(n_lists + 1,) where each list begins, then n."""
        changes = np.flatnonzero(np.diff(self.list_id)) + 1
        bounds = [0, *changes.tolist(), len(self)] if len(self) else [0]
        return np.array(bounds, dtype=np.int64)

    def column(self, name: str) -> NDArray[np.float32]:
        """(n,) one feature. Raises KeyError for a name that the table does not have."""
        if name not in self.names:
            raise KeyError(f"{name} is not among {self.names}")
        found: NDArray[np.float32] = self.features[:, self.names.index(name)]
        return found

    def take(self, rows: NDArray[np.integer] | NDArray[np.bool_]) -> Self:
        """The rows chosen by a mask or by ascending numbers; lists keep their ids."""
        chosen: dict[str, Any] = {name: getattr(self, name)[rows] for name in _ARRAYS}
        segments = {name: Segment(segment.labels, segment.of_row[rows]) for name, segment in self.segments.items()}
        return dataclasses.replace(self, **chosen, segments=segments)

    def with_columns(self, columns: Mapping[str, NDArray[np.floating]]) -> Self:
        """The table with these features (n,) put in place of those of the same name, the others added at the end."""
        names = (*self.names, *(name for name in columns if name not in self.names))
        matrix = np.empty((len(self), len(names)), dtype=np.float32)
        matrix[:, : len(self.names)] = self.features
        for name, values in columns.items():
            matrix[:, names.index(name)] = values
        return dataclasses.replace(self, names=names, features=matrix)

    @cached_property
    def data_hash(self) -> str:
        """sha256, in hexadecimal, of the names, the arrays and the segments: the same for the same table."""
        digest = sha256(json.dumps(_meta(self), sort_keys=True).encode())
        for array in _arrays(self).values():
            digest.update(np.ascontiguousarray(array).data)
        return digest.hexdigest()

    def save(self, folder: Path) -> None:
        """Write `ranking.npz` and `ranking.json` into `folder`, made if missing."""
        folder.mkdir(parents=True, exist_ok=True)
        np.savez_compressed(folder / ARRAYS, allow_pickle=False, **_arrays(self))
        (folder / META).write_text(json.dumps(_meta(self), ensure_ascii=False, indent=1), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> Self:
        """The table that `save` wrote. Raises TableUnusable when a file or an array is missing or wrong."""
        try:
            meta = json.loads((folder / META).read_text(encoding="utf-8"))
            with (folder / ARRAYS).open("rb") as stream, np.load(stream, allow_pickle=False) as read:
                arrays: dict[str, Any] = {name: read[name] for name in _ARRAYS}
                segments = {
                    name: Segment(tuple(labels), read[f"segment.{name}"]) for name, labels in meta["segments"].items()
                }
            return cls(names=tuple(meta["names"]), **arrays, segments=segments)
        except TableUnusable:
            raise
        except (OSError, ValueError, KeyError, TypeError, AttributeError, BadZipFile) as error:
            raise TableUnusable(
                f"{folder} ne contient pas de table d'apprentissage lisible ({error}) : la refaire."
            ) from error


_ARRAYS: Final[Mapping[str, Any]] = {
    "features": np.float32,
    "person": np.int32,
    "item": np.int32,
    "list_id": np.int32,
    "week": np.int16,
    "position": np.int16,
    "outcome": np.int8,
}


def _meta(table: RankingTable) -> dict[str, Any]:
    segments = {name: list(table.segments[name].labels) for name in sorted(table.segments)}
    return {"names": list(table.names), "rows": len(table), "segments": segments}


def _arrays(table: RankingTable) -> dict[str, NDArray[Any]]:
    own: dict[str, NDArray[Any]] = {name: getattr(table, name) for name in _ARRAYS}
    return own | {f"segment.{name}": table.segments[name].of_row for name in sorted(table.segments)}


def _problem(table: RankingTable) -> str | None:
    """What contradicts what, None when all fits."""
    n = len(table.person)
    for name, dtype in _ARRAYS.items():
        array = getattr(table, name)
        if array.dtype != dtype:
            return f"{name} est en {array.dtype} au lieu de {np.dtype(dtype)}"
        wanted = (n, len(table.names)) if name == "features" else (n,)
        if array.shape != wanted:
            return f"{name} a la forme {array.shape} au lieu de {wanted}"
    if len(set(table.names)) != len(table.names):
        return f"un nom de colonne est donné deux fois parmi {table.names}"
    if (np.diff(table.list_id) < 0).any():
        return "list_id n'est pas croissant"
    if n and not (min(Outcome) <= table.outcome.min() and table.outcome.max() <= max(Outcome)):
        return f"outcome sort de [{min(Outcome)}, {max(Outcome)}]"
    if n and table.position.min() < 0:
        return "position a une valeur négative"
    if np.isinf(table.features).any():
        return "features a une valeur infinie"
    for name, segment in table.segments.items():
        if segment.of_row.shape != (n,):
            return f"le segment {name} a la forme {segment.of_row.shape} au lieu de {(n,)}"
        if n and not (segment.of_row.min() >= -1 and segment.of_row.max() < len(segment.labels)):
            return f"le segment {name} sort de ses {len(segment.labels)} valeurs"
    return None
