"""`Encoder`: French job text to unit vectors, with numpy alone.

Each bucket of hashed n-grams (`models/words.py`) has a row of int8 numbers and a scale; a word is the sum of its
buckets' rows, a text the sum of its distinct words brought to unit length, plus what a layer of rectified units makes
of that sum: words mean other things together ("chef de rang", "chef de projet"). The length of a word's vector says
how much the word tells. Word vectors are kept once made, which is what makes a title take microseconds.
`models/training/` makes the numbers.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Protocol, Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from features.array_files import save_array
from models.words import Hashing, distinct_words

TOKENIZER = "tokenizer.json"
VECTORS = "vectors.npy"
LAYER = "layer.npz"
BLOCK = 4096
"""Texts encoded together: memory stays flat however many there are."""
FEW = 16
"""Texts that are summed one by one: for so few, laying out a matrix costs more than it saves."""

KEPT_WORDS = 12_000
"""Word vectors kept in memory: 11 MB at 192 dimensions."""


class ModelUnusable(Exception):
    """A model folder that cannot be used; the message names it and the remedy."""


class TextEncoder(Protocol):
    """What every floor asks of an encoder: ours, or a sentence-transformers folder (`models/transformer.py`)."""

    @property
    def dim(self) -> int: ...

    @property
    def fingerprint(self) -> str:
        """Changes with the vectors: an index built with another encoder is refused."""
        ...

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit vectors, float32 (len(texts), dim); a text without a word gives a row of zeros."""
        ...


@dataclass(frozen=True, eq=False)
class Layer:
    """What is added to a sum of words v, of unit length: `outer @ relu(inner @ v + inner_bias) + outer_bias`."""

    inner: NDArray[np.float32]
    """(units, dim)."""
    inner_bias: NDArray[np.float32]
    outer: NDArray[np.float32]
    """(dim, units)."""
    outer_bias: NDArray[np.float32]

    def __call__(self, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        """(n, dim) of vectors (n, dim)."""
        composed: NDArray[np.float32] = (
            np.maximum(vectors @ self.inner.T + self.inner_bias, 0) @ self.outer.T + self.outer_bias
        )
        return composed

    @classmethod
    def none(cls, dim: int) -> Self:
        """A layer that adds nothing."""
        empty = np.zeros((0, dim), np.float32)
        return cls(empty, np.zeros(0, np.float32), empty.T, np.zeros(dim, np.float32))


@dataclass(frozen=True, eq=False)
class Encoder:
    """`vectors` int8 (n_buckets, dim), `scales` float32 (n_buckets,): a bucket is its vector times its scale."""

    hashing: Hashing
    vectors: NDArray[np.int8]
    scales: NDArray[np.float32]
    layer: Layer
    fingerprint: str
    _words: dict[str, NDArray[np.float32]] = field(default_factory=dict, repr=False)

    @property
    def dim(self) -> int:
        return int(self.vectors.shape[1])

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit vectors, float32 (len(texts), dim); a text without a word gives a row of zeros."""
        vectors = np.zeros((len(texts), self.dim), dtype=np.float32)
        for start in range(0, len(texts), BLOCK):
            words = unit(self._sums([distinct_words(text) for text in texts[start : start + BLOCK]]))
            worded = words.any(axis=1, keepdims=True)
            vectors[start : start + BLOCK] = unit(np.where(worded, words + self.layer(words), np.float32(0)))
        return vectors

    def _sums(self, texts: Sequence[Sequence[str]]) -> NDArray[np.float32]:
        """(len(texts), dim) sum of the vectors of each text's words, added in their order."""
        if len(texts) <= FEW:
            few = np.zeros((len(texts), self.dim), dtype=np.float32)
            for vector, words in zip(few, texts, strict=True):
                for word in words:
                    vector += self.word(word)
            return few
        places = {word: place for place, word in enumerate(dict.fromkeys(chain.from_iterable(texts)))}
        if not places:
            return np.zeros((len(texts), self.dim), dtype=np.float32)
        told = [places[word] for words in texts for word in words]
        bounds = np.cumsum([0, *map(len, texts)])
        present = sparse.csr_array((np.ones(len(told), np.float32), told, bounds), shape=(len(texts), len(places)))
        sums: NDArray[np.float32] = present @ np.stack([self.word(word) for word in places])
        return sums

    def word(self, word: str) -> NDArray[np.float32]:
        """Vector of one normalised word, float32 (dim,), not of unit length."""
        vector = self._words.get(word)
        if vector is None:
            buckets = self.hashing.buckets(word)
            vector = self.scales[buckets] @ self.vectors[buckets].astype(np.float32)
            if len(self._words) >= KEPT_WORDS:
                self._words.clear()
            vector.setflags(write=False)
            self._words[word] = vector
        return vector

    def save(self, folder: Path) -> None:
        """Write the encoder's three files into `folder`, which must exist."""
        (folder / TOKENIZER).write_text(json.dumps(self.hashing.as_json()), encoding="utf-8")
        save_array(folder / VECTORS, self.vectors)
        np.savez(
            folder / LAYER,
            scales=self.scales.astype(np.float16),
            inner=self.layer.inner.astype(np.float16),
            inner_bias=self.layer.inner_bias.astype(np.float16),
            outer=self.layer.outer.astype(np.float16),
            outer_bias=self.layer.outer_bias.astype(np.float16),
        )

    @classmethod
    def load(cls, folder: Path) -> Self:
        """What `save` wrote in `folder`. Raises ValueError for files that do not belong together."""
        hashing = Hashing(**json.loads((folder / TOKENIZER).read_text(encoding="utf-8")))
        vectors = np.load(folder / VECTORS, allow_pickle=False)
        with (folder / LAYER).open("rb") as stream, np.load(stream, allow_pickle=False) as arrays:
            layer = Layer(*(arrays[name].astype(np.float32) for name in ("inner", "inner_bias", "outer", "outer_bias")))
            return cls._from(hashing, vectors, arrays["scales"], layer)

    @classmethod
    def of(cls, table: NDArray[np.floating], hashing: Hashing | None = None, layer: Layer | None = None) -> Self:
        """An encoder from a table of real numbers (n_buckets, dim), rounded as it is on disk: 255 steps a row."""
        scales = (np.abs(table).max(axis=1, initial=0) / 127).astype(np.float16)
        steps = np.divide(table, scales[:, None], out=np.zeros(table.shape), where=scales[:, None] > 0)
        vectors = np.clip(np.round(steps), -127, 127).astype(np.int8)
        exact = layer if layer is not None else Layer.none(table.shape[1])
        parts = (exact.inner, exact.inner_bias, exact.outer, exact.outer_bias)
        rounded = Layer(*(part.astype(np.float16).astype(np.float32) for part in parts))
        return cls._from(hashing or Hashing(n_buckets=len(table)), vectors, scales, rounded)

    @classmethod
    def _from(cls, hashing: Hashing, vectors: NDArray[np.int8], scales: NDArray[np.float16], layer: Layer) -> Self:
        units, dim = layer.inner.shape
        expected = ((hashing.n_buckets, dim), (hashing.n_buckets,), (units,), (dim, units), (dim,))
        parts = (vectors, scales, layer.inner_bias, layer.outer, layer.outer_bias)
        if tuple(part.shape for part in parts) != expected:
            raise ValueError(
                f"encoder of {hashing.n_buckets} buckets with vectors {vectors.shape}, scales {scales.shape} and "
                f"a layer {layer.inner.shape}, {layer.outer.shape}"
            )
        digest = hashlib.sha256(json.dumps(hashing.as_json()).encode())
        for array in (vectors, scales, layer.inner, layer.inner_bias, layer.outer, layer.outer_bias):
            digest.update(np.ascontiguousarray(array).data)
        return cls(hashing, vectors, scales.astype(np.float32), layer, digest.hexdigest()[:16])


def unit(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Rows brought to length 1; a row of zeros stays."""
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    scaled: NDArray[np.float32] = np.divide(vectors, norms, out=np.zeros_like(vectors), where=norms > 0)
    return scaled
