"""`KeptEncoder`: vectors of a referential's thousands of texts, made once a deployment and mapped by every process.

A start encodes the names, sentences and skills of the whole ROME; kept beside the indexes as checked artefacts, they
are read in milliseconds and shared by all workers.
"""

import contextlib
import hashlib
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from features.array_files import save_array
from features.artifacts import ArtifactError, load_current, publishing
from models.encoder import TextEncoder

LEAST: Final = 8_000
"""Texts of a list from which its vectors are kept: those of a referential, never those of a batch of records."""
MOST: Final = 12
"""Lists that are kept; the one written longest ago goes first. A deployment has four."""
FILE: Final = "vectors.npy"


class KeptEncoder:
    """An encoder that keeps its answers to long lists under `root`, by their content. It answers all the same where
    nothing can be written."""

    def __init__(self, encoder: TextEncoder, root: Path) -> None:
        self._encoder, self._root = encoder, root

    @property
    def dim(self) -> int:
        return self._encoder.dim

    @property
    def fingerprint(self) -> str:
        return self._encoder.fingerprint

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """As the encoder; the array of a list that is kept cannot be written to."""
        if len(texts) < LEAST:
            return self._encoder.encode(texts)
        place = self._root / self._digest(texts)
        with contextlib.suppress(ArtifactError):
            return _mapped(place)
        vectors = self._encoder.encode(texts)
        with contextlib.suppress(OSError, ArtifactError):  # a read-only disk; or another process was first
            with publishing(place, {"texts": len(texts), "encoder": self.fingerprint}) as folder:
                save_array(folder / FILE, vectors)
            self._forget()
            return _mapped(place)
        return vectors

    def _digest(self, texts: Sequence[str]) -> str:
        digest = hashlib.sha256(self.fingerprint.encode())
        digest.update("\0".join(["", *texts]).encode())
        return digest.hexdigest()[:16]

    def _forget(self) -> None:
        written = sorted(self._root.iterdir(), key=lambda place: place.stat().st_mtime)
        for place in written[:-MOST]:
            shutil.rmtree(place, ignore_errors=True)


def _mapped(place: Path) -> NDArray[np.float32]:
    """What is kept there. Raises ArtifactError where that is nothing whole."""
    vectors: NDArray[np.float32] = np.load(load_current(place).path / FILE, mmap_mode="r", allow_pickle=False)
    return vectors.view(np.ndarray)
