from pathlib import Path

import pytest

from features.rome.archive import read_archive
from features.rome.referential import Rome
from features.rome.search import HitKind


def test_the_ends_of_words_accents_and_case_may_miss(rome: Rome) -> None:
    for text in ("aide soig", "AIDE-SOIGNANTE", "aidé soignant (H/F)", "aides soignants"):
        hit = rome.search(text, 1)[0]
        assert (hit.kind, hit.code, hit.rome_code) == (HitKind.OCCUPATION, "J1501", "J1501"), text


def test_a_feminine_title_is_as_good_as_a_masculine_one(rome: Rome) -> None:
    assert rome.search("bûcheronne", 1)[0].score == rome.search("bûcheron", 1)[0].score == 1.0


def test_whole_labels_come_before_longer_ones_and_full_answers_before_partial_ones(rome: Rome) -> None:
    codes = [hit.code for hit in rome.search("aide soignant", 10, {"appellation"})]
    assert codes == ["1000", "1001"]
    scores = [hit.score for hit in rome.search("conduire engins", 10)]
    assert scores == sorted(scores, reverse=True)


def test_kinds_are_filtered_and_skills_belong_to_no_occupation(rome: Rome) -> None:
    hits = rome.search("conduc", 10, {"competence"})
    assert hits == []
    [skill] = rome.search("conduire", 10, {"competence"})
    assert (skill.kind, skill.code, skill.rome_code) == (HitKind.SKILL, "500", None)


def test_nothing_typed_or_wanted_gives_nothing(rome: Rome) -> None:
    assert rome.search("", 10) == []
    assert rome.search("  ?! ", 10) == []
    assert rome.search("tracteur", 0) == []
    assert rome.search("zzz", 10) == []


def test_unknown_kind_is_named(rome: Rome) -> None:
    with pytest.raises(ValueError, match="unknown kind 'job'"):
        rome.search("x", 1, {"job"})


@pytest.mark.open_data
@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("aide soig", "J1501"),
        ("plombier", "F1603"),
        ("caissiere", "D1505"),
        ("maçon", "F1703"),
        ("dev web", "M1855"),
        ("conducteur de bus", "N4103"),
        ("secrétaire médic", "M1609"),
        ("vendeur pret a porter", "D1214"),
        ("cuisinier H/F", "G1609"),
        ("boul", "D1102"),
        ("serv", "G1803"),
    ],
)
def test_what_people_type_finds_the_occupation(full_rome: Rome, text: str, code: str) -> None:
    assert full_rome.search(text, 1, {"metier", "appellation"})[0].rome_code == code


@pytest.fixture(scope="module")
def full_rome(open_data: Path) -> Rome:
    return read_archive(open_data / "rome")
