"""What training sessions are really worth to people: tastes as on the market, and what a training costs and brings.

No part is a function of a feature. Likeness of hidden vectors stands against the features' ROME relation; what is new
to the person against the share of missing skills; minutes at their own pace against a share of the reach; a day on
which they are ready and a length that they can bear, which no record tells; what they have, against a price. Who leaves
with work is a chance of the training's own, of which a published rate is an old and noisy measure, and of the posts
within the person's real patience.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from features.geo import EARTH_RADIUS_KM, distances_across, unit_points
from models.simulation.chances import Purpose, normal
from models.simulation.hidden import HiddenTruth, sigmoid
from models.simulation.hidden_list import HiddenList
from models.simulation.market import Floats, Ints, as_floats
from models.simulation.shelf import Shelf

WEEK: Final = 8
OUTSIDE: Final = 0.9
MATCH_NOISE: Final = 0.2
USUAL_HOURS, USUAL_PRICE, USUAL_RATE = 450.0, 2500.0, 0.6
WAYS_A_LENGTH: Final = 0.8
"""A way that lasts as long as the training weighs less than one to a job."""
POSTS_KM: Final = 25.0


@dataclass(frozen=True, eq=False, kw_only=True)
class SessionFacts:
    """What the records of n sessions say."""

    occupations: NDArray[np.int16]
    """(n, width) occupations it leads to, -1 for none; the first column may be -1."""
    training: Ints
    """(n,) number of the training, from 0."""
    lat: Floats
    lon: Floats
    remote: NDArray[np.bool_]
    hours: Floats
    """NaN: not told."""
    entry_level: NDArray[np.int8]
    """0: none or not told."""
    outcome_rate: Floats
    start_in_days: Floats
    funded: NDArray[np.bool_]
    """Somebody else may pay."""
    price_eur: Floats
    seats: NDArray[np.int32]
    """Left; -1: not told."""


def hidden_sessions(shelf: Shelf, facts: SessionFacts, truth: HiddenTruth, seed: int) -> HiddenList:
    """The truth of a shelf whose askers are the persons of the truth's market, row for row, and whose items are the
    sessions of `facts`."""
    generator = np.random.default_rng([seed, 41])
    person, session = shelf.asker, shelf.item
    n_persons, n_sessions = len(shelf.askers), len(shelf.items)
    n_trainings = int(facts.training.max(initial=-1)) + 1
    persons, tastes = truth.market.persons, truth.tastes

    drawn = _occupation(truth, facts, person, session)
    new = _newness(truth, facts, person, session)
    way = _way(truth, facts, person, session, generator)
    ready = np.exp(generator.normal(np.log(50), 0.7, n_persons))
    start = -0.45 * np.abs(np.log((facts.start_in_days[session] + 20) / (ready[person] + 20)))
    bears = np.exp(generator.normal(np.log(550), 0.5, n_persons))
    hours = np.where(np.isnan(facts.hours), USUAL_HOURS, facts.hours)[session]
    length = -0.55 * np.maximum(np.log(hours / bears[person]), -0.5)
    means = np.exp(generator.normal(np.log(900), 0.6, n_persons))
    granted = generator.random(n_sessions) < np.where(facts.funded, 0.85, 0.05)
    price = np.where(np.isnan(facts.price_eur), USUAL_PRICE, facts.price_eur)[session]
    money = -np.minimum(np.where(granted[session], 0.08, 1.0) * price / means[person], 2.5)
    charm = (generator.normal(0, 0.25, n_trainings)[facts.training] + generator.normal(0, 0.1, n_sessions))[session]
    placed = _placed(truth, facts, person, session, generator, n_trainings)
    prospects = 2.2 * (placed - 0.5)
    match = MATCH_NOISE * normal(seed, Purpose.MATCH, person, session)
    worth = as_floats(OUTSIDE + drawn + new + way + start + length + money + charm + prospects + match)

    education = np.where(persons.education_level > 0, persons.education_level, 3)[person]
    below = np.maximum(facts.entry_level[session] - education, 0)
    bar = generator.normal(0.0, 0.5, n_trainings)[facts.training[session]]
    answers = sigmoid(as_floats(1.1 + 0.5 * tastes.quality[person] - bar - 0.7 * below))
    succeeds = sigmoid(as_floats(1.3 + 0.5 * money + 0.35 * way + 0.3 * tastes.quality[person]))
    told = np.isfinite(facts.price_eur)[session]
    glimpse = OUTSIDE + drawn + 0.5 * new + 0.8 * way + 0.5 * start + np.where(told, 0.5 * money, -0.3) + 0.3 * match
    return HiddenList(
        glimpse=as_floats(glimpse),
        worth=worth,
        answers=answers,
        succeeds=succeeds,
        surplus=as_floats(answers * succeeds * placed * np.logaddexp(0, worth)),
        depth=tastes.depth,
        visits=as_floats(0.7 * tastes.visits),
        budget=(1 + generator.poisson(0.6, n_persons)).astype(np.int32),
        wants=np.ones(n_persons, dtype=np.int32),
        places=np.where(facts.seats < 0, 12, facts.seats).astype(np.int32),
    )


def _occupation(truth: HiddenTruth, facts: SessionFacts, person: Ints, session: Ints) -> Floats:
    """The best of what it leads to, in the person's eyes."""
    found = np.full(len(person), -1.0, dtype=np.float32)
    for led_to in facts.occupations.T:
        known = led_to[session] >= 0
        worth = truth.occupation_worth(person[known], led_to[session[known]], WEEK)
        found[known] = np.maximum(found[known], worth)
    return as_floats(1.3 * found)


def _newness(truth: HiddenTruth, facts: SessionFacts, person: Ints, session: Ints) -> Floats:
    """Little where it leads to what the person did before."""
    vectors, past = truth.tastes.occupation_vectors, truth.market.persons.past[person]
    first = facts.occupations[session, 0]
    alike = np.einsum("ij,ij->i", vectors[past], vectors[first])
    known = (past >= 0) & (first >= 0)
    return as_floats(np.where(known, -1.1 * np.maximum(alike - 0.6, 0) / 0.4, 0.15))


def _way(
    truth: HiddenTruth, facts: SessionFacts, person: Ints, session: Ints, generator: np.random.Generator
) -> Floats:
    persons = truth.market.persons
    alone = generator.normal(-0.7, 0.6, len(persons))
    """Worth of learning from home."""
    reach = np.nanmax(persons.reach_km, axis=1)
    found = np.where(facts.remote[session], alone[person], 0.0)
    rows = np.flatnonzero(~facts.remote[session])
    km = _km(persons.lat[person[rows]], persons.lon[person[rows]], facts.lat[session[rows]], facts.lon[session[rows]])
    found[rows] = WAYS_A_LENGTH * truth.distance_worth(person[rows], km, as_floats(reach[person[rows]]))
    return as_floats(found)


def _placed(
    truth: HiddenTruth,
    facts: SessionFacts,
    person: Ints,
    session: Ints,
    generator: np.random.Generator,
    n_trainings: int,
) -> Floats:
    """Chance to be in work afterwards: the training's own, and the posts around."""
    rate = np.full(n_trainings, np.nan)
    rate[facts.training] = facts.outcome_rate
    rate = np.clip(np.where(np.isnan(rate), USUAL_RATE, rate), 0.15, 0.95)
    own = np.log(rate / (1 - rate)) + generator.normal(0, 0.5, n_trainings)
    around = np.log1p(posts_around(truth)[person, facts.occupations[session, 0]])
    around = np.where(facts.occupations[session, 0] >= 0, around, 0.0)
    return sigmoid(as_floats(own[facts.training[session]] + 0.45 * (around - 1.2)))


def posts_around(truth: HiddenTruth) -> Floats:
    """(n_persons, n_occupations + 1) posts of each occupation, each counted less the further it is: by half every so
    many minutes that the person can bear."""
    market, tastes = truth.market, truth.tastes
    offers, persons = market.offers, market.persons
    places, of_person = np.unique(np.stack([persons.lat, persons.lon]), axis=1, return_inverse=True)
    sites, of_offer = np.unique(np.stack([offers.lat, offers.lon]), axis=1, return_inverse=True)
    posts = np.zeros((sites.shape[1], len(market.occupations)), dtype=np.float32)
    np.add.at(posts, (of_offer, offers.occupation), offers.posts)
    km = np.nan_to_num(distances_across(unit_points(*places), unit_points(*sites)), nan=2 * POSTS_KM)
    found = np.zeros((len(persons), len(market.occupations) + 1), dtype=np.float32)
    bearable = POSTS_KM * tastes.patience
    for place in range(places.shape[1]):
        rows = np.flatnonzero(of_person == place)
        found[rows, :-1] = np.exp2(-km[place] / bearable[rows, None]) @ posts
    return found


def _km(lat: Floats, lon: Floats, to_lat: Floats, to_lon: Floats) -> Floats:
    starts, ends = unit_points(lat, lon), unit_points(to_lat, to_lon)
    chord = np.linalg.norm(starts - ends, axis=0)
    return as_floats(2 * EARTH_RADIUS_KM * np.arcsin(np.clip(chord / 2, 0, 1)))
