"""Any sentence-transformers model folder in the encoder's place (`VIVIER_ENCODER`). Needs the `train` extra."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.encoder import ModelUnusable, unit
from models.words import MAX_CHARACTERS, distinct_words


class TrainExtraMissing(ModelUnusable):
    """A sentence-transformers model was asked of an installation without the `train` extra."""


class TransformerEncoder:
    """A `TextEncoder` that asks a sentence-transformers model, on one folder of this machine."""

    def __init__(self, folder: Path) -> None:
        """Nothing is downloaded. Raises TrainExtraMissing when the library is not installed."""
        try:
            from sentence_transformers import SentenceTransformer
        except ImportError as error:
            raise TrainExtraMissing(
                f"{folder} is a sentence-transformers model: install `vivier[train]` to use it"
            ) from error
        self._model = SentenceTransformer(str(folder), device="cpu", local_files_only=True)
        self.dim = int(self._model.encode(["métier"]).shape[1])
        self.fingerprint = _fingerprint(folder)

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit vectors, float32 (len(texts), dim); a text without a word gives a row of zeros."""
        vectors = np.zeros((len(texts), self.dim), dtype=np.float32)
        worded = [row for row, text in enumerate(texts) if distinct_words(text)]
        if worded:
            asked = [texts[row][:MAX_CHARACTERS] for row in worded]
            vectors[worded] = self._model.encode(asked, convert_to_numpy=True, show_progress_bar=False)
        return unit(vectors)


def _fingerprint(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        digest.update(path.relative_to(folder).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]
