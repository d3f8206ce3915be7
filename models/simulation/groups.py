"""Groups of the simulated people, and how differently the market treats them: a market without gaps shows nothing.

Everything here is hidden from policies and from the product's features. The orders of magnitude follow what is known of
the French labour market, none is a statistic to quote:

* trades are not shared alike: of each grand domain a share of women of its own;
* women give up more pay for a shorter way: their patience is 0.9 of men's and their reservation pay 0.96 (after Le
  Barbanchon, Rathelot and Roulet, QJE 136(1), 2021, on French jobseekers);
* employers hold back from people over 50, of priority neighbourhoods, and with a disability, at equal merit: in logits,
  a little, as tests by correspondence find everywhere (Bertrand and Mullainathan, AER 94(4), 2004).
"""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from features.audit_groups import AXES, TITLES, Axis
from models.simulation.market import Floats, Market, as_floats
from models.simulation.tastes import Tastes

PATIENCE_OF_WOMEN: Final = 0.9
PAY_OF_WOMEN: Final = 0.96
HELD_BACK: Final = {"50 ans et plus": 0.35, "quartier prioritaire": 0.35, "RQTH": 0.45}
"""Logits of merit that employers take off."""
_AGES: Final = (0.18, 0.56, 0.26)
_RQTH: Final = 0.08
_QUARTER: Final = (0.04, 0.16)
"""Share of people of a priority neighbourhood, in the country and in towns."""


@dataclass(frozen=True, eq=False)
class SimulatedGroups:
    """The groups of n people."""

    sex: NDArray[np.int64]
    age: NDArray[np.int64]
    quarter: NDArray[np.int64]
    rqth: NDArray[np.int64]
    area: NDArray[np.int64]

    @property
    def axes(self) -> list[Axis]:
        columns = (self.sex, self.age, self.quarter, self.rqth, self.area)
        return [Axis(name, TITLES[name], AXES[name], column) for name, column in zip(AXES, columns, strict=True)]

    @property
    def held_back(self) -> Floats:
        """(n,) logits of merit that employers take off."""
        parts = (
            (self.age == AXES["age"].index("50 ans et plus"), HELD_BACK["50 ans et plus"]),
            (self.quarter == 1, HELD_BACK["quartier prioritaire"]),
            (self.rqth == 1, HELD_BACK["RQTH"]),
        )
        return as_floats(sum((np.where(who, much, 0.0) for who, much in parts), np.zeros(len(self.sex))))

    def tastes(self, tastes: Tastes) -> Tastes:
        """`tastes` as these people have them."""
        women = self.sex == 0
        return replace(
            tastes,
            patience=as_floats(tastes.patience * np.where(women, PATIENCE_OF_WOMEN, 1.0)),
            pay_ratio=as_floats(tastes.pay_ratio * np.where(women, PAY_OF_WOMEN, 1.0)),
        )


def draw_groups(market: Market, seed: int) -> SimulatedGroups:
    """The groups of a market's people, a function of the market and the seed."""
    generator = np.random.default_rng([seed, 31])
    persons, n = market.persons, len(market.persons)
    domain = market.occupations.groups[persons.targets[:, 0], 0]
    women = generator.beta(1.2, 1.2, int(market.occupations.groups[:, 0].max(initial=0)) + 1)
    return SimulatedGroups(
        sex=(generator.random(n) >= women[domain]).astype(np.int64),
        age=generator.choice(3, n, p=_AGES).astype(np.int64),
        quarter=(generator.random(n) < np.where(persons.urban, _QUARTER[1], _QUARTER[0])).astype(np.int64),
        rqth=(generator.random(n) < _RQTH).astype(np.int64),
        area=np.where(persons.urban, AXES["territoire"].index("urbain dense"), 0).astype(np.int64),
    )
