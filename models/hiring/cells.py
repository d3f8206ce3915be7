"""What a firm is expected to hire before anything is known of its own past: sector x size x area, and the season."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

SIZES: Final = (0, 1, 3, 6, 10, 20, 50, 100, 200, 250, 500, 1000, 2000, 5000)
"""Lowest headcount of each band of INSEE's; a firm of unknown size has a band of its own, the first."""
TENSIONS: Final = (0.2, 0.4, 0.6, 0.8)
"""Knots of the share of difficult recruitments."""


@dataclass(frozen=True, eq=False)
class Cells:
    """Rates of hiring a month, as a product of effects, and the season of each division."""

    intercept: float
    divisions: tuple[str, ...]
    """Two digits of NAF rev. 2, sorted."""
    of_division: Floats
    """(n_divisions + 1,) log effects; the last is that of a division that was not seen."""
    sub_classes: tuple[str, ...]
    """NAF codes, sorted; may be empty."""
    of_sub_class: Floats
    of_size: Floats
    """(len(SIZES) + 1,) log effects, that of an unknown headcount first."""
    areas: tuple[str, ...]
    """Départements, sorted; may be empty."""
    of_area: Floats
    of_tension: Floats
    """(len(TENSIONS),) log effects at the knots; straight between them, none where tension is not known."""
    season: Floats
    """(n_divisions + 1, 12) hirings of each calendar month against an average one; a row's mean is 1."""

    @cached_property
    def _division_rows(self) -> Mapping[str, int]:
        return {code: row for row, code in enumerate(self.divisions)}

    @cached_property
    def _sub_class_rows(self) -> Mapping[str, int]:
        return {code: row for row, code in enumerate(self.sub_classes)}

    @cached_property
    def _area_rows(self) -> Mapping[str, int]:
        return {code: row for row, code in enumerate(self.areas)}

    def division_rows(self, naf: Sequence[str]) -> NDArray[np.int64]:
        """(n,) rows of `of_division` and `season`; the last one for a division that was not seen."""
        rows, unseen = self._division_rows, len(self.divisions)
        return np.array([rows.get(code[:2], unseen) for code in naf], dtype=np.int64)

    def rates(
        self,
        naf: Sequence[str],
        headcount_min: NDArray[np.integer],
        departement: Sequence[str],
        tension: NDArray[np.floating],
    ) -> Floats:
        """(n,) hirings of an average month; what was not seen when fitting counts as usual."""
        sub_classes = np.append(self.of_sub_class, 0.0)
        areas = np.append(self.of_area, 0.0)
        sub_row, area_row = self._sub_class_rows, self._area_rows
        logs = (
            self.intercept
            + self.of_division[self.division_rows(naf)]
            + sub_classes[[sub_row.get(code, -1) for code in naf]]
            + areas[[area_row.get(code, -1) for code in departement]]
            + self.of_size[size_rows(headcount_min)]
            + tension_basis(tension) @ self.of_tension
        )
        return np.asarray(np.exp(logs), dtype=np.float64)


def size_rows(headcount_min: NDArray[np.integer]) -> NDArray[np.int64]:
    """(n,) band of each headcount; 0 where it is not known (-1)."""
    return np.searchsorted(np.array(SIZES), headcount_min, side="right").astype(np.int64)


def tension_basis(tension: NDArray[np.floating]) -> Floats:
    """(n, len(TENSIONS)) weights of the knots around each share, which add up to 1; zeros where it is not known."""
    knots = np.array(TENSIONS)
    known = np.clip(np.nan_to_num(tension, nan=knots[0]), knots[0], knots[-1])
    basis = np.stack([np.interp(known, knots, row) for row in np.eye(len(knots))], axis=1)
    return np.where(np.isnan(tension)[:, None], 0.0, basis)
