"""`HiddenTruth`: what a pair is really worth to the person, and how likely the employer would really take them.

Only the stream of weeks, which makes people act on it, and evaluation, which judges by it, may read it. No part of it
is a function of the product's features: tastes are vectors of occupations that follow ROME's tree in part only,
distance counts in minutes up to a threshold that nobody declared, pay counts by its logarithm around a reservation
pay and hurts more below it than it pleases above, merit counts the skills that are missing one by one.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.simulation.chances import Purpose, normal
from models.simulation.employers import Employers, draw_employers
from models.simulation.groups import SimulatedGroups
from models.simulation.market import DAYS_A_WEEK, Floats, Ints, Market, as_floats
from models.simulation.tastes import CONTRACT_WORTHS, START_MINUTES, Tastes, draw_tastes

OUTSIDE: Final = 1.0
"""What is added to every worth: 0 is as good as looking on."""
MATCH_NOISE: Final = 0.15
UNKNOWN_KM: Final = 25.0
PATIENCE_MINUTES: Final = (8.0, 120.0)
PAY_SCALE: Final = 0.2
"""Relative difference of pay at which three quarters of its effect is reached."""
PAY_GAIN, PAY_LOSS = 1.3, 2.8
"""Losses weigh a little more than twice as much as gains (Tversky and Kahneman 1992: 2.25)."""
MERIT: Final = 1.0
EASIER_INTERVIEW: Final = 0.8
ANSWER_HALF_LIFE_DAYS: Final = 21.0
MEETING: Final = 0.6
"""How far a file tells how a meeting ends."""
CHUNK: Final = 1 << 20


@dataclass(frozen=True, eq=False)
class Pairs:
    """n pairs of a person and an offer, with what stands between them."""

    person: Ints
    offer: Ints
    distance_km: Floats
    skills_shared: NDArray[np.uint8]
    experience_months: Floats
    reach_km: Floats
    """Declared for the project that brought it."""
    pay_floor: Floats
    """NaN: none told."""

    def __len__(self) -> int:
        return len(self.person)


@dataclass(frozen=True, eq=False)
class Worth:
    """What n pairs are worth to the person, part by part, in logits: 0 is as good as looking on."""

    occupation: Floats
    distance: Floats
    pay: Floats
    pay_guessed: Floats
    """The same from what the advert tells."""
    hours: Floats
    contract: Floats
    place: Floats
    """The firm, the team, the advert: what everybody values alike, and its size."""
    match: Floats
    """What is between these two alone."""

    @cached_property
    def total(self) -> Floats:
        parts = self.occupation + self.distance + self.pay + self.hours + self.contract + self.place + self.match
        return as_floats(parts + OUTSIDE)

    @cached_property
    def glimpse(self) -> Floats:
        """What a line in a list lets guess: the occupation, the place, the pay if told, the contract."""
        parts = self.occupation + self.distance + self.pay_guessed + self.contract + 0.5 * self.place
        return as_floats(parts + 0.3 * self.match + OUTSIDE)


class HiddenTruth:
    """The truth of one market. The same market, seed and groups give the same truth; nothing is kept per candidate."""

    def __init__(self, market: Market, seed: int, groups: SimulatedGroups | None = None) -> None:
        """Without `groups` tastes and merits are independent of sex, age and origin."""
        self.market = market
        self.seed = seed
        self.groups = groups
        drawn = draw_tastes(market, seed)
        self.tastes: Tastes = drawn if groups is None else groups.tastes(drawn)
        self.employers: Employers = draw_employers(market, seed)
        self._first_week = dt.date.fromisoformat(market.first_day).isocalendar().week

    def pairs(self, candidates: NDArray[np.integer]) -> Pairs:
        """The pairs of candidates (positions in the market's candidate graph)."""
        market = self.market
        person, project = market.person[candidates], market.project[candidates]
        return Pairs(
            person,
            market.offer[candidates],
            market.distance_km[candidates].astype(np.float32),
            market.skills_shared[candidates],
            market.experience_months[candidates].astype(np.float32),
            market.persons.reach_km[person, project],
            market.persons.pay_floor[person, project],
        )

    def worth(self, pairs: Pairs, week: int) -> Worth:
        """What pairs are worth to the person in a week."""
        market, tastes, employers = self.market, self.tastes, self.employers
        person, offer = pairs.person, pairs.offer
        occupation, firm = market.offers.occupation[offer], market.offers.firm[offer]
        usual = market.occupations.pay[occupation]
        reservation = tastes.pay_ratio[person] * np.where(np.isnan(pairs.pay_floor), usual, pairs.pay_floor)
        pay = _pay_worth(employers.pay[offer], reservation)
        told = np.isfinite(market.offers.pay[offer])
        guess = _pay_worth(0.97 * usual, reservation)
        hours = -tastes.hours_weight[person] * np.abs(employers.hours[offer] - tastes.hours[person])
        hours = np.maximum(hours, -2.0) + np.where(employers.shift[offer], tastes.shift[person], 0.0)
        return Worth(
            occupation=self.occupation_worth(person, occupation, week),
            distance=self.distance_worth(person, pairs.distance_km, pairs.reach_km),
            pay=pay,
            pay_guessed=as_floats(np.where(told, pay, guess)),
            hours=as_floats(hours),
            contract=CONTRACT_WORTHS[tastes.settling[person], market.offers.contract[offer]],
            place=employers.charm[offer] + employers.firm_charm[firm] + tastes.size[person] * employers.size[firm],
            match=np.float32(MATCH_NOISE) * normal(self.seed, Purpose.MATCH, person, offer),
        )

    def merit(self, pairs: Pairs, week: int) -> Floats:
        """How a person stands before the employer's demands, in logits."""
        market, tastes, employers = self.market, self.tastes, self.employers
        persons, offers, person, offer = market.persons, market.offers, pairs.person, pairs.offer
        firm = offers.firm[offer]
        past = np.where(persons.past >= 0, persons.past, persons.targets[:, 0])[person]
        vectors = tastes.occupation_vectors
        likeness = _likeness(vectors, past, vectors, offers.occupation[offer])
        asked = np.nan_to_num(offers.experience_months[offer], nan=6.0)
        ahead = np.log1p(pairs.experience_months / 12) - np.log1p(asked / 12)
        lacking = offers.skills_asked[offer].astype(np.float32) - pairs.skills_shared
        lacking = np.maximum(lacking, 0) * (1 - tastes.unwritten[person])
        below = np.maximum(offers.education_level[offer] - persons.education_level[person], 0)
        held_back = 0.0 if self.groups is None else self.groups.held_back[person]
        return as_floats(
            MERIT
            - held_back
            + 0.8 * tastes.quality[person]
            - employers.bar[offer]
            + 0.4 * self.season(offers.occupation[offer], week)
            + employers.heeds_experience[firm] * np.clip(ahead, -1.6, 1.0)
            - employers.heeds_skills[firm] * np.minimum(lacking, 8.0)
            - 0.35 * (1 - np.maximum(likeness, 0))
            - 0.15 * below
        )

    def answer_chance(self, offer: Ints, week: int) -> Floats:
        """(n,) chance that an application to each offer that is read gets an answer: the firm's own, which falls as the
        advert grows old, because somebody is already being met."""
        age_days = np.maximum(DAYS_A_WEEK * week - self.market.offers.published_day[offer], 0)
        fading = np.exp2(-age_days / ANSWER_HALF_LIFE_DAYS)
        return as_floats(self.employers.responds[self.market.offers.firm[offer]] * fading)

    def interview_chance(self, merit: Floats) -> Floats:
        """(n,) chance that an application that is answered leads to an interview."""
        return sigmoid(merit + np.float32(EASIER_INTERVIEW))

    def hire_chance(self, merit: Floats) -> Floats:
        """(n,) chance that an interview ends well when nobody else is there."""
        return sigmoid(np.float32(MEETING) * merit)

    def utility(self, candidates: NDArray[np.integer], week: int) -> Floats:
        """(n,) true worth of candidates to their persons in a week, logits; 0 is as good as looking on."""
        return self._chunked(candidates, lambda pairs: self.worth(pairs, week).total)

    def chance(self, candidates: NDArray[np.integer], week: int) -> Floats:
        """(n,) true chance that an application ends in a hire if nobody else applied."""

        def alone(pairs: Pairs) -> Floats:
            merit = self.merit(pairs, week)
            return self.answer_chance(pairs.offer, week) * self.interview_chance(merit) * self.hire_chance(merit)

        return self._chunked(candidates, alone)

    def surplus(self, candidates: NDArray[np.integer], week: int) -> Floats:
        """(n,) expected surplus of candidates: the chance to be hired times log(1 + exp(utility)), what a job of that
        worth adds to looking on. The oracle ranks by it, after Bied et al., who rank by wish and chance together."""
        worth = np.logaddexp(np.float32(0), self.utility(candidates, week))
        return as_floats(self.chance(candidates, week) * worth)

    def season(self, occupations: NDArray[np.integer], week: int) -> Floats:
        """(n,) from -1 to 1: how far demand for occupations is above its yearly mean in a week of the market."""
        strength, height = self.market.occupations.season[occupations].T
        return as_floats(strength * np.cos(2 * np.pi * (week + self._first_week - height) / 52))

    def _chunked(self, candidates: NDArray[np.integer], of: Callable[[Pairs], Floats]) -> Floats:
        found = np.empty(len(candidates), dtype=np.float32)
        for start in range(0, len(candidates), CHUNK):
            found[start : start + CHUNK] = of(self.pairs(candidates[start : start + CHUNK]))
        return found

    def occupation_worth(self, person: Ints, occupation: NDArray[np.integer], week: int) -> Floats:
        """(n,) how far persons are drawn to occupations in a week, logits."""
        tastes = self.tastes
        vectors = tastes.occupation_vectors
        angle = tastes.drift[person] * week
        first = _likeness(tastes.start, person, vectors, occupation)
        second = _likeness(tastes.turn, person, vectors, occupation)
        relative = (np.cos(angle) * first + np.sin(angle) * second) / tastes.ease[person]
        return as_floats(tastes.occupation_weight[person] * np.tanh(2.5 * (relative - 0.55)))

    def distance_worth(self, person: Ints, distance_km: Floats, reach_km: Floats) -> Floats:
        """(n,) what the way weighs for persons, 0 or less, logits."""
        tastes = self.tastes
        pace = tastes.minutes_per_km[person]
        km = np.where(np.isnan(distance_km), np.float32(UNKNOWN_KM), distance_km)
        patience = tastes.patience[person] * (START_MINUTES + reach_km * pace)
        share = (START_MINUTES + km * pace) / np.clip(patience, *PATIENCE_MINUTES)
        beyond = np.maximum(share - 1, 0)
        cost = 1.3 * share + 1.8 * beyond * np.sqrt(beyond)
        return as_floats(np.maximum(-tastes.distance_weight[person] * cost, -8.0))


def _pay_worth(pay: Floats, reservation: Floats) -> Floats:
    above = np.tanh(np.log(pay / reservation) / PAY_SCALE)
    return as_floats(np.where(above > 0, PAY_GAIN * above, PAY_LOSS * above))


def _likeness(left: Floats, left_rows: NDArray[np.integer], right: Floats, right_rows: NDArray[np.integer]) -> Floats:
    return as_floats(np.einsum("ij,ij->i", left[left_rows], right[right_rows]))


def sigmoid(values: Floats) -> Floats:
    """Logits as chances, float32."""
    return as_floats(1 / (1 + np.exp(-values)))
