"""Pairs as matrices: who has what, in which part."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from models.interactions.reading import PairFile

Matrix = sparse.csr_array
"""(n_users, n_items) float32, 1 where the user has the item."""

FEW: Final = 1000
"""Users below which a half would be too few to choose on."""


@dataclass(frozen=True, eq=False)
class Dataset:
    """Training, validation and test pairs over one set of rows.

    Rows are users in order of id. Columns are items, the most frequent in training first, then by id, so that of equal
    scores the more popular item comes first. Only the first `n_known` items can be recommended: the others are in the
    test part alone.
    """

    users: tuple[str, ...]
    items: tuple[str, ...]
    n_known: int
    train: Matrix
    """(n_users, n_known)"""
    validation: Matrix | None
    """(n_users, n_known), None when not given."""
    test: Matrix
    """(n_users, n_items) without the pairs that are in training or validation: a list never has them."""
    repeated: int
    """Test pairs that were left out because training or validation has them."""

    @property
    def known(self) -> Matrix:
        """(n_users, n_known) training and validation together: what is known when the test is taken."""
        return self.train if self.validation is None else together(self.train, self.validation)

    @property
    def asked(self) -> NDArray[np.int64]:
        """Rows of the users who have at least one test pair, in order."""
        return np.flatnonzero(np.diff(self.test.indptr)).astype(np.int64)

    @property
    def unseen_users(self) -> int:
        """Asked users without a known pair: they get what is most popular."""
        return int(np.count_nonzero(np.diff(self.known.indptr)[self.asked] == 0))

    @property
    def unseen_pairs(self) -> int:
        """Test pairs whose item nobody had before: they count, and nobody can find them."""
        return int(np.count_nonzero(self.test.indices >= self.n_known))

    @classmethod
    def of(cls, train: PairFile, test: PairFile, validation: PairFile | None = None) -> "Dataset":
        """Raises ValueError when no test pair is left, all of them being in training or validation."""
        known_files = [train] if validation is None else [train, validation]
        users = tuple(sorted({user for file in (*known_files, test) for user in file.users}))
        counts = Counter(train.items)
        known = sorted({item for file in known_files for item in file.items}, key=lambda item: (-counts[item], item))
        items = (*known, *sorted(set(test.items).difference(known)))
        user_row = {user: row for row, user in enumerate(users)}
        item_row = {item: row for row, item in enumerate(items)}
        parts = [_matrix(file, user_row, item_row, len(known)) for file in known_files]
        asked = _matrix(test, user_row, item_row, len(items))
        seen = together(*parts) if len(parts) > 1 else parts[0]
        seen_wide = sparse.csr_array((seen.data, seen.indices, seen.indptr), shape=asked.shape)
        new = sparse.csr_array(asked - asked.multiply(seen_wide))
        new.eliminate_zeros()
        if new.nnz == 0:
            raise ValueError("every pair of the test is in training or validation: nothing is left to find")
        return cls(users, items, len(known), parts[0], parts[1] if len(parts) > 1 else None, new, asked.nnz - new.nnz)


def together(first: Matrix, second: Matrix) -> Matrix:
    """The pairs of either matrix, each once."""
    both = sparse.csr_array(first + second)
    both.data = np.ones_like(both.data)
    return both


def hold_out(train: Matrix, seed: int, share: float = 0.2, most_users: int = 5000) -> tuple[Matrix, Matrix]:
    """A fitting and a validation part of `train`: a seeded draw of users with two pairs or more, `share` of each one's
    pairs, at least one and not all. Half of these users are drawn, at least FEW and at most `most_users`: the others
    keep their pairs, so that the fitting part is nearly as dense as the whole.

    Both are matrices of `train`'s shape. Raises ValueError when no user has two pairs.
    """
    sizes = np.diff(train.indptr)
    able = np.flatnonzero(sizes >= 2)
    if len(able) == 0:
        raise ValueError("no user has two pairs in training: give a validation file to choose hyper-parameters on")
    generator = np.random.default_rng(seed)
    chosen = np.zeros(train.shape[0], dtype=np.bool_)
    chosen[generator.permutation(able)[: min(most_users, max(FEW, len(able) // 2))]] = True
    owner = np.repeat(np.arange(train.shape[0]), sizes)
    order = np.lexsort((generator.random(train.nnz), owner))
    place = np.arange(train.nnz) - train.indptr[:-1][owner]
    held = chosen[owner] & (place < np.maximum(1, (share * sizes[owner]).astype(np.int64)))
    columns = train.indices[order]
    return (
        _binary(owner[~held], columns[~held], train.shape),
        _binary(owner[held], columns[held], train.shape),
    )


def _matrix(file: PairFile, users: Mapping[str, int], items: Mapping[str, int], n_items: int) -> Matrix:
    rows = np.fromiter((users[user] for user in file.users), dtype=np.int32, count=len(file))
    columns = np.fromiter((items[item] for item in file.items), dtype=np.int32, count=len(file))
    return _binary(rows, columns, (len(users), n_items))


def _binary(rows: NDArray[np.integer], columns: NDArray[np.integer], shape: tuple[int, int]) -> Matrix:
    made: Matrix = sparse.csr_array((np.ones(len(rows), dtype=np.float32), (rows, columns)), shape=shape)
    made.sort_indices()
    return made
