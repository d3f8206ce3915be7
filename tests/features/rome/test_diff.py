import dataclasses

from features.rome.diff import Change, Entry, Link, diff
from features.rome.parts import AppellationRow, RomeParts, SkillKind, SkillLinkRow
from features.rome.referential import Rome


def test_nothing_changes_between_a_version_and_itself(rome: Rome) -> None:
    same = diff(rome, rome)
    assert same.is_empty
    assert same.as_dict()["old"] == same.as_dict()["new"] == "4.60"


def test_what_a_release_adds_drops_renames_and_moves(rome: Rome, parts: RomeParts) -> None:
    newer = Rome.from_parts(
        dataclasses.replace(
            parts,
            version="4.61",
            occupations=[
                row._replace(label="Forestier / Forestière", parent="A1102") if row.code == "A1102" else row
                for row in parts.occupations
            ],
            appellations=[
                parts.appellations[0]._replace(rome_code="A1102"),
                parts.appellations[1],
                AppellationRow("2000", "Auxiliaire de soins", "Auxiliaire de soins", "J1501"),
            ],
            skills=[row._replace(kind=SkillKind.KNOW_HOW) if row.code == "502" else row for row in parts.skills],
            skill_links=[
                SkillLinkRow("A1101", "501", core=True),
                SkillLinkRow("A1101", "500", core=True),
                SkillLinkRow("A1102", "500"),
                SkillLinkRow("J1501", "501"),
            ],
            mobility=[row._replace(order=3 - row.order) for row in parts.mobility],
        )
    )
    changes = diff(rome, newer)
    assert not changes.is_empty
    assert (changes.old, changes.new) == ("4.60", "4.61")
    assert changes.occupations.renamed == (Change("A1102", "Bûcheron / Bûcheronne", "Forestier / Forestière"),)
    assert changes.occupations.moved == (Change("A1102", "A1101", "A1102"),)
    assert changes.appellations.added == (Entry("2000", "Auxiliaire de soins"),)
    assert changes.appellations.dropped == (Entry("1001", "Aide-soignant / Aide-soignante à domicile"),)
    assert changes.appellations.moved == (Change("900", "A1101", "A1102"),)
    assert changes.skills.moved == (Change("502", "savoir", "savoir-faire"),)
    assert changes.skill_links.added == (Link("A1102", "500"),)
    assert changes.skill_links.dropped == (Link("J1501", "502"),)
    assert changes.skill_links.changed == (Link("A1101", "501"),)
    assert changes.mobility.changed == (Link("A1101", "A1102"), Link("A1101", "J1501"))
    assert changes.counts()["appellations"] == {"added": 1, "dropped": 1, "renamed": 0, "moved": 1}


def test_a_new_text_is_told(rome: Rome, parts: RomeParts) -> None:
    rewritten = [row._replace(access="Permis B.") if row.code == "A1101" else row for row in parts.occupations]
    assert diff(rome, Rome.from_parts(dataclasses.replace(parts, occupations=rewritten))).rewritten == ("A1101",)
