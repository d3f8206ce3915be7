"""Filters in the language of the cluster: from conditions to a boolean expression over coded columns.

A condition that reads one column is asked of the column's dictionary, each distinct value once, by the very function
that filters rows in memory; what it lets through are places in the dictionary, and these are the clause. So a new
filter is spoken here without a word about it, and cannot come to mean something else. Conditions made of others
(`AllOf`, `AnyOf`, `AnyElement`) are put together from their parts; one that says of itself what its rows have in common
(`Told`) is taken at its word.

What cannot be said in this language is left out: a clause then lets through more rows than the condition, never fewer,
and the rows found are put to the conditions themselves before anybody sees them. Clauses hold names of columns and
whole numbers, nothing that anybody typed.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from matching.catalogue import View
from matching.filters.base import AllOf, AnyElement, AnyOf, Condition, Placed, Told
from matching.index.cluster import REGION, ROW
from matching.index.codes import COMMUNE, Codes

NOTHING: Final = f"{ROW} < 0"
"""No row meets it."""
FEW_RUNS: Final = 12
"""Runs of neighbouring places up to which a clause names their ends rather than each of them."""


def clause_of(conditions: Sequence[Callable[[Any], NDArray[np.bool_]]], codes: Codes) -> str:
    """What the cluster can be told of rows that meet all `conditions`; empty when that is nothing."""
    return (_of(AllOf(tuple(conditions)), codes) or "") if conditions else ""


def _of(condition: Condition, codes: Codes) -> str | None:
    """None: nothing can be said, so all rows are let through."""
    match condition:
        case Placed():
            return _of(condition.condition, codes)
        case Told():
            return _of(condition.told(codes.collection), codes)
        case AllOf():
            clauses = [clause for part in condition.parts if (clause := _of(part, codes)) is not None]
            if NOTHING in clauses:
                return NOTHING
            return " and ".join(dict.fromkeys(clauses)) or None
        case AnyOf():
            found = [_of(part, codes) for part in condition.parts]
            if None in found:
                return None
            some = [f"({clause})" for clause in dict.fromkeys(found) if clause != NOTHING]
            return f"({' or '.join(some)})" if len(some) > 1 else some[0] if some else NOTHING
        case AnyElement():
            if condition.name not in codes.values:
                return None
            return _element(condition.name, condition.test(codes.values[condition.name]))
    return _alone(condition, codes)


class _NotAlone(Exception):
    """A condition reads something else than one coded column."""


class _Dictionary(View):
    """The distinct values of one column, whichever is asked for first, as if they were rows."""

    def __init__(self, codes: Codes) -> None:
        super().__init__(codes.collection, 0, self._values, _no_keys)
        self._codes = codes
        self.name: str | None = None

    def __len__(self) -> int:
        if self.name is None:
            raise _NotAlone
        return len(self._codes.values[self.name])

    def _values(self, name: str) -> NDArray[Any]:
        if self.name is not None or name not in self._codes.values or self._codes.width(name):
            raise _NotAlone
        self.name = name
        return self._codes.values[name]


def _no_keys() -> NDArray[np.int64]:
    raise _NotAlone


def _alone(condition: Condition, codes: Codes) -> str | None:
    values = _Dictionary(codes)
    try:
        mask = condition(values)
    except _NotAlone:
        return None
    if values.name is None or mask.shape != (len(values),):
        return None
    if values.name == COMMUNE:
        mask = with_few_runs(mask)
    clause = _places(values.name, mask)
    if values.name != COMMUNE or clause in (None, NOTHING):
        return clause
    regions = np.unique(codes.regions[mask])
    if len(regions) == len(np.unique(codes.regions)):
        return clause
    return f"{REGION} in {_list(regions)} and {clause}"


def _places(name: str, mask: NDArray[np.bool_]) -> str | None:
    """Rows whose place in the dictionary is marked."""
    if mask.all():
        return None
    ends = np.flatnonzero(np.diff(np.concatenate([[False], mask, [False]]).astype(np.int8))).reshape(-1, 2)
    if len(ends) == 0:
        return NOTHING
    if len(ends) <= FEW_RUNS:
        runs = [_run(name, first, past - 1, len(mask) - 1) for first, past in ends.tolist()]
        return runs[0] if len(runs) == 1 else f"({' or '.join(runs)})"
    if 2 * np.count_nonzero(mask) <= len(mask):
        return f"{name} in {_list(np.flatnonzero(mask))}"
    return f"{name} not in {_list(np.flatnonzero(~mask))}"


def with_few_runs(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The mask with its smallest gaps filled until there are `FEW_RUNS` runs at most. Long lists take the cluster
    longer to read than to search by; what the gaps let through is put to the filters, as all rows are."""
    starts = np.flatnonzero(mask[1:] & ~mask[:-1]) + 1
    stops = np.flatnonzero(~mask[1:] & mask[:-1]) + 1
    if not mask.any():
        return mask
    starts = starts[1:] if not mask[0] else starts  # where gaps end
    stops = stops if mask[-1] else stops[:-1]  # where gaps begin
    n_filled = len(starts) + 1 - FEW_RUNS
    if n_filled <= 0:
        return mask
    steps = np.zeros(len(mask) + 1, dtype=np.int64)
    smallest = np.argsort(starts - stops, kind="stable")[:n_filled]
    steps[stops[smallest]] += 1
    steps[starts[smallest]] -= 1
    filled: NDArray[np.bool_] = mask | (np.cumsum(steps[:-1]) > 0)
    return filled


def _run(name: str, first: int, last: int, greatest: int) -> str:
    if first == last:
        return f"{name} == {first}"
    if first == 0:
        return f"{name} <= {last}"
    if last == greatest:
        return f"{name} >= {first}"
    return f"({name} >= {first} and {name} <= {last})"


def _element(name: str, mask: NDArray[np.bool_]) -> str | None:
    if mask.all():
        return None
    return f"array_contains_any({name}, {_list(np.flatnonzero(mask))})" if mask.any() else NOTHING


def _list(numbers: NDArray[np.int64]) -> str:
    return f"[{', '.join(map(str, numbers.tolist()))}]"
