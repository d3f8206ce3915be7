"""What the offers of an occupation pay around a place, in the middle: the market that a pay is held against."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from matching.lookups import Lookups

LEAST_OFFERS: Final = 5
"""Offers that tell their pay without which a median is that of the wider area."""

NO_MEDIANS: Final[NDArray[np.float32]] = np.empty((0, 0), dtype=np.float32)
"""Of a catalogue that was never written."""


def pay_medians(
    lookups: Lookups, occupations: NDArray[np.integer], communes: NDArray[np.integer], pay: NDArray[np.floating]
) -> NDArray[np.float32]:
    """(n_occupations, n_areas + 1) median of `pay` (gross euros a month, NaN unknown) of offers, by occupation and
    employment area, as `Lookups.tension`; the last column is of the whole country, for places of no known area.

    An area with fewer than `LEAST_OFFERS` of the occupation takes the median of its region, then that of the country,
    then NaN. The three arrays are (n,), rows -1 where unknown.
    """
    n_occupations, n_areas = lookups.reference.rome.n_occupations, len(lookups.areas)
    told = (occupations >= 0) & ~np.isnan(pay)
    occupation, amounts = occupations[told].astype(np.int64), pay[told].astype(np.float64)
    area = lookups.area_of_commune[communes[told]]
    region_of_area = lookups.region_of_area
    n_regions = int(region_of_area.max()) + 1
    country = _medians(occupation, np.zeros_like(area), amounts, (n_occupations, 1))
    regions = _medians(occupation, region_of_area[area], amounts, (n_occupations, n_regions))
    areas = _medians(occupation, area, amounts, (n_occupations, n_areas + 1))
    areas[:, n_areas] = np.nan
    around = np.where(np.isnan(areas), regions[:, region_of_area], areas)
    around[:, n_areas] = np.nan
    return np.where(np.isnan(around), country, around).astype(np.float32)


def median_at(
    medians: NDArray[np.float32], lookups: Lookups, occupations: NDArray[np.integer], communes: NDArray[np.integer]
) -> NDArray[np.float32]:
    """The median for each (occupation row, commune row); NaN where the occupation is unknown (-1) or has none."""
    if medians.size == 0:
        return np.full(len(occupations), np.nan, dtype=np.float32)
    found = medians[occupations, lookups.area_of_commune[communes]]
    return np.where(occupations >= 0, found, np.float32(np.nan))


def _medians(
    rows: NDArray[np.integer], columns: NDArray[np.integer], values: NDArray[np.float64], shape: tuple[int, int]
) -> NDArray[np.float64]:
    """Median of the values of each cell that has `LEAST_OFFERS` of them, NaN in the others."""
    cells = rows * shape[1] + columns
    order = np.lexsort((values, cells))
    ordered = values[order]
    counts = np.bincount(cells, minlength=shape[0] * shape[1])
    starts = np.cumsum(counts) - counts
    medians = np.full(shape[0] * shape[1], np.nan)
    full = np.flatnonzero(counts >= LEAST_OFFERS)
    low, high = starts[full] + (counts[full] - 1) // 2, starts[full] + counts[full] // 2
    medians[full] = (ordered[low] + ordered[high]) / 2
    return medians.reshape(shape)
