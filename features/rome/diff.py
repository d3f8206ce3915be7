"""What a new release of ROME changes: shown before it is imported."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from features.rome.referential import Rome


@dataclass(frozen=True, slots=True)
class Entry:
    """A code and its label."""

    code: str
    label: str


@dataclass(frozen=True, slots=True)
class Change:
    """A code whose label, occupation or parent is no longer the same."""

    code: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Link:
    """An occupation and the code that it is linked to."""

    rome_code: str
    code: str


@dataclass(frozen=True, slots=True)
class Codes:
    """Changes of one list of codes, each sorted by code."""

    added: tuple[Entry, ...]
    dropped: tuple[Entry, ...]
    renamed: tuple[Change, ...]
    moved: tuple[Change, ...]
    """Occupations: another v3 parent. Appellations: another occupation. Skills: another kind."""


@dataclass(frozen=True, slots=True)
class Links:
    """Changes of one list of links, each sorted."""

    added: tuple[Link, ...]
    dropped: tuple[Link, ...]
    changed: tuple[Link, ...]
    """Skills: *cœur de métier* is no longer the same. Mobility: the order is not."""


@dataclass(frozen=True, slots=True)
class RomeDiff:
    """From the `old` version to the `new` one."""

    old: str
    new: str
    occupations: Codes
    appellations: Codes
    skills: Codes
    skill_links: Links
    mobility: Links
    rewritten: tuple[str, ...]
    """ROME codes in both versions whose definition or access text changed."""

    @property
    def is_empty(self) -> bool:
        return not self.rewritten and all(count == 0 for counts in self.counts().values() for count in counts.values())

    def counts(self) -> dict[str, dict[str, int]]:
        """How many of each change, by list."""
        lists: dict[str, Codes | Links] = {
            "occupations": self.occupations,
            "appellations": self.appellations,
            "skills": self.skills,
            "skill_links": self.skill_links,
            "mobility": self.mobility,
        }
        return {
            name: {field: len(getattr(changes, field)) for field in changes.__dataclass_fields__}
            for name, changes in lists.items()
        }

    def as_dict(self) -> dict[str, Any]:
        """Everything, as plain containers."""
        return asdict(self)


def diff(old: Rome, new: Rome) -> RomeDiff:
    """What changes from one version to another, whatever the order of the rows in either."""
    return RomeDiff(
        old.version,
        new.version,
        occupations=_codes(_pairs(old.codes, old.labels, old.parents), _pairs(new.codes, new.labels, new.parents)),
        appellations=_codes(_appellations(old), _appellations(new)),
        skills=_codes(
            _pairs(old.skill_codes, old.skill_labels, old.skill_kinds),
            _pairs(new.skill_codes, new.skill_labels, new.skill_kinds),
        ),
        skill_links=_links(_skill_links(old), _skill_links(new)),
        mobility=_links(_mobility(old), _mobility(new)),
        rewritten=_rewritten(old, new),
    )


def _pairs(codes: Sequence[str], labels: Sequence[str], places: Sequence[str]) -> dict[str, tuple[str, str]]:
    return {code: (label, place) for code, label, place in zip(codes, labels, places, strict=True)}


def _appellations(rome: Rome) -> dict[str, tuple[str, str]]:
    occupations = [rome.codes[row] for row in rome.appellation_occupation.tolist()]
    return _pairs(rome.appellation_codes, rome.appellation_labels, occupations)


def _skill_links(rome: Rome) -> dict[tuple[str, str], int]:
    found = {}
    for row, code in enumerate(rome.codes):
        span = slice(rome.skill_offsets[row], rome.skill_offsets[row + 1])
        strength = 2 * rome.skill_core[span].astype(int) + rome.skill_emerging[span]
        for skill, value in zip(rome.skill_links[span].tolist(), strength.tolist(), strict=True):
            found[code, rome.skill_codes[skill]] = value
    return found


def _mobility(rome: Rome) -> dict[tuple[str, str], int]:
    found = {}
    for row, code in enumerate(rome.codes):
        targets, orders = rome.mobility_of(row)
        for target, order in zip(targets.tolist(), orders.tolist(), strict=True):
            found[code, rome.codes[target]] = order
    return found


def _rewritten(old: Rome, new: Rome) -> tuple[str, ...]:
    before = _pairs(old.codes, old.definitions, old.access)
    after = _pairs(new.codes, new.definitions, new.access)
    return tuple(code for code in new.codes if code in before and before[code] != after[code])


def _codes(old: Mapping[str, tuple[str, str]], new: Mapping[str, tuple[str, str]]) -> Codes:
    both = sorted(old.keys() & new.keys())
    return Codes(
        added=tuple(Entry(code, new[code][0]) for code in sorted(new.keys() - old.keys())),
        dropped=tuple(Entry(code, old[code][0]) for code in sorted(old.keys() - new.keys())),
        renamed=tuple(Change(code, old[code][0], new[code][0]) for code in both if old[code][0] != new[code][0]),
        moved=tuple(Change(code, old[code][1], new[code][1]) for code in both if old[code][1] != new[code][1]),
    )


def _links(old: Mapping[tuple[str, str], int], new: Mapping[tuple[str, str], int]) -> Links:
    return Links(
        added=tuple(Link(*pair) for pair in sorted(new.keys() - old.keys())),
        dropped=tuple(Link(*pair) for pair in sorted(old.keys() - new.keys())),
        changed=tuple(Link(*pair) for pair in sorted(old.keys() & new.keys()) if old[pair] != new[pair]),
    )
