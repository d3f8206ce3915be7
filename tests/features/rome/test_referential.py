import dataclasses
from pathlib import Path

import numpy as np
import pytest

from features.artifacts import ArtifactError
from features.rome.build import InconsistentRome
from features.rome.diff import diff
from features.rome.parts import MobilityRow, RomeParts, SkillKind, SkillLinkRow, SkillRow
from features.rome.referential import Relation, Rome, UnknownRomeCode


def test_occupations_are_sorted_whatever_the_order_of_the_rows(rome: Rome, parts: RomeParts) -> None:
    assert rome.codes == ("A1101", "A1102", "J1501")
    assert rome.parents == ("A1101", "A1101", "J1501")
    assert rome.regulated.tolist() == [False, False, True]
    assert rome.digital.tolist() == [True, False, False]
    reordered = dataclasses.replace(
        parts,
        occupations=parts.occupations[::-1],
        skills=parts.skills[::-1],
        skill_links=parts.skill_links[::-1],
        mobility=parts.mobility[::-1],
    )
    assert diff(rome, Rome.from_parts(reordered)).is_empty


def test_appellations_are_sorted_as_strings_and_know_their_occupation(rome: Rome) -> None:
    assert rome.appellation_codes == ("1000", "1001", "900")
    assert rome.appellations_of(rome.row_of("J1501")).tolist() == [0, 1]
    assert rome.appellations_of(rome.row_of("A1101")).tolist() == [2]
    assert rome.appellations_of(rome.row_of("A1102")).tolist() == []
    assert rome.appellation_rare.tolist() == [False, True, False]
    assert rome.appellation_main.tolist() == [True, False, True]
    assert rome.codes[rome.appellation_occupation[rome.appellation_row_of("900")]] == "A1101"


def test_skills_come_with_their_kind_and_coeur_de_metier(rome: Rome) -> None:
    rows, core = rome.skills_of(rome.row_of("A1101"))
    assert [rome.skill_codes[row] for row in rows] == ["500", "501"]
    assert core.tolist() == [True, False]
    assert rome.skill_emerging[:2].tolist() == [False, True]
    assert rome.skill_kinds == (SkillKind.KNOW_HOW, SkillKind.SOFT, SkillKind.KNOWLEDGE)
    assert rome.skills_of(rome.row_of("A1102"))[0].size == 0


def test_mobility_follows_its_order_not_its_rows(rome: Rome) -> None:
    targets, orders = rome.mobility_of(rome.row_of("A1101"))
    assert [rome.codes[row] for row in targets] == ["A1102", "J1501"]
    assert orders.tolist() == [1, 2]


def test_relation_is_the_strongest_that_holds_and_mobility_is_directed(rome: Rome) -> None:
    expected = [
        [Relation.SAME, Relation.PARENT, Relation.MOBILITY],
        [Relation.PARENT, Relation.SAME, Relation.NONE],
        [Relation.NONE, Relation.NONE, Relation.SAME],
    ]
    assert rome.relation.dtype == np.uint8
    assert rome.relation.tolist() == expected


def test_v3_code_resolves_to_its_own_fiche_then_the_others_of_the_parent(rome: Rome) -> None:
    assert rome.resolve("A1101") == (0, 1)
    assert rome.resolve("A1102") == (1,)
    assert rome.contains("A1102")
    assert not rome.contains("A1199")


def test_v3_code_without_a_fiche_of_its_own_resolves_to_its_descendants(parts: RomeParts) -> None:
    orphaned = [row._replace(parent="A1199") if row.code == "A1102" else row for row in parts.occupations]
    rome = Rome.from_parts(dataclasses.replace(parts, occupations=orphaned))
    assert not rome.contains("A1199")
    assert [rome.codes[row] for row in rome.resolve("A1199")] == ["A1102"]


def test_occupations_of_one_v3_code_are_a_family(rome: Rome) -> None:
    assert list(rome.families) == sorted(set(rome.parents))
    assert rome.family_of.dtype == np.int16
    assert [rome.families[row] for row in rome.family_of[:-1]] == list(rome.parents)
    assert rome.family_of[-1] == -1


def test_unknown_code_names_the_value_the_version_and_the_nearest(rome: Rome) -> None:
    with pytest.raises(UnknownRomeCode, match=r"'A1103' in ROME 4.60; nearest: A110") as caught:
        rome.row_of("A1103")
    assert caught.value.code == "A1103"
    with pytest.raises(UnknownRomeCode):
        rome.resolve("Z9999")
    with pytest.raises(UnknownRomeCode):
        rome.appellation_row_of("1")
    with pytest.raises(UnknownRomeCode):
        rome.skill_row_of("1")
    assert rome.get_skill_row("1") is None
    assert rome.get_appellation_row("1") is None


def test_tags_keep_the_order_given(rome: Rome) -> None:
    row = rome.row_of("A1101")
    assert rome.interests_of(row) == (("14", "Le travail manuel"), ("9", "La nature"))
    assert rome.sectors_of(row) == (("79", "Agriculture"), ("114", "Sylviculture"))
    assert rome.themes_of(row) == (("001", "Environnement"),)
    assert rome.naf_divisions_of(row) == (("01", "Culture"),)
    assert rome.contexts_of(row) == ()


def test_saved_and_loaded_is_the_same(rome: Rome, tmp_path: Path) -> None:
    rome.save(tmp_path)
    again = Rome.load(tmp_path)
    for field in dataclasses.fields(Rome):
        mine, theirs = getattr(rome, field.name), getattr(again, field.name)
        if isinstance(mine, np.ndarray):
            assert mine.dtype == theirs.dtype, field.name
            assert np.array_equal(mine, theirs), field.name
        elif isinstance(mine, str | tuple | dict):
            assert mine == theirs, field.name
    assert again.contexts_of(2) == rome.contexts_of(2)
    assert again.search("aide soig", 3) == rome.search("aide soig", 3)
    first = (tmp_path / "rome.npz").read_bytes()
    again.save(tmp_path)
    assert (tmp_path / "rome.npz").read_bytes() == first


def test_a_cache_of_another_format_asks_to_be_built_again(tmp_path: Path) -> None:
    np.savez(tmp_path / "rome.npz", codes=np.zeros(1))
    with pytest.raises(ArtifactError, match="build it again"):
        Rome.load(tmp_path)


def test_an_empty_referential_is_whole() -> None:
    rome = Rome.from_parts(RomeParts(version="4.0", occupations=[], appellations=[], skills=[], skill_links=[]))
    assert rome.n_occupations == rome.n_appellations == rome.n_skills == 0
    assert rome.relation.shape == (0, 0)
    assert rome.search("plombier", 5) == []


def test_rows_that_contradict_each_other_are_refused(parts: RomeParts) -> None:
    for field, rows, message in (
        ("occupations", [*parts.occupations, parts.occupations[0]], "occupation code 'J1501' is given 2 times"),
        ("skills", [*parts.skills, SkillRow("500", "x", SkillKind.SOFT)], "skill code '500' is given 2 times"),
        ("skill_links", [SkillLinkRow("J1501", "999")], "'999', which no occupation or skill row defines"),
        ("skill_links", [SkillLinkRow("J1501", "500")] * 2, "skill link of J1501 is given twice"),
        ("mobility", [MobilityRow("A1101", "Z9999", 1)], "'Z9999'"),
        ("mobility", [MobilityRow("A1101", "J1501", 1), MobilityRow("A1101", "J1501", 2)], "mobility link of A1101"),
    ):
        with pytest.raises(InconsistentRome, match=message):
            Rome.from_parts(dataclasses.replace(parts, **{field: rows}))
