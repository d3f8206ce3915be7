"""`Moment`: what a policy may know when it chooses a week's lists."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from models.simulation.behaviours import NAMES as BEHAVIOUR_NAMES
from models.simulation.behaviours import Behaviours
from models.simulation.lists import Lists
from models.simulation.market import DAYS_A_WEEK, Floats, Ints, Market, Rows


@dataclass(frozen=True, eq=False)
class Moment:
    """The beginning of a week, before anything is shown in it."""

    market: Market
    week: int
    visitors: Ints
    """Rows of the people who come in this week, ascending. Digests may be made for others: nobody sees them."""
    posts_left: Rows
    """(n_offers,) posts not filled; 0 of an offer that is still published means that it was withdrawn."""
    untouched: NDArray[np.bool_]
    """(n_candidates,) neither put aside nor applied to by their person."""
    behaviours: Behaviours
    """What people and firms did before this week."""

    @cached_property
    def open_offers(self) -> NDArray[np.bool_]:
        """(n_offers,) published, not closed, not filled."""
        is_open: NDArray[np.bool_] = self.market.open_in(self.week) & (self.posts_left > 0)
        return is_open

    def may_show(self, candidates: NDArray[np.int64]) -> NDArray[np.bool_]:
        """(n,) candidates of an open offer that their person has neither put aside nor applied to."""
        may: NDArray[np.bool_] = self.open_offers[self.market.offer[candidates]] & self.untouched[candidates]
        return may

    def allows(self, lists: Lists) -> NDArray[np.bool_]:
        """(n,) results that may be shown, to people who come in."""
        comes = np.zeros(len(self.market.persons), dtype=np.bool_)
        comes[self.visitors] = True
        return comes[lists.person] & self.may_show(lists.candidate)

    def features(self, candidates: NDArray[np.int64]) -> Floats:
        """(n, n_names) the product's features of candidates today, in the order of `market.names`."""
        matrix = self.market.features[candidates]
        changing = [name for name in BEHAVIOUR_NAMES if name in self.market.names]
        if changing:
            values = self.behaviours.features(self.market, candidates, DAYS_A_WEEK * self.week)
            for name in changing:
                matrix[:, self.market.names.index(name)] = values[name]
        return matrix
