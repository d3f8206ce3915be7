"""The sample world as reference data: what the publishers' files give, made from the hand-written facts."""

from collections import Counter
from functools import cache

import msgspec

from features.certifications import CertificationRow, Certifications
from features.communes import CommuneRow, Communes
from features.naf import NafHirings
from features.reference import Reference
from features.rome.parts import (
    AppellationRow,
    MobilityRow,
    OccupationRow,
    RomeParts,
    SkillLinkRow,
    SkillRow,
    TagRow,
)
from features.rome.referential import Rome
from features.sample.loader import sample_facts
from features.sample.schema import SampleFacts
from features.tension import Tension, TensionRow

ROME_VERSION = "60 (sample)"
"""The codes and labels of the sample are those of ROME 4.0 version 60."""

OFFERS_PER_WEIGHT = 100
"""Recruitment projects in the whole sample for one unit of `offers_weight`."""

DIVIDED_CITIES = ("75056", "69123")
"""Paris and Lyon, whose people are counted by arrondissement."""

ARRONDISSEMENT_PREFIXES = ("751", "6938")
"""Paris and Lyon: INSEE codes of their municipal arrondissements."""


@cache
def sample_reference() -> Reference:
    """The reference data of the sample world, built once. Raises SampleFactError when a fact file is wrong."""
    return reference_of(sample_facts())


@cache
def sample_region(areas: tuple[str, ...]) -> Reference:
    """The reference data of the sample world with the communes of these employment areas alone: a world generated from
    them is as dense as a small one can be. Raises ValueError for an area that the sample does not have."""
    facts = sample_facts()
    unknown = set(areas) - {commune.employment_area for commune in facts.communes}
    if unknown:
        raise ValueError(f"the sample world has no employment area {', '.join(sorted(unknown))}")
    inside = tuple(commune for commune in facts.communes if commune.employment_area in areas)
    return reference_of(msgspec.structs.replace(facts, communes=inside))


def reference_of(facts: SampleFacts) -> Reference:
    """Reference data that say exactly what `facts` say."""
    return Reference.of(
        Rome.from_parts(_rome(facts)),
        Communes.build(_communes(facts)),
        Certifications.build(_certifications(facts)),
        _tension(facts),
        _naf(facts),
    )


def _rome(facts: SampleFacts) -> RomeParts:
    occupations = facts.occupations
    skills = {
        skill.code: SkillRow(skill.code, skill.label, skill.kind)
        for occupation in occupations
        for skill in occupation.skills
    }
    return RomeParts(
        version=ROME_VERSION,
        occupations=[
            OccupationRow(
                occupation.code,
                occupation.label,
                occupation.parent,
                occupation.definition,
                occupation.access,
                occupation.regulated,
                occupation.executive,
            )
            for occupation in occupations
        ],
        appellations=[
            AppellationRow(title.code, title.label, title.label, occupation.code, position == 0, title.rare)
            for occupation in occupations
            for position, title in enumerate(occupation.appellations)
        ],
        skills=list(skills.values()),
        skill_links=[
            SkillLinkRow(occupation.code, skill.code, skill.core, skill.emerging)
            for occupation in occupations
            for skill in occupation.skills
        ],
        mobility=[
            MobilityRow(occupation.code, target, order)
            for occupation in occupations
            for order, target in enumerate(occupation.mobility, start=1)
        ],
        contexts=[
            TagRow(occupation.code, context.code, context.label)
            for occupation in occupations
            for context in occupation.contexts
        ],
        grand_domains={domain.code: domain.label for domain in facts.grand_domains},
        domains={domain.code: domain.label for domain in facts.domains},
    )


def _communes(facts: SampleFacts) -> list[CommuneRow]:
    return [
        CommuneRow(
            commune.insee,
            commune.name,
            commune.departement,
            commune.region,
            commune.postcodes,
            commune.lat,
            commune.lon,
            commune.population,
            commune.employment_area,
            commune.employment_area_name,
            commune.insee.startswith(ARRONDISSEMENT_PREFIXES),
        )
        for commune in facts.communes
    ]


def _certifications(facts: SampleFacts) -> list[CertificationRow]:
    return [
        CertificationRow(
            certification.code,
            certification.label,
            certification.level,
            active=True,
            expires=certification.expires.isoformat(),
            rome_codes=certification.rome_codes,
        )
        for certification in facts.certifications
    ]


def _tension(facts: SampleFacts) -> Tension:
    """One group of the survey an occupation: projects follow the people of each employment area, difficulty is ours."""
    people: Counter[tuple[str, str]] = Counter()
    for commune in facts.communes:
        if commune.insee in DIVIDED_CITIES:
            continue
        people[commune.employment_area, commune.departement] += commune.population
    rows = []
    for occupation in facts.occupations:
        for (area, departement), inhabitants in people.items():
            projects = occupation.market.offers_weight * OFFERS_PER_WEIGHT * inhabitants / people.total()
            difficult = projects * occupation.market.difficult_share
            rows.append(TensionRow(occupation.code, area, departement, projects, difficult))
    codes = {occupation.code for occupation in facts.occupations}
    return Tension.build(
        rows,
        {occupation.code: occupation.label for occupation in facts.occupations},
        {
            occupation.code: (
                (occupation.code,) if occupation.parent in codes else (occupation.code, occupation.parent)
            )
            for occupation in facts.occupations
        },
    )


def _naf(facts: SampleFacts) -> NafHirings:
    """Hirings of an occupation: its weight in offers, shared over the activities that recruit it."""
    hirings = {
        (naf, occupation.code): occupation.market.offers_weight * weight
        for occupation in facts.occupations
        for naf, weight in occupation.naf
    }
    return NafHirings.build(
        hirings,
        facts.naf_labels,
        {section.code: section.label for section in facts.naf_sections},
        {division: section.code for section in facts.naf_sections for division in section.divisions},
    )
