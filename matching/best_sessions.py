"""The session that opens most offers of an occupation to a person."""

from typing import Final

import msgspec
import numpy as np

from matching.doors import doors_at
from matching.filters.base import Condition
from matching.filters.occupation import in_occupations
from matching.openings import Opening, openings_among
from matching.openness import Taught
from matching.payload import record_part
from matching.reach import offers_in_reach
from matching.rows.session import SessionCard
from matching.schema import Collection
from matching.selection import select
from matching.session_search import Search
from matching.sides import columns_of, one_of
from matching.titles import SAID, closeness

LOOKED_AT: Final = 10
"""Sessions looked at for one whose title says the occupation."""


_CARD: Final = msgspec.json.Decoder(SessionCard)


def best_sessions(search: Search, occupations: list[int]) -> dict[int, tuple[SessionCard, Opening]]:
    """For each occupation (row) the session, among those in reach that lead to it and that one may enter, that opens
    most offers of it; the shorter, then the sooner, of equal ones. Occupations that none opens are left out."""
    engine = search.engine
    catalogue = engine.catalogue(Collection.SESSIONS)
    wanted = np.zeros(engine.lookups.reference.rome.n_occupations + 1, dtype=np.bool_)
    wanted[occupations] = True
    leading: Condition = in_occupations(wanted)
    each = [
        select(catalogue, [leading, *search.own_conditions(one_of(search.columns, project))]).rows
        for project in range(search.n_projects)
    ]
    rows = np.unique(np.concatenate(each))
    read = columns_of(catalogue, rows)
    enterable = (read("entry_level") <= search.background.level) | search.experience_enters(read)
    rows = rows[enterable]
    if len(rows) == 0:
        return {}
    read = columns_of(catalogue, rows)
    hours = np.nan_to_num(read("hours"), nan=np.inf)
    home = int(search.columns("commune")[0])
    reached = offers_in_reach(engine, search.columns, wanted)
    recruited = engine.catalogue(Collection.OFFERS).take("occupation", reached)
    found: dict[int, tuple[SessionCard, Opening]] = {}
    for occupation in occupations:  # of one page
        leads = np.flatnonzero((read("occupations") == occupation).any(axis=1))
        numbers, first, training = np.unique(read("training")[leads], return_index=True, return_inverse=True)
        taught = Taught.reading(columns_of(catalogue, rows[leads[first]]))
        doors = doors_at(engine, reached[recruited == occupation], search.background, taught, numbers)
        counts = np.count_nonzero(doors.opened, axis=1)[training]
        if counts.max(initial=0) == 0:
            continue
        order = np.lexsort((read("start_day")[leads], hours[leads], -counts))
        for at in order[: np.count_nonzero(counts)][:LOOKED_AT].tolist():
            card = _CARD.decode(record_part(catalogue.payload_of(int(rows[leads[at]]))))
            if closeness(engine.lookups, card.training.title, occupation) >= SAID:
                found[occupation] = (card, openings_among(engine, doors, home, doors.opened[training[at]]))
                break
    return found
