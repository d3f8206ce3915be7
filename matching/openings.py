"""What each of a few trainings opens, told in particular: how many offers, in which occupations, and some of them."""

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
    distances = np.nan_to_num(
        engine.lookups.distances_between(home, offers.take("commune", doors.rows)), nan=np.float32(np.inf)
    )
    tensions = doors.mean_tension
    found = []
    for training in doors.of_sessions(trainings).tolist():
        opened = np.flatnonzero(doors.opened[training])
        occupations, counts = np.unique(doors.standing.asked.occupation[opened], return_counts=True)
        most = np.argsort(-counts, kind="stable")[:OCCUPATIONS_TOLD]
        nearest = opened[np.argsort(distances[opened], kind="stable")[:OFFERS_TOLD]]
        found.append(
            Opening(
                len(opened),
                tuple(zip(occupations[most].tolist(), counts[most].tolist(), strict=True)),
                tuple([offers.id_of(row) for row in doors.rows[nearest].tolist()]),
                None if np.isnan(tensions[training]) else float(tensions[training]),
            )
        )
    return found
