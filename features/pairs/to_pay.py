"""Euros left to the person, at most 20,000: 0 where it is free or a funder pays, its price where nobody does; NaN when
it depends on their training account (CPF) alone or is not published."""

import numpy as np

from features.bits import FUNDING_BIT
from features.pairs.base import Feature, Floats, SessionPairs, as_rows, within
from features.records import Funding

_CPF = np.uint16(FUNDING_BIT[Funding.CPF])
OWN = np.uint16(FUNDING_BIT[Funding.SELF] | FUNDING_BIT[Funding.CPF])
"""Fundings that are the person's own money or account; the others are somebody else's."""


def _compute(pairs: SessionPairs) -> Floats:
    paid_for = (pairs.fundings & ~OWN) != 0
    depends = (pairs.fundings & _CPF) != 0
    known = np.where(pairs.fundings == 0, np.where(pairs.price_eur == 0, 0, np.nan), pairs.price_eur)
    left = np.where(paid_for, 0, np.where(depends & (pairs.price_eur != 0), np.nan, known))
    return as_rows(within(left.astype(np.float32), 0, 20_000), len(pairs.skills))


FEATURE = Feature[SessionPairs]("to_pay", "euros", 0.0, 20_000.0, _compute)
