"""Who recruits: NAF codes by number of firms and headcount, and the occupations that each hires."""

from collections import defaultdict
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.reference import Reference
from features.world.draws import Choice, Ragged
from features.world.market import Market

BANDS: tuple[tuple[str, int, int | None], ...] = (
    ("00", 0, 0),
    ("01", 1, 2),
    ("02", 3, 5),
    ("03", 6, 9),
    ("11", 10, 19),
    ("12", 20, 49),
    ("21", 50, 99),
    ("22", 100, 199),
    ("31", 200, 249),
    ("32", 250, 499),
    ("41", 500, 999),
    ("42", 1000, 1999),
    ("51", 2000, 4999),
    ("52", 5000, 9999),
    ("53", 10000, None),
)
"""INSEE headcount bands (*tranche d'effectif salarié*): code, lowest, highest."""

USUAL_SIZES = np.array([40, 25, 13, 8, 6, 5, 1.8, 0.9, 0.2, 0.3, 0.12, 0.05, 0.02, 0.004, 0.001])
"""Shares of French establishments by band, order of magnitude (SIRENE), for NAF codes without counts."""

TEMPORARY_WORK = frozenset({"7820Z", "7830Z"})


@dataclass(frozen=True, eq=False)
class Industry:
    naf_codes: tuple[str, ...]
    """NAF codes that hire, sorted; other arrays follow this order."""
    labels: tuple[str, ...]
    firms: Choice
    sizes: Ragged
    """NAF row to headcount bands."""
    hires: Ragged
    """NAF row to occupation rows."""
    recruiters: Ragged
    """Occupation row to NAF rows."""
    temporary: NDArray[np.bool_]

    @property
    def n_naf(self) -> int:
        return len(self.naf_codes)


def industry_of(reference: Reference, market: Market) -> Industry | None:
    """Firms and hirings; None when the reference knows no hiring of an occupation that it has."""
    pairs = _hirings(reference)
    if not pairs:
        return None
    codes = tuple(sorted({naf for naf, _ in pairs}))
    row_of = {naf: row for row, naf in enumerate(codes)}
    naf_rows = np.array([row_of[naf] for naf, _ in pairs])
    occupations = np.array([row for _, row in pairs])
    counts = np.array(list(pairs.values()))
    hirings = np.bincount(naf_rows, weights=counts, minlength=len(codes))
    sizes, firms = _firms(codes, market)
    share = hirings / hirings.sum()
    return Industry(
        codes,
        tuple(reference.naf.labels.get(naf, naf) for naf in codes),
        Choice.of(0.5 * share + 0.5 * firms / firms.sum() if firms.any() else np.sqrt(share)),
        sizes,
        Ragged.of(naf_rows, occupations, counts, len(codes)),
        Ragged.of(occupations, naf_rows, counts, reference.rome.n_occupations),
        np.array([code in TEMPORARY_WORK for code in codes]),
    )


def _firms(codes: tuple[str, ...], market: Market) -> tuple[Ragged, NDArray[np.float64]]:
    """Bands of each NAF, mixed with the usual ones, and its number of firms with a known headcount."""
    counted = np.zeros((len(codes), len(BANDS)))
    row_of = {naf: row for row, naf in enumerate(codes)}
    band_of = {band: column for column, (band, _, _) in enumerate(BANDS)}
    for (naf, band), count in market.firms.items():
        if naf in row_of and band in band_of:
            counted[row_of[naf], band_of[band]] += count
    weights = counted + 5.0 * USUAL_SIZES / USUAL_SIZES.sum()
    weights[:, 0] *= 0.2  # a firm without an employee seldom recruits: most stay out of the world
    rows, columns = np.nonzero(weights)
    return Ragged.of(rows, columns, weights[rows, columns], len(codes)), counted.sum(axis=1)


def _hirings(reference: Reference) -> dict[tuple[str, int], float]:
    """Hirings by NAF and occupation row; those of a v3 code are shared between the fiches that have no others."""
    rome, naf = reference.rome, reference.naf
    titles = np.bincount(rome.appellation_occupation, minlength=rome.n_occupations) + 1.0
    published = set(naf.rome_codes)
    source = [code if code in published else parent for code, parent in zip(rome.codes, rome.parents, strict=True)]
    votes = [title * (2.0 if key == code else 1.0) for title, key, code in zip(titles, source, rome.codes, strict=True)]
    total: defaultdict[str, float] = defaultdict(float)
    for key, vote in zip(source, votes, strict=True):
        total[key] += vote
    return {
        (activity, row): count * votes[row] / total[source[row]]
        for row, code in enumerate(rome.codes)
        for activity, count in naf.nafs_for(code)
    }
