"""The first encoder, of before training: reduced-rank ridge regression from n-grams to occupations. A baseline.

Every text of the referential (appellations, labels, definitions, core skills) is regressed on its occupation by ridge
regression over tf-idf n-grams; the predictions' leading singular directions are the embedding (reduced-rank
regression: Izenman, J. Multivariate Analysis 5, 1975).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import linalg, sparse

from features.text import normalise
from models.corpus import Corpus
from models.encoder import unit

RIDGE = 1.0
WHITENING = 0.5
"""Power of the singular values by which directions are scaled down: 0 keeps the prediction's geometry, 1 a sphere."""
BATCH = 2048
NGRAMS = (3, 4, 5)
MAX_CHARACTERS = 4000
"""Characters of a text that are read: job descriptions say their work early."""

_SPACE = 32
_END_OF_TEXT = 10
_PRIME = np.uint32(16777619)


@dataclass(frozen=True, eq=False)
class FirstEncoder:
    """`table` float32 (n_buckets, dim), `weights` float32 (n_buckets,)."""

    table: NDArray[np.float32]
    weights: NDArray[np.float32]
    fingerprint: str = "first"

    @property
    def dim(self) -> int:
        return int(self.table.shape[1])

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit vectors, float32 (len(texts), dim); a text without a word gives a row of zeros."""
        vectors = np.zeros((len(texts), self.dim), dtype=np.float32)
        for start in range(0, len(texts), BATCH):
            counts = _bag(texts[start : start + BATCH], self.table.shape[0], self.weights)
            vectors[start : start + BATCH] = counts @ self.table
        return unit(vectors)


def fit(corpus: Corpus, *, dim: int = 256, n_buckets: int = 65536, seed: int = 0) -> FirstEncoder:
    """An encoder of at most `dim` dimensions (fewer when there are fewer occupations).

    The Gram matrix of the texts is held in memory: 1.1 GB for the 16,000 texts of the whole ROME.
    Raises ValueError with fewer than two occupations.
    """
    from sklearn.utils.extmath import randomized_svd

    classes = int(corpus.occupations.max(initial=-1)) + 1
    if classes < 2:
        raise ValueError(f"an encoder needs texts of at least two occupations, got {classes}")
    counts: Any = _bag(corpus.texts, n_buckets)
    documents = np.bincount(counts.indices, minlength=n_buckets)
    idf = (np.log((1 + len(corpus.texts)) / (1 + documents)) + 1).astype(np.float32)
    weighted: Any = counts.multiply(idf).tocsr()
    norms = np.sqrt(np.asarray(weighted.multiply(weighted).sum(axis=1)).ravel())
    tfidf: Any = (sparse.diags(1 / np.maximum(norms, 1e-9)) @ weighted).tocsr().astype(np.float32)
    targets = np.zeros((len(corpus.texts), classes), dtype=np.float32)
    targets[np.arange(len(corpus.texts)), corpus.occupations] = 1
    dual = linalg.solve(_ridged_gram(tfidf), targets, assume_a="pos", overwrite_a=True, overwrite_b=True)
    coefficients = np.asarray(tfidf.T @ dual)
    predictions = np.asarray(tfidf @ coefficients)
    rank = min(dim, classes - 1, len(corpus.texts) - 1)
    _, strengths, directions = randomized_svd(predictions, n_components=rank, n_iter=4, random_state=seed)
    return FirstEncoder((coefficients @ directions.T * strengths**-WHITENING).astype(np.float32), idf)


def _ridged_gram(tfidf: Any, block: int = 1024) -> NDArray[np.float32]:
    gram = np.empty((tfidf.shape[0], tfidf.shape[0]), dtype=np.float32)
    transposed = tfidf.T.tocsr()
    for start in range(0, tfidf.shape[0], block):
        gram[start : start + block] = (tfidf[start : start + block] @ transposed).toarray()
    gram[np.diag_indices_from(gram)] += RIDGE
    return gram


def _bag(texts: Sequence[str], n_buckets: int, weights: NDArray[np.float32] | None = None) -> sparse.csr_matrix:
    """(len(texts), n_buckets) float32: 1 + ln(count) of each bucket, times its weight when given."""
    rows, buckets = _hashed_tokens(texts, n_buckets)
    keys, counts = np.unique(rows * n_buckets + buckets, return_counts=True)
    columns = keys % n_buckets
    values = 1 + np.log(counts.astype(np.float32))
    if weights is not None:
        values *= weights[columns]
    offsets = np.searchsorted(keys // n_buckets, np.arange(len(texts) + 1))
    return sparse.csr_matrix((values, columns, offsets), shape=(len(texts), n_buckets), dtype=np.float32)


def _hashed_tokens(texts: Sequence[str], n_buckets: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """(text row, bucket) of every token of every text, in order of text row; int64, same length.

    Tokens are whole words and, inside each word padded by a space on both sides, all n-grams of `NGRAMS`.
    A text without letters or digits has no token.
    """
    padded = "".join(f" {normalise(text[:MAX_CHARACTERS])} \n" for text in texts)
    characters = np.frombuffer(padded.encode("ascii"), dtype=np.uint8)
    if characters.size == 0:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    ends = characters == _END_OF_TEXT
    text_of = np.cumsum(ends) - ends
    outside = (characters == _SPACE) | ends
    rows: list[NDArray[np.int64]] = []
    hashes: list[NDArray[np.uint32]] = []
    for n in NGRAMS:
        if characters.size < n:
            continue
        size = characters.size - n + 1
        code = np.full(size, np.uint32(2166136261 + n), dtype=np.uint32)
        valid = ~ends[:size] & ~ends[n - 1 :][:size]
        for offset in range(n):
            code = (code ^ characters[offset : offset + size]) * _PRIME
            if 0 < offset < n - 1:
                valid &= ~outside[offset : offset + size]
        rows.append(text_of[:size][valid])
        hashes.append(code[valid])
    word_rows, word_hashes = _words(characters, outside, text_of)
    rows.append(word_rows)
    hashes.append(word_hashes)
    all_rows = np.concatenate(rows)
    buckets = (_mix(np.concatenate(hashes)) % np.uint32(n_buckets)).astype(np.int64)
    order = np.argsort(all_rows, kind="stable")
    return all_rows[order], buckets[order]


def _words(
    characters: NDArray[np.uint8], outside: NDArray[np.bool_], text_of: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.uint32]]:
    inside = ~outside
    starts = np.flatnonzero(inside & np.concatenate(([True], outside[:-1])))
    if starts.size == 0:
        return np.empty(0, np.int64), np.empty(0, np.uint32)
    positions = np.flatnonzero(inside)
    word_of = np.cumsum(np.isin(positions, starts, assume_unique=True)) - 1
    place = (positions - starts[word_of]).astype(np.uint32)
    terms = _mix(characters[positions].astype(np.uint32) + place * np.uint32(257))
    sums = np.add.reduceat(terms, np.flatnonzero(place == 0), dtype=np.uint32)
    return text_of[starts], sums


def _mix(values: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Spread the bits of 32-bit hashes (the finaliser of MurmurHash3)."""
    mixed = values.copy()
    mixed ^= mixed >> np.uint32(16)
    mixed *= np.uint32(0x85EBCA6B)
    mixed ^= mixed >> np.uint32(13)
    mixed *= np.uint32(0xC2B2AE35)
    mixed ^= mixed >> np.uint32(16)
    return mixed
