"""What people do with a list in a week: how far they look, what they open, keep, put aside and apply to.

A person goes from one result to the next with a chance of their own, so that all that stands after the last one looked
at is not judged at all (the cascade that Craswell, Zoeter, Taylor and Ramsey found to explain clicks best, WSDM 2008;
eye-tracking shows the same fall: Joachims et al., ACM TOIS 25(2), 2007). The first places are also trusted a little
beyond what they show (Agarwal et al., "Addressing trust bias", WWW 2019).
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from features.records import DismissReason
from models.simulation.chances import Purpose, normal, uniform
from models.simulation.hidden import HiddenTruth, Pairs, Worth, sigmoid
from models.simulation.lists import Lists
from models.simulation.market import Floats, Ints, as_floats

REASONS: Final = (
    DismissReason.NOT_MY_JOB,
    DismissReason.TOO_FAR,
    DismissReason.PAY,
    DismissReason.HOURS,
    DismissReason.CONTRACT,
    DismissReason.OTHER,
    DismissReason.ALREADY_SEEN,
)
"""Reasons by number in `Deeds.reason`."""

TRUST: Final = 0.3
GLIMPSE_NOISE: Final = 0.5
WORN: Final = 0.5
"""Logits that a result loses each time it was already shown, up to three times."""
OPENING: Final = -0.7
APPLYING: Final = -2.0
SAVING: Final = -0.8
PUTTING_ASIDE: Final = -3.3
BELIEF: Final = 0.25
"""How much of their chances people guess before they apply."""


@dataclass(frozen=True, eq=False)
class Deeds:
    """What became of n shown results within the week."""

    examined: NDArray[np.bool_]
    opened: NDArray[np.bool_]
    saved: NDArray[np.bool_]
    applied: NDArray[np.bool_]
    reason: NDArray[np.int8]
    """Number in `REASONS` of a result put aside, -1 for others."""


def react(truth: HiddenTruth, lists: Lists, pairs: Pairs, times_seen: NDArray[np.uint8], week: int, seed: int) -> Deeds:
    """What people do with `lists` (whose pairs are `pairs`); `times_seen` says how often each was shown before."""
    person, offer = pairs.person, pairs.offer
    examined = examined_of(truth.tastes.depth[person], person, lists.position, week, seed)
    worth = truth.worth(pairs, week)
    total = worth.total
    worn = np.float32(WORN) * np.minimum(times_seen, 3)
    noise = np.float32(GLIMPSE_NOISE) * normal(seed, Purpose.GLIMPSE, person, offer)
    appeal = worth.glimpse + noise - worn
    trusted = np.float32(TRUST) / (1 + lists.position.astype(np.float32))
    opened = examined & _happens(seed, Purpose.OPEN, pairs, week, 1.2 * appeal + OPENING + trusted)
    chances = BELIEF * np.clip(truth.merit(pairs, week), -3, 3)
    applied = opened & _happens(seed, Purpose.APPLY, pairs, week, 1.5 * total + chances + APPLYING)
    applied = within_budget(applied, person, total, truth.tastes.budget)
    saved = opened & ~applied & _happens(seed, Purpose.SAVE, pairs, week, total + SAVING)
    felt = np.where(opened, total, appeal)
    aside = examined & ~applied & ~saved & _happens(seed, Purpose.DISMISS, pairs, week, PUTTING_ASIDE - 0.9 * felt)
    reason = np.where(aside, _reasons(worth, times_seen, opened), -1).astype(np.int8)
    return Deeds(examined, opened, saved, applied, reason)


def examined_of(depth: Floats, person: Ints, position: NDArray[np.int16], week: int, seed: int) -> NDArray[np.bool_]:
    """(n,) whether a person who goes on with chance `depth` from each result gets as far as `position`."""
    reached: NDArray[np.bool_] = uniform(seed, Purpose.ATTENTION, person, week) < depth ** position.astype(np.float32)
    return reached


def _happens(seed: int, purpose: Purpose, pairs: Pairs, week: int, logits: NDArray[np.floating]) -> NDArray[np.bool_]:
    happens: NDArray[np.bool_] = uniform(seed, purpose, pairs.person, pairs.offer, week) < sigmoid(as_floats(logits))
    return happens


def within_budget(applied: NDArray[np.bool_], person: Ints, worth: Floats, budget: Ints) -> NDArray[np.bool_]:
    """Of a week's applications of each person, the best ones within what they can write."""
    rows = np.flatnonzero(applied)
    rows = rows[np.lexsort((-worth[rows], person[rows]))]
    firsts = np.flatnonzero(np.diff(person[rows], prepend=-1))
    lengths = np.diff(np.append(firsts, len(rows)))
    place = np.arange(len(rows)) - np.repeat(firsts, lengths)
    kept = np.zeros_like(applied)
    kept[rows[place < budget[person[rows]]]] = True
    return kept


def _reasons(worth: Worth, times_seen: NDArray[np.uint8], opened: NDArray[np.bool_]) -> NDArray[np.intp]:
    """The part that weighs most against it, of those the person knows of; or that it was shown three times before."""
    pay = np.where(opened, worth.pay, worth.pay_guessed)
    hours, place = (np.where(opened, part, 0) for part in (worth.hours, worth.place + worth.match))
    parts = np.stack([worth.occupation, worth.distance + 0.5, pay, hours, worth.contract, place], axis=1)
    return np.where(times_seen >= 3, len(REASONS) - 1, parts.argmin(axis=1))
