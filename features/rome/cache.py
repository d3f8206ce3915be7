"""The referential on disk: one npz file that reads back in milliseconds."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from features import packed
from features.rome.parts import SkillKind
from features.rome.search import LabelWords
from features.rome.tags import Tags

if TYPE_CHECKING:
    from features.rome.referential import Rome

FILE = "rome.npz"

_TEXTS = (
    "codes",
    "labels",
    "parents",
    "definitions",
    "access",
    "ecology",
    "appellation_codes",
    "appellation_labels",
    "appellation_short_labels",
    "skill_codes",
    "skill_labels",
)
_FLAGS = (
    "regulated",
    "executive",
    "digital",
    "demographic",
    "appellation_main",
    "appellation_rare",
    "skill_core",
    "skill_emerging",
)
_INTEGERS = ("appellation_occupation", "skill_offsets", "skill_links", "mobility_offsets", "mobility_targets")
_TAGS = ("contexts", "interests", "themes", "sectors", "naf_divisions")
_MAPPINGS = ("grand_domains", "domains")


def write(rome: "Rome", folder: Path) -> None:
    columns: dict[str, packed.Column] = {"version": (rome.version,)}
    for name in (*_TEXTS, *_FLAGS, *_INTEGERS, "mobility_orders"):
        columns[name] = getattr(rome, name)
    columns["skill_kinds"] = [kind.value for kind in rome.skill_kinds]
    for name in _TAGS:
        columns |= getattr(rome, name).columns(name)
    for name in _MAPPINGS:
        columns |= packed.keys_and_values(name, getattr(rome, name))
    columns |= rome.label_words.columns()
    packed.save(folder / FILE, columns)


def read(folder: Path) -> dict[str, Any]:
    """The fields of `Rome`, as `write` wrote them."""
    columns = packed.load(folder / FILE)
    kinds = {kind.value: kind for kind in SkillKind}
    return {
        "version": columns.strings("version")[0],
        **{name: columns.strings(name) for name in _TEXTS},
        **{name: columns.flags(name) for name in _FLAGS},
        **{name: columns.int32(name) for name in _INTEGERS},
        "mobility_orders": columns.int8("mobility_orders"),
        "skill_kinds": tuple(kinds[value] for value in columns.strings("skill_kinds")),
        **{name: Tags.from_columns(columns, name) for name in _TAGS},
        **{name: columns.mapping(name) for name in _MAPPINGS},
        "label_words": LabelWords.from_columns(columns),
    }
