import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pytest

from benchmarks.peer_adapters.base import Box, PeerUnavailable, PlacedRows, Places, accepts, family_range
from benchmarks.peer_adapters.registry import PEERS
from benchmarks.peer_adapters.sql import conditions
from benchmarks.peers import FLOOR, K, climb
from benchmarks.peers_chart import Bar, chart
from benchmarks.workload import Query, Workload, load_queries, save_queries
from features.geo import distance_km

MISSES_FEW = {"faiss_hnsw"}
"""Graphs that may miss what a selective filter leaves, whatever the effort: that is what is measured."""


@pytest.fixture(scope="module")
def queries(workload: Workload) -> list[Query]:
    return workload.queries(25, seed=4)


@pytest.mark.parametrize("name", list(PEERS))
def test_an_engine_finds_the_nearest_allowed_rows(
    name: str, workload: Workload, queries: list[Query], tmp_path: Path
) -> None:
    if not PEERS[name].is_installed():
        pytest.skip(f"{PEERS[name].package} is not installed")
    peer = PEERS[name].make()
    try:
        peer.build(workload, tmp_path, quick=True)
        figures = climb(peer, workload, queries, workload.nearest(queries, K))
        for query in queries:
            found = peer.search(query, K)
            assert found.dtype == np.int64
            assert workload.allowed(query)[found].all()
            assert len(np.unique(found)) == len(found) <= K
    except PeerUnavailable as reason:
        pytest.skip(str(reason))
    finally:
        peer.close()
    assert figures["recall_at_10"] >= FLOOR or name in MISSES_FEW


def test_rows_by_place_are_those_allowed(workload: Workload, queries: list[Query]) -> None:
    placed = PlacedRows(workload)
    for query in [*queries, *workload.queries_of_class(1.0, 1, seed=0)]:
        rows = placed.rows(query)
        np.testing.assert_array_equal(np.sort(rows), np.flatnonzero(workload.allowed(query)))
        np.testing.assert_array_equal(np.flatnonzero(placed.mask(rows)), np.sort(rows))


def test_conditions_in_figures_say_the_same(workload: Workload, queries: list[Query]) -> None:
    places, accepted = Places(workload), accepts(workload)
    for query in queries:
        mask = workload.visible & (workload.available_day <= query.day) & accepted[f"accepts_{query.contracts}"]
        mask &= places.inside(query)[workload.commune]
        family = family_range(query)
        if family is not None:
            mask &= (workload.occupation >= family[0]) & (workload.occupation <= family[1])
        np.testing.assert_array_equal(mask, workload.allowed(query))


def test_sql_names_each_condition(workload: Workload) -> None:
    family = np.zeros(20, dtype=np.bool_)
    family[4:9] = True
    query = Query(np.zeros(workload.dim, dtype=np.float32), 3, 0.0, 20_000, 2, family)
    assert conditions(query, Places(workload)) == (
        "visible AND available_day <= 20000 AND accepts_2 AND occupation BETWEEN 4 AND 8 AND commune IN (3)"
    )


def test_a_box_encloses_its_circle() -> None:
    box = Box.around(48.85, 2.35, 60.0)
    assert distance_km(48.85, 2.35, box.north, 2.35) == pytest.approx(60, abs=0.01)
    assert distance_km(48.85, 2.35, 48.85, box.east) >= 60


def test_queries_are_read_back(queries: list[Query], tmp_path: Path) -> None:
    save_queries(tmp_path / "asked.npz", queries)
    for one, other in zip(queries, load_queries(tmp_path / "asked.npz"), strict=True):
        np.testing.assert_array_equal(one.vector, other.vector)
        assert (one.commune, one.radius_km, one.day, one.contracts) == (
            other.commune,
            other.radius_km,
            other.day,
            other.contracts,
        )
        assert (one.family is None) == (other.family is None)
        assert one.family is None or np.array_equal(one.family, other.family)


def test_the_chart_is_an_image_of_every_engine() -> None:
    image = ET.fromstring(chart([Bar("a & b", 1.0, 20.0, 0.99), Bar("c", 0.3, 0.3, 0.5)], 1000, 0.98))
    texts = [text for text in image.itertext() if text.strip()]
    assert "a & b" in texts
    assert texts.index("c") < texts.index("a & b")
    ET.fromstring(chart([], 1000, 0.98))
