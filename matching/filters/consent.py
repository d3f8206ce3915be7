"""Who may be shown: consents and opt-outs. No parameter switches these off."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from matching.catalogue import View
from matching.filters.base import Placed

visible_to_employers: Final = Placed(
    lambda view: view.column("visible"), cells=lambda written: (written.high["visible"] > 0)[:, None]
)
"""Profiles whose person agreed to be seen by employers; the others stand in a band of their own."""


def may_be_prospected(view: View) -> NDArray[np.bool_]:
    """Establishments that did not opt out."""
    return ~view.column("opt_out")
