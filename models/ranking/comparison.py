"""Two rankers on the same held-out lists: how good each is, for whom, and what would change on the page.

A segment splits rows by something of who looks (the same in a whole list), or of what is shown. Rows are candidates of
lists; `lists` (n,) says which list each row belongs to, `gains` (n,) what showing it was worth.
Rows of equal score are drawn by lot, the same lot for both rankers: the order of a table may tell what happened.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from models.metrics import Judged
from models.metrics.ndcg import NDCG
from models.ranking.table import Segment

K = 10
"""Results of a list that count: the first screen."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Trial:
    """A candidate and the ranker whose place it would take, over n rows of held-out lists.

    Raises ValueError for arrays of different lengths, an empty trial, or a score that is not finite.
    """

    lists: NDArray[np.integer]
    gains: NDArray[np.floating]
    """(n,) 0 or more; they may carry the weights that undo the bias of position."""
    candidate: NDArray[np.floating]
    """(n,) scores, higher is better."""
    incumbent: NDArray[np.floating]
    segments: Mapping[str, Segment]
    seed: int = 0
    quantities: Mapping[str, NDArray[np.floating]] = field(default_factory=dict)
    """(n,) what is recommended by more than its place, such as pay; NaN where it is not known."""
    hired: NDArray[np.bool_] | None = None
    """(n,) whether showing it ended in a hire; None: not known."""

    def __post_init__(self) -> None:
        n = len(self.lists)
        parts: dict[str, NDArray[np.generic]] = {
            "gains": self.gains,
            "candidate": self.candidate,
            "incumbent": self.incumbent,
            **self.quantities,
        }
        if self.hired is not None:
            parts["hired"] = self.hired
        lengths = {name: len(part) for name, part in parts.items()}
        lengths |= {f"segment {name}": len(segment.of_row) for name, segment in self.segments.items()}
        wrong = {name: length for name, length in lengths.items() if length != n}
        if n == 0 or wrong:
            raise ValueError(f"a trial needs rows, the same number everywhere; lists have {n}, and {wrong}")
        for name, scores in (("candidate", self.candidate), ("incumbent", self.incumbent)):
            if not np.all(np.isfinite(scores)):
                raise ValueError(f"a score of the {name} is not finite: a list cannot be ordered by it")

    @cached_property
    def candidate_ndcg(self) -> Floats:
        """(n_lists,) nDCG@10 by increasing list, NaN for a list without a gain."""
        return self._ndcg(self.candidate)

    @cached_property
    def incumbent_ndcg(self) -> Floats:
        """(n_lists,) as `candidate_ndcg`."""
        return self._ndcg(self.incumbent)

    def _ndcg(self, scores: NDArray[np.floating]) -> Floats:
        return NDCG.compute(Judged.of_groups(scores, self.gains, self.lists, K, self.seed), K)


@dataclass(frozen=True)
class Quality:
    """nDCG@10 of both rankers where `label` holds; NaN where no list has a gain."""

    label: str
    n_lists: float
    """Lists that count, each for the share of its rows where the label holds."""
    candidate: float
    incumbent: float

    @property
    def change(self) -> float:
        """Relative change, 0.02 for 2 % better; 0 where both are nothing, infinite where the incumbent alone is."""
        if self.incumbent == 0:
            return 0.0 if self.candidate == 0 else float("inf")
        return self.candidate / self.incumbent - 1


def quality(trial: Trial) -> Quality:
    """Over all lists that have a gain."""
    return _weighed(trial, "", np.ones(len(trial.candidate_ndcg)))


def qualities(trial: Trial, segment: Segment) -> list[Quality]:
    """For each label of a segment."""
    shares = _shares(trial.lists, segment)
    return [_weighed(trial, label, shares[:, place]) for place, label in enumerate(segment.labels)]


def changed_share(trial: Trial) -> float:
    """Share of the first ten that would be others: mean over lists of 1 - kept / min(10, rows of the list)."""
    seen = ranks(trial.candidate, trial.lists, trial.seed) <= K
    was_seen = ranks(trial.incumbent, trial.lists, trial.seed) <= K
    _, member_of = np.unique(trial.lists, return_inverse=True)
    kept = np.bincount(member_of, weights=seen & was_seen)
    return float(np.mean(1 - kept / np.bincount(member_of, weights=seen)))


@dataclass(frozen=True)
class Attention:
    """What the rows of one label get of people's attention, for what they are worth."""

    label: str
    n_lists: float
    """Lists where it has rows."""
    per_gain: float
    """Exposure of its rows over the sum of their gains; NaN where they have none."""


def attention(trial: Trial, segment: Segment, of_incumbent: bool = False) -> list[Attention]:
    """Exposure per gain of each label under the candidate, or under the incumbent.

    A row at rank r of the first ten is exposed by 1 / log2(1 + r), any other not at all; the ratio is that of Singh and
    Joachims, *Fairness of Exposure in Rankings*, KDD 2018 (disparate treatment), with gains for merit.
    """
    rank = ranks(trial.incumbent if of_incumbent else trial.candidate, trial.lists, trial.seed)
    exposure = np.where(rank <= K, 1 / np.log2(1 + rank), 0)
    known, n_labels = segment.of_row >= 0, len(segment.labels)
    of_row = segment.of_row[known]
    exposed = np.bincount(of_row, weights=exposure[known], minlength=n_labels)
    gained = np.bincount(of_row, weights=trial.gains[known], minlength=n_labels)
    n_lists = (_shares(trial.lists, segment) > 0).sum(axis=0)
    per_gain = np.divide(exposed, gained, out=np.full(n_labels, np.nan), where=gained > 0)
    return [
        Attention(label, float(count), float(ratio))
        for label, count, ratio in zip(segment.labels, n_lists, per_gain, strict=True)
    ]


@dataclass(frozen=True)
class Share:
    """How many of the rows of one label are among the first ten."""

    label: str
    n_lists: float
    """Lists that leave somebody out, where it has rows."""
    share: float
    """NaN where it has none."""


def selected(trial: Trial, segment: Segment, of_incumbent: bool = False) -> list[Share]:
    """The selection rate of each label, over lists of more than ten rows: of others no order leaves anybody out."""
    rank = ranks(trial.incumbent if of_incumbent else trial.candidate, trial.lists, trial.seed)
    _, member_of, sizes = np.unique(trial.lists, return_inverse=True, return_counts=True)
    found = []
    for place, label in enumerate(segment.labels):
        rows = (segment.of_row == place) & (sizes[member_of] > K)
        share = float((rank[rows] <= K).mean()) if rows.any() else float("nan")
        found.append(Share(label, float(len(np.unique(trial.lists[rows]))), share))
    return found


@dataclass(frozen=True)
class Means:
    """The mean of a quantity for one label: in the first ten, and in what ended in a hire."""

    label: str
    n_lists: float
    """Lists whose first ten tell it."""
    shown: float
    n_hired: int
    hired: float
    """NaN with nobody hired."""


def means_of(trial: Trial, segment: Segment, quantity: str, of_incumbent: bool = False) -> list[Means]:
    """Of each label the mean of a quantity over the first ten."""
    rank = ranks(trial.incumbent if of_incumbent else trial.candidate, trial.lists, trial.seed)
    values = trial.quantities[quantity]
    known = np.isfinite(values)
    found = []
    for place, label in enumerate(segment.labels):
        rows = known & (segment.of_row == place)
        shown = rows & (rank <= K)
        taken = rows & trial.hired if trial.hired is not None else np.zeros(len(rows), dtype=np.bool_)
        found.append(
            Means(
                label,
                float(len(np.unique(trial.lists[shown]))),
                float(values[shown].mean()) if shown.any() else float("nan"),
                int(taken.sum()),
                float(values[taken].mean()) if taken.any() else float("nan"),
            )
        )
    return found


def is_of_lists(lists: NDArray[np.integer], segment: Segment) -> bool:
    """Whether a segment says the same of all rows of a list: it is about who looks, not about what is shown."""
    _, first, member_of = np.unique(lists, return_index=True, return_inverse=True)
    return bool(np.all(segment.of_row == segment.of_row[first][member_of]))


def ranks(scores: NDArray[np.floating], lists: NDArray[np.integer], seed: int) -> NDArray[np.int64]:
    """(n,) rank of each row in its list, from 1."""
    lot = np.random.default_rng(seed).permutation(len(scores))
    order = np.lexsort((lot, -scores.astype(np.float64), lists))
    _, sizes = np.unique(lists, return_counts=True)
    found = np.empty(len(scores), dtype=np.int64)
    found[order] = np.arange(len(scores)) - np.repeat(np.cumsum(sizes) - sizes, sizes) + 1
    return found


def _shares(lists: NDArray[np.integer], segment: Segment) -> Floats:
    """(n_lists, n_labels) share of each list's rows that have each label."""
    names, member_of = np.unique(lists, return_inverse=True)
    known, n_labels = segment.of_row >= 0, len(segment.labels)
    flat = member_of[known] * n_labels + segment.of_row[known]
    counts = np.bincount(flat, minlength=len(names) * n_labels).reshape(len(names), n_labels)
    return counts / np.bincount(member_of)[:, None]


def _weighed(trial: Trial, label: str, weights: Floats) -> Quality:
    """Means over the lists that have a gain, weighed."""
    counted = np.where(np.isnan(trial.candidate_ndcg), 0, weights)
    total = float(counted.sum())
    if total == 0:
        return Quality(label, 0.0, float("nan"), float("nan"))
    found = (trial.candidate_ndcg, trial.incumbent_ndcg)
    return Quality(label, total, *(float(counted @ np.nan_to_num(values) / total) for values in found))
