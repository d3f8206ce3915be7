"""Certifications of the RNCP and the RS: titles, levels, validity, occupations they lead to."""

import dataclasses
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from features import packed

if TYPE_CHECKING:
    from features.rome.referential import Rome

FILE = "certifications.npz"


class UnknownCertification(ValueError):
    """A code that no certification has."""

    def __init__(self, code: str) -> None:
        super().__init__(f"unknown certification {code[:80]!r}: a code such as RNCP35830 or RS6792 is expected")
        self.code = code


class CertificationRow(NamedTuple):
    """One *fiche*."""

    code: str
    label: str
    level: int = 0
    """1 to 8, *cadre national des certifications professionnelles* (décret 2019-14); 0 where not known."""
    active: bool = True
    expires: str = ""
    """Last day of registration, ISO; "" where there is none."""
    rome_codes: tuple[str, ...] = ()
    """As published: ROME v3 codes in most files."""
    renewed_by: tuple[str, ...] = ()
    """Codes of the certifications that took its place."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Certifications:
    """All columns follow the order of `codes`, sorted as strings."""

    codes: tuple[str, ...]
    labels: tuple[str, ...]
    levels: NDArray[np.int8]
    """1 to 8; 0 where not known."""
    active: NDArray[np.bool_]
    expires: NDArray[np.datetime64]
    """datetime64[D]; NaT where the register gives no date."""
    rome_codes: tuple[tuple[str, ...], ...]
    renewed_by: tuple[tuple[str, ...], ...]
    parents: Mapping[str, str] = field(default_factory=dict)
    """v3 code of each ROME 4.0 code, see `with_rome`."""

    @classmethod
    def build(cls, rows: Sequence[CertificationRow]) -> "Certifications":
        """The table of these rows, in any order. Raises ValueError for a code given twice."""
        ordered = sorted(rows, key=lambda row: row.code)
        for before, after in pairwise(ordered):
            if before.code == after.code:
                raise ValueError(f"certification {after.code} is given twice: keep one row")
        return cls(
            codes=tuple(row.code for row in ordered),
            labels=tuple(row.label for row in ordered),
            levels=np.array([row.level for row in ordered], dtype=np.int8),
            active=np.array([row.active for row in ordered], dtype=np.bool_),
            expires=np.array([row.expires or "NaT" for row in ordered], dtype="datetime64[D]"),
            rome_codes=tuple(row.rome_codes for row in ordered),
            renewed_by=tuple(row.renewed_by for row in ordered),
        )

    @classmethod
    def empty(cls) -> "Certifications":
        return cls.build(())

    def with_rome(self, rome: "Rome") -> "Certifications":
        """The same table, which also understands ROME 4.0 codes where it was published with v3 codes."""
        return dataclasses.replace(self, parents=dict(zip(rome.codes, rome.parents, strict=True)))

    def __len__(self) -> int:
        return len(self.codes)

    def row_of(self, code: str) -> int:
        """Row of a code. Raises UnknownCertification."""
        row = self._rows.get(code)
        if row is None:
            raise UnknownCertification(code)
        return row

    def get_row(self, code: str) -> int | None:
        """Row of a code, None when no certification has it."""
        return self._rows.get(code)

    def for_occupation(self, rome_code: str) -> tuple[int, ...]:
        """Rows that lead to an occupation, ascending; empty when there are none.

        A ROME 4.0 code also gets what was published for its v3 parent, less precise but all there is.
        """
        rows = set(self._by_rome.get(rome_code, ()))
        rows.update(self._by_rome.get(self.parents.get(rome_code, rome_code), ()))
        return tuple(sorted(rows))

    def in_force(self, row: int) -> tuple[int, ...]:
        """Active rows that stand for this one today: itself, or what renewed it, however many times; may be empty."""
        if self.active[row]:
            return (row,)
        found: dict[int, None] = {}
        seen = {row}
        waiting = [row]
        while waiting:
            for code in self.renewed_by[waiting.pop()]:
                successor = self._rows.get(code)
                if successor is None or successor in seen:
                    continue
                seen.add(successor)
                if self.active[successor]:
                    found[successor] = None
                else:
                    waiting.append(successor)
        return tuple(found)

    @cached_property
    def _rows(self) -> dict[str, int]:
        return {code: row for row, code in enumerate(self.codes)}

    @cached_property
    def _by_rome(self) -> dict[str, list[int]]:
        rows: defaultdict[str, list[int]] = defaultdict(list)
        for row, rome_codes in enumerate(self.rome_codes):
            for rome_code in rome_codes:
                rows[rome_code].append(row)
        return dict(rows)

    def save(self, folder: Path) -> None:
        """Write the table into `folder`, which must exist."""
        packed.save(
            folder / FILE,
            {
                "codes": self.codes,
                "labels": self.labels,
                "levels": self.levels,
                "active": self.active,
                "expires": self.expires.astype(np.int64),
                **packed.flatten("rome_codes", self.rome_codes),
                **packed.flatten("renewed_by", self.renewed_by),
            },
        )

    @classmethod
    def load(cls, folder: Path) -> "Certifications":
        """What `save` wrote in `folder`."""
        columns = packed.load(folder / FILE)
        return cls(
            codes=columns.strings("codes"),
            labels=columns.strings("labels"),
            levels=columns.int8("levels"),
            active=columns.flags("active"),
            expires=columns.array("expires").view("datetime64[D]"),
            rome_codes=columns.nested("rome_codes"),
            renewed_by=columns.nested("renewed_by"),
        )
