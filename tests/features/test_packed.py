from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features import packed
from features.artifacts import ArtifactError

TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))


@given(values=st.lists(TEXT), rows=st.lists(st.lists(TEXT, max_size=3), max_size=5))
def test_texts_come_back_as_they_went(
    tmp_path_factory: pytest.TempPathFactory, values: list[str], rows: list[list[str]]
) -> None:
    path = tmp_path_factory.mktemp("packed") / "columns.npz"
    packed.save(path, {"values": values, **packed.flatten("rows", rows)})
    columns = packed.load(path)
    assert columns.strings("values") == tuple(values)
    assert columns.nested("rows") == tuple(tuple(row) for row in rows)


def test_mappings_keep_their_order_and_arrays_their_type(tmp_path: Path) -> None:
    path = tmp_path / "columns.npz"
    packed.save(path, {**packed.keys_and_values("labels", {"b": "2", "a": "1"}), "flags": np.array([True, False])})
    columns = packed.load(path)
    assert list(columns.mapping("labels").items()) == [("b", "2"), ("a", "1")]
    assert columns.flags("flags").tolist() == [True, False]


def test_a_nul_character_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"column names: 'a\\x00b' holds a NUL"):
        packed.save(tmp_path / "columns.npz", {"names": ["ok", "a\0b"]})


def test_a_missing_column_says_what_to_do(tmp_path: Path) -> None:
    packed.save(tmp_path / "columns.npz", {"names": ["ok"]})
    with pytest.raises(ArtifactError, match="no column labels: another version wrote it"):
        packed.load(tmp_path / "columns.npz").strings("labels")
