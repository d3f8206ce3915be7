"""What the hand-written facts promise: enough of everything, closed, well formed, nothing twice."""

import re
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from features.geo import haversine_km
from features.rome.parts import SkillKind
from features.sample.loader import sample_facts
from features.sample.schema import SampleFacts, SampleOccupation

OVERSEAS = {"01": "Guadeloupe", "02": "Martinique", "03": "Guyane", "04": "La Réunion", "06": "Mayotte"}
MINIMUM_WAGE = 1801
"""Monthly SMIC in euros when the facts were written: no usual pay starts below it."""


@pytest.fixture(scope="module")
def facts() -> SampleFacts:
    return sample_facts()


def occupation(facts: SampleFacts, code: str) -> SampleOccupation:
    return next(found for found in facts.occupations if found.code == code)


def test_at_least_120_occupations_over_the_14_grands_domaines(facts: SampleFacts) -> None:
    assert len(facts.occupations) >= 120
    assert "".join(domain.code for domain in facts.grand_domains) == "ABCDEFGHIJKLMN"
    count = Counter(found.code[0] for found in facts.occupations)
    assert min(count.values()) >= 8
    assert len(count) == 14


def test_120_occupations_have_three_titles_and_eight_skills_or_more(facts: SampleFacts) -> None:
    rich = [found for found in facts.occupations if len(found.appellations) >= 3 and len(found.skills) >= 8]
    assert len(rich) >= 120
    assert all(found.appellations and len(found.skills) >= 8 for found in facts.occupations)


def test_every_occupation_has_core_skills_and_mostly_know_how(facts: SampleFacts) -> None:
    for found in facts.occupations:
        assert sum(skill.core for skill in found.skills) >= 3, found.code
        assert sum(skill.kind is SkillKind.KNOW_HOW for skill in found.skills) >= 5, found.code
        assert any(skill.kind is SkillKind.SOFT for skill in found.skills), found.code


def test_codes_are_shaped_as_their_referentials_write_them(facts: SampleFacts) -> None:
    for found in facts.occupations:
        assert re.fullmatch(r"[A-N]\d{4}", found.code)
        assert re.fullmatch(r"[A-N]\d{4}", found.parent)
        items = [*found.appellations, *found.skills, *found.contexts]
        assert all(re.fullmatch(r"\d{5,6}", item.code) for item in items), found.code
    assert all(re.fullmatch(r"RNCP\d{3,5}", found.code) for found in facts.certifications)
    assert all(re.fullmatch(r"\d{4}[A-Z]", naf) for naf in facts.naf_labels)
    for commune in facts.communes:
        assert re.fullmatch(r"\d{5}", commune.insee)
        assert re.fullmatch(r"\d{4}", commune.employment_area)
        assert commune.postcodes
        assert all(re.fullmatch(r"\d{5}", postcode) for postcode in commune.postcodes)


def test_nothing_is_written_twice(facts: SampleFacts) -> None:
    def once(codes: list[str]) -> bool:
        return len(codes) == len(set(codes))

    assert once([found.code for found in facts.occupations])
    assert once([title.code for found in facts.occupations for title in found.appellations])
    assert once([commune.insee for commune in facts.communes])
    assert once([found.code for found in facts.certifications])
    assert once([domain.code for domain in facts.domains])
    for found in facts.occupations:
        assert once([skill.code for skill in found.skills]), found.code
        assert once([context.code for context in found.contexts]), found.code
        assert once(list(found.mobility)), found.code
        assert once([naf for naf, _ in found.naf]), found.code
        assert once([title.casefold() for title in found.titles]), found.code
    assert once([found.definition for found in facts.occupations])


def test_a_skill_has_one_label_and_one_kind_everywhere(facts: SampleFacts) -> None:
    seen: dict[str, tuple[str, SkillKind]] = {}
    for found in facts.occupations:
        for skill in found.skills:
            assert seen.setdefault(skill.code, (skill.label, skill.kind)) == (skill.label, skill.kind)
    contexts: dict[str, str] = {}
    for found in facts.occupations:
        for context in found.contexts:
            assert contexts.setdefault(context.code, context.label) == context.label
    assert not seen.keys() & contexts.keys()


def test_mobility_is_closed_and_leads_somewhere(facts: SampleFacts) -> None:
    codes = {found.code for found in facts.occupations}
    for found in facts.occupations:
        assert set(found.mobility) <= codes - {found.code}
    assert sum(bool(found.mobility) for found in facts.occupations) / len(codes) > 0.85


def test_domains_are_those_of_the_occupations(facts: SampleFacts) -> None:
    assert {domain.code for domain in facts.domains} == {found.code[:3] for found in facts.occupations}


def test_activities_have_labels_and_sections_and_all_serve(facts: SampleFacts) -> None:
    used = {naf for found in facts.occupations for naf, _ in found.naf}
    assert used == facts.naf_labels.keys()
    divisions = [division for section in facts.naf_sections for division in section.divisions]
    assert len(divisions) == len(set(divisions))
    assert {naf[:2] for naf in used} <= set(divisions)
    assert all(weight > 0 for found in facts.occupations for _, weight in found.naf)


def test_the_labour_market_figures_are_plausible(facts: SampleFacts) -> None:
    for found in facts.occupations:
        low, high = found.market.pay
        assert MINIMUM_WAGE <= low < high <= 10_000, found.code
        assert 0 < found.market.difficult_share < 1, found.code
        assert found.market.offers_weight >= 1, found.code
        assert 2 <= len(found.titles) <= 6, found.code
        assert found.requires.education is None or 3 <= found.requires.education <= 8, found.code


def test_what_the_law_demands_is_written(facts: SampleFacts) -> None:
    assert occupation(facts, "N4101").requires.licence == "C"
    assert occupation(facts, "N4103").requires.licence == "D"
    assert occupation(facts, "J1501").regulated
    assert not occupation(facts, "N1105").regulated
    assert occupation(facts, "H1206").executive
    assert all(found.definition.endswith(".") and found.access.endswith(".") for found in facts.occupations)


def test_communes_lie_in_areas_where_a_radius_means_something(facts: SampleFacts) -> None:
    assert len(facts.communes) >= 60
    areas = Counter(commune.employment_area for commune in facts.communes)
    assert len(areas) >= 12
    assert min(areas.values()) >= 3
    for area in areas:
        inside = [commune for commune in facts.communes if commune.employment_area == area]
        lats = np.array([commune.lat for commune in inside])
        lons = np.array([commune.lon for commune in inside])
        for lat, lon in zip(lats, lons, strict=True):
            near = np.sort(haversine_km(lat, lon, lats, lons))
            assert near[1] < 20, area
            assert near[-1] < 45, area
        assert len({commune.employment_area_name for commune in inside}) == 1


def test_overseas_is_there(facts: SampleFacts) -> None:
    regions = Counter(commune.region for commune in facts.communes)
    assert all(regions[region] >= 3 for region in OVERSEAS)


@pytest.mark.parametrize(
    ("insee", "name"),
    [("23096", "Guéret"), ("44184", "Saint-Nazaire"), ("25388", "Montbéliard"), ("75112", "Paris 12e Arrondissement")],
)
def test_places_that_the_examples_name(facts: SampleFacts, insee: str, name: str) -> None:
    assert [commune.name for commune in facts.communes if commune.insee == insee] == [name]


def test_at_least_60_certifications_lead_to_occupations_of_the_sample(facts: SampleFacts) -> None:
    assert len(facts.certifications) >= 60
    known = {code for found in facts.occupations for code in (found.code, found.parent)}
    for certification in facts.certifications:
        assert certification.rome_codes
        assert set(certification.rome_codes) <= known
        assert 3 <= certification.level <= 8
    assert len({code for found in facts.certifications for code in found.rome_codes}) >= 70


def test_the_occupations_of_the_examples(facts: SampleFacts) -> None:
    bakers = occupation(facts, "D1102")
    assert bakers.naf[0][0] == "1071C"
    assert facts.naf_labels["1071C"] == "Boulangerie et boulangerie-pâtisserie"
    assert "J1501" in {code for found in facts.certifications if found.code == "RNCP35830" for code in found.rome_codes}


def test_the_page_on_data_gives_these_figures(facts: SampleFacts) -> None:
    page = (Path(__file__).parents[3] / "docs" / "data.md").read_text(encoding="utf-8")
    areas = {commune.employment_area for commune in facts.communes}
    for figure in (
        f"{len(facts.occupations)} occupations",
        f"{len(facts.communes)} communes over {len(areas)} employment areas",
        f"{len(facts.certifications)} certifications",
        f"{len(facts.naf_labels)} NAF classes",
    ):
        assert figure in page
