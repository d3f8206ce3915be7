"""What there is to be shown: every offer and training of a world as compact columns, found by occupation and place."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.world.courses import MAX_SESSIONS, Courses
from features.world.draws import BLOCK, Ragged
from features.world.facts import WorldFacts
from features.world.firms import Firms
from features.world.offers import draw_offers


@dataclass(frozen=True, eq=False, kw_only=True)
class Stock:
    """Numbers count offers and trainings from 0."""

    firm: NDArray[np.int32]
    """Firm number of each offer when it is named, else -1."""
    days_old: NDArray[np.int8]
    offers_here: Ragged
    """(occupation row * n_areas + area row) to offers."""
    offers_anywhere: Ragged
    """Occupation row to offers."""
    trainings: Ragged
    """Occupation row to trainings."""
    n_sessions: NDArray[np.int8]
    starts: NDArray[np.int32]
    """[n_trainings, MAX_SESSIONS] ordinal days."""
    ends: NDArray[np.int32]


def stock_of(facts: WorldFacts, firms: Firms, courses: Courses, seed: int, n_offers: int, n_trainings: int) -> Stock:
    """The columns, drawn again block by block: about 40 bytes an offer."""
    firm = np.full(n_offers, -1, dtype=np.int32)
    days = np.zeros(n_offers, dtype=np.int8)
    occupation, area = np.zeros(n_offers, dtype=np.int32), np.zeros(n_offers, dtype=np.int32)
    for start in range(0, n_offers, BLOCK):
        columns = draw_offers(facts, firms, seed, start // BLOCK)
        size = min(BLOCK, n_offers - start)
        firm[start : start + size] = np.where(columns.anonymous, -1, columns.firm)[:size]
        days[start : start + size] = columns.days_old[:size]
        occupation[start : start + size] = columns.occupation[:size]
        area[start : start + size] = columns.area[:size]
    taught = np.zeros(n_trainings, dtype=np.int32)
    n_sessions = np.zeros(n_trainings, dtype=np.int8)
    starts, ends = (np.zeros((n_trainings, MAX_SESSIONS), dtype=np.int32) for _ in range(2))
    for start in range(0, n_trainings, BLOCK):
        drawn = courses.draw(start // BLOCK)
        size = min(BLOCK, n_trainings - start)
        taught[start : start + size] = drawn.occupation[:size]
        n_sessions[start : start + size] = drawn.n_sessions[:size]
        starts[start : start + size] = drawn.starts[:size]
        ends[start : start + size] = drawn.ends[:size]
    n_occupations, n_areas = facts.reference.rome.n_occupations, facts.places.n_areas
    return Stock(
        firm=firm,
        days_old=days,
        offers_here=Ragged.grouping(occupation.astype(np.int64) * n_areas + area, n_occupations * n_areas),
        offers_anywhere=Ragged.grouping(occupation, n_occupations),
        trainings=Ragged.grouping(taught, n_occupations),
        n_sessions=n_sessions,
        starts=starts,
        ends=ends,
    )
