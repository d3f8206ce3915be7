"""What projectors share: filling columns, mixing texts and occupations into one vector, dates and skills."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

import msgspec
import numpy as np
from numpy.typing import NDArray

from features.pairs.base import NO_SKILL
from features.records import Record
from features.text import normalise
from matching.catalogue import Rows
from matching.keywords import word_number
from matching.lookups import Lookups, day_number
from matching.schema import NO_DAY, SCHEMAS, SKILL_WIDTH, WITHOUT_VECTORS, WORD_WIDTH, Collection
from models.encoder import unit


class Projector(Protocol):
    """Turns a batch of records of one collection into rows; a record may give none, one or several."""

    def __call__(self, records: Sequence[Any], lookups: Lookups) -> Rows: ...


class RowWriter:
    """Collects rows one by one, then gives them as arrays.

    A vector is the weighted sum of encoded texts and occupation vectors, brought to unit length: both parts have unit
    length, so the weights say how much each counts.
    """

    def __init__(self, collection: Collection, lookups: Lookups) -> None:
        self._collection = collection
        self._schema = SCHEMAS[collection]
        self._lookups = lookups
        self._ids: list[str] = []
        self._values: dict[str, list[Any]] = {column.name: [] for column in self._schema}
        self._payloads: list[bytes] = []
        self._texts: list[tuple[int, str, float]] = []
        self._occupations: list[tuple[int, int, float]] = []

    def add(
        self,
        key: str,
        values: Mapping[str, Any],
        payload: bytes,
        texts: Iterable[tuple[str | None, float]],
        occupations: Iterable[tuple[int, float]],
    ) -> None:
        """One row; columns that `values` leaves out take their missing value.

        Raises KeyError for a column that the schema does not have.
        """
        unknown = values.keys() - self._values.keys()
        if unknown:
            raise KeyError(f"no such column: {', '.join(sorted(unknown))}")
        row = len(self._ids)
        self._ids.append(key)
        for column in self._schema:
            missing: Any = [column.missing] * column.width if column.width else column.missing
            self._values[column.name].append(values.get(column.name, missing))
        self._payloads.append(payload)
        self._texts.extend((row, text, weight) for text, weight in texts if text)
        self._occupations.extend((row, occupation, weight) for occupation, weight in occupations)

    def rows(self) -> Rows:
        columns = {
            column.name: np.array(self._values[column.name], dtype=column.dtype).reshape(
                (len(self._ids), column.width) if column.width else (len(self._ids),)
            )
            for column in self._schema
        }
        return Rows(tuple(self._ids), columns, self._vectors(), tuple(self._payloads))

    def _vectors(self) -> NDArray[np.float32]:
        if self._collection in WITHOUT_VECTORS:
            return np.empty((len(self._ids), 0), dtype=np.float32)
        encoder = self._lookups.encoder
        vectors = np.zeros((len(self._ids), encoder.dim), dtype=np.float32)
        if self._texts:
            rows, texts, weights = zip(*self._texts, strict=True)
            encoded = encoder.encode(texts) * np.array(weights, dtype=np.float32)[:, None]
            np.add.at(vectors, np.array(rows), encoded)
        if self._occupations:
            rows, occupations, weights = zip(*self._occupations, strict=True)
            known = self._lookups.occupation_vectors[np.array(occupations)]
            np.add.at(vectors, np.array(rows), known * np.array(weights, dtype=np.float32)[:, None])
        return unit(vectors)


def place_columns(
    lookups: Lookups,
    commune_insee: str | None,
    lat: float | None = None,
    lon: float | None = None,
    departement: str | None = None,
) -> dict[str, int]:
    """`commune` and `departement` from what is known: the INSEE code, else the point, else the département alone."""
    row = lookups.reference.communes.get_row(commune_insee) if commune_insee is not None else None
    if row is None and lat is not None and lon is not None:
        row = lookups.nearest_commune(lat, lon)
    if row is not None:
        return {"commune": row, "departement": int(lookups.departement_of_commune[row])}
    return {"commune": -1, "departement": lookups.departement_rows.get(departement or "", -1)}


def day_or_missing(date: dt.date | None) -> int:
    return NO_DAY if date is None else day_number(date)


def number_or_nan(value: float | None) -> float:
    return float("nan") if value is None else value


def skill_list(rows: Iterable[int]) -> list[int]:
    """The first `SKILL_WIDTH` distinct skill rows, padded."""
    kept = list(dict.fromkeys(rows))[:SKILL_WIDTH]
    return kept + [NO_SKILL] * (SKILL_WIDTH - len(kept))


def word_numbers(texts: Iterable[str | None]) -> list[int]:
    """The first `WORD_WIDTH` distinct words of the texts as 32-bit numbers (never 0), padded with 0."""
    words = dict.fromkeys(word for text in texts if text for word in normalise(text).split())
    kept = [word_number(word) for word in words][:WORD_WIDTH]
    return kept + [0] * (WORD_WIDTH - len(kept))


def resolve_occupation(lookups: Lookups, code: str | None, title: str | None) -> int:
    """Occupation row of a ROME code; where a v3 code became several fiches, the one nearest to `title`. -1 unknown.

    A code that is itself a fiche is taken at its word.
    """
    if code is None:
        return -1
    rome = lookups.reference.rome
    if rome.contains(code):
        return rome.row_of(code)
    if code not in rome.parents:
        return -1
    return nearest_occupation(lookups, rome.resolve(code), title)


def nearest_occupation(lookups: Lookups, candidates: Sequence[int], title: str | None) -> int:
    """Of occupation rows (at least one), the one nearest to `title`; the first without a title to choose by."""
    if title is None or len(candidates) == 1:
        return candidates[0]
    vector = lookups.encoder.encode([title])[0]
    return candidates[int(np.argmax(lookups.occupation_vectors[list(candidates)] @ vector))]


def payload_of(record: Record) -> bytes:
    """The record's JSON, as a result will read it back."""
    return msgspec.json.encode(record)
