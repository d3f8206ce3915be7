"""ROME in memory: occupations, appellations, skills and the links between them, as arrays.

Rows are positions in these arrays. Public codes (ROME, OGR) become rows once, at the border, through `row_of`,
`appellation_row_of` and `skill_row_of`, which raise on an unknown code.
"""

import difflib
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from features.rome import cache
from features.rome.build import build_fields
from features.rome.parts import RomeParts, SkillKind
from features.rome.relation import Relation, relation_matrix
from features.rome.search import ALL_KINDS, Hit, HitKind, LabelIndex, LabelWords
from features.rome.tags import Tags

__all__ = ["Hit", "HitKind", "Relation", "Rome", "SkillKind", "UnknownRomeCode"]


class UnknownRomeCode(ValueError):
    """A ROME or OGR code that this version of the referential does not have."""

    def __init__(self, code: str, version: str, nearest: Collection[str]) -> None:
        hint = f"; nearest: {', '.join(nearest)}" if nearest else ""
        super().__init__(f"unknown code {code[:80]!r} in ROME {version}{hint}")
        self.code = code
        self.nearest = tuple(nearest)


@dataclass(frozen=True, eq=False, kw_only=True)
class Rome:
    """One version of the referential. Build it with `read_archive`, `from_parts` or `load`."""

    version: str

    codes: tuple[str, ...]
    """ROME codes, sorted; every other occupation column follows this order."""
    labels: tuple[str, ...]
    parents: tuple[str, ...]
    """ROME v3 code that each fiche descends from."""
    definitions: tuple[str, ...]
    """What the work is, one sentence a line."""
    access: tuple[str, ...]
    """*Accès au métier*: diplomas, permits, legal requirements, one sentence a line."""
    ecology: tuple[str, ...]
    """*Transition écologique* in the publisher's words, "" where it says nothing."""
    regulated: NDArray[np.bool_]
    """True where the publisher says that the law sets who may work; False is "no" or "not said"."""
    executive: NDArray[np.bool_]
    digital: NDArray[np.bool_]
    demographic: NDArray[np.bool_]
    grand_domains: Mapping[str, str]
    domains: Mapping[str, str]

    appellation_codes: tuple[str, ...]
    """OGR codes, sorted as strings."""
    appellation_labels: tuple[str, ...]
    appellation_short_labels: tuple[str, ...]
    appellation_occupation: NDArray[np.int32]
    """Occupation row of each appellation."""
    appellation_main: NDArray[np.bool_]
    appellation_rare: NDArray[np.bool_]

    skill_codes: tuple[str, ...]
    """OGR codes of know-how, soft skills and knowledge, sorted as strings."""
    skill_labels: tuple[str, ...]
    skill_kinds: tuple[SkillKind, ...]

    skill_offsets: NDArray[np.int32]
    """CSR: skills of occupation i are `skill_links[skill_offsets[i]:skill_offsets[i + 1]]`."""
    skill_links: NDArray[np.int32]
    skill_core: NDArray[np.bool_]
    """*Cœur de métier*, beside `skill_links`."""
    skill_emerging: NDArray[np.bool_]

    mobility_offsets: NDArray[np.int32]
    """CSR, by increasing order within an occupation."""
    mobility_targets: NDArray[np.int32]
    mobility_orders: NDArray[np.int8]

    contexts: Tags
    interests: Tags
    themes: Tags
    sectors: Tags
    naf_divisions: Tags

    label_words: LabelWords
    """Words of the labels of occupations, then appellations, then skills."""

    @classmethod
    def from_parts(cls, parts: RomeParts) -> "Rome":
        """The referential that these rows describe.

        Raises InconsistentRome for a code given twice, or a row that names a code the other rows do not define.
        """
        return cls(**build_fields(parts))

    @classmethod
    def load(cls, folder: Path) -> "Rome":
        """What `save` wrote in `folder`."""
        return cls(**cache.read(folder))

    def save(self, folder: Path) -> None:
        """Write the referential into `folder`, which must exist."""
        cache.write(self, folder)

    @property
    def n_occupations(self) -> int:
        return len(self.codes)

    @property
    def n_appellations(self) -> int:
        return len(self.appellation_codes)

    @property
    def n_skills(self) -> int:
        return len(self.skill_codes)

    def row_of(self, code: str) -> int:
        """Occupation row of a ROME 4.0 code. Raises UnknownRomeCode, which names the nearest codes."""
        row = self._rows.get(code)
        if row is None:
            raise UnknownRomeCode(code, self.version, _nearest(code, self.codes))
        return row

    def contains(self, code: str) -> bool:
        """Whether `code` is a fiche of this version (a v3 code that no fiche kept is not)."""
        return code in self._rows

    def rows_named(self, code: str) -> tuple[int, ...]:
        """The occupation row of the fiche of that very code where there is one, else those of a v3 code. Raises
        UnknownRomeCode."""
        exact = self._rows.get(code)
        return self.resolve(code) if exact is None else (exact,)

    def resolve(self, code: str) -> tuple[int, ...]:
        """Occupation rows that a ROME 4.0 or v3 code may mean.

        The fiche of that very code comes first, then the other fiches that descend from it when it is also a v3
        code. Raises UnknownRomeCode.
        """
        exact = self._rows.get(code)
        children = self._children.get(code, ())
        if exact is None:
            if not children:
                raise UnknownRomeCode(code, self.version, _nearest(code, {*self.codes, *self.parents}))
            return children
        return (exact, *(row for row in children if row != exact))

    def children_of(self, parent: str) -> tuple[int, ...]:
        """Occupation rows that descend from a v3 code, ascending; empty for a code that is not a parent."""
        return self._children.get(parent, ())

    def appellation_row_of(self, code: str) -> int:
        """Row of an appellation's OGR code. Raises UnknownRomeCode."""
        row = self._appellation_rows.get(code)
        if row is None:
            raise UnknownRomeCode(code, self.version, ())
        return row

    def skill_row_of(self, code: str) -> int:
        """Row of a skill's OGR code. Raises UnknownRomeCode."""
        row = self._skill_rows.get(code)
        if row is None:
            raise UnknownRomeCode(code, self.version, ())
        return row

    def get_skill_row(self, code: str) -> int | None:
        """Row of a skill's OGR code, None when this version does not have it."""
        return self._skill_rows.get(code)

    def get_appellation_row(self, code: str) -> int | None:
        """Row of an appellation's OGR code, None when this version does not have it."""
        return self._appellation_rows.get(code)

    def appellations_of(self, occupation: int) -> NDArray[np.int32]:
        """Appellation rows of an occupation row, ascending."""
        order, offsets = self._appellations_by_occupation
        return order[offsets[occupation] : offsets[occupation + 1]]

    def skills_of(self, occupation: int) -> tuple[NDArray[np.int32], NDArray[np.bool_]]:
        """Skill rows of an occupation row, ascending, and whether each is *cœur de métier*."""
        span = slice(self.skill_offsets[occupation], self.skill_offsets[occupation + 1])
        return self.skill_links[span], self.skill_core[span]

    def mobility_of(self, occupation: int) -> tuple[NDArray[np.int32], NDArray[np.int8]]:
        """Next occupations (rows) and their order, nearest first."""
        span = slice(self.mobility_offsets[occupation], self.mobility_offsets[occupation + 1])
        return self.mobility_targets[span], self.mobility_orders[span]

    def contexts_of(self, occupation: int) -> tuple[tuple[str, str], ...]:
        """(code, label) of the work contexts of an occupation row."""
        return self.contexts.of(occupation)

    def interests_of(self, occupation: int) -> tuple[tuple[str, str], ...]:
        """(code, label) of the *centres d'intérêt*, the main one first."""
        return self.interests.of(occupation)

    def themes_of(self, occupation: int) -> tuple[tuple[str, str], ...]:
        """(code, label) of the themes of an occupation row."""
        return self.themes.of(occupation)

    def sectors_of(self, occupation: int) -> tuple[tuple[str, str], ...]:
        """(code, label) of the *secteurs d'activité*, the main one first."""
        return self.sectors.of(occupation)

    def naf_divisions_of(self, occupation: int) -> tuple[tuple[str, str], ...]:
        """(two-digit code, label) of the NAF divisions; "00" is the publisher's "in every sector"."""
        return self.naf_divisions.of(occupation)

    def search(self, text: str, limit: int, kinds: Collection[str] = ALL_KINDS) -> list[Hit]:
        """At most `limit` labels for what was typed so far, best first; an empty text gives none.

        `kinds` are among "metier", "appellation", "competence". Case, accents, gender marks and plurals do not count,
        and the last letters of a word may still be missing.
        """
        return self._label_index.search(text, limit, kinds)

    @cached_property
    def relation(self) -> NDArray[np.uint8]:
        """uint8[n_occupations, n_occupations] of `Relation`: the strongest that holds from row to column."""
        return relation_matrix(self.codes, self.parents, self.mobility_offsets, self.mobility_targets)

    @cached_property
    def families(self) -> tuple[str, ...]:
        """The v3 codes that fiches descend from, sorted."""
        return tuple(sorted(set(self.parents)))

    @cached_property
    def family_of(self) -> NDArray[np.int16]:
        """(n_occupations + 1,) row in `families` of each occupation; the last entry, for an unknown one (-1), is -1."""
        rows = {code: row for row, code in enumerate(self.families)}
        return np.array([*(rows[parent] for parent in self.parents), -1], dtype=np.int16)

    @cached_property
    def _rows(self) -> dict[str, int]:
        return {code: row for row, code in enumerate(self.codes)}

    @cached_property
    def _appellation_rows(self) -> dict[str, int]:
        return {code: row for row, code in enumerate(self.appellation_codes)}

    @cached_property
    def _skill_rows(self) -> dict[str, int]:
        return {code: row for row, code in enumerate(self.skill_codes)}

    @cached_property
    def _children(self) -> dict[str, tuple[int, ...]]:
        children: defaultdict[str, list[int]] = defaultdict(list)
        for row, parent in enumerate(self.parents):
            children[parent].append(row)
        return {parent: tuple(rows) for parent, rows in children.items()}

    @cached_property
    def _appellations_by_occupation(self) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
        order = np.argsort(self.appellation_occupation, kind="stable").astype(np.int32)
        offsets = np.searchsorted(self.appellation_occupation[order], np.arange(self.n_occupations + 1))
        return order, offsets

    @cached_property
    def _label_index(self) -> LabelIndex:
        appellations = zip(
            self.appellation_codes, self.appellation_labels, self.appellation_occupation.tolist(), strict=True
        )
        return LabelIndex(
            [
                *((HitKind.OCCUPATION, code, label, code) for code, label in zip(self.codes, self.labels, strict=True)),
                *((HitKind.APPELLATION, code, label, self.codes[row]) for code, label, row in appellations),
                *(
                    (HitKind.SKILL, code, label, None)
                    for code, label in zip(self.skill_codes, self.skill_labels, strict=True)
                ),
            ],
            self.label_words,
        )


def _nearest(code: str, codes: Collection[str]) -> list[str]:
    return difflib.get_close_matches(code[:10].upper(), sorted(codes), n=3, cutoff=0.6)
