"""Which firms recruit which occupations: hirings by NAF sub-class and ROME code, and the NAF's own labels."""

import dataclasses
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from features import packed

if TYPE_CHECKING:
    from features.rome.referential import Rome

FILE = "naf.npz"


@dataclass(frozen=True, eq=False, kw_only=True)
class NafHirings:
    """Hirings as a CSR table: `naf_codes` x `rome_codes`, both sorted."""

    naf_codes: tuple[str, ...]
    """NAF sub-classes that recruited, written 4711D."""
    rome_codes: tuple[str, ...]
    """As published: ROME v3 codes."""
    offsets: NDArray[np.int32]
    """Row i holds `links[offsets[i]:offsets[i + 1]]`."""
    links: NDArray[np.int32]
    """Positions in `rome_codes`, by decreasing hirings."""
    counts: NDArray[np.int32]
    """Hirings, beside `links`."""
    labels: Mapping[str, str]
    """Label of each NAF sub-class, recruiting or not."""
    sections: Mapping[str, str]
    """Label of each NAF section, A to U."""
    section_of_division: Mapping[str, str]
    """Section of each two-digit division."""
    parents: Mapping[str, str] = field(default_factory=dict)
    """v3 code of each ROME 4.0 code, see `with_rome`."""

    @classmethod
    def build(
        cls,
        hirings: Mapping[tuple[str, str], int],
        labels: Mapping[str, str],
        sections: Mapping[str, str],
        section_of_division: Mapping[str, str],
    ) -> "NafHirings":
        """The table of hirings by (naf, ROME code)."""
        by_naf: defaultdict[str, list[tuple[int, str]]] = defaultdict(list)
        for (naf, rome_code), count in hirings.items():
            by_naf[naf].append((-count, rome_code))
        naf_codes = tuple(sorted(by_naf))
        rome_codes = tuple(sorted({rome_code for _, rome_code in hirings}))
        position = {code: number for number, code in enumerate(rome_codes)}
        rows = [pair for naf in naf_codes for pair in sorted(by_naf[naf])]
        return cls(
            naf_codes=naf_codes,
            rome_codes=rome_codes,
            offsets=packed.offsets_of(len(by_naf[naf]) for naf in naf_codes),
            links=np.array([position[rome_code] for _, rome_code in rows], dtype=np.int32),
            counts=np.array([-count for count, _ in rows], dtype=np.int32),
            labels=dict(sorted(labels.items())),
            sections=dict(sorted(sections.items())),
            section_of_division=dict(sorted(section_of_division.items())),
        )

    @classmethod
    def empty(cls) -> "NafHirings":
        return cls.build({}, {}, {}, {})

    def with_rome(self, rome: "Rome") -> "NafHirings":
        """The same table, which also understands ROME 4.0 codes where it was published with v3 codes."""
        return dataclasses.replace(self, parents=dict(zip(rome.codes, rome.parents, strict=True)))

    def hirings(self, naf: str) -> tuple[tuple[str, int], ...]:
        """(ROME code as published, hirings) of a sub-class, most hirings first; empty when none is known."""
        row = self._naf_rows.get(naf)
        if row is None:
            return ()
        span = slice(self.offsets[row], self.offsets[row + 1])
        pairs = zip(self.links[span].tolist(), self.counts[span].tolist(), strict=True)
        return tuple((self.rome_codes[link], count) for link, count in pairs)

    def nafs_for(self, rome_code: str) -> tuple[tuple[str, int], ...]:
        """(NAF sub-class, hirings) that recruit an occupation, most hirings first; a 4.0 code without figures of its
        own gets its v3 parent's."""
        own = self._by_rome.get(rome_code)
        return own if own is not None else self._by_rome.get(self.parents.get(rome_code, ""), ())

    @cached_property
    def share(self) -> NDArray[np.float32]:
        """float32 beside `links`: what part of the sub-class's hirings each ROME code is; a row sums to 1."""
        sizes = np.diff(self.offsets)
        owners = np.repeat(np.arange(len(self.naf_codes)), sizes)
        totals = np.bincount(owners, weights=self.counts, minlength=len(self.naf_codes))
        return (self.counts / totals[owners]).astype(np.float32)

    def section_of(self, naf: str) -> tuple[str, str] | None:
        """(section, label) of a sub-class or division; None when it is not in the nomenclature."""
        section = self.section_of_division.get(naf[:2])
        return None if section is None else (section, self.sections.get(section, ""))

    @cached_property
    def _naf_rows(self) -> dict[str, int]:
        return {code: row for row, code in enumerate(self.naf_codes)}

    @cached_property
    def _by_rome(self) -> dict[str, tuple[tuple[str, int], ...]]:
        found: defaultdict[str, list[tuple[str, int]]] = defaultdict(list)
        for naf in self.naf_codes:
            for rome_code, count in self.hirings(naf):
                found[rome_code].append((naf, count))
        return {code: tuple(sorted(pairs, key=lambda pair: (-pair[1], pair[0]))) for code, pairs in found.items()}

    def save(self, folder: Path) -> None:
        """Write the table into `folder`, which must exist."""
        packed.save(
            folder / FILE,
            {
                "naf_codes": self.naf_codes,
                "rome_codes": self.rome_codes,
                "offsets": self.offsets,
                "links": self.links,
                "counts": self.counts,
                **packed.keys_and_values("labels", self.labels),
                **packed.keys_and_values("sections", self.sections),
                **packed.keys_and_values("section_of_division", self.section_of_division),
            },
        )

    @classmethod
    def load(cls, folder: Path) -> "NafHirings":
        """What `save` wrote in `folder`."""
        columns = packed.load(folder / FILE)
        return cls(
            naf_codes=columns.strings("naf_codes"),
            rome_codes=columns.strings("rome_codes"),
            offsets=columns.int32("offsets"),
            links=columns.int32("links"),
            counts=columns.int32("counts"),
            labels=columns.mapping("labels"),
            sections=columns.mapping("sections"),
            section_of_division=columns.mapping("section_of_division"),
        )
