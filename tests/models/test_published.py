"""The models that ship, and folders that are not what their manifest says."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from models.documents.facts import FOLDER as DOCUMENTS
from models.encoder import LAYER, TOKENIZER, VECTORS, Encoder, ModelUnusable
from models.published import (
    CARD,
    FOLDER,
    MANIFEST,
    ModelDamaged,
    TextModels,
    esco_names,
    load_encoder,
    published_models,
    verify,
)
from tests.models.made import publish, random_encoder, seal

MOST_BYTES = 24_000_000
"""What the package may weigh for its models."""
FILES = [TOKENIZER, VECTORS, LAYER]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return publish(random_encoder(), tmp_path / "model")


def test_what_ships_verifies_and_lists_every_file() -> None:
    verify(FOLDER)
    listed = json.loads((FOLDER / MANIFEST).read_text(encoding="utf-8"))["files"]
    assert {*listed, MANIFEST, CARD, DOCUMENTS} == {path.name for path in FOLDER.iterdir()}


def test_what_ships_is_small() -> None:
    assert sum(path.stat().st_size for path in FOLDER.rglob("*")) <= MOST_BYTES


def test_what_ships_is_loaded_once() -> None:
    models = published_models()
    assert published_models() is models
    assert models.encoder is models.tagging_encoder
    assert models.encoder.fingerprint == load_encoder().fingerprint


def test_a_folder_that_is_whole_is_loaded(folder: Path) -> None:
    found = load_encoder(folder)
    assert isinstance(found, Encoder)
    assert found.fingerprint == random_encoder().fingerprint


@pytest.mark.parametrize("name", FILES)
def test_a_damaged_file_is_refused_by_name(folder: Path, name: str) -> None:
    content = bytearray((folder / name).read_bytes())
    content[-1] ^= 1
    (folder / name).write_bytes(content)
    with pytest.raises(ModelDamaged, match=f"{name} is not the file that was published"):
        load_encoder(folder)


@pytest.mark.parametrize("name", [*FILES, MANIFEST])
def test_a_missing_file_is_refused_by_name(folder: Path, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(ModelDamaged, match=name):
        load_encoder(folder)


@pytest.mark.parametrize("manifest", ["", "{", "{}", "[]", '{"files": []}', '{"files": null}'])
def test_a_manifest_that_lists_nothing_is_refused(folder: Path, manifest: str) -> None:
    (folder / MANIFEST).write_text(manifest, encoding="utf-8")
    with pytest.raises(ModelDamaged, match="model in"):
        verify(folder)


def test_files_that_do_not_belong_together_are_refused_whatever_the_manifest(folder: Path, tmp_path: Path) -> None:
    other = publish(random_encoder(dim=8), tmp_path / "other")
    (folder / LAYER).write_bytes((other / LAYER).read_bytes())
    with pytest.raises(ModelDamaged, match="model in"):
        load_encoder(seal(folder))


def test_a_file_listed_that_is_no_array_is_refused(folder: Path) -> None:
    (folder / LAYER).write_bytes(b"PK\x03\x04 not an archive")
    with pytest.raises(ModelDamaged, match="model in"):
        load_encoder(seal(folder))


def test_a_damaged_model_is_one_that_cannot_be_used(tmp_path: Path) -> None:
    with pytest.raises(ModelUnusable, match="vivier train encoder"):
        TextModels.load(tmp_path / "nowhere")


def test_the_tagger_keeps_its_own_encoder_where_the_vectors_come_from_another(folder: Path) -> None:
    models = TextModels.load(folder)
    assert models.encoder.fingerprint == random_encoder().fingerprint
    assert models.tagging_encoder.fingerprint == published_models().encoder.fingerprint
    assert models.weighing.version == published_models().weighing.version
    assert models.names == published_models().names


def test_esco_names_are_codes_and_names() -> None:
    names = esco_names(FOLDER)
    assert len(names) > 1000
    assert len(set(names)) == len(names)
    assert all(len(code) == 5 and name.strip() for code, name in names)


def test_what_ships_reads_french_before_any_tuning() -> None:
    """Spelling faults, genders and everyday names are nearer to the right trade than to another."""
    encoder = published_models().encoder
    typed = encoder.encode(["infirmeir", "nounou", "chauffeur PL"])
    right = encoder.encode(["infirmière", "assistante maternelle", "conducteur de poids lourd"])
    cosines = typed @ right.T
    assert (np.argmax(cosines, axis=1) == [0, 1, 2]).all()


def test_nothing_that_serves_imports_torch() -> None:
    program = (
        "import sys\n"
        "from features.sample.reference import sample_reference\n"
        "from models.published import published_models\n"
        "tagger = published_models().tagger(sample_reference().rome)\n"
        "assert tagger.tag(['boulanger'])[0]\n"
        "print(sorted({'torch', 'sentence_transformers', 'mlflow', 'sklearn', 'datasets'} & sys.modules.keys()))\n"
    )
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert found.stdout.strip() == "[]", found.stderr
