"""Who may be shown: consents and opt-outs. No parameter switches these off."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from matching.catalogue import Catalogue, View
from matching.filters.base import Placed

visible_to_employers: Final = Placed(
    lambda view: view.column("visible"), cells=lambda written: (written.low["visible"] > 0)[:, None], decided=True
)
"""Profiles whose person agreed to be seen by employers: a band has such people alone, or none (`schema.BANDS`)."""


def visible_rows(profiles: Catalogue, profile_id: str) -> NDArray[np.int64]:
    """The rows of a person whom employers may see now; empty for any other."""
    rows = profiles.rows_of(profile_id)
    return rows if len(rows) and profiles.take("visible", rows)[0] else rows[:0]


def may_be_prospected(view: View) -> NDArray[np.bool_]:
    """Establishments that did not opt out."""
    return ~view.column("opt_out")
