"""Which rows are worth ranking: near occupations always, others when their words convince."""

import numpy as np
import pytest
from numpy.typing import NDArray

from features.rome.nearness import SAME_WORK, SHARED_WORK
from features.rome.referential import Relation
from matching.catalogue import Catalogue, Rows
from matching.index.registry import backend
from matching.lookups import Lookups
from matching.retrieve import (
    CLOSE,
    DEPTH,
    Kinship,
    kinship_from,
    kinship_to,
    retrieve,
    row_relations,
)
from matching.schema import OCCUPATION_WIDTH, SCHEMAS, Collection

QUERY = np.array([1, 0], dtype=np.float32)

RELATIONS = [Relation.SAME, Relation.PARENT, Relation.MOBILITY, Relation.DOMAIN, Relation.GRAND_DOMAIN, Relation.NONE]
KIN = Kinship(np.array([*RELATIONS, 0], dtype=np.uint8), np.array([True, True, False, False, False, False, False]))
"""Occupations 0 and 1 are near; 2 to 5 are linked less and less; the last entry is the unknown one."""


def at(cosine: float) -> NDArray[np.float32]:
    return np.array([cosine, np.sqrt(1 - cosine**2)], dtype=np.float32)


def shelf(collection: Collection, occupations: list[object], cosines: list[float], name: str = "exact") -> Catalogue:
    """Rows of given occupations at given cosines of `QUERY`."""
    n = len(occupations)
    columns = {}
    for column in SCHEMAS[collection]:
        shape = (n, column.width) if column.width else (n,)
        columns[column.name] = np.full(shape, column.missing).astype(column.dtype)
    columns["occupations" if collection is Collection.SESSIONS else "occupation"] = np.array(
        occupations, dtype=np.int16
    )
    catalogue = Catalogue(collection, backend(name)(2))
    vectors = np.array([at(cosine) for cosine in cosines], dtype=np.float32).reshape(n, 2)
    catalogue.apply(Rows(tuple(f"r{row}" for row in range(n)), columns, vectors, (b"",) * n), ())
    return catalogue


def test_near_occupations_are_kept_whatever_their_words() -> None:
    found = retrieve(shelf(Collection.OFFERS, [0, 1, 0], [-0.5, 0.1, 0.9]), QUERY, KIN, [])
    assert found.rows.tolist() == [0, 1, 2]
    np.testing.assert_allclose(found.closeness, [-0.5, 0.1, 0.9], atol=2e-3)
    assert found.relation.tolist() == [Relation.SAME, Relation.PARENT, Relation.SAME]


@pytest.mark.parametrize(
    ("occupation", "relation"), [(number, RELATIONS[number]) for number in range(2, 6)] + [(-1, Relation.NONE)]
)
def test_others_are_kept_when_their_words_convince(occupation: int, relation: Relation) -> None:
    """An occupation that is not known (-1) is near nothing."""
    floor = CLOSE[relation]
    catalogue = shelf(Collection.OFFERS, [occupation] * 3, [floor - 0.02, floor + 0.02, 0.99])
    assert retrieve(catalogue, QUERY, KIN, []).rows.tolist() == [1, 2]


def test_conditions_and_burials_are_obeyed() -> None:
    catalogue = shelf(Collection.OFFERS, [0] * 4, [0.9, 0.8, 0.7, 0.6])
    catalogue.apply(shelf_rows_of_nothing(catalogue), ["r0"])
    catalogue._added["posts"][:4] = range(4)
    odd = lambda view: view.column("posts") % 2 == 1  # noqa: E731
    assert retrieve(catalogue, QUERY, KIN, []).rows.tolist() == [1, 2, 3]
    assert retrieve(catalogue, QUERY, KIN, [odd]).rows.tolist() == [1, 3]
    assert len(retrieve(catalogue, QUERY, KIN, [odd, lambda items: ~odd(items)])) == 0


def shelf_rows_of_nothing(catalogue: Catalogue) -> Rows:
    columns = {column.name: catalogue.column(column.name)[:0] for column in SCHEMAS[catalogue.collection]}
    return Rows((), columns, np.empty((0, 2), dtype=np.float32), ())


def test_nothing_to_retrieve_from() -> None:
    for collection in (Collection.OFFERS, Collection.SESSIONS):
        empty = Catalogue(collection, backend("exact")(2))
        assert len(retrieve(empty, QUERY, KIN, [])) == 0


def test_a_session_is_as_near_as_the_nearest_occupation_it_leads_to() -> None:
    padding = [-1] * (OCCUPATION_WIDTH - 2)
    catalogue = shelf(Collection.SESSIONS, [[5, 0, *padding], [5, 4, *padding], [-1, -1, *padding]], [0.0, 0.0, 0.9])
    found = retrieve(catalogue, QUERY, KIN, [])
    assert found.rows.tolist() == [0, 2]
    assert found.relation.tolist() == [Relation.SAME, Relation.NONE]
    assert row_relations(catalogue, KIN.relations, np.array([1])).tolist() == [Relation.GRAND_DOMAIN]


@pytest.mark.parametrize("name", ["exact", "faiss-flat"])
def test_each_way_brings_a_bounded_number(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """More of a near occupation than the depth: the closest are kept; and the far ones still have their own way in."""
    n = DEPTH + 50
    monkeypatch.setitem(CLOSE, Relation.NONE, 0.6)  # room for so many different cosines in half precision
    near, far = np.linspace(0.0, 0.5, n), np.linspace(0.65, 0.95, n)
    catalogue = shelf(Collection.OFFERS, [0] * n + [5] * n, [*near.tolist(), *far.tolist()], name)
    found = retrieve(catalogue, QUERY, KIN, [])
    assert len(found) == 2 * DEPTH
    assert set(range(50, n)) | set(range(n + 50, 2 * n)) == set(found.rows.tolist())


def test_mobility_is_read_outwards_for_a_person_and_inwards_for_a_job(lookups: Lookups) -> None:
    rome = lookups.reference.rome
    for row in range(0, rome.n_occupations, 7):
        outwards, inwards = kinship_from(lookups, row), kinship_to(lookups, row)
        np.testing.assert_array_equal(outwards.relations[:-1], rome.relation[row])
        np.testing.assert_array_equal(inwards.relations[:-1], rome.relation[:, row])
        for kinship in (outwards, inwards):
            assert kinship.near[row]
            assert not kinship.near[-1]
            assert kinship.relations[-1] == 0
            assert kinship.near[:-1][kinship.relations[:-1] >= Relation.PARENT].all()


def test_a_link_without_work_in_common_is_not_near(lookups: Lookups) -> None:
    rome, affinity = lookups.reference.rome, lookups.affinity
    seen = set()
    for row in range(rome.n_occupations):
        near = kinship_from(lookups, row).near[:-1]
        linked = rome.relation[row] == Relation.MOBILITY
        assert not near[linked & (affinity[row] < SHARED_WORK)].any()
        assert near[linked & (affinity[row] >= SHARED_WORK)].all()
        assert near[affinity[row] >= SAME_WORK].all()
        assert not near[(rome.relation[row] < Relation.MOBILITY) & (affinity[row] < SAME_WORK)].any()
        seen |= set(near[linked].tolist())
    assert seen == {True, False}


def test_an_unknown_occupation_is_near_nothing(lookups: Lookups) -> None:
    for kinship in (kinship_from(lookups, -1), kinship_to(lookups, -1)):
        assert len(kinship.near) == len(kinship.relations) == lookups.reference.rome.n_occupations + 1
        assert not kinship.near.any()
        assert not kinship.relations.any()
