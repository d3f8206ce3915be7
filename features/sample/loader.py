"""Reads `facts/*.toml`: hand-written facts, one file per *grand domaine*, plus communes, certifications and NAF.

In the occupation files a referential item is one string, `"<code> <label>"`; a star after the code of a
skill says that it is *cœur de métier* for that occupation.
"""

import tomllib
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any, TypeVar

import msgspec

from features.sample.schema import (
    HeadcountMix,
    Labelled,
    SampleCertification,
    SampleCommune,
    SampleFacts,
    SampleOccupation,
    SampleSkill,
    SampleSkillKind,
)

T = TypeVar("T")

_SKILL_KEYS = {
    "know_how": SampleSkillKind.KNOW_HOW,
    "knowledge": SampleSkillKind.KNOWLEDGE,
    "soft": SampleSkillKind.SOFT,
}


class SampleFactError(ValueError):
    """A fact file is wrong; the message names the file, the place and the value."""


@cache
def sample_facts() -> SampleFacts:
    """Every fact of the sample world, read once. Raises SampleFactError when a file is wrong."""
    folder = files("features.sample") / "facts"
    grand_domains: list[Labelled] = []
    domains: list[Labelled] = []
    occupations: list[SampleOccupation] = []
    for path in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if path.name.startswith("occupations_"):
            table = _read(path)
            grand_domains.append(_typed(table["grand_domain"], Labelled, path))
            domains.extend(_typed(table["domain"], list[Labelled], path))
            occupations.extend(_occupation(entry, path) for entry in table["occupation"])
    communes, certifications, naf = (folder / f"{name}.toml" for name in ("communes", "certifications", "naf"))
    naf_table = _read(naf)
    return SampleFacts(
        grand_domains=tuple(grand_domains),
        domains=tuple(domains),
        occupations=tuple(sorted(occupations, key=lambda occupation: occupation.code)),
        communes=tuple(
            sorted(_typed(_read(communes)["commune"], list[SampleCommune], communes), key=lambda commune: commune.insee)
        ),
        certifications=tuple(
            sorted(
                _typed(_read(certifications)["certification"], list[SampleCertification], certifications),
                key=lambda certification: certification.code,
            )
        ),
        naf_labels=_typed(naf_table["labels"], dict[str, str], naf),
        headcount_bands=_typed(naf_table["headcount"]["bands"], tuple[tuple[int, int], ...], naf),
        headcount_mixes=_typed(naf_table["size"], tuple[HeadcountMix, ...], naf),
    )


def _occupation(entry: dict[str, Any], path: Traversable) -> SampleOccupation:
    skills = [
        SampleSkill(code.removesuffix("*"), label, kind, code.endswith("*"))
        for key, kind in _SKILL_KEYS.items()
        for code, label in (_split(item, path) for item in entry.get(key, ()))
    ]
    plain = {key: value for key, value in entry.items() if key not in _SKILL_KEYS}
    for key in ("appellations", "contexts"):
        plain[key] = [Labelled(*_split(item, path)) for item in entry.get(key, ())]
    return _typed({**plain, "skills": skills}, SampleOccupation, path)


def _split(item: str, path: Traversable) -> tuple[str, str]:
    code, _, label = item.partition(" ")
    if not code.removesuffix("*").isdigit() or not label:
        raise SampleFactError(f'{path.name}: {item!r} should read "<code> <label>", e.g. "107740* Réaliser un soin"')
    return code, label


def _read(path: Traversable) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise SampleFactError(f"{path.name} is not TOML: {error}") from error


def _typed(value: object, kind: type[T], path: Traversable) -> T:
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        raise SampleFactError(f"{path.name}: {error}") from error
