"""Training on a dozen pairs, and the torch module against what the service makes of it. Needs the `train` extra."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("sentence_transformers")

from sentence_transformers import SentenceTransformer  # noqa: E402

from models.encoder import Encoder, unit  # noqa: E402
from models.training import contrastive  # noqa: E402
from models.training.contrastive import MaskedRanking, train  # noqa: E402
from models.training.pairs import NO_FICHE, Pair  # noqa: E402
from models.training.static import HashedWords  # noqa: E402
from models.words import Hashing  # noqa: E402

MEANT = {
    "boulanger": "fait le pain",
    "nounou": "garde d'enfant",
    "chauffeur PL": "poids lourd",
    "maçon": "monte des murs",
}
PAIRS = [Pair(anchor, positive, fiche) for fiche, (anchor, positive) in enumerate(MEANT.items())] * 3
TEXTS = ["boulanger", "aide soignante de nuit", "chauffeur PL " * 40, "C++"]


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name, value in (("BUCKETS", 512), ("DIM", 16), ("UNITS", 8), ("BATCH", 4)):
        monkeypatch.setattr(contrastive, name, value)
    threads = torch.get_num_threads()
    yield
    torch.set_num_threads(threads)


def arrays(encoder: Encoder) -> list[np.ndarray]:
    layer = encoder.layer
    return [encoder.vectors, encoder.scales, layer.inner, layer.inner_bias, layer.outer, layer.outer_bias]


def composing() -> HashedWords:
    """A module whose layer does something, as after training."""
    torch.manual_seed(0)
    words = HashedWords(Hashing(n_buckets=512), 16, 8)
    torch.nn.init.normal_(words.outer.weight, std=0.3)
    return words


def test_the_same_pairs_and_seed_give_the_same_arrays() -> None:
    first, second, other = train(PAIRS, 1), train(PAIRS, 1), train(PAIRS, 2)
    for one, same in zip(arrays(first), arrays(second), strict=True):
        np.testing.assert_array_equal(one, same)
    assert first.fingerprint == second.fingerprint != other.fingerprint


def test_what_is_paired_comes_closer() -> None:
    encoder = train(PAIRS * 4, 0)
    cosines = encoder.encode(list(MEANT)) @ encoder.encode(list(MEANT.values())).T
    assert (np.argmax(cosines, axis=1) == np.arange(len(MEANT))).all()


def test_the_service_reads_what_the_module_learned() -> None:
    words = composing()
    model = SentenceTransformer(modules=[words], device="cpu")
    by_torch = unit(model.encode(TEXTS, convert_to_numpy=True, show_progress_bar=False))
    cosines = (by_torch * words.encoder().encode(TEXTS)).sum(axis=1)
    assert cosines.min() > 0.999


def test_the_module_saved_is_loaded(tmp_path: Path) -> None:
    words = composing()
    SentenceTransformer(modules=[words], device="cpu").save(str(tmp_path / "model"), create_model_card=False)
    loaded = HashedWords.load(str(tmp_path / "model"))
    assert loaded.hashing == words.hashing
    assert loaded.encoder().fingerprint == words.encoder().fingerprint


def test_texts_without_a_word_are_read_and_a_prompt_is_refused() -> None:
    words = composing()
    features = words.preprocess(["", "!!"])
    assert features["offsets"].tolist() == [0, 0]
    assert words(features)["sentence_embedding"].shape == (2, 16)
    with pytest.raises(ValueError, match="prompt"):
        words.preprocess(["boulanger"], prompt="query: ")


def loss_of(labels: list[list[int]]) -> float:
    """Of three pairs of vectors, the second pair being the first again."""
    vectors = torch.tensor([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
    ranking = MaskedRanking(lambda features: {"sentence_embedding": features["vectors"]}, scale=1.0)  # type: ignore[arg-type]
    return float(ranking([{"vectors": vectors}, {"vectors": vectors}], torch.tensor(labels)))


def test_the_loss_by_hand() -> None:
    """Scores 1, 1, 0 for the first two, 0, 0, 1 for the third; those of one fiche or text do not see each other."""
    e = np.e
    apart = (2 * np.log((2 * e + 1) / e) + np.log((e + 2) / e)) / 3
    masked = (2 * np.log((e + 1) / e) + np.log((e + 2) / e)) / 3
    assert loss_of([[0, 0], [1, 1], [2, 2]]) == pytest.approx(apart, rel=1e-5)
    assert loss_of([[NO_FICHE, 0], [NO_FICHE, 1], [NO_FICHE, 2]]) == pytest.approx(apart, rel=1e-5)
    assert loss_of([[0, 0], [0, 1], [2, 2]]) == pytest.approx(masked, rel=1e-5)
    assert loss_of([[NO_FICHE, 7], [NO_FICHE, 7], [2, 2]]) == pytest.approx(masked, rel=1e-5)
