"""Lists as they were judged: what stands at each rank, and what could have stood there.

Every measure of lists reads this one shape. It is made from scored groups (`of_groups`: a table of shown lists), from
top lists against the truth (`of_lists`: recommendations), or from the ranks of single answers (`of_ranks`).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse


@dataclass(frozen=True, eq=False)
class Judged:
    """n lists of at most `width` answers. A gain is 0 for a wrong answer or an empty place, and above for a relevant
    one: 1, or a grade."""

    gains: NDArray[np.float64]
    """(n_lists, width) in order of rank."""
    ideal: NDArray[np.float64]
    """(n_lists, width) the largest gains that the list's relevant answers have, decreasing, 0 beyond the last."""
    relevant: NDArray[np.int64]
    """(n_lists,) relevant answers that exist, found or not."""

    def __post_init__(self) -> None:
        if self.gains.shape != self.ideal.shape or self.relevant.shape != self.gains.shape[:1]:
            raise ValueError(
                f"gains {self.gains.shape}, ideal {self.ideal.shape} and relevant {self.relevant.shape} do not fit"
            )

    def __len__(self) -> int:
        return len(self.gains)

    @property
    def width(self) -> int:
        return int(self.gains.shape[1])

    def first(self, k: int) -> NDArray[np.float64]:
        """(n_lists, k) gains of the first k ranks. Raises ValueError when the lists were judged less deep."""
        self._reaches(k)
        return self.gains[:, :k]

    def best(self, k: int) -> NDArray[np.float64]:
        """(n_lists, k) gains of the first k ranks of a perfect list. Raises ValueError as `first`."""
        self._reaches(k)
        return self.ideal[:, :k]

    def _reaches(self, k: int) -> None:
        if not 1 <= k <= self.width:
            raise ValueError(f"k must be within 1..{self.width}, the depth at which the lists were judged; got {k}")

    @classmethod
    def of_groups(
        cls,
        scores: NDArray[np.floating],
        gains: NDArray[np.number] | NDArray[np.bool_],
        groups: NDArray[np.integer],
        k: int,
        seed: int | None = None,
    ) -> "Judged":
        """Lists of a table: each row has a score, a gain and the list it belongs to.

        `scores`, `gains` and `groups` are (n,); one list for each distinct group, in increasing order. All rows of a
        group are its candidates: the relevant ones among them are all that exist. Of equal scores the earlier row comes
        first (a stable sort), or a random one under `seed`: give one when the order of rows may tell the outcome.
        Raises ValueError for unequal lengths, a score or gain that is not finite, or a gain below 0.
        """
        if not scores.shape == gains.shape == groups.shape:
            raise ValueError(
                f"scores {scores.shape}, gains {gains.shape} and groups {groups.shape} must have one length"
            )
        graded = _checked(gains)
        if not np.all(np.isfinite(scores)):
            raise ValueError("a score is not finite: a list cannot be ordered by it")
        tie = np.arange(len(scores)) if seed is None else np.random.default_rng(seed).permutation(len(scores))
        names, member_of = np.unique(groups, return_inverse=True)
        order = np.lexsort((tie, -scores.astype(np.float64), member_of))
        ideal_order = np.lexsort((-graded, member_of))
        relevant = np.bincount(member_of[graded > 0], minlength=len(names)).astype(np.int64)
        sizes = np.bincount(member_of, minlength=len(names))
        return cls(_padded(graded[order], sizes, k), _padded(graded[ideal_order], sizes, k), relevant)

    @classmethod
    def of_lists(cls, lists: NDArray[np.integer], truth: sparse.csr_array) -> "Judged":
        """Top lists of item rows (n_lists, k), best first, -1 for an empty place, against each list's relevant items.

        `truth` is (n_lists, n_items) with a gain at each relevant item, judged or not among the k. Raises ValueError
        for another number of lists, an item out of range, an item twice in one list, or a gain that cannot be.
        """
        n_lists, k = lists.shape
        if truth.shape[0] != n_lists:
            raise ValueError(f"{n_lists} lists cannot be judged by the truth of {truth.shape[0]}")
        if np.any(lists < -1) or np.any(lists >= truth.shape[1]):
            wrong = lists[(lists < -1) | (lists >= truth.shape[1])].flat[0]
            raise ValueError(f"an item's row must be within 0..{truth.shape[1] - 1}, or -1; got {wrong}")
        ordered = np.sort(lists, axis=1)
        if np.any((ordered[:, 1:] == ordered[:, :-1]) & (ordered[:, 1:] >= 0)):
            raise ValueError("an item stands twice in one list: it would be counted twice")
        known = truth.tocsr()
        graded = _checked(known.data)
        sizes = np.diff(known.indptr)
        owner = np.repeat(np.arange(n_lists), sizes)
        keys = owner * known.shape[1] + known.indices
        by_key = np.argsort(keys, kind="stable")
        wanted = np.arange(n_lists)[:, None] * known.shape[1] + lists
        gains = np.zeros((n_lists, k))
        if len(keys):
            place = np.minimum(np.searchsorted(keys[by_key], wanted), len(keys) - 1)
            found = (keys[by_key][place] == wanted) & (lists >= 0)
            gains = np.where(found, graded[by_key][place], 0.0)
        ideal = _padded(graded[np.lexsort((-graded, owner))], sizes, k)
        relevant = np.bincount(owner[graded > 0], minlength=n_lists).astype(np.int64)
        return cls(gains, ideal, relevant)

    @classmethod
    def of_ranks(cls, ranks: NDArray[np.floating], k: int) -> "Judged":
        """Queries with one right answer each, from its rank (n,), 1 for the best, inf where it was not given."""
        gains = (ranks[:, None] == np.arange(1, k + 1)).astype(np.float64)
        ideal = np.zeros_like(gains)
        ideal[:, :1] = 1
        return cls(gains, ideal, np.ones(len(ranks), dtype=np.int64))


def burges_gains(grades: NDArray[np.integer]) -> NDArray[np.float64]:
    """2**grade - 1: gains that set high grades apart (Burges et al., ICML 2005). Give them to `Judged` as gains."""
    return np.exp2(grades.astype(np.float64)) - 1


def _checked(gains: NDArray[np.number] | NDArray[np.bool_]) -> NDArray[np.float64]:
    graded: NDArray[np.float64] = gains.astype(np.float64)
    wrong = ~(np.isfinite(graded) & (graded >= 0))
    if wrong.any():
        raise ValueError(f"a gain must be a number of at least 0, got {graded[wrong][0]}")
    return graded


def _padded(values: NDArray[np.float64], sizes: NDArray[np.integer], k: int) -> NDArray[np.float64]:
    """(n_lists, k): the first k of each run of `values`; runs have these sizes and follow each other."""
    if k < 1:
        raise ValueError(f"k must be at least 1, got {k}")
    starts = np.concatenate(([0], np.cumsum(sizes)[:-1])) if len(sizes) else np.zeros(0, dtype=np.int64)
    filled = np.zeros((len(sizes), k))
    if len(values) == 0:
        return filled
    place = np.arange(k)[None, :]
    within = place < np.asarray(sizes)[:, None]
    at = np.minimum(starts[:, None] + place, len(values) - 1)
    return np.where(within, values[at], filled)
