"""`replay`: what a policy would have brought. Two policies of one seed meet the same people in the same mood."""

from dataclasses import dataclass

import numpy as np

from models.simulation.hidden import HiddenTruth
from models.simulation.log import Log
from models.simulation.market import Floats, Market
from models.simulation.policies import Lister
from models.simulation.stream import Stream


@dataclass(frozen=True, kw_only=True)
class Brought:
    """What weeks under a policy brought."""

    shown: int
    opened: int
    applied: int
    interviewed: int
    hired: int
    hires_per_thousand: float
    """Hires per 1,000 shown results."""
    value_per_thousand: float
    """Of the hires, log(1 + exp(true worth)) summed, per 1,000 shown: hires count by what they are worth."""
    coverage: float
    """Share of the offers that could be shown to anybody that were shown to somebody."""
    largest_load: int
    """Times that the most shown offer was shown, per post."""
    largest_queue: int
    """Applications that the most wanted offer received, per post."""


def replay(
    market: Market, truth: HiddenTruth, lister: Lister, weeks: int, seed: int, learned: Floats | None = None
) -> Brought:
    """Let `weeks` go by under a policy. The luck of a person, an offer and a week hangs on `seed` alone, not on what
    else is shown (`chances`): compare policies under one seed, and repeat with others for intervals."""
    return brought(market, truth, play(market, truth, lister, weeks, seed, keep_features=False, learned=learned))


def play(
    market: Market,
    truth: HiddenTruth,
    lister: Lister,
    weeks: int,
    seed: int,
    keep_features: bool = True,
    learned: Floats | None = None,
) -> Log:
    """Let so many weeks go by under a policy; what was shown and what came of it, with the features of each moment."""
    stream = Stream(market, truth, seed, keep_features, learned)
    for _ in range(weeks):
        moment = stream.begin_week()
        stream.show(moment, lister(moment))
    return stream.log()


def brought(market: Market, truth: HiddenTruth, log: Log) -> Brought:
    """The totals of a log."""
    hired = log.hired_week >= 0
    thousands = max(len(log), 1) / 1000
    worth = [truth.utility(log.candidate[log.hired_week == week], week) for week in range(log.weeks)]
    value = sum(float(np.logaddexp(0, part).sum()) for part in worth)
    offer, posts = market.offer[log.candidate], market.offers.posts
    load = np.bincount(offer, minlength=len(posts)) / posts
    queue = np.bincount(offer[log.applied], minlength=len(posts)) / posts
    could = np.zeros(len(posts), dtype=np.bool_)
    for week in range(log.weeks):
        could |= market.open_in(week)
    reachable = could & (np.bincount(market.offer, minlength=len(posts)) > 0)
    return Brought(
        shown=len(log),
        opened=int(log.opened.sum()),
        applied=int(log.applied.sum()),
        interviewed=int((log.interviewed_week >= 0).sum()),
        hired=int(hired.sum()),
        hires_per_thousand=log.hires_per_thousand(),
        value_per_thousand=value / thousands,
        coverage=float((load[reachable] > 0).mean()) if reachable.any() else 0.0,
        largest_load=int(np.ceil(load.max(initial=0))),
        largest_queue=int(np.ceil(queue.max(initial=0))),
    )
