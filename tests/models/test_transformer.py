"""A sentence-transformers folder in the encoder's place; `tests/contracts/test_text_encoders.py` has what it owes."""

import re
import shutil
import sys
from pathlib import Path

import pytest

from models.encoder import ModelUnusable
from models.published import ModelDamaged, TextModels, load_encoder, published_models
from models.transformer import TrainExtraMissing, TransformerEncoder
from tests.models.made import DIM, static_model


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("sentence_transformers")
    return static_model(tmp_path_factory.mktemp("transformer") / "model")


def test_a_folder_with_modules_is_taken_for_sentence_transformers(folder: Path) -> None:
    found = load_encoder(folder)
    assert isinstance(found, TransformerEncoder)
    assert found.dim == DIM


def test_the_fingerprint_follows_what_is_in_the_folder_and_not_where_it_is(folder: Path, tmp_path: Path) -> None:
    moved = Path(shutil.copytree(folder, tmp_path / "moved"))
    assert TransformerEncoder(moved).fingerprint == TransformerEncoder(folder).fingerprint
    (moved / "note.txt").write_text("autre", encoding="utf-8")
    assert TransformerEncoder(moved).fingerprint != TransformerEncoder(folder).fingerprint


def test_the_tagger_keeps_what_ships(folder: Path) -> None:
    models = TextModels.load(folder)
    assert isinstance(models.encoder, TransformerEncoder)
    assert models.tagging_encoder.fingerprint == published_models().encoder.fingerprint
    assert models.weighing.version == published_models().weighing.version


def test_a_folder_whose_modules_are_not_the_librarys_is_refused_and_not_run(folder: Path, tmp_path: Path) -> None:
    foreign = Path(shutil.copytree(folder, tmp_path / "foreign"))
    modules = foreign / "modules.json"
    modules.write_text(re.sub(r'"sentence_transformers\.[\w.]+"', '"tests.models.made.Spelled"', modules.read_text()))
    with pytest.raises(ModelDamaged, match="trust_remote_code"):
        load_encoder(foreign)


def test_without_the_train_extra_the_remedy_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "modules.json").write_text("[]", encoding="utf-8")
    monkeypatch.setitem(sys.modules, "sentence_transformers", None)
    with pytest.raises(TrainExtraMissing, match=r"vivier\[train\]"):
        load_encoder(tmp_path)
    assert issubclass(TrainExtraMissing, ModelUnusable)
