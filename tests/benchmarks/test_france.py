"""All of France at a small share, over the sample: in the order of the world, whatever the number of processes."""

import itertools
import multiprocessing
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchmarks.france import FRANCE, TODAY, Share, france_rows, made, save_reference, scaled
from features.world import Sizes
from features.world.draws import BLOCK
from matching.catalogue import Rows
from matching.schema import SCHEMAS, Collection

NOBODY = replace(FRANCE, profiles=0, offers=0, trainings=0, establishments=0)


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("VIVIER_OPEN_DATA", raising=False)
        yield save_reference(tmp_path_factory.mktemp("france") / "reference")


@pytest.mark.parametrize(
    ("collection", "sizes"),
    [
        (Collection.PROFILES, replace(NOBODY, profiles=90)),
        (Collection.OFFERS, replace(NOBODY, offers=60, establishments=200)),
        (Collection.SESSIONS, replace(NOBODY, trainings=BLOCK + 50)),
        (Collection.ESTABLISHMENTS, replace(NOBODY, establishments=2 * BLOCK + 7)),
    ],
)
def test_rows_are_those_of_one_process_in_order(reference: Path, collection: Collection, sizes: Sizes) -> None:
    found = list(france_rows(collection, sizes, 4, TODAY, 2, reference))
    expected = list(made(Share(collection, sizes, 4, TODAY, reference, 0, 1)))
    assert [n_records for _, n_records in found] == [block.n_records for block in expected]
    for (rows, _), block in zip(found, expected, strict=True):
        assert_same(rows, block.rows)
    assert {column.name for column in SCHEMAS[collection]} == found[0][0].columns.keys()


def assert_same(found: Rows, expected: Rows) -> None:
    assert len(found) > 0
    assert found.ids == expected.ids
    assert found.payloads == expected.payloads
    for name, column in expected.columns.items():
        np.testing.assert_array_equal(found.columns[name], column)
    assert found.vectors.dtype == np.float32
    np.testing.assert_allclose(found.vectors, expected.vectors, atol=1e-6)


def test_more_processes_than_blocks(reference: Path) -> None:
    found = list(france_rows(Collection.ESTABLISHMENTS, replace(NOBODY, establishments=5), 4, TODAY, 3, reference))
    assert [(len(rows), n_records) for rows, n_records in found] == [(5, 5)]


def test_closing_ends_the_processes(reference: Path) -> None:
    rows = france_rows(Collection.ESTABLISHMENTS, replace(NOBODY, establishments=9 * BLOCK), 4, TODAY, 2, reference)
    assert len(list(itertools.islice(rows, 1))) == 1
    assert len(multiprocessing.active_children()) == 2
    rows.close()
    assert not multiprocessing.active_children()


def test_a_process_that_fails_is_told(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="etablissements ended early"):
        list(france_rows(Collection.ESTABLISHMENTS, replace(NOBODY, establishments=5), 4, TODAY, 1, tmp_path))


@pytest.mark.parametrize("processes", [0, -1])
def test_no_process_is_refused(reference: Path, processes: int) -> None:
    with pytest.raises(ValueError, match="1 or more"):
        next(france_rows(Collection.OFFERS, NOBODY, 4, TODAY, processes, reference))


def test_france_at_a_share() -> None:
    assert scaled(1) == FRANCE
    tenth = scaled(0.1)
    assert (tenth.profiles, tenth.offers, tenth.establishments) == (600_000, 100_000, 200_000)
    assert min(scaled(1e-9).profiles, scaled(1e-9).trainings) == 1
    with pytest.raises(ValueError, match="above 0"):
        scaled(0)
