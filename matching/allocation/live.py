"""Prices for pages: what the last batch of allocation made of each offer, published and taken up by what answers.

    <data_dir>/prices/CURRENT              the generation in force (features/artifacts.py)
    <data_dir>/prices/<id>/prices.npz      one row an offer that has a price

A page cannot wait for a batch, but the batch's prices hold for it too: they are the dual of the same transport, so a
person who came too late for the batch and is shown the best by score less price chooses as the batch would have chosen
for them. An offer that the batch did not know, or had room for, has the price 0.
"""

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from features.artifacts import ArtifactError, current_id, load_current, publishing

ROOT: Final = "prices"
ARRAYS: Final = "prices.npz"
_DTYPES: Final = {"keys": np.int64, "prices": np.float32, "loads": np.int32, "posts": np.int32}


@dataclass(frozen=True, eq=False)
class LivePrices:
    """The prices in force; none by default. n offers have one."""

    keys: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    """(n,) number of each offer (`key_number` of its id), ascending."""
    prices: NDArray[np.float32] = field(default_factory=lambda: np.empty(0, dtype=np.float32))
    """(n,) in units of score, above 0."""
    loads: NDArray[np.int32] = field(default_factory=lambda: np.empty(0, dtype=np.int32))
    """(n,) persons to whom the batch sent each."""
    posts: NDArray[np.int32] = field(default_factory=lambda: np.empty(0, dtype=np.int32))
    """(n,) 1 or more."""
    generation: str | None = None
    """None: nothing was ever published, or nothing of it can be used."""
    refused: str | None = None
    """A newer generation that cannot be used."""
    refused_because: str | None = None

    def __post_init__(self) -> None:
        """Raises ArtifactError for arrays that are no prices, naming what is wrong."""
        for name, dtype in _DTYPES.items():
            values = getattr(self, name)
            if values.dtype != dtype or values.shape != self.keys.shape or values.ndim != 1:
                raise ArtifactError(f"{name} is {values.dtype} {values.shape}, not {np.dtype(dtype)} {self.keys.shape}")
        if (self.keys[1:] <= self.keys[:-1]).any():
            raise ArtifactError("keys do not rise")
        if not (np.isfinite(self.prices) & (self.prices > 0)).all():
            raise ArtifactError("a price is not a number above 0")
        if len(self.posts) and (self.posts.min() < 1 or self.loads.min() < 0):
            raise ArtifactError("posts under 1 or loads under 0")

    def places_of(self, keys: NDArray[np.int64]) -> NDArray[np.int64]:
        """(m,) position here of each offer, -1 for those without a price."""
        if len(self.keys) == 0:
            return np.full(len(keys), -1, dtype=np.int64)
        places = np.searchsorted(self.keys, keys).clip(max=len(self.keys) - 1)
        return np.where(self.keys[places] == keys, places, -1)

    def of(self, keys: NDArray[np.int64]) -> NDArray[np.float32]:
        """(m,) price of each offer, 0 for those without one."""
        places = self.places_of(keys)
        return np.append(self.prices, np.float32(0))[places]

    @classmethod
    def open(cls, data_dir: Path) -> Self:
        """What is in force in `data_dir`, at start: where it is damaged the whole one before it, else none."""
        generation = current_id(data_dir / ROOT)
        return cls() if generation is None else cls()._taken(data_dir, generation, at_start=True)

    def newer(self, data_dir: Path) -> Self | None:
        """What has come into force since, or these with what was refused; None when nothing has. Thread-safe."""
        generation = current_id(data_dir / ROOT)
        if generation is None or generation in (self.generation, self.refused):
            return None
        return self._taken(data_dir, generation)

    def reconsidering(self) -> Self:
        """These, with nothing refused: `newer` looks again at what was."""
        return replace(self, refused=None, refused_because=None)

    def status(self) -> dict[str, Any]:
        """What serves, and what was refused and why. For health checks."""
        return {
            "generation": self.generation,
            "offers": len(self.keys),
            "refused_generation": self.refused,
            "refused_because": self.refused_because,
        }

    def _taken(self, data_dir: Path, generation: str, at_start: bool = False) -> Self:
        """`generation`, or these with the refusal when it cannot be used; at start one that stands in for it."""
        try:
            found = load_current(data_dir / ROOT)
            damaged = found.fallback_from is not None
            if damaged and not at_start:
                raise ArtifactError("its files are damaged or missing: allocate again")
            with np.load(found.path / ARRAYS, allow_pickle=False) as arrays:
                taken = type(self)(**{name: arrays[name] for name in _DTYPES}, generation=found.id)
            because = "its files are damaged or missing: allocate again" if damaged else None
            return replace(taken, refused=found.fallback_from, refused_because=because)
        except (ArtifactError, OSError, ValueError, KeyError) as error:
            return replace(self, refused=generation, refused_because=str(error))


def publish(
    data_dir: Path,
    keys: NDArray[np.int64],
    prices: NDArray[np.float32],
    loads: NDArray[np.int64],
    posts: NDArray[np.int32],
    meta: dict[str, Any],
) -> int:
    """Put the prices of a batch in force, whole or not at all; services that run take them up by themselves.

    One row an offer, in any order; those of price 0 or less are left out: a page charges what is crowded and promotes
    nothing, so that scores stay between 0 and 1. Returns how many have a price. `meta` is kept in the manifest. Raises
    ArtifactError for arrays that services would refuse.
    """
    order = np.argsort(keys)
    order = order[~(prices[order] <= 0)]
    found = LivePrices(
        keys[order].astype(np.int64),
        prices[order].astype(np.float32),
        loads[order].astype(np.int32),
        posts[order].astype(np.int32),
    )
    with publishing(data_dir / ROOT, {**meta, "offers": len(order)}) as folder:
        np.savez(folder / ARRAYS, allow_pickle=False, **{name: getattr(found, name) for name in _DTYPES})
    return len(order)
