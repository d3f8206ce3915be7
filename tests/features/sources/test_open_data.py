"""The whole of the open data, twice."""

from pathlib import Path

import pytest

from features.sources.base import WrongFile
from features.sources.open_data import import_open_data
from features.store import Store


def test_a_folder_without_the_files_is_refused(tmp_path: Path) -> None:
    store = Store.open(f"sqlite:///{tmp_path / 'vivier.db'}")
    for root in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(WrongFile):
            list(import_open_data(root, store, tmp_path / "reference", tmp_path / "rejects"))
    assert not (tmp_path / "reference").exists()
    store.close()
