"""The live offers in a person's reach: those that their own conditions let through, whatever they can do already."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from matching.engine import Engine
from matching.filters import contract, freshness, pay, place, working_time
from matching.filters.base import Condition
from matching.filters.occupation import in_occupations
from matching.lookups import Lookups, day_number
from matching.schema import Collection
from matching.selection import select
from matching.sides import ColumnReader, one_of


def own_conditions(
    lookups: Lookups, read: ColumnReader, today: int, least_reach_km: float = 0.0, elsewhere: bool = False
) -> list[Condition]:
    """What the person of the project that `read` reads said they will not go beyond, and offers that are open on
    `today` (days since 1970); licences apart, which a training may give. `elsewhere`: home and reach do not count."""
    conditions: list[Condition] = [freshness.not_expired(today)]
    home, contracts = int(read("commune")[0]), int(read("contracts")[0])
    if home >= 0 and not elsewhere:
        conditions.append(place.near_home(lookups, home, max(float(read("radius_km")[0]), least_reach_km)))
    if contracts:
        conditions.append(contract.of_contracts(contracts))
    if read("working_time")[0]:
        conditions.append(working_time.not_against(int(read("working_time")[0])))
    if not np.isnan(read("pay_floor")[0]):
        conditions.append(pay.not_below(float(read("pay_floor")[0])))
    return conditions


def offers_in_reach(
    engine: Engine, columns: ColumnReader, occupations: NDArray[np.bool_] | None = None, least_reach_km: float = 0.0
) -> NDArray[np.int64]:
    """Rows, ascending, of the offers in reach of any of the projects that `columns` reads, each once.

    `occupations` (n_occupations + 1,) marks those that are of interest, the last entry for an unknown one; None: all.
    """
    offers = engine.catalogue(Collection.OFFERS)
    wanted: Sequence[Condition] = [] if occupations is None else [in_occupations(occupations)]
    n_projects, today = len(columns("occupation")), day_number(engine.today())
    told = [columns(name).tolist() for name in ("commune", "radius_km", "contracts", "working_time", "pay_floor")]
    different = {repr(asked): project for project, asked in enumerate(zip(*told, strict=True))}  # NaN is not NaN
    found = [
        select(offers, [*wanted, *own_conditions(engine.lookups, one_of(columns, project), today, least_reach_km)]).rows
        for project in sorted(different.values())
    ]
    return found[0] if len(found) == 1 or n_projects == 1 else np.unique(np.concatenate(found))
