"""`HiddenList`: what the candidates of a shelf are really worth, as the rules of one service have it.

Only the weeks, which make people act on it, and evaluation, which judges by it, may read it.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.simulation.market import Floats, Ints


@dataclass(frozen=True, eq=False, kw_only=True)
class HiddenList:
    """Arrays of candidates are (n_candidates,), of askers (n_askers,), of items (n_items,)."""

    glimpse: Floats
    """Appeal of a line in the list, logits."""
    worth: Floats
    """Appeal once it is opened, logits: 0 is as good as leaving it."""
    answers: Floats
    """Chance that who asks (applies, contacts, calls) is answered well."""
    succeeds: Floats
    """Chance that it ends well after a good answer: an entry into training, a hire."""
    surplus: Floats
    """What the pair is to be expected to bring, by which the oracle ranks and lists are judged; 0 or more."""
    depth: Floats
    """Chance of an asker to go on from one result to the next."""
    visits: Floats
    """Chance of an asker to look in a week."""
    budget: Ints
    """Applications, contacts or calls an asker makes a week at most."""
    wants: Ints
    """Successes after which an asker looks no more."""
    places: NDArray[np.int32]
    """Successes that an item has room for."""
