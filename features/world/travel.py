"""How far people say they travel, and by what: drivers go further, and further still from small places."""

import numpy as np
from numpy.typing import NDArray

from features.records import Mobility, TravelMode
from features.world.draws import BLOCK, Choice
from features.world.facts import WorldFacts
from features.world.people import People

N_MODES = 4
WALKER_MODES = (
    (TravelMode.TRANSIT,),
    (TravelMode.TRANSIT, TravelMode.WALK),
    (TravelMode.BIKE,),
    (TravelMode.BIKE, TravelMode.TRANSIT),
)
DRIVER_MODES = (
    (TravelMode.CAR,),
    (TravelMode.CAR,),
    (TravelMode.CAR, TravelMode.TRANSIT),
    (TravelMode.CAR, TravelMode.BIKE),
)
REACHES: tuple[tuple[float | None, float | None], ...] = (
    *((km, None) for km in (3.0, 5.0, 10.0, 15.0, 20.0, 30.0, 40.0, 50.0, 75.0, 100.0)),
    *((None, minutes) for minutes in (15.0, 20.0, 30.0, 45.0, 60.0, 90.0)),
    (None, None),
)
"""(kilometres, minutes) that people declare."""
MOBILITIES = tuple(
    Mobility(km=km, minutes=minutes, modes=modes)
    for choices in (WALKER_MODES, DRIVER_MODES)
    for km, minutes in REACHES
    for modes in choices
)
WALKER = Choice.of([6, 22, 25, 12, 8, 2, 0, 0, 0, 0, 2, 6, 10, 4, 1, 0, 2])
DRIVER_TOWN = Choice.of([1, 4, 14, 14, 18, 16, 5, 6, 1, 1, 1, 4, 9, 3, 1, 0, 2])
DRIVER_SMALL = Choice.of([0, 2, 6, 10, 20, 24, 10, 9, 2, 1, 0, 1, 7, 4, 2, 0, 2])


def mobility_numbers(people: People, facts: WorldFacts, generator: np.random.Generator) -> NDArray[np.int64]:
    """Numbers into `MOBILITIES`: drivers go further, and further still from small places."""
    small = facts.places.population[people.commune] < 10_000
    drives = people.has_b & (generator.random(BLOCK) < 0.88)
    reach = np.where(
        drives,
        np.where(small, DRIVER_SMALL.draw(generator, BLOCK), DRIVER_TOWN.draw(generator, BLOCK)),
        WALKER.draw(generator, BLOCK),
    )
    mode = generator.integers(0, N_MODES, BLOCK)
    return (drives * len(REACHES) + reach) * N_MODES + mode
