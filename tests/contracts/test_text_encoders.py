"""Both kinds of encoder that a folder may hold, through `load_encoder`: what every floor asks of one."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from models.encoder import TextEncoder
from models.published import load_encoder
from tests.models.made import publish, random_encoder, static_model

WORDLESS = ["", "  ", "!?", "😀😀", "\x00\x01"]
TEXTS = ["boulanger", "", "aide soignante de nuit", "!!", "soudeur", "\x07boulanger\x00", "inconnu au bataillon"]

Make = Callable[[Path, int], Path]


def ours(folder: Path, seed: int) -> Path:
    return publish(random_encoder(seed), folder)


def sentence_transformers(folder: Path, seed: int) -> Path:
    pytest.importorskip("sentence_transformers")
    return static_model(folder, seed)


KINDS: list[Make] = [ours, sentence_transformers]


@pytest.fixture(scope="module", params=KINDS, ids=lambda make: make.__name__)
def make(request: pytest.FixtureRequest) -> Make:
    chosen: Make = request.param
    return chosen


@pytest.fixture(scope="module")
def folder(make: Make, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("encoder") / "model", 0)


@pytest.fixture(scope="module")
def encoder(folder: Path) -> TextEncoder:
    return load_encoder(folder)


def test_rows_are_unit_vectors(encoder: TextEncoder) -> None:
    texts = [text for text in TEXTS if text.strip("!")]
    vectors = encoder.encode(texts)
    assert vectors.shape == (len(texts), encoder.dim)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_a_text_without_a_word_is_a_row_of_zeros(encoder: TextEncoder) -> None:
    assert not encoder.encode(WORDLESS).any()
    assert encoder.encode([*WORDLESS, "soudeur"])[-1].any()


def test_no_text_gives_no_row(encoder: TextEncoder) -> None:
    assert encoder.encode([]).shape == (0, encoder.dim)


def test_a_batch_is_its_texts_one_by_one(encoder: TextEncoder) -> None:
    together = encoder.encode(TEXTS)
    for row, text in enumerate(TEXTS):
        np.testing.assert_allclose(encoder.encode([text])[0], together[row], atol=1e-6)


def test_different_words_have_different_vectors(encoder: TextEncoder) -> None:
    one, same, other = encoder.encode(["boulanger", "boulanger", "soudeur"])
    np.testing.assert_allclose(one, same, atol=1e-6)
    assert one @ other < 0.99


def test_loading_again_gives_the_same_vectors_and_fingerprint(encoder: TextEncoder, folder: Path) -> None:
    again = load_encoder(folder)
    np.testing.assert_array_equal(again.encode(TEXTS), encoder.encode(TEXTS))
    assert again.fingerprint == encoder.fingerprint
    assert again.dim == encoder.dim


def test_another_model_has_another_fingerprint(encoder: TextEncoder, make: Make, tmp_path: Path) -> None:
    assert load_encoder(make(tmp_path / "other", 1)).fingerprint != encoder.fingerprint


def test_hostile_texts_are_answered(encoder: TextEncoder) -> None:
    vectors = encoder.encode(["a" * 1_000_000, "soudeur " * 1_000_000, "﷽" * 1000, "(" * 100_000])
    assert np.isfinite(vectors).all()
    np.testing.assert_allclose(vectors[1], encoder.encode(["soudeur"])[0], atol=1e-5)
