"""What a fact of the sample world looks like, once read. Everything is frozen and already checked."""

from enum import StrEnum

import msgspec

from features.records import Licence


class SampleSkillKind(StrEnum):
    """The three kinds of skill of a ROME sheet."""

    KNOW_HOW = "savoir-faire"
    SOFT = "savoir-être"
    KNOWLEDGE = "savoir"


class Fact(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of all facts: immutable, compared by value; an unknown key in a file is an error."""


class Labelled(msgspec.Struct, frozen=True):
    """A code of a referential and its official label."""

    code: str
    label: str


class SampleSkill(msgspec.Struct, frozen=True):
    """A skill of one occupation; `core` is ROME's *cœur de métier* flag for that occupation."""

    code: str
    label: str
    kind: SampleSkillKind
    core: bool


class Requirements(Fact, frozen=True, kw_only=True):
    """What an offer of this occupation usually demands; None: nothing."""

    education: int | None = None
    """French national framework level, 3 to 8 (see `records.Education.level`)."""
    licence: Licence | None = None


class SampleOccupation(Fact, frozen=True, kw_only=True):
    """One ROME 4.0 occupation: the referential's facts, and orders of magnitude of its labour market."""

    code: str
    parent: str
    """The ROME v3 code it comes from (`code_rome_parent`)."""
    label: str
    definition: str
    access: str
    regulated: bool = False
    executive: bool = False
    appellations: tuple[Labelled, ...]
    skills: tuple[SampleSkill, ...]
    contexts: tuple[Labelled, ...] = ()
    mobility: tuple[str, ...] = ()
    """Codes of near occupations of the sample, nearest first."""
    naf: tuple[tuple[str, int], ...]
    """NAF classes that recruit it, with a relative weight."""
    offers_weight: int
    """Relative number of offers in the country."""
    difficult_share: float
    """Share of recruitment projects that employers judge difficult, 0..1."""
    pay: tuple[int, int]
    """Usual gross euros a month for full time, low and high."""
    titles: tuple[str, ...]
    """How people write the job in offers and CVs."""
    requires: Requirements = Requirements()


class SampleCommune(Fact, frozen=True, kw_only=True):
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
    code: str
    """RNCP number with its prefix."""
    label: str
    level: int
    """French national framework level, 3 to 8."""
    rome_codes: tuple[str, ...]
    """As the publisher writes them: ROME v3 codes."""


class HeadcountMix(Fact, frozen=True, kw_only=True):
    """How establishments with employees spread over the headcount bands, for some NAF divisions."""

    divisions: tuple[str, ...]
    """Two-digit NAF divisions; "00" stands for every division that no other mix names."""
    shares: tuple[float, ...]
    """One a band, in any unit."""


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
    headcount_bands: tuple[tuple[int, int], ...]
    """Inclusive bounds of each band, smallest first."""
    headcount_mixes: tuple[HeadcountMix, ...]

    def headcount_shares(self, naf: str) -> tuple[float, ...]:
        """Probability of each headcount band for an establishment of NAF class `naf`; they sum to 1."""
        ordinary = next(mix for mix in self.headcount_mixes if "00" in mix.divisions)
        mix = next((mix for mix in self.headcount_mixes if naf[:2] in mix.divisions), ordinary)
        total = sum(mix.shares)
        return tuple(share / total for share in mix.shares)
