"""`Encoder`: French job text to unit vectors, with numpy alone.

Each bucket of hashed words and character n-grams has a weight (smoothed idf) and a row of `table`; a text is the
weighted sum of its buckets' rows, brought to unit length. `models/encoder_fit.py` makes the two arrays from ROME; an
encoder trained another way has the same two arrays and takes this one's place without a change above it.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from models.tokens import hashed_tokens

FILE = "encoder.npz"
BATCH = 2048


@dataclass(frozen=True)
class Encoder:
    """`table` float32 (n_buckets, dim), `weights` float32 (n_buckets,)."""

    table: NDArray[np.float32]
    weights: NDArray[np.float32]
    fingerprint: str
    """Changes with the vectors: an index built with another encoder is refused."""

    @property
    def dim(self) -> int:
        return int(self.table.shape[1])

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit vectors, float32 (len(texts), dim); a text without a word gives a row of zeros."""
        vectors = np.zeros((len(texts), self.dim), dtype=np.float32)
        for start in range(0, len(texts), BATCH):
            counts = bag(texts[start : start + BATCH], self.table.shape[0], self.weights)
            vectors[start : start + BATCH] = counts @ self.table
        return unit(vectors)

    def save(self, folder: Path) -> None:
        np.savez(folder / FILE, table=self.table.astype(np.float16), weights=self.weights)

    @classmethod
    def load(cls, folder: Path) -> Self:
        with np.load(folder / FILE, allow_pickle=False) as arrays:
            return cls.of(arrays["table"], arrays["weights"])

    @classmethod
    def of(cls, table: NDArray[np.floating], weights: NDArray[np.floating]) -> Self:
        """An encoder from its two arrays; the table is rounded to float16, as it is on disk."""
        rounded = table.astype(np.float16)
        kept = weights.astype(np.float32)
        digest = hashlib.sha256(rounded.tobytes() + kept.tobytes()).hexdigest()[:16]
        return cls(rounded.astype(np.float32), kept, digest)


def unit(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Rows brought to length 1; a row of zeros stays."""
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    scaled: NDArray[np.float32] = np.divide(vectors, norms, out=np.zeros_like(vectors), where=norms > 0)
    return scaled


def bag(texts: Sequence[str], n_buckets: int, weights: NDArray[np.float32] | None = None) -> sparse.csr_matrix:
    """(len(texts), n_buckets) float32: 1 + ln(count) of each bucket, times its weight when given."""
    rows, buckets = hashed_tokens(texts, n_buckets)
    keys, counts = np.unique(rows * n_buckets + buckets, return_counts=True)
    columns = keys % n_buckets
    values = 1 + np.log(counts.astype(np.float32))
    if weights is not None:
        values *= weights[columns]
    offsets = np.searchsorted(keys // n_buckets, np.arange(len(texts) + 1))
    return sparse.csr_matrix((values, columns, offsets), shape=(len(texts), n_buckets), dtype=np.float32)
