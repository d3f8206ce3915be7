"""People who stand several times: others by id, place and counsellor, the same in all else."""

from collections.abc import Iterator

import numpy as np
import pytest

from benchmarks.people_again import elsewhere, people_again
from features.records import Consents, Profile, Project
from features.sample.reference import sample_reference
from matching.catalogue import Rows
from matching.lookups import Lookups
from matching.payload import record_part, view_part
from matching.rows.profile import project_profiles
from models.published import published_models

PROJECTS = (("J1501",), ("D1102", "J1501"), ("J1506",))


@pytest.fixture(scope="module")
def lookups() -> Lookups:
    return Lookups(sample_reference(), published_models())


def people(lookups: Lookups) -> Rows:
    communes = lookups.reference.communes.insee[:3]
    return project_profiles(
        [
            Profile(
                id=f"personne-{number}",
                projects=tuple(Project(rome_code=code) for code in codes),
                commune_insee=commune,
                consents=Consents(visible_to_employers=True, profiling=True),
                counsellor_id="jeanne" if number else None,
            )
            for number, (codes, commune) in enumerate(
                zip((["J1501"], ["D1102", "J1501"], ["J1506"]), communes, strict=True)
            )
        ],
        lookups,
    )


def test_a_copy_lives_where_the_next_does_and_is_otherwise_the_same(lookups: Lookups) -> None:
    rows = people(lookups)
    again = elsewhere(rows, 1)
    assert rows.ids == ("personne-0", "personne-1", "personne-1", "personne-2")
    assert again.ids == ("personne-0-1", "personne-1-1", "personne-1-1", "personne-2-1")
    was, is_ = rows.columns["commune"].tolist(), again.columns["commune"].tolist()
    assert is_ == [was[1], was[3], was[3], was[0]]
    assert len(set(was)) == 3
    np.testing.assert_array_equal(again.columns["departement"], rows.columns["departement"][[1, 3, 3, 0]])
    assert again.vectors is rows.vectors
    moved = {"commune", "departement", "counsellor"}
    assert all(again.columns[name] is rows.columns[name] for name in rows.columns.keys() - moved)


def test_no_portfolio_grows(lookups: Lookups) -> None:
    rows = people(lookups)
    nobody, jeanne = rows.columns["counsellor"][[0, 1]].tolist()
    assert nobody == -1
    assert elsewhere(rows, 2).columns["counsellor"].tolist() == [-1, jeanne + 2, jeanne + 2, jeanne + 2]


def test_the_record_has_the_id_of_the_copy(lookups: Lookups) -> None:
    for key, payload in zip(elsewhere(people(lookups), 3).ids, elsewhere(people(lookups), 3).payloads, strict=True):
        assert f'"id":"{key}"'.encode() in view_part(payload)
        assert f'"id":"{key}"'.encode() in record_part(payload)


def test_blocks_come_as_often_as_is_asked_and_are_closed(lookups: Lookups) -> None:
    closed = []

    def blocks() -> Iterator[tuple[Rows, int]]:
        try:
            for _ in range(5):
                yield people(lookups), 3
        finally:
            closed.append(True)

    found = people_again(blocks(), 3)  # type: ignore[arg-type]
    seen = [next(found) for _ in range(4)]
    assert [n_records for _, n_records in seen] == [3] * 4
    assert [rows.ids[0] for rows, _ in seen] == ["personne-0", "personne-0-1", "personne-0-2", "personne-0"]
    found.close()
    assert closed == [True]
