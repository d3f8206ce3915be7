"""Who may be shown: consents and opt-outs. No parameter switches these off."""

import numpy as np
from numpy.typing import NDArray

from matching.catalogue import Catalogue


def visible_to_employers(catalogue: Catalogue) -> NDArray[np.bool_]:
    """Profiles whose person agreed to be seen by employers."""
    return catalogue.column("visible")


def may_be_prospected(catalogue: Catalogue) -> NDArray[np.bool_]:
    """Establishments that did not opt out."""
    return ~catalogue.column("opt_out")
