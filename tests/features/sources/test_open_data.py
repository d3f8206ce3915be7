"""The whole of the open data, twice."""

from pathlib import Path

import pytest

from features.records import Offer
from features.reference import Reference
from features.sources.base import WrongFile
from features.sources.open_data import Absent, import_open_data
from features.sources.run import Imported
from features.sources.run_reference import Published
from features.store import Kind, Store


@pytest.mark.open_data
@pytest.mark.slow
def test_open_data_comes_in_whole_and_only_once(open_data: Path, tmp_path: Path) -> None:
    store = Store.open(f"sqlite:///{tmp_path / 'vivier.db'}")
    first = list(import_open_data(open_data, store, tmp_path / "reference", tmp_path / "rejects"))
    assert not [done for done in first if isinstance(done, Absent)]
    assert all(not done.unchanged for done in first)  # type: ignore[union-attr]
    reference = Reference.load(tmp_path / "reference")
    assert reference.rome.n_occupations > 1500
    assert len(reference.communes) > 34_000
    assert store.count(Kind.OFFER) == 9883
    offers = [offer for batch in store.scan(Offer) for offer in batch]
    assert sum(offer.commune_insee is not None for offer in offers) > 9000
    assert sum(offer.rome_code is not None for offer in offers) > 9000
    again = list(import_open_data(open_data, store, tmp_path / "reference", tmp_path / "rejects"))
    assert all(isinstance(done, Published | Imported) and done.unchanged for done in again)
    store.close()


def test_a_folder_without_the_files_is_refused(tmp_path: Path) -> None:
    store = Store.open(f"sqlite:///{tmp_path / 'vivier.db'}")
    for root in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(WrongFile):
            list(import_open_data(root, store, tmp_path / "reference", tmp_path / "rejects"))
    assert not (tmp_path / "reference").exists()
    store.close()
