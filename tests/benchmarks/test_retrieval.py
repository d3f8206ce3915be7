import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from benchmarks.floor import milliseconds
from benchmarks.our_index import OurIndex
from benchmarks.retrieval import FRANCE_ROWS, MIX, Times, beside, missed_targets, of_class
from benchmarks.retrieval_memory import parsed
from benchmarks.retrieval_watch import CountedArray, bytes_read, lines_of, stage_seconds
from benchmarks.workload import Query, Workload


@pytest.fixture(scope="module")
def index(workload: Workload) -> OurIndex:
    return OurIndex.open(workload)


@pytest.fixture(scope="module")
def queries(workload: Workload) -> list[Query]:
    return workload.queries(12, seed=4)


def test_an_index_is_kept(index: OurIndex, workload: Workload, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("benchmarks.our_index._write", None)
    again = OurIndex.open(workload)
    assert again.folder == index.folder
    assert again.built()["build_s"] > 0
    assert json.loads((index.folder.parent / "built.json").read_text()).keys() == {"build_s", "load_average"}


@pytest.mark.parametrize("name", ["exact", "faiss-flat"])
def test_other_backends_hold_the_same_rows(name: str, index: OurIndex, queries: list[Query]) -> None:
    with index.under(name) as other:
        for query in queries:
            ours, theirs = index.find(query, 10), other.find(query, 10)
            np.testing.assert_allclose(ours.scores, theirs.scores, atol=1e-5)
        times, of_ours = beside(other, index, queries, budget_s=0.0)
        folder = other.folder
    assert len(times) == len(of_ours) == 3
    assert not folder.exists()


@pytest.mark.parametrize("share", [0.01, 0.1, 1.0])
def test_no_circle_runs_through_a_commune(share: float, index: OurIndex, workload: Workload) -> None:
    for query, drawn in zip(
        of_class(workload, share, 8, seed=2), workload.queries_of_class(share, 8, seed=2), strict=True
    ):
        np.testing.assert_array_equal(workload.allowed(query), workload.allowed(drawn))
        assert len(index.selection(query).rows) == workload.allowed(query).sum()


def test_times_are_medians_over_the_passes() -> None:
    passes = [np.array([1.0, 2.0, 6.0]), np.array([2.0, 3.0, 4.0]), np.array([9.0, 9.0, 9.0])]
    times = Times.of(passes)
    assert (times.p50_ms, times.mean_ms) == (3.0, 3.0)
    assert times.p99_ms == pytest.approx(5.92)


def test_targets_of_time_are_for_the_mix_of_the_whole_country() -> None:
    slow, recalls = Times(1.0, 3.0, 1.0), {10: 1.0, 100: 0.99}
    assert missed_targets(FRANCE_ROWS, MIX, slow, recalls) == ["recall_at_100", "p50_ms"]
    assert missed_targets(FRANCE_ROWS, "1%", slow, recalls) == ["recall_at_100"]
    assert missed_targets(1000, MIX, slow, {10: 0.9, 100: 1.0}) == ["recall_at_10"]


def test_memory_is_read_off_what_linux_tells() -> None:
    told = "55d0-7ffc ---p 00000000 00:00 0 [rollup]\nRss: 2048 kB\nPrivate_Clean: 512 kB\nPrivate_Dirty: 256 kB\n"
    assert parsed(told + "Anonymous: 1024 kB\n") == {"resident": 2.0, "private": 0.75, "anonymous": 1.0}


def test_lines_are_counted_once() -> None:
    rows = np.array([0, 1, 31, 32, 33, 1000])
    assert lines_of(rows, 2) == 3
    assert lines_of(rows, 64) == 6
    assert lines_of(rows, 384) == 36


def test_a_counted_array_counts_what_is_taken() -> None:
    counts: Counter[str] = Counter()
    array = CountedArray(np.arange(100, dtype=np.int16), "x", counts)
    assert array[10:20].tolist() == list(range(10, 20))
    assert counts["x"] == 20
    assert array[np.array([0, 1, 99])].tolist() == [0, 1, 99]
    assert counts["x"] == 20 + 2 * 64


def test_bytes_and_stages_are_those_of_the_search(index: OurIndex, queries: list[Query]) -> None:
    before = [index.find(query, 10).rows for query in queries]
    for query, read in zip(queries, bytes_read(index, queries, 10), strict=True):
        seen = read["vectors"] // (index.catalogue.index.dim * 2)
        assert min(10, len(index.selection(query).rows)) <= seen <= len(index.catalogue)
        assert read["places"] == (0 if query.radius_km is None else len(index.lookups.reference.communes) + 1)
        assert read["columns"] > 0 or seen == 0
    stages = stage_seconds(index, queries, 10)
    assert min(stages.values()) > 0
    for query, rows in zip(queries, before, strict=True):
        np.testing.assert_array_equal(index.find(query, 10).rows, rows)


def test_reading_takes_its_time() -> None:
    np.testing.assert_allclose(milliseconds(np.array([10_000_000]), 10.0), [1.0])


def test_nothing_is_left_beside_the_rows(index: OurIndex, workload: Workload) -> None:
    left = {path.name for path in workload.folder.iterdir() if path.is_dir()}
    assert left == {Path(index.folder.parent).name}
