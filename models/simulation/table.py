"""A log as the ranking table that rankers learn from, with the segments in which they are judged apart."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.simulation.log import Log
from models.simulation.market import Market, Rows


@dataclass(frozen=True, eq=False)
class Segment:
    """A partition of n rows."""

    labels: tuple[str, ...]
    row: Rows
    """(n,) position of each row's label."""


def segments_of(log: Log, market: Market) -> Mapping[str, Segment]:
    """Segments of the shown results: where the person lives, the grand domain of their first project, whether the
    person, and the offer, had any history when it was shown."""
    person, offer = log.person, market.offer[log.candidate]
    domain = market.occupations.groups[market.persons.targets[person, 0], 0]
    labels = tuple(f"domaine {row}" for row in range(int(market.occupations.groups[:, 0].max(initial=0)) + 1))
    return {
        "urbain_rural": Segment(("rural", "urbain"), market.persons.urban[person].astype(np.int16)),
        "secteur": Segment(labels, domain),
        "sans_historique": Segment(("avec", "sans"), _without_past(person, log.week, log.opened | (log.reason >= 0))),
        "offre_nouvelle": Segment(("connue", "nouvelle"), _without_past(offer, log.week, log.opened)),
    }


def _without_past(key: NDArray[np.integer], week: Rows, deed: NDArray[np.bool_]) -> Rows:
    """(n,) 1 where no row of the same key and of an earlier week has the deed."""
    first = np.full(int(key.max(initial=-1)) + 1, np.iinfo(np.int16).max, dtype=np.int16)
    np.minimum.at(first, key[deed], week[deed])
    without: Rows = (week <= first[key]).astype(np.int16)
    return without
