"""What fiches are filed under: work contexts, interests, themes, sectors, NAF divisions."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features import packed
from features.rome.parts import TagRow


@dataclass(frozen=True, eq=False)
class Tags:
    """A list of (code, label) and, for each occupation row, which of them it has, in the publisher's order."""

    codes: tuple[str, ...]
    labels: tuple[str, ...]
    offsets: NDArray[np.int32]
    links: NDArray[np.int32]

    def of(self, occupation: int) -> tuple[tuple[str, str], ...]:
        """(code, label) of each tag of an occupation row."""
        rows = self.links[self.offsets[occupation] : self.offsets[occupation + 1]].tolist()
        return tuple((self.codes[row], self.labels[row]) for row in rows)

    @classmethod
    def build(cls, rows: Sequence[TagRow], occupation_rows: Mapping[str, int]) -> "Tags":
        """Raises KeyError for a ROME code that is not in `occupation_rows`."""
        labels = {row.code: row.label for row in rows}
        codes = tuple(sorted(labels))
        position = {code: number for number, code in enumerate(codes)}
        held: defaultdict[int, dict[int, None]] = defaultdict(dict)
        for row in rows:
            held[occupation_rows[row.rome_code]][position[row.code]] = None
        per_occupation = [list(held.get(row, ())) for row in range(len(occupation_rows))]
        return cls(
            codes,
            tuple(labels[code] for code in codes),
            packed.offsets_of(len(links) for links in per_occupation),
            np.array([link for links in per_occupation for link in links], dtype=np.int32),
        )

    def columns(self, name: str) -> dict[str, packed.Column]:
        return {
            f"{name}_codes": self.codes,
            f"{name}_labels": self.labels,
            f"{name}_offsets": self.offsets,
            f"{name}_links": self.links,
        }

    @classmethod
    def from_columns(cls, columns: packed.Packed, name: str) -> "Tags":
        return cls(
            columns.strings(f"{name}_codes"),
            columns.strings(f"{name}_labels"),
            columns.int32(f"{name}_offsets"),
            columns.int32(f"{name}_links"),
        )
