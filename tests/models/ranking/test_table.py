import dataclasses
from pathlib import Path

import numpy as np
import pytest

from models.ranking.table import ARRAYS, META, RankingTable, Segment, TableUnusable
from tests.models.ranking.made import made_table


def test_lists_and_columns() -> None:
    table = made_table()
    assert len(table) == 6
    assert table.starts.tolist() == [0, 2, 3, 6]
    assert table.column("a").tolist() == [0, 1, 2, 3, 4, 5]
    with pytest.raises(KeyError, match="nothing"):
        table.column("nothing")


def test_rows_are_taken_with_their_segments() -> None:
    taken = made_table().take(np.array([True, False, True, True, False, True]))
    assert taken.person.tolist() == [0, 1, 0, 0]
    assert taken.starts.tolist() == [0, 1, 2, 4]
    assert taken.segments["ville"].of_row.tolist() == [0, 1, 0, 0]
    assert made_table().take(np.array([], dtype=np.int64)).starts.tolist() == [0]


def test_columns_are_replaced_and_added() -> None:
    table = made_table()
    wider = table.with_columns({"new": np.arange(6.0), "a": np.zeros(6)})
    assert wider.names == ("a", "b", "new")
    assert wider.column("new").tolist() == [0, 1, 2, 3, 4, 5]
    assert not wider.column("a").any()
    assert np.array_equal(wider.column("b"), table.column("b"), equal_nan=True)


def test_saved_and_loaded(tmp_path: Path) -> None:
    table = made_table()
    table.save(tmp_path / "new")
    back = RankingTable.load(tmp_path / "new")
    assert back.data_hash == table.data_hash
    assert back.names == table.names
    assert np.array_equal(back.features, table.features, equal_nan=True)
    assert back.segments["ville"].labels == ("rural", "urbain")


def test_the_hash_follows_every_part() -> None:
    table = made_table()
    others = [
        dataclasses.replace(table, names=("a", "c")),
        dataclasses.replace(table, outcome=table.outcome[::-1].copy()),
        dataclasses.replace(table, segments={}),
        table.take(np.arange(5)),
    ]
    assert len({each.data_hash for each in [table, *others]}) == 5


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"names": ("a", "a")}, "deux fois"),
        ({"names": ("a",)}, "features a la forme"),
        ({"person": np.zeros(6, np.int64)}, "person est en int64"),
        ({"week": np.zeros(5, np.int16)}, "week a la forme"),
        ({"list_id": np.array([1, 0, 0, 0, 0, 0], np.int32)}, "pas croissant"),
        ({"outcome": np.full(6, 7, np.int8)}, "outcome sort"),
        ({"position": np.full(6, -1, np.int16)}, "négative"),
        ({"features": np.full((6, 2), np.inf, np.float32)}, "infinie"),
        ({"segments": {"x": Segment(("un",), np.ones(6, np.int16))}}, "x sort de ses 1"),
        ({"segments": {"x": Segment(("un",), np.zeros(5, np.int16))}}, "x a la forme"),
    ],
)
def test_arrays_that_contradict_each_other_are_refused(change: dict[str, object], said: str) -> None:
    with pytest.raises(TableUnusable, match=said):
        dataclasses.replace(made_table(), **change)


def test_a_folder_without_a_table_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TableUnusable, match="la refaire"):
        RankingTable.load(tmp_path)
    made_table().save(tmp_path)
    whole = (tmp_path / ARRAYS).read_bytes()
    (tmp_path / ARRAYS).write_bytes(whole[: len(whole) // 2])
    with pytest.raises(TableUnusable, match="la refaire"):
        RankingTable.load(tmp_path)
    (tmp_path / ARRAYS).write_bytes(whole)
    (tmp_path / META).write_text("[]")
    with pytest.raises(TableUnusable, match="la refaire"):
        RankingTable.load(tmp_path)
