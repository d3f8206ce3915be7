"""From rows in any order to the sorted arrays of `Rome`."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from features import packed
from features.rome.parts import AppellationRow, OccupationRow, RomeParts, SkillRow
from features.rome.search import LabelWords
from features.rome.tags import Tags

Row = TypeVar("Row", OccupationRow, AppellationRow, SkillRow)


class InconsistentRome(ValueError):
    """Rows that do not describe one referential: a code given twice, or one that nothing defines."""


def build_fields(parts: RomeParts) -> dict[str, Any]:
    """The fields of `Rome` that `parts` describe. Raises InconsistentRome."""
    occupations = _sorted(parts.occupations, "occupation")
    appellations = _sorted(parts.appellations, "appellation")
    skills = _sorted(parts.skills, "skill")
    rows = {occupation.code: row for row, occupation in enumerate(occupations)}
    try:
        return {
            "version": parts.version,
            "grand_domains": dict(sorted(parts.grand_domains.items())),
            "domains": dict(sorted(parts.domains.items())),
            **_occupation_fields(occupations),
            **_appellation_fields(appellations, rows),
            "skill_codes": tuple(skill.code for skill in skills),
            "skill_labels": tuple(skill.label for skill in skills),
            "skill_kinds": tuple(skill.kind for skill in skills),
            **_skill_link_fields(parts, rows, {skill.code: row for row, skill in enumerate(skills)}),
            **_mobility_fields(parts, rows),
            "contexts": Tags.build(parts.contexts, rows),
            "interests": Tags.build(parts.interests, rows),
            "themes": Tags.build(parts.themes, rows),
            "sectors": Tags.build(parts.sectors, rows),
            "naf_divisions": Tags.build(parts.naf_divisions, rows),
            "label_words": LabelWords.build(
                row.label for rows_ in (occupations, appellations, skills) for row in rows_
            ),
        }
    except KeyError as error:
        raise InconsistentRome(
            f"a row of ROME {parts.version} names {error.args[0]!r}, which no occupation or skill row defines: "
            "add that row or remove the link"
        ) from error


def _occupation_fields(occupations: Sequence[OccupationRow]) -> dict[str, Any]:
    return {
        "codes": tuple(row.code for row in occupations),
        "labels": tuple(row.label for row in occupations),
        "parents": tuple(row.parent for row in occupations),
        "definitions": tuple(row.definition for row in occupations),
        "access": tuple(row.access for row in occupations),
        "ecology": tuple(row.ecology for row in occupations),
        "regulated": _flags(row.regulated for row in occupations),
        "executive": _flags(row.executive for row in occupations),
        "digital": _flags(row.digital for row in occupations),
        "demographic": _flags(row.demographic for row in occupations),
    }


def _appellation_fields(appellations: Sequence[AppellationRow], rows: dict[str, int]) -> dict[str, Any]:
    return {
        "appellation_codes": tuple(row.code for row in appellations),
        "appellation_labels": tuple(row.label for row in appellations),
        "appellation_short_labels": tuple(row.short_label for row in appellations),
        "appellation_occupation": np.array([rows[row.rome_code] for row in appellations], dtype=np.int32),
        "appellation_main": _flags(row.main for row in appellations),
        "appellation_rare": _flags(row.rare for row in appellations),
    }


def _skill_link_fields(parts: RomeParts, rows: dict[str, int], skill_rows: dict[str, int]) -> dict[str, Any]:
    occupation = np.array([rows[link.rome_code] for link in parts.skill_links], dtype=np.int32)
    skill = np.array([skill_rows[link.skill_code] for link in parts.skill_links], dtype=np.int32)
    order = np.lexsort((skill, occupation))
    _refuse_twice(occupation[order], skill[order], "skill link", parts)
    return {
        "skill_offsets": _offsets(occupation, len(rows)),
        "skill_links": skill[order],
        "skill_core": _flags(link.core for link in parts.skill_links)[order],
        "skill_emerging": _flags(link.emerging for link in parts.skill_links)[order],
    }


def _mobility_fields(parts: RomeParts, rows: dict[str, int]) -> dict[str, Any]:
    source = np.array([rows[link.rome_code] for link in parts.mobility], dtype=np.int32)
    target = np.array([rows[link.target_code] for link in parts.mobility], dtype=np.int32)
    rank = np.array([link.order for link in parts.mobility], dtype=np.int8)
    by_target = np.lexsort((target, source))
    _refuse_twice(source[by_target], target[by_target], "mobility link", parts)
    order = np.lexsort((target, rank, source))
    return {
        "mobility_offsets": _offsets(source, len(rows)),
        "mobility_targets": target[order],
        "mobility_orders": rank[order],
    }


def _sorted(rows: Iterable[Row], what: str) -> list[Row]:
    ordered = sorted(rows, key=lambda row: row.code)
    code, count = max(Counter(row.code for row in ordered).items(), key=lambda item: item[1], default=("", 0))
    if count > 1:
        raise InconsistentRome(f"{what} code {code!r} is given {count} times: keep one row")
    return ordered


def _refuse_twice(sources: NDArray[np.int32], targets: NDArray[np.int32], what: str, parts: RomeParts) -> None:
    repeated = np.flatnonzero((np.diff(sources) == 0) & (np.diff(targets) == 0))
    if repeated.size:
        code = sorted(row.code for row in parts.occupations)[int(sources[repeated[0]])]
        raise InconsistentRome(f"a {what} of {code} is given twice: keep one row")


def _offsets(rows: NDArray[np.int32], n: int) -> NDArray[np.int32]:
    return packed.offsets_of(np.bincount(rows, minlength=n).tolist())


def _flags(values: Iterable[bool]) -> NDArray[np.bool_]:
    return np.fromiter(values, dtype=np.bool_)
