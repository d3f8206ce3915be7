"""What employers keep to themselves: whom they ask for beyond the advert, what they heed, whether they answer."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.simulation.market import Floats, Market, as_floats


@dataclass(frozen=True, eq=False, kw_only=True)
class Employers:
    """The private side of n offers and of their firms; the last row of a firm's array is for firms not known."""

    pay: Floats
    """(n_offers,) what is really paid, told or not."""
    hours: Floats
    shift: NDArray[np.bool_]
    """(n_offers,) nights or weekends."""
    charm: Floats
    """(n_offers,) what the advert and the place of work are worth to everybody."""
    bar: Floats
    """(n_offers,) quality demanded."""
    firm_charm: Floats
    size: Floats
    """(n_firms + 1,) standardised log of employees."""
    heeds_experience: Floats
    heeds_skills: Floats
    responds: Floats
    """(n_firms + 1,) chance that an application that is read gets an answer."""
    reads: Floats
    """(n_firms + 1,) applications read a week, per post still open."""


def draw_employers(market: Market, seed: int) -> Employers:
    """The private side of the offers of a market, a function of the market and the seed."""
    generator = np.random.default_rng([seed, 2])
    offers, n, n_firms = market.offers, len(market.offers), len(market.firm_ids)
    usual = market.occupations.pay[offers.occupation]
    guessed = usual * np.exp(generator.normal(0.0, 0.05, n))
    nights = generator.beta(1.0, 3.0, len(market.occupations))
    log_size = np.log1p(np.append(market.firm_size, np.nan))
    known = log_size[np.isfinite(log_size)]
    centre, width = (known.mean(), max(known.std(), 0.1)) if known.size else (0.0, 1.0)
    size = np.nan_to_num((log_size - centre) / width)
    n_rows = n_firms + 1
    responds = generator.beta(8.0, 6.0, n_rows)
    responds[-1] = 0.5
    return Employers(
        pay=as_floats(np.where(np.isnan(offers.pay), guessed, offers.pay)),
        hours=as_floats(np.where(np.isnan(offers.weekly_hours), 35.0, offers.weekly_hours)),
        shift=generator.random(n) < nights[offers.occupation],
        charm=as_floats(generator.normal(0.0, 0.12, n)),
        bar=as_floats(generator.normal(0.0, 0.15, n) + 0.15 * size[offers.firm]),
        firm_charm=as_floats(generator.normal(0.0, 0.10, n_rows)),
        size=as_floats(size),
        heeds_experience=as_floats(np.exp(generator.normal(0.15, 0.12, n_rows))),
        heeds_skills=as_floats(np.exp(generator.normal(-0.85, 0.12, n_rows))),
        responds=as_floats(responds),
        reads=as_floats(2.0 + generator.gamma(2.0, 1.5, n_rows)),
    )
