"""Reads `facts/*.toml`: hand-written facts, one file per *grand domaine*, plus communes, certifications and NAF.

In the occupation files an item of ROME is one string, `"<code> <label>"`, with a mark after some codes: `*` for a
skill that is *cœur de métier* of that occupation, `+` for one that is becoming so (*émergente*), `~` for a rare title.
"""

import tomllib
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any, TypeVar

import msgspec

from features.rome.parts import SkillKind
from features.sample.schema import (
    Labelled,
    NafSection,
    SampleAppellation,
    SampleCertification,
    SampleCommune,
    SampleFacts,
    SampleOccupation,
    SampleSkill,
)

T = TypeVar("T")

_SKILL_KEYS = {"know_how": SkillKind.KNOW_HOW, "knowledge": SkillKind.KNOWLEDGE, "soft": SkillKind.SOFT}


class SampleFactError(ValueError):
    """A fact file is wrong; the message names the file, the place and the value."""


@cache
def sample_facts() -> SampleFacts:
    """Every fact of the sample world, read once. Raises SampleFactError when a file is wrong."""
    return read_facts(files("features.sample") / "facts")


def read_facts(folder: Traversable) -> SampleFacts:
    """The facts written in `folder`. Raises SampleFactError."""
    grand_domains: list[Labelled] = []
    domains: list[Labelled] = []
    occupations: list[SampleOccupation] = []
    for path in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if path.name.startswith("occupations_"):
            table = _read(path)
            grand_domains.append(_typed(table, "grand_domain", Labelled, path))
            domains.extend(_typed(table, "domain", list[Labelled], path))
            occupations.extend(_occupation(entry, path) for entry in table.get("occupation", ()))
    communes, certifications, naf = (folder / f"{name}.toml" for name in ("communes", "certifications", "naf"))
    places = _typed(_read(communes), "commune", list[SampleCommune], communes)
    diplomas = _typed(_read(certifications), "certification", list[SampleCertification], certifications)
    activities = _read(naf)
    return SampleFacts(
        grand_domains=tuple(grand_domains),
        domains=tuple(domains),
        occupations=tuple(sorted(occupations, key=lambda occupation: occupation.code)),
        communes=tuple(sorted(places, key=lambda commune: commune.insee)),
        certifications=tuple(sorted(diplomas, key=lambda certification: certification.code)),
        naf_labels=_typed(activities, "labels", dict[str, str], naf),
        naf_sections=_typed(activities, "section", tuple[NafSection, ...], naf),
    )


def _occupation(entry: dict[str, Any], path: Traversable) -> SampleOccupation:
    values = {key: value for key, value in entry.items() if key not in _SKILL_KEYS}
    values["skills"] = [
        SampleSkill(code, label, kind, mark == "*", mark == "+")
        for key, kind in _SKILL_KEYS.items()
        for code, mark, label in _items(entry, key, path)
    ]
    values["appellations"] = [
        SampleAppellation(code, label, mark == "~") for code, mark, label in _items(entry, "appellations", path)
    ]
    values["contexts"] = [Labelled(code, label) for code, _, label in _items(entry, "contexts", path)]
    return _typed({"occupation": values}, "occupation", SampleOccupation, path)


def _items(entry: dict[str, Any], key: str, path: Traversable) -> list[tuple[str, str, str]]:
    """(code, mark, label) of each `"<code><mark> <label>"`; the mark is "*", "+", "~" or ""."""
    found = []
    for item in entry.get(key, ()):
        head, _, label = str(item).partition(" ")
        code = head.rstrip("*+~")
        if not code.isdigit() or not label or len(head) > len(code) + 1:
            raise SampleFactError(
                f'{path.name}: {item!r} in {key} of {entry.get("code", "?")} should read "<code> <label>", '
                'e.g. "107740* Réaliser un soin"'
            )
        found.append((code, head[len(code) :], label))
    return found


def _read(path: Traversable) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise SampleFactError(f"{path.name} cannot be read as TOML: {error}") from error


def _typed(table: dict[str, Any], key: str, kind: type[T], path: Traversable) -> T:
    try:
        return msgspec.convert(table[key], kind)
    except KeyError as error:
        raise SampleFactError(f"{path.name} has no [{key}]") from error
    except msgspec.ValidationError as error:
        code = table[key].get("code", "") if isinstance(table[key], dict) else ""
        raise SampleFactError(f"{path.name}, {key} {code}: {error}") from error
