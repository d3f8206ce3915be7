"""Column mappings: a TOML page that says which public field each column of a partner's CSV fills.

    kind = "offer"                      # the kind of record, as in features/store/kinds.py
    [format]
    encoding = "utf-8"                  # and delimiter, by default ","
    [columns]
    id = "reference"                    # public field = column
    "lieuTravail.libelle" = "ville"     # a field of an object
    "projets.0.codeROME" = "metier"     # a field of the first element of a list
    [lists]
    permis = { column = "permis", separator = "|" }                  # parts of a cell
    "competences.*.libelle" = { column = "savoirs", separator = ";" }  # the same, one object a part
    competences = { column = "savoirs", json = true }                # a cell that holds a JSON list
    [values."typeContrat"]
    "Interim" = "MIS"                   # a partner's word = ours
    [constants]
    alternance = false                  # the same for every row

A blank cell leaves its field out, and a blank part of a `*` list keeps its place: "24||6" tells the first and the
third. The columns that a mapping names must all be in the header.
"""

import json
import tomllib
from collections.abc import Mapping as MappingLike
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from features.sources.base import WrongFile
from features.store.kinds import Kind

MAPPINGS: Final = Path(__file__).parent / "mappings"
"""The mappings that ship."""

_SECTIONS: Final = frozenset({"kind", "format", "columns", "lists", "values", "constants"})


class BadCell(ValueError):
    """A cell that a mapping cannot read; `column`, `value` and what was expected."""

    def __init__(self, column: str, value: str, expected: str) -> None:
        super().__init__(f"{column}: {expected}")
        self.column = column
        self.value = value
        self.expected = expected


@dataclass(frozen=True)
class ListRule:
    column: str
    separator: str = "|"
    json: bool = False


@dataclass(frozen=True)
class Mapping:
    """How the rows of one CSV become objects in the public shape of a kind."""

    kind: Kind
    columns: MappingLike[str, str] = field(default_factory=dict)
    lists: MappingLike[str, ListRule] = field(default_factory=dict)
    values: MappingLike[str, MappingLike[str, object]] = field(default_factory=dict)
    constants: MappingLike[str, object] = field(default_factory=dict)
    encoding: str = "utf-8"
    delimiter: str = ","

    @property
    def needed(self) -> frozenset[str]:
        """The columns that the header must have."""
        return frozenset(self.columns.values()) | {rule.column for rule in self.lists.values()}

    def apply(self, row: MappingLike[str, str]) -> dict[str, object]:
        """The row as an object in the public shape. Raises BadCell for a JSON cell that does not hold a list."""
        result: dict[str, object] = {}
        for path, value in self.constants.items():
            _put(result, path, value)
        for path, column in self.columns.items():
            text = row[column].strip()
            if text:
                _put(result, path, self.values.get(path, {}).get(text, text))
        for path, rule in self.lists.items():
            parts = list(enumerate(_parts(row[rule.column].strip(), rule)))
            present = [(number, part) for number, part in parts if part != ""]
            if "*" not in path:
                present = list(enumerate(part for _, part in present))
            for number, part in present:
                value = self.values.get(path, {}).get(part, part) if isinstance(part, str) else part
                _put(result, path.replace("*", str(number)) if "*" in path else f"{path}.{number}", value)
        return result


def read_mapping(path: Path) -> Mapping:
    """The mapping of a TOML file. Raises WrongFile naming what is wrong in it."""
    try:
        page = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise WrongFile(f"mapping {path}: {error}") from error
    unknown = sorted(set(page) - _SECTIONS)
    if unknown:
        raise WrongFile(f"mapping {path.name}: unknown {', '.join(unknown)}; expected {', '.join(sorted(_SECTIONS))}")
    try:
        return Mapping(
            kind=Kind(page.get("kind", "")),
            columns=page.get("columns", {}),
            lists={name: ListRule(**rule) for name, rule in page.get("lists", {}).items()},
            values=page.get("values", {}),
            constants=page.get("constants", {}),
            **page.get("format", {}),
        )
    except (TypeError, ValueError) as error:
        raise WrongFile(f"mapping {path.name}: {error}") from error


def shipped_mapping(name: str) -> Mapping:
    """A mapping of this package, by name."""
    return read_mapping(MAPPINGS / f"{name}.toml")


def shipped_names() -> tuple[str, ...]:
    return tuple(sorted(path.stem for path in MAPPINGS.glob("*.toml")))


def _parts(text: str, rule: ListRule) -> list[object]:
    if not text:
        return []
    if not rule.json:
        return [part.strip() for part in text.split(rule.separator)]
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadCell(rule.column, text, "a JSON list") from error
    if not isinstance(value, list):
        raise BadCell(rule.column, text, "a JSON list")
    return value


def _put(target: dict[str, object], path: str, value: object) -> None:
    """Set `path` ("a.b", "a.0.b") in nested dicts and lists, made as needed."""
    holder: dict[str, object] | list[object] = target
    parts = path.split(".")
    for part, following in zip(parts, [*parts[1:], None], strict=True):
        fresh: object = value if following is None else [] if following.isdigit() else {}
        if isinstance(holder, list):
            position = int(part)
            while len(holder) <= position:
                holder.append(fresh if len(holder) == position else {})
            if following is None:
                holder[position] = value
            child = holder[position]
        else:
            child = holder.setdefault(part, fresh) if following is not None else value
            holder[part] = child
        if isinstance(child, dict | list) and following is not None:
            holder = child
