from pathlib import Path

import numpy as np
import pytest

from benchmarks.our_index import PAYLOAD_BYTES, OurIndex, changed_rows
from benchmarks.updates import again, followed, split
from benchmarks.updates_lag import lags, lags_ms, open_world
from benchmarks.workload import Workload


def test_rows_are_split_in_order(workload: Workload) -> None:
    rows = changed_rows(workload, slice(5, 30))
    parts = list(split(rows, 10))
    assert [len(part) for part in parts] == [10, 10, 5]
    assert tuple(key for part in parts for key in part.ids) == rows.ids
    np.testing.assert_array_equal(np.concatenate([part.columns["commune"] for part in parts]), rows.columns["commune"])
    assert {len(payload) for part in parts for payload in part.payloads} == {PAYLOAD_BYTES}


def test_each_question_is_answered_while_changes_are_applied(workload: Workload) -> None:
    index = again(OurIndex.open(workload))
    arrivals = np.array([0.001, 0.002, 0.05, 0.06])
    batches = list(split(changed_rows(workload, slice(0, 40)), 20))
    times = followed(index, workload.queries(3, seed=1), arrivals, batches, interval_s=0.02)
    assert len(times.search) == len(times.answer) == 4
    assert (times.answer >= times.search).all()
    assert index.catalogue.n_changed == 80
    assert index.catalogue.n_records == 3_000


def test_a_write_is_seen_by_the_first_step_that_holds_it() -> None:
    assert lags([(1, 0.5), (2, 1.0), (5, 2.0)], [(0, 0.1), (2, 1.5), (4, 1.9), (6, 2.25)]) == [1000.0, 500.0, 250.0]
    assert lags([(1, 0.5)], [(1, 0.4)]) == [0.0]


@pytest.mark.slow
def test_lags_are_of_every_write(tmp_path: Path) -> None:
    store, engine = open_world(tmp_path)
    found = lags_ms(store, engine, 5, 100.0, 0.05, nudged=True)
    assert len(found) == 5
    assert engine.watermark == store.watermark()
    store.close()
