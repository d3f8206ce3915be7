"""Share of the hirings in the target occupations that people of the portfolio could take, 0..1; NaN when not known.

An urn and balls for each family of occupations: of V hirings and people whose chances add up to U, V (1 - exp(-U / V))
meet (Petrongolo and Pissarides, "Looking into the black box", J. Economic Literature 39(2), 2001).
"""

from features.pairs.base import Feature, FirmPairs, Floats, as_rows, within


def _compute(pairs: FirmPairs) -> Floats:
    return as_rows(within(pairs.take, 0, 1), len(pairs.fit))


FEATURE = Feature[FirmPairs]("firm_take", "share", 0.0, 1.0, _compute)
