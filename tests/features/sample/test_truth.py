"""Every fact of the sample against the publishers' own files: a code, a label or a flag that is not theirs fails."""

import csv
import datetime as dt
import gzip
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from features.geo import distance_km
from features.rome.archive import read_archive
from features.rome.referential import Rome
from features.sample.loader import sample_facts
from features.sample.schema import SampleFacts
from features.text import normalise

pytestmark = pytest.mark.open_data

COARSE_POINTS = {"97302"}
"""Communes whose point in the postcode file lies kilometres away from the town (Cayenne: off its harbour)."""


@pytest.fixture(scope="module")
def facts() -> SampleFacts:
    return sample_facts()


@pytest.fixture(scope="module")
def rome(open_data: Path) -> Rome:
    return read_archive(open_data / "rome")


def table(path: Path) -> Iterator[dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as stream:
        yield from csv.DictReader(stream)


def test_occupations(facts: SampleFacts, rome: Rome) -> None:
    assert facts.grand_domains == tuple(sorted(facts.grand_domains, key=lambda domain: domain.code))
    assert {domain.code: domain.label for domain in facts.grand_domains} == dict(rome.grand_domains)
    assert all(rome.domains[domain.code] == domain.label for domain in facts.domains)
    for found in facts.occupations:
        row = rome.row_of(found.code)
        assert rome.labels[row] == found.label
        assert rome.parents[row] == found.parent
        assert bool(rome.regulated[row]) is found.regulated, found.code
        assert bool(rome.executive[row]) is found.executive, found.code


def test_appellations(facts: SampleFacts, rome: Rome) -> None:
    for found in facts.occupations:
        row = rome.row_of(found.code)
        theirs = set(rome.appellations_of(row).tolist())
        for position, title in enumerate(found.appellations):
            mine = rome.appellation_row_of(title.code)
            assert mine in theirs, (found.code, title)
            assert rome.appellation_labels[mine] == title.label
            assert bool(rome.appellation_rare[mine]) is title.rare, title
            assert bool(rome.appellation_main[mine]) is (position == 0), title
        assert len(found.appellations) >= min(3, len(theirs)), "fewer than three only where ROME has fewer"


def test_skills_with_their_kind_and_core_flag(facts: SampleFacts, rome: Rome) -> None:
    for found in facts.occupations:
        start, end = rome.skill_offsets[rome.row_of(found.code) :][:2]
        links = (rome.skill_links[start:end], rome.skill_core[start:end], rome.skill_emerging[start:end])
        theirs = {row: flags for row, *flags in zip(*(column.tolist() for column in links), strict=True)}
        for skill in found.skills:
            row = rome.skill_row_of(skill.code)
            assert rome.skill_labels[row] == skill.label
            assert rome.skill_kinds[row] is skill.kind, skill
            assert theirs[row] == [skill.core, skill.emerging], (found.code, skill)


def test_contexts_and_mobility(facts: SampleFacts, rome: Rome) -> None:
    codes = {found.code for found in facts.occupations}
    for found in facts.occupations:
        row = rome.row_of(found.code)
        contexts = dict(rome.contexts_of(row))
        assert all(contexts[context.code] == context.label for context in found.contexts)
        targets, _ = rome.mobility_of(row)
        near = [rome.codes[target] for target in targets]
        assert list(found.mobility) == [code for code in near if code in codes], found.code


def test_texts_are_our_own(facts: SampleFacts, rome: Rome) -> None:
    for found in facts.occupations:
        row = rome.row_of(found.code)
        published = f"{rome.definitions[row]} {rome.access[row]}"
        assert not runs(found.definition, 6) & runs(published, 6), found.code
        assert not runs(found.access, LONGEST_DIPLOMA + 1) & runs(published, LONGEST_DIPLOMA + 1), found.code


LONGEST_DIPLOMA = 8
"""Words in the longest name of a diploma that both texts must write alike."""


def runs(text: str, length: int) -> set[tuple[str, ...]]:
    """Every run of `length` words of a text."""
    words = normalise(text).split()
    return {tuple(words[start : start + length]) for start in range(len(words) - length + 1)}


def test_activities(facts: SampleFacts, open_data: Path) -> None:
    labels = {row["naf_id"]: row["naf_label"] for row in table(open_data / "rome_naf" / "naf_libelles.csv.gz")}
    for code, label in facts.naf_labels.items():
        damaged = "?" in labels[code]
        assert damaged or letters(labels[code]) == letters(label), code
    sections = {row["code"]: row["label"] for row in table(open_data / "rome_naf" / "naf_sections.csv.gz")}
    assert all(sections[section.code].startswith(section.label) for section in facts.naf_sections)
    divisions = {
        row["naf_prefix2"]: row["naf_section_code"]
        for row in table(open_data / "rome_naf" / "naf_section_prefixe2.csv.gz")
    }
    mine = {division: section.code for section in facts.naf_sections for division in section.divisions}
    assert mine == divisions


def letters(label: str) -> str:
    """What a label says, whatever its spaces, accents and the plural that the file slips in."""
    return re.sub(r"s\b| ", "", normalise(label))


def test_communes(facts: SampleFacts, open_data: Path) -> None:
    rows = {row["code_insee"]: row for row in table(open_data / "communes" / "communes.csv.gz")}
    for commune in facts.communes:
        row = rows[commune.insee]
        assert row["nom"] == commune.name
        assert row["code_departement"] == commune.departement
        assert row["code_region"] == commune.region
        assert set(row["codes_postaux"].split("|")) == set(commune.postcodes)
        assert row["bassin_emploi"] == commune.employment_area
        assert normalise(row["nom_bassin_emploi"]) == normalise(commune.employment_area_name)
        assert int(row["population"]) == pytest.approx(commune.population, rel=0.05)
        away = distance_km(commune.lat, commune.lon, float(row["lat"]), float(row["lon"]))
        assert away < (30 if commune.insee in COARSE_POINTS else 4), commune.name


def test_certifications(facts: SampleFacts, open_data: Path) -> None:
    folder = open_data / "formation"
    register = {row["FicheRNCP"]: row for row in table(folder / "kit_apprentissage_cfd_rncp_2025.csv.gz")}
    romes: defaultdict[str, set[str]] = defaultdict(set)
    for row in table(folder / "rncp_rome.csv.gz"):
        romes[row["CodeRNCP"]].add(row["Rome"])
    for found in facts.certifications:
        row = register[found.code]
        assert row["Fiche ACTIVE/INACTIVE"] == "ACTIVE", found.code
        assert row["Niveau fiche RNCP"] == f"Niveau {found.level}", found.code
        day = dt.datetime.strptime(row["Date d'échéance de la fiche RNCP"], "%d/%m/%Y").date()
        assert day == found.expires, found.code
        assert title_words(found.label) <= title_words(row["Intitulé certification (RNCP)"]), found.code
        assert set(found.rome_codes) <= lineage(found.code, register, romes), found.code


def lineage(code: str, register: dict[str, dict[str, str]], romes: dict[str, set[str]]) -> set[str]:
    """ROME codes of the first sheet that has some, going back from a sheet to those that it renews."""
    waiting, seen = [code], set()
    while waiting:
        current = waiting.pop(0)
        if current in seen:
            continue
        seen.add(current)
        if romes.get(current):
            return romes[current]
        waiting.extend(re.findall(r"RNCP\d+", register.get(current, {}).get("Ancienne Certification (RNCP)", "")))
    return set()


SAID_OTHERWISE = set(
    normalise("titre tp cap diplôme d'état de des du le la les et en d l sur à option deas deaes deap").split()
)


def title_words(label: str) -> set[str]:
    """The words of a title that name the certification, without its kind; the publisher's file repeats the kind."""
    return set(normalise(label).split()) - SAID_OTHERWISE
