"""The prices of a day's new offers: attention spread over them by their posts, the same for every shard of a run.

    <data_dir>/digest-prices/<date>/CURRENT

An allocation (`matching.allocation`) of a sample of the people makes them, once a day, before anything is prepared: who
is sent what then depends on the prices and on nobody else. So a run can be cut into shards, stopped and begun again,
and every subscription gets what it would have got alone.
"""

import datetime as dt
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from features.artifacts import ArtifactError, current_id, load_current, publishing
from matching.allocation.live import LivePrices
from matching.allocation.prices import LAST
from matching.keys import pair_numbers

ROOT: Final = "digest-prices"
ARRAYS: Final = "prices.npz"


@dataclass(frozen=True, eq=False)
class DigestPrices:
    """The prices of one day; none by default."""

    offers: LivePrices = field(default_factory=LivePrices)
    unit: float = 0.0
    """What scores differ by for one person (`CandidateGraph.unit`): the breadth in which offers are shared by lot."""

    def charges(self, people: NDArray[np.int64], keys: NDArray[np.int64]) -> NDArray[np.float32]:
        """(n,) what is taken off the score of each offer for each person: its price, and a lot that shares offers
        which are alike among people who are alike. Nothing where there are no prices."""
        if len(self.offers.keys) == 0:
            return np.zeros(len(keys), dtype=np.float32)
        return self.offers.of(keys) - np.float32(LAST * self.unit) * _lots(people, keys)


def read_prices(data_dir: Path, day: dt.date, knob: float) -> DigestPrices | None:
    """The prices of a day's run; None when none were made at this knob. Raises ArtifactError for damaged ones."""
    root = data_dir / ROOT / day.isoformat()
    if current_id(root) is None:
        return None
    found = load_current(root)
    if found.meta["knob"] != knob:
        return None
    try:
        with np.load(found.path / ARRAYS, allow_pickle=False) as arrays:
            columns = {name: arrays[name] for name in ("keys", "prices", "loads", "posts")}
    except (OSError, ValueError, KeyError) as error:
        raise ArtifactError(f"{found.path}: {error}") from error
    return DigestPrices(LivePrices(**columns, generation=found.id), float(found.meta["unit"]))


def keep_prices(data_dir: Path, day: dt.date, prices: DigestPrices, knob: float, subscriptions: int) -> None:
    """Put the prices of a day in force, made at a knob from so many subscriptions."""
    columns = {name: getattr(prices.offers, name) for name in ("keys", "prices", "loads", "posts")}
    with publishing(
        data_dir / ROOT / day.isoformat(), {"knob": knob, "subscriptions": subscriptions, "unit": prices.unit}
    ) as folder:
        np.savez(folder / ARRAYS, allow_pickle=False, **columns)


def _lots(people: NDArray[np.int64], keys: NDArray[np.int64]) -> NDArray[np.float32]:
    """(n,) standard logistic numbers, a function of person and offer alone."""
    share = ((pair_numbers(people, keys) >> np.uint64(40)).astype(np.float32) + np.float32(0.5)) / np.float32(1 << 24)
    odds: NDArray[np.float32] = np.log(share) - np.log1p(-share)
    return odds
