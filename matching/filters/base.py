"""What a filter is: public parameters, a parser, and a condition on the rows of a collection."""

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from features.days import LAST_DAY
from matching.catalogue import View
from matching.errors import BadParameter
from matching.lookups import Lookups
from matching.schema import Collection
from matching.written import Written

E = TypeVar("E", bound=StrEnum)

Condition = Callable[[View], NDArray[np.bool_]]
"""Rows at hand -> (n,) True where the row may be shown; buried rows may be either."""


@dataclass(frozen=True)
class Placed:
    """A condition that also says where in the country its rows are, so that the others are never read."""

    condition: Condition
    cells: Callable[[Written], NDArray[np.bool_]]
    """(n_bands or 1, n_communes + 1) bands and communes that may hold rows; the last is for no known commune."""
    decided: bool = False
    """All rows of those cells meet the condition: it need not be asked of them."""

    def __call__(self, view: View) -> NDArray[np.bool_]:
        return self.condition(view)


@dataclass(frozen=True)
class AllOf:
    """A condition made of parts: rows that meet them all, of which there is at least one."""

    parts: tuple[Condition, ...]

    def __call__(self, view: View) -> NDArray[np.bool_]:
        met = self.parts[0](view)
        for part in self.parts[1:]:
            met = met & part(view)
        return met


@dataclass(frozen=True)
class AnyOf:
    """A condition made of parts: rows that meet one of them, of which there is at least one."""

    parts: tuple[Condition, ...]

    def __call__(self, view: View) -> NDArray[np.bool_]:
        met = self.parts[0](view)
        for part in self.parts[1:]:
            met = met | part(view)
        return met


@dataclass(frozen=True)
class AnyElement:
    """Rows one of whose several values in a column passes a test, which is asked of each value by itself."""

    name: str
    test: Callable[[NDArray[Any]], NDArray[np.bool_]]

    def __call__(self, view: View) -> NDArray[np.bool_]:
        passed: NDArray[np.bool_] = np.logical_or.reduce(self.test(view.column(self.name).T), axis=0)
        return passed


@dataclass(frozen=True)
class Told:
    """A condition that also says, in parts that read one column each, what all of its rows have in common: an index
    that is asked elsewhere (`matching.index.clauses`) looks there, and the rows it finds are put to the condition."""

    condition: Condition
    told: Callable[[Collection], Condition]

    def __call__(self, view: View) -> NDArray[np.bool_]:
        return self.condition(view)


def either(one: Condition, other: Condition) -> Condition:
    """Rows that meet one of two conditions, or both."""
    condition = AnyOf((one, other))
    if isinstance(one, Placed) and isinstance(other, Placed):
        first, second = one.cells, other.cells
        return Placed(condition, cells=lambda written: first(written) | second(written))
    return condition


@dataclass(frozen=True)
class Parameter:
    """A public parameter, as the API documents it."""

    name: str
    description: str
    """In French."""
    example: str
    instead_of: str = ""
    """The parameter of the same filter that it may not be given with."""


@dataclass(frozen=True)
class Context:
    """What parsing may need besides the values."""

    collection: Collection
    lookups: Lookups
    today: dt.date


@dataclass(frozen=True)
class Filter:
    """One filter. `parse` gets the values of its own parameters, those that were given, never none of them."""

    parameters: Mapping[Collection, tuple[Parameter, ...]]
    """The collections it applies to, with the parameters it has there."""
    parse: Callable[[Mapping[str, str], Context], Condition]
    """Raises BadParameter."""


def for_all(collections: tuple[Collection, ...], *parameters: Parameter) -> dict[Collection, tuple[Parameter, ...]]:
    """The same parameters in several collections."""
    return dict.fromkeys(collections, parameters)


def parse_integer(name: str, value: str, low: int, high: int) -> int:
    number = int(value) if re.fullmatch(r"-?[0-9]{1,9}", value) else low - 1
    if not low <= number <= high:
        raise BadParameter(name, value, f"un nombre entier de {low} à {high}")
    return number


def parse_decimal(name: str, value: str, low: float, high: float) -> float:
    try:
        number = float(value.replace(",", "."))
    except ValueError:
        number = float("nan")
    if not low <= number <= high:
        raise BadParameter(name, value, f"un nombre de {low:g} à {high:g}")
    return number


def parse_choices(name: str, value: str, choices: type[E]) -> list[E]:
    """Comma-separated members of a closed choice."""
    members = {str(member): member for member in choices}
    items = parse_list(name, value, len(members))
    for item in items:
        if item not in members:
            raise BadParameter(name, item, f"l'un de {', '.join(members)}")
    return [members[item] for item in items]


def parse_choice(name: str, value: str, choices: type[E]) -> E:
    """One member of a closed choice."""
    members = {str(member): member for member in choices}
    if value not in members:
        raise BadParameter(name, value, f"l'un de {', '.join(members)}")
    return members[value]


def parse_flag(name: str, value: str) -> bool:
    if value not in ("true", "false"):
        raise BadParameter(name, value, "« true » ou « false »")
    return value == "true"


def parse_date(name: str, value: str) -> dt.date:
    try:
        if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value) and (day := dt.date.fromisoformat(value)) <= LAST_DAY:
            return day
    except ValueError:
        pass
    raise BadParameter(name, value, f"une date AAAA-MM-JJ jusqu'au {LAST_DAY.isoformat()}")


def parse_list(name: str, value: str, most: int) -> list[str]:
    """Comma-separated values, without blanks or repeats; at most `most`."""
    items = list(dict.fromkeys(item.strip() for item in value.split(",") if item.strip()))
    if not 1 <= len(items) <= most:
        raise BadParameter(name, value, f"de 1 à {most} valeurs séparées par des virgules")
    return items
