"""What a ROME is made of, as plain rows: the input of `Rome.from_parts`.

The archive loader and the sample world both describe a referential with these rows, in any order.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple


class SkillKind(StrEnum):
    """The three kinds of *compétences* that a fiche lists (work contexts are not skills)."""

    KNOW_HOW = "savoir-faire"
    SOFT = "savoir-être"
    KNOWLEDGE = "savoir"


class OccupationRow(NamedTuple):
    """A *fiche métier*."""

    code: str
    label: str
    parent: str
    """The ROME v3 code that the fiche descends from; its own code when it is that of a v3 fiche."""
    definition: str = ""
    access: str = ""
    """How one gets into the occupation (*accès au métier*): diplomas, permits, legal requirements."""
    regulated: bool = False
    executive: bool = False
    """*Emploi cadre*."""
    ecology: str = ""
    """*Transition écologique*, in the publisher's words: "Emploi Vert", "Emploi Blanc" …"""
    digital: bool = False
    """Concerned by the *transition numérique*."""
    demographic: bool = False
    """Concerned by the *transition démographique*."""


class AppellationRow(NamedTuple):
    """A job title of a fiche."""

    code: str
    label: str
    short_label: str
    rome_code: str
    main: bool = False
    """The title that names the fiche (*classification* PRINCIPALE)."""
    rare: bool = False
    """*Peu usité*."""


class SkillRow(NamedTuple):
    code: str
    label: str
    kind: SkillKind


class SkillLinkRow(NamedTuple):
    rome_code: str
    skill_code: str
    core: bool = False
    """*Cœur de métier*: "Principale"."""
    emerging: bool = False
    """*Cœur de métier*: "Émergente"."""


class MobilityRow(NamedTuple):
    rome_code: str
    target_code: str
    order: int
    """*Numéro d'ordre*: 1 is the nearest occupation."""


class TagRow(NamedTuple):
    """A fiche and something it is filed under; rows of one fiche are kept in the order given."""

    rome_code: str
    code: str
    label: str


@dataclass(frozen=True, kw_only=True)
class RomeParts:
    """Every row of a referential, in any order."""

    version: str
    occupations: Sequence[OccupationRow]
    appellations: Sequence[AppellationRow]
    skills: Sequence[SkillRow]
    skill_links: Sequence[SkillLinkRow]
    mobility: Sequence[MobilityRow] = ()
    contexts: Sequence[TagRow] = ()
    """Work contexts: hours, places, conditions."""
    interests: Sequence[TagRow] = ()
    """*Centres d'intérêt*."""
    themes: Sequence[TagRow] = ()
    sectors: Sequence[TagRow] = ()
    """*Secteurs d'activité* (sub-sectors)."""
    naf_divisions: Sequence[TagRow] = ()
    """NAF divisions, two digits."""
    grand_domains: Mapping[str, str] = field(default_factory=dict)
    domains: Mapping[str, str] = field(default_factory=dict)
