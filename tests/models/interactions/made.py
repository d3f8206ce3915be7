"""Small matrices for the tests of this room."""

import numpy as np
from scipy import sparse

from models.interactions.dataset import Matrix
from models.interactions.reading import PairFile


def matrix(*rows: str) -> Matrix:
    """`matrix("1.1", ".11")`: a 1 where there is one."""
    dense = np.array([[cell == "1" for cell in row] for row in rows], dtype=np.float32)
    return sparse.csr_array(dense)


def drawn(users: int, items: int, share: float, seed: int = 0) -> Matrix:
    made: Matrix = sparse.csr_array((np.random.default_rng(seed).random((users, items)) < share).astype(np.float32))
    return made


def file(*pairs: tuple[str, str]) -> PairFile:
    users, items = zip(*pairs, strict=True)
    return PairFile(users, items, duplicates=0, blank=0, header=False, further_columns=0)


def grouped(groups: int, users: int, items: int, seed: int = 0) -> list[tuple[str, str]]:
    """Users of each group have about half of their group's items, and no other."""
    draw = np.random.default_rng(seed)
    return [
        (f"u{group}-{user:03}", f"i{group}-{item:02}")
        for group in range(groups)
        for user in range(users)
        for item in np.flatnonzero(draw.random(items) < 0.5).tolist()
    ]
