"""What a fact of the sample world looks like, once read. Everything is frozen and already checked."""

import datetime as dt

import msgspec

from features.records import Licence
from features.rome.parts import SkillKind


class Fact(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of all facts: immutable, compared by value; an unknown key in a file is an error."""


class Labelled(msgspec.Struct, frozen=True):
    """A code of a referential and its official label."""

    code: str
    label: str


class SampleAppellation(msgspec.Struct, frozen=True):
    """A job title of one occupation; `rare` is ROME's *peu usité*."""

    code: str
    label: str
    rare: bool


class SampleSkill(msgspec.Struct, frozen=True):
    """A skill of one occupation; `core` and `emerging` are ROME's *cœur de métier* flag for that occupation."""

    code: str
    label: str
    kind: SkillKind
    core: bool
    """*Principale*."""
    emerging: bool
    """*Émergente*."""


class Market(Fact, frozen=True, kw_only=True):
    """Our own orders of magnitude for one occupation, chosen by hand: no published statistic."""

    offers_weight: int
    """Relative number of offers in the country."""
    difficult_share: float
    """Share of recruitment projects that employers judge difficult, 0..1."""
    pay: tuple[int, int]
    """Usual gross euros a month for full time, low and high."""


class Requirements(Fact, frozen=True, kw_only=True):
    """What an offer of this occupation usually demands; None: nothing."""

    education: int | None = None
    """French national framework level, 3 to 8 (see `records.Education.level`)."""
    licence: Licence | None = None


class SampleOccupation(Fact, frozen=True, kw_only=True):
    """One ROME 4.0 occupation: the referential's facts, and what we say of its labour market."""

    code: str
    parent: str
    """The ROME v3 code it comes from (`code_rome_parent`)."""
    label: str
    definition: str
    """In our own words."""
    access: str
    """Diplomas and legal requirements, in our own words."""
    regulated: bool = False
    executive: bool = False
    appellations: tuple[SampleAppellation, ...]
    """The first is the title that names the occupation."""
    skills: tuple[SampleSkill, ...]
    contexts: tuple[Labelled, ...] = ()
    mobility: tuple[str, ...] = ()
    """Codes of near occupations of the sample, nearest first."""
    naf: tuple[tuple[str, int], ...]
    """NAF classes that recruit it, with our own relative weight."""
    market: Market
    titles: tuple[str, ...]
    """How people write the job in offers and CVs."""
    requires: Requirements = Requirements()


class SampleCommune(Fact, frozen=True, kw_only=True):
    """One commune, or one municipal arrondissement of Paris or Lyon, which are communes of the sample too."""

    insee: str
    name: str
    departement: str
    region: str
    """INSEE region code."""
    postcodes: tuple[str, ...]
    population: int
    lat: float
    lon: float
    employment_area: str
    employment_area_name: str


class SampleCertification(Fact, frozen=True, kw_only=True):
    """One certification of the RNCP."""

    code: str
    """RNCP number with its prefix."""
    label: str
    level: int
    """French national framework level, 3 to 8."""
    expires: dt.date
    """Last day of its registration."""
    rome_codes: tuple[str, ...]
    """ROME v3 codes, as the register writes them; those outside the sample are left out."""


class NafSection(Fact, frozen=True, kw_only=True):
    """A section of the NAF and its two-digit divisions."""

    code: str
    label: str
    divisions: tuple[str, ...]


class SampleFacts(Fact, frozen=True, kw_only=True):
    """The whole sample world, as written by hand."""

    grand_domains: tuple[Labelled, ...]
    domains: tuple[Labelled, ...]
    occupations: tuple[SampleOccupation, ...]
    """Sorted by code."""
    communes: tuple[SampleCommune, ...]
    """Sorted by INSEE code."""
    certifications: tuple[SampleCertification, ...]
    """Sorted by code."""
    naf_labels: dict[str, str]
    naf_sections: tuple[NafSection, ...]
