"""What projectors share: filling columns, mixing texts and occupations into one vector, dates and skills."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import chain
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from features.pairs.base import NO_SKILL
from features.records import Offer, Project
from features.rome.referential import Relation
from features.text import normalise
from matching.catalogue import Rows
from matching.keywords import word_number
from matching.lookups import Lookups, day_number
from matching.schema import NO_DAY, SCHEMAS, SKILL_WIDTH, WITHOUT_VECTORS, WORD_WIDTH, Collection, Column
from models.encoder import unit

MOST_KEPT = 16_384
"""Labels whose words, and v3 codes with a title whose fiche, are kept in memory: those asked last, 10 MB each."""
LONGEST_KEPT = 200
"""Characters of the longest text that is kept so; longer ones do not recur."""


class Projector(Protocol):
    """Turns a batch of records of one collection into rows; a record may give none, one or several."""

    def __call__(self, records: Sequence[Any], lookups: Lookups) -> Rows: ...


class RowWriter:
    """Collects rows one by one, then gives them as arrays.

    A vector is the weighted sum of encoded texts and occupation vectors, brought to unit length: both parts have unit
    length, so the weights say how much each counts. A text that several rows say is encoded once.
    """

    def __init__(self, collection: Collection, lookups: Lookups) -> None:
        self._collection = collection
        self._schema = SCHEMAS[collection]
        self._names = frozenset(column.name for column in self._schema)
        self._lookups = lookups
        self._ids: list[str] = []
        self._values: list[Mapping[str, Any]] = []
        self._payloads: list[bytes] = []
        self._places: dict[str, int] = {}
        self._texts: list[tuple[int, int, float]] = []
        self._occupations: list[tuple[int, int, float]] = []

    def add(
        self,
        key: str,
        values: Mapping[str, Any],
        payload: bytes,
        texts: Iterable[tuple[str | None, float]],
        occupations: Iterable[tuple[int, float]],
    ) -> None:
        """One row; columns that `values` leaves out take their missing value. `values` is the writer's from now on.

        Raises KeyError for a column that the schema does not have.
        """
        if not self._names >= values.keys():
            raise KeyError(f"no such column: {', '.join(sorted(values.keys() - self._names))}")
        row = len(self._ids)
        self._ids.append(key)
        self._values.append(values)
        self._payloads.append(payload)
        for text, weight in texts:
            if text:
                self._texts.append((row, self._places.setdefault(text, len(self._places)), weight))
        for occupation, weight in occupations:
            self._occupations.append((row, occupation, weight))

    def rows(self) -> Rows:
        columns = {column.name: self._column(column) for column in self._schema}
        return Rows(tuple(self._ids), columns, self._vectors(), tuple(self._payloads))

    def _column(self, column: Column) -> NDArray[Any]:
        missing: Any = [column.missing] * column.width if column.width else column.missing
        values = [row.get(column.name, missing) for row in self._values]
        shape = (len(values), column.width) if column.width else (len(values),)
        return np.array(values, dtype=column.dtype).reshape(shape)

    def _vectors(self) -> NDArray[np.float32]:
        if self._collection in WITHOUT_VECTORS:
            return np.empty((len(self._ids), 0), dtype=np.float32)
        encoder = self._lookups.encoder
        vectors = np.zeros((len(self._ids), encoder.dim), dtype=np.float32)
        if self._texts:
            _add_weighed(vectors, self._texts, encoder.encode(list(self._places)))
        if self._occupations:
            _add_weighed(vectors, self._occupations, self._lookups.occupation_vectors)
        return unit(vectors)


def _add_weighed(
    sums: NDArray[np.float32], shares: Sequence[tuple[int, int, float]], known: NDArray[np.float32]
) -> None:
    """Add to the rows of `sums`, for each (row, place, weight) of `shares`, `known[place]` times the weight."""
    rows, places, weights = zip(*shares, strict=True)
    np.add.at(sums, np.array(rows), known[np.array(places)] * np.array(weights, dtype=np.float32)[:, None])


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
    read = [_kept_words(text) if len(text) <= LONGEST_KEPT else _words(text) for text in texts if text]
    kept = list(dict(chain.from_iterable(read)).values())[:WORD_WIDTH]
    return kept + [0] * (WORD_WIDTH - len(kept))


def _words(text: str) -> tuple[tuple[str, int], ...]:
    """The words of a text with their numbers."""
    return tuple([(word, word_number(word)) for word in normalise(text).split()])


_kept_words = lru_cache(maxsize=MOST_KEPT)(_words)


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


def appellation_row(lookups: Lookups, job: Project | Offer) -> int:
    """Appellation row that is declared, else the one read in the words; -1 unknown."""
    inferred = None if job.inferred is None else job.inferred.appellation_code
    code = job.appellation_code if job.appellation_code is not None else inferred
    row = None if code is None else lookups.reference.rome.get_appellation_row(code)
    return -1 if row is None else row


def nearest_occupation(lookups: Lookups, candidates: Sequence[int], title: str | None) -> int:
    """Of occupation rows (at least one), the one nearest to `title`; the first without a title to choose by."""
    if title is None or len(candidates) == 1:
        return candidates[0]
    nearest = _kept_nearest if len(title) <= LONGEST_KEPT else _nearest
    return nearest(lookups, tuple(candidates), title)


def _nearest(lookups: Lookups, candidates: tuple[int, ...], title: str) -> int:
    vector = lookups.encoder.encode([title])[0]
    return candidates[int(np.argmax(lookups.occupation_vectors[list(candidates)] @ vector))]


_kept_nearest = lru_cache(maxsize=MOST_KEPT)(_nearest)


@lru_cache(maxsize=2048)
def family(lookups: Lookups, occupation: int) -> frozenset[int]:
    """Occupation rows that are this one, or share its v3 parent: work that counts as experience of it."""
    return frozenset(np.flatnonzero(lookups.reference.rome.relation[:, occupation] >= Relation.PARENT).tolist())


@lru_cache(maxsize=2048)
def core_skills(lookups: Lookups, occupation: int) -> tuple[int, ...]:
    """Skill rows of an occupation's *cœur de métier*, ascending."""
    rows, core = lookups.reference.rome.skills_of(occupation)
    return tuple(rows[core].tolist())


def object_of(value: object) -> dict[str, object]:
    """A part of a border's shape that is an object; an empty one where it is left out."""
    return value if isinstance(value, dict) else {}
