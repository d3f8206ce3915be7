"""How often each place of a list is looked at, from the logs alone.

The position-based model: a result is opened when its place is looked at and it appeals, P(opened) = looked(place) x
appeal(result) (Craswell et al., WSDM 2008). Lists are explored (their order is drawn, not fixed), so results of the
same appeal stand at all places, and expectation-maximisation parts the two factors (Wang et al., "Position bias
estimation for unbiased learning to rank in personal search", WSDM 2018). Results are taken together in strata of like
appeal, as a model that does not read the place guesses it, so that all the data is a small table.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.ranking.table import RankingTable

STRATA: Final = 20
ROUNDS: Final = 400
LEAST: Final = 0.05
"""A place looked at less often counts as looked at so often: the bound of the weights that undo its bias."""

Doubles = NDArray[np.float64]


def strata_of(appeal: NDArray[np.floating], n: int = STRATA) -> NDArray[np.int64]:
    """(n_rows,) stratum of each row, 0 .. n - 1 of about equal sizes by increasing `appeal`; equal values together."""
    bounds = np.quantile(appeal, np.arange(1, n) / n) if len(appeal) else np.empty(0)
    return np.searchsorted(bounds, appeal, side="right").astype(np.int64)


def propensities(position: NDArray[np.integer], opened: NDArray[np.bool_], strata: NDArray[np.int64]) -> Doubles:
    """(n_positions,) how often each place is looked at, the first being 1, never rising, never under `LEAST`.

    All arrays are (n,); places that were never shown take the value of the one before. No row gives an empty array.
    """
    if len(position) == 0:
        return np.empty(0)
    n_positions, n_strata = int(position.max()) + 1, int(strata.max()) + 1
    cell = strata * n_positions + position
    shape = n_strata, n_positions
    shown = np.bincount(cell, minlength=n_strata * n_positions).reshape(shape).astype(np.float64)
    clicks = np.bincount(cell[opened], minlength=n_strata * n_positions).reshape(shape).astype(np.float64)
    looked, appeal = _start(shown, clicks)
    for _ in range(ROUNDS):
        missed = (shown - clicks) / np.maximum(1 - looked * appeal[:, None], 1e-12)
        unseen = missed * looked * (1 - appeal[:, None])
        unloved = missed * (1 - looked) * appeal[:, None]
        looked = _share((clicks + unseen).sum(axis=0), shown.sum(axis=0))
        appeal = _share((clicks + unloved).sum(axis=1), shown.sum(axis=1))
    return _falling(looked, shown.sum(axis=0))


def looked_at(position: NDArray[np.integer], known: Doubles) -> Doubles:
    """(n,) propensity of each place; one further down than any that was estimated takes the last."""
    if len(known) == 0:
        return np.ones(len(position))
    found: Doubles = known[np.minimum(position, len(known) - 1)]
    return found


def weights(table: RankingTable, known: Doubles) -> NDArray[np.float32]:
    """(n,) inverse propensities: what a deed at each place stands for. At most 1 / `LEAST`."""
    return (1 / np.maximum(looked_at(table.position, known), LEAST)).astype(np.float32)


def _start(shown: Doubles, clicks: Doubles) -> tuple[Doubles, Doubles]:
    """As if the first place were always looked at: shares of clicks by place over that of the first, and by stratum."""
    by_place = _share(clicks.sum(axis=0), shown.sum(axis=0))
    looked = np.clip(by_place / max(by_place[0], 1e-9), 0.02, 0.98)
    expected = (shown * looked).sum(axis=1)
    return looked, np.clip(_share(clicks.sum(axis=1), expected), 1e-4, 0.98)


def _share(part: Doubles, whole: Doubles) -> Doubles:
    found: Doubles = np.divide(part, whole, out=np.zeros_like(part), where=whole > 0)
    return found


def _falling(looked: Doubles, shown: Doubles) -> Doubles:
    """Neighbouring places that rise are given their mean, weighted by `shown` (pool adjacent violators), then the first
    is brought to 1."""
    blocks: list[tuple[float, float, int]] = []
    for value, weight in zip(looked.tolist(), shown.tolist(), strict=True):
        blocks.append((value if weight > 0 else (blocks[-1][0] if blocks else 1.0), weight, 1))
        while len(blocks) > 1 and blocks[-1][0] > blocks[-2][0]:
            (first, its, places), (second, other, more) = blocks[-2], blocks[-1]
            total = its + other
            mean = (first * its + second * other) / total if total > 0 else first
            blocks[-2:] = [(mean, total, places + more)]
    fallen = np.repeat([block[0] for block in blocks], [block[2] for block in blocks])
    bounded: Doubles = np.clip(fallen / max(fallen[0], 1e-12), LEAST, 1.0)
    return bounded
