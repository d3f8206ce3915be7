"""What a deployment would have learned of behaviour by the beginning of a week, by serving's own functions."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from features.behaviour import (
    DISMISSED_POINTS,
    INTEREST_HALF_LIFE,
    POINTS,
    SHOWN_HALF_LIFE,
    Interests,
    collaborative_of,
    crowding,
    decayed,
    interest_of,
    responsiveness,
    tally,
)
from features.records import EventKind
from models.simulation.attention import REASONS, Deeds
from models.simulation.lists import Lists
from models.simulation.market import Floats, Ints, Market

NAMES: Final = ("freshness", "interest", "responsiveness", "crowding", "collaborative")
"""Features that what happened before changes, by their names in `JOB_FEATURES`."""

_REASON_POINTS: Final = np.array([DISMISSED_POINTS.get(reason, 0.0) for reason in REASONS], dtype=np.float32)


@dataclass(frozen=True, eq=False)
class Behaviours:
    """Interest of each person, times each offer was shown lately, applications and answers of each firm."""

    interests: Interests
    shown: Floats
    """(n_offers,) as it stood on `shown_days`, fading."""
    shown_days: Ints
    applied: Ints
    """(n_firms + 1,) the last for firms not known."""
    answered: Ints
    learned: Floats
    """(n_families, n_families) what `collaborative_of` reads, or (0, 0)."""

    @classmethod
    def none(cls, market: Market, learned: Floats | None = None) -> "Behaviours":
        """Before anything happened."""
        n_offers, n_firms = len(market.offers), len(market.firm_ids)
        return cls(
            Interests.none(len(market.persons)),
            np.zeros(n_offers, np.float32),
            np.zeros(n_offers, np.int32),
            np.zeros(n_firms + 1, np.int32),
            np.zeros(n_firms + 1, np.int32),
            np.empty((0, 0), np.float32) if learned is None else learned,
        )

    def after(self, market: Market, lists: Lists, deeds: Deeds, day: int) -> "Behaviours":
        """With what people did with the lists of a day."""
        offer = market.offer[lists.candidate]
        shown, shown_days = tally(self.shown, self.shown_days, *_counted(offer, day), half_life=SHOWN_HALF_LIFE)
        points = (
            POINTS[EventKind.OPENED] * deeds.opened
            + POINTS[EventKind.SAVED] * deeds.saved
            + POINTS[EventKind.APPLIED] * deeds.applied
            + np.where(deeds.reason >= 0, _REASON_POINTS[deeds.reason], 0)
        )
        return Behaviours(
            self._interested(market, lists.candidate, points, day),
            shown,
            shown_days,
            self.applied + _by_firm(market, offer[deeds.applied]),
            self.answered,
            self.learned,
        )

    def after_interviews(self, market: Market, candidates: NDArray[np.int64], day: int) -> "Behaviours":
        """With the interviews that employers gave on a day to these candidates' persons."""
        answered = self.answered + _by_firm(market, market.offer[candidates])
        points = np.full(len(candidates), POINTS[EventKind.INTERVIEWED])
        interests = self._interested(market, candidates, points, day)
        return Behaviours(interests, self.shown, self.shown_days, self.applied, answered, self.learned)

    def features(self, market: Market, candidates: NDArray[np.int64], day: int) -> dict[str, Floats]:
        """The features of `NAMES` of candidates on a day, (n,) each; of people who refused profiling those that read
        their history are NaN."""
        person, offer = market.person[candidates], market.offer[candidates]
        family = market.occupations.groups[market.offers.occupation[offer], -1]
        families, points = self.interests.families[person], self._points(person, day)
        firm = market.offers.firm[offer]
        profiled = market.persons.profiling[person]
        lately = decayed(self.shown, self.shown_days, day, SHOWN_HALF_LIFE)
        share = responsiveness(self.applied, self.answered)
        share[-1] = np.nan
        return {
            "freshness": np.clip(day - market.offers.published_day[offer], 0, 365).astype(np.float32),
            "interest": np.where(profiled, interest_of(families, points, family), np.float32(np.nan)),
            "responsiveness": share[firm],
            "crowding": crowding(lately[offer], market.offers.posts[offer]),
            "collaborative": np.where(
                profiled, collaborative_of(families, points, family, self.learned), np.float32(np.nan)
            ),
        }

    def _points(self, person: Ints, day: int) -> Floats:
        return decayed(self.interests.points[person], self.interests.days[person][:, None], day, INTEREST_HALF_LIFE)

    def _interested(
        self, market: Market, candidates: NDArray[np.int64], points: NDArray[np.floating], day: int
    ) -> Interests:
        told = np.flatnonzero(points)
        offer = market.offer[candidates[told]]
        return self.interests.after(
            market.person[candidates[told]],
            market.occupations.groups[market.offers.occupation[offer], -1],
            points[told].astype(np.float32),
            np.full(len(told), day),
        )


def _counted(offer: Ints, day: int) -> tuple[Ints, Ints, Floats]:
    """Each offer of `offer` once, the day, and how often it stands there: what is shown on one day fades alike."""
    counts = np.bincount(offer)
    rows = np.flatnonzero(counts).astype(np.int32)
    return rows, np.full(len(rows), day, np.int32), counts[rows].astype(np.float32)


def _by_firm(market: Market, offers: Ints) -> Ints:
    """(n_firms + 1,) how many of `offers` are of each firm; the last counts those of firms not known."""
    n_firms = len(market.firm_ids)
    firm = market.offers.firm[offers]
    return np.bincount(np.where(firm < 0, n_firms, firm), minlength=n_firms + 1).astype(np.int32)
