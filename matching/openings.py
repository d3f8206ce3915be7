"""What each of a few trainings opens, told in particular: how many offers, in which occupations, and some of them."""

from dataclasses import replace
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from matching.doors import Doors
from matching.engine import Engine
from matching.schema import Collection

OCCUPATIONS_TOLD: Final = 3
OFFERS_TOLD: Final = 3


class Opening(msgspec.Struct, frozen=True, gc=False):
    """What one training opens to one person."""

    offers: int
    occupations: tuple[tuple[int, int], ...]
    """(occupation row, offers), those of most offers first, at most `OCCUPATIONS_TOLD`."""
    examples: tuple[str, ...]
    """Ids of a few of the offers, the nearest first."""
    tension: float | None
    """Mean share of hirings judged difficult over them; None: none told."""


def openings_of(engine: Engine, doors: Doors, home: int, trainings: NDArray[np.int64]) -> list[Opening]:
    """The opening of each of k trainings (numbers, column `training`) of `doors`, seen from a home (commune row, -1
    unknown)."""
    offers = engine.catalogue(Collection.OFFERS)
    distances = engine.lookups.distances_between(home, offers.take("commune", doors.rows))
    nearest_first = np.argsort(distances, kind="stable")  # NaN, of a place that is not known, comes last
    occupations, place = np.unique(doors.standing.asked.occupation[nearest_first], return_inverse=True)
    tensions, rows = doors.mean_tension, doors.rows[nearest_first]
    found = []
    for training in doors.of_sessions(trainings).tolist():
        opened = np.flatnonzero(doors.opened[training, nearest_first])
        counts = np.bincount(place[opened], minlength=len(occupations))
        most = np.argsort(-counts, kind="stable")[:OCCUPATIONS_TOLD]
        most = most[counts[most] > 0]
        found.append(
            Opening(
                len(opened),
                tuple(zip(occupations[most].tolist(), counts[most].tolist(), strict=True)),
                tuple([offers.id_of(row) for row in rows[opened[:OFFERS_TOLD]].tolist()]),
                None if np.isnan(tensions[training]) else float(tensions[training]),
            )
        )
    return found


def openings_among(engine: Engine, doors: Doors, home: int, opened: NDArray[np.bool_]) -> Opening:
    """The opening that the offers marked in `opened` (n,) make, whatever opens them."""
    alone = replace(doors, trainings=np.zeros(1, dtype=np.int64), opened=opened[None, :])
    return openings_of(engine, alone, home, alone.trainings)[0]
