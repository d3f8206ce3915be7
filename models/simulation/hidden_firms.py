"""Which firm would take whom of a portfolio, if it were called: from real and hidden vacancies and hidden tastes.

A firm's vacancies are drawn: how many from its size and its hirings, with a factor of its own that nobody knows, in
occupations that its sector hires, with a mix of its own. A vacancy is filled by the person of the portfolio for whom
it is likeliest: that they would want it times that they would be taken, as the market's truth has tastes and merits.
Whether a firm listens at all is its own; one that was called lately listens less. The features know shares of sectors,
a forecast, counts and days: no part here is a function of them.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from features.geo import distances_across, unit_points
from models.simulation.chances import Purpose, normal
from models.simulation.hidden import HiddenTruth, sigmoid
from models.simulation.hidden_list import HiddenList
from models.simulation.market import Floats, as_floats
from models.simulation.shelf import Shelf

WEEK: Final = 8
MOST_VACANCIES: Final = 12
MIX: Final = 6.0
"""Concentration of a firm's own mix of occupations about its sector's."""
CALLED_LATELY_DAYS: Final = 40.0
LIKES: Final = 1.2


@dataclass(frozen=True, eq=False, kw_only=True)
class FirmFacts:
    """What the records of n firms say."""

    lat: Floats
    lon: Floats
    employees: Floats
    """NaN: not told."""
    expected_hirings: Floats
    """Over six months; NaN: nothing tells."""
    sector: NDArray[np.int16]
    """(n,) row of `hires`."""
    hires: Floats
    """(n_sectors, n_occupations) share of a sector's hirings; a row of zeros where it is not known."""
    days_since_contact: Floats
    """NaN: never."""


def hidden_firms(
    shelf: Shelf, facts: FirmFacts, portfolios: list[NDArray[np.int64]], truth: HiddenTruth, seed: int
) -> HiddenList:
    """The truth of a shelf whose items are the firms of `facts`; `portfolios`: for each asker, a counsellor, the rows
    of the truth's persons who may be presented."""
    generator = np.random.default_rng([seed, 51])
    n_firms, n_askers = len(shelf.items), len(shelf.askers)
    firm_of, occupation_of = _vacancies(facts, generator)
    bar = generator.normal(0.0, 0.3, n_firms)
    chance, expected = np.zeros(shelf.n_candidates, np.float32), np.zeros(shelf.n_candidates, np.float32)
    for asker, people in enumerate(portfolios):
        rows = slice(int(shelf.indptr[asker]), int(shelf.indptr[asker + 1]))
        none, filled = _filled(truth, facts, shelf.item[rows], people, firm_of, occupation_of, bar)
        chance[rows], expected[rows] = 1 - none, filled
    lately = np.exp(-np.nan_to_num(facts.days_since_contact, nan=1e4) / CALLED_LATELY_DAYS)
    listens = sigmoid(as_floats(generator.normal(0.35, 0.9, n_firms) - 2.0 * lately))
    item, asker_of = shelf.item, shelf.asker
    guess = as_floats(LIKES * (np.log(expected + 0.05) - np.log(0.25)))
    own = normal(seed, Purpose.MATCH, asker_of, item)
    known = as_floats(0.5 * (np.log(listens) - np.log(0.5)))[item]
    answers = listens[item]
    return HiddenList(
        glimpse=as_floats(0.6 * guess + 0.8 * own),
        worth=as_floats(0.8 * guess + 0.6 * own + known),
        answers=answers,
        succeeds=chance,
        surplus=as_floats(answers * expected),
        depth=as_floats(generator.beta(9, 2, n_askers)),
        visits=np.full(n_askers, 0.9, dtype=np.float32),
        budget=(4 + generator.poisson(2.0, n_askers)).astype(np.int32),
        wants=np.full(n_askers, 10_000, dtype=np.int32),
        places=np.maximum(np.bincount(firm_of, minlength=n_firms), 0).astype(np.int32),
    )


def _vacancies(facts: FirmFacts, generator: np.random.Generator) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Firm and occupation of every vacancy of the months to come."""
    size = np.nan_to_num(facts.employees, nan=3.0)
    forecast = np.nan_to_num(facts.expected_hirings, nan=0.5)
    rate = (0.7 * forecast**0.75 + 0.15 * size**0.6) * np.exp(generator.normal(-0.3, 0.7, len(size)))
    many = np.minimum(generator.poisson(rate), MOST_VACANCIES)
    many[facts.hires[facts.sector].sum(axis=1) <= 0] = 0
    firm_of = np.repeat(np.arange(len(size)), many)
    occupation_of = np.empty(len(firm_of), dtype=np.int64)
    ends = np.cumsum(many)
    for firm in np.flatnonzero(many).tolist():
        shares = facts.hires[facts.sector[firm]].astype(np.float64)
        hired = np.flatnonzero(shares > 0)
        own = generator.gamma(np.maximum(MIX * shares[hired] / shares[hired].sum(), 1e-3))
        own = own / own.sum() if own.sum() > 0 else shares[hired] / shares[hired].sum()
        occupation_of[ends[firm] - many[firm] : ends[firm]] = generator.choice(hired, many[firm], p=own)
    return firm_of, occupation_of


def _filled(
    truth: HiddenTruth,
    facts: FirmFacts,
    firms: NDArray[np.integer],
    people: NDArray[np.int64],
    firm_of: NDArray[np.int64],
    occupation_of: NDArray[np.int64],
    bar: NDArray[np.float64],
) -> tuple[Floats, Floats]:
    """Of each of `firms`: the chance that none of its vacancies is filled by one of `people`, and how many are, in the
    mean."""
    place = np.full(len(bar), -1)
    place[firms] = np.arange(len(firms))
    vacancies = np.flatnonzero(place[firm_of] >= 0)
    none, filled = np.ones(len(firms)), np.zeros(len(firms))
    if len(people) == 0 or len(vacancies) == 0:
        return as_floats(none), as_floats(filled)
    persons, tastes = truth.market.persons, truth.tastes
    firm, occupation = place[firm_of[vacancies]], occupation_of[vacancies]
    kinds, kind = np.unique(occupation, return_inverse=True)
    grid_person, grid_kind = np.repeat(people, len(kinds)).astype(np.int32), np.tile(kinds, len(people))
    drawn = truth.occupation_worth(grid_person, grid_kind, WEEK).reshape(len(people), -1)
    vectors = tastes.occupation_vectors
    past = np.where(persons.past >= 0, persons.past, persons.targets[:, 0])[people]
    alike = np.maximum(vectors[past] @ vectors[kinds].T, 0)
    km = distances_across(
        unit_points(persons.lat[people], persons.lon[people]), unit_points(facts.lat[firms], facts.lon[firms])
    )
    reach = as_floats(np.repeat(np.nanmax(persons.reach_km[people], axis=1), len(firms)))
    way = truth.distance_worth(np.repeat(people, len(firms)).astype(np.int32), as_floats(km.ravel()), reach).reshape(
        km.shape
    )
    merit = 0.3 + 0.8 * tastes.quality[people][:, None] + 1.6 * (alike[:, kind] - 0.7) - bar[firms][firm]
    wants = sigmoid(as_floats(1.4 * (1.0 + drawn[:, kind] + way[:, firm])))
    takes = sigmoid(as_floats(merit)) * sigmoid(as_floats(0.6 * merit))
    best = (wants * takes).max(axis=0)
    np.multiply.at(none, firm, 1 - best)
    np.add.at(filled, firm, best)
    return as_floats(none), as_floats(filled)
