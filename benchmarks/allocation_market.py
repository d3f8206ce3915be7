"""Weeks of a simulated market whose lists are allocated: what a knob does to loads, reach, clicks and hires."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingRegressor

from matching.allocation.allocate import Allocation, allocate
from models.simulation.attention import react
from models.simulation.chances import Purpose, uniform
from models.simulation.hidden import HiddenTruth
from models.simulation.lists import Lists, lists_of
from models.simulation.log import Log
from models.simulation.market import Market
from models.simulation.moment import Moment
from models.simulation.policies import at_random, by_score
from models.simulation.stream import Stream

K: Final = 10
LEARNING_WEEKS: Final = 3
"""Weeks of random lists, which the ranker is learned from."""
AFTER_WEEKS: Final = 3
"""Weeks in which the last applications are still answered."""
GAINS: Final = np.array([-0.1, 0.0, 0.2, 0.4, 1.0, 1.0, 1.0])
"""Worth of an outcome to the ranker, put aside to hired: what the person did."""
PRIOR: Final = 5.0
"""Usual results that an offer's own are mixed with."""
WANTED: Final = 0.0
HIRABLE: Final = 0.3
"""A person suits an offer of more true worth than looking on, and with this true chance at least after an interview."""
EXPOSED: Final = 0.3
"""Share of all candidates that the clicks of recall are drawn from: shown at random, so no list is at an advantage."""


@dataclass(frozen=True, eq=False)
class World:
    """A market, its truth, and the scores of a ranker that was learned from weeks of random lists."""

    market: Market
    truth: HiddenTruth
    seed: int
    weeks: int
    scores: NDArray[np.float32]
    """(n_candidates,) in [0, 1]."""
    suits: NDArray[np.bool_]
    """(n_candidates,) by the hidden truth of the middle of the weeks."""
    clicked: NDArray[np.bool_]
    """(n_candidates,) what people would open among candidates shown at random."""

    @classmethod
    def over(cls, market: Market, weeks: int, seed: int) -> "World":
        """The weeks of a market after those in which the ranker is learned."""
        truth = HiddenTruth(market, seed)
        candidates = np.arange(market.n_candidates)
        pairs = truth.pairs(candidates)
        middle = LEARNING_WEEKS + weeks // 2
        suits = (truth.worth(pairs, middle).total > WANTED) & (truth.hire_chance(truth.merit(pairs, middle)) > HIRABLE)
        first = Lists(market.person, candidates, np.zeros(len(candidates), dtype=np.int16))
        seen = np.zeros(len(candidates), dtype=np.uint8)
        opened = react(truth, first, pairs, seen, middle, seed + 1).opened
        clicked = opened & (uniform(seed + 1, Purpose.EXPLORE, candidates) < EXPOSED)
        stream = Stream(market, truth, seed)
        play_random(stream, LEARNING_WEEKS, seed)
        log = stream.log()
        return cls(market, truth, seed, weeks, learned_scores(stream.begin_week(), log), suits, clicked)


def play_random(stream: Stream, weeks: int, seed: int) -> None:
    """Let weeks of random lists pass."""
    lister = by_score(at_random(seed), K)
    for _ in range(weeks):
        moment = stream.begin_week()
        stream.show(moment, lister(moment))


def learned_scores(moment: Moment, log: Log) -> NDArray[np.float32]:
    """(n_candidates,) in [0, 1]: gradient boosting on the product's features and on how each offer fared with those
    who saw it."""
    market = moment.market
    gains = GAINS[log.outcome()]
    offer = market.offer[log.candidate]
    shown = np.bincount(offer, minlength=len(market.offers))
    brought = np.bincount(offer, gains, minlength=len(market.offers))
    usual = gains.mean()
    without_own = (brought[offer] - gains + PRIOR * usual) / (shown[offer] - 1 + PRIOR)
    model = HistGradientBoostingRegressor(max_iter=80, learning_rate=0.1, random_state=0, early_stopping=False)
    known = ~np.isnan(log.features).all(axis=0)
    model.fit(np.column_stack([log.features[:, known], without_own]), gains)
    appeal = ((brought + PRIOR * usual) / (shown + PRIOR))[market.offer]
    features = moment.features(np.arange(market.n_candidates))
    found: NDArray[np.float64] = model.predict(np.column_stack([features[:, known], appeal]))
    return np.clip(found, 0, 1).astype(np.float32)


@dataclass(frozen=True)
class Outcome:
    """What a knob brought."""

    largest_load_per_post: float
    """Lists that the most-sent offer of a week is in, for each of its open posts; mean of the weeks."""
    coverage: float
    """Of the offers of a week that some visitor could be sent, the share that is sent to somebody."""
    suited_coverage: float
    """Of those that truly suit some visitor, the share that is sent to one of these: the hidden truth judges."""
    hires: int
    applications: int
    recall_at_10: float
    """Of what people click when shown at random, the share that one batch for everyone would have listed."""


def play(world: World, knob: float) -> Outcome:
    """The weeks of a world under an allocation."""
    stream = Stream(world.market, world.truth, world.seed, keep_features=False)
    play_random(stream, LEARNING_WEEKS, world.seed)
    before = len(stream.log())
    largest, covered = [], []
    reached = reachable = 0
    for _ in range(world.weeks):
        moment = stream.begin_week()
        batch = Batch.of(world, moment)
        found = batch.allocated(world, knob)
        lists = batch.lists(found)
        largest.append(float((found.loads / batch.posts).max()))
        covered.append(float((found.loads > 0).mean()))
        offer = world.market.offer
        reached += len(np.unique(offer[lists.candidate[world.suits[lists.candidate]]]))
        reachable += len(np.unique(offer[batch.candidates[world.suits[batch.candidates]]]))
        stream.show(moment, lists)
    for _ in range(AFTER_WEEKS):
        stream.begin_week()
    log = stream.log()
    return Outcome(
        largest_load_per_post=float(np.mean(largest)),
        coverage=float(np.mean(covered)),
        suited_coverage=reached / reachable,
        hires=int((log.hired_week[before:] >= 0).sum()),
        applications=int(log.applied[before:].sum()),
        recall_at_10=recall(world, knob),
    )


@dataclass(frozen=True, eq=False)
class Batch:
    """The candidates that may be sent in one go."""

    candidates: NDArray[np.int64]
    """(n,) positions in the market's graph."""
    indptr: NDArray[np.int64]
    offers: NDArray[np.int32]
    """Rows of the market's offers that are somebody's candidate."""
    item: NDArray[np.int32]
    """(n,) positions in `offers`."""
    posts: NDArray[np.int32]

    @classmethod
    def of(cls, world: World, moment: Moment) -> "Batch":
        """What may be shown to the visitors of a week."""
        market = world.market
        comes = np.zeros(len(market.persons), dtype=np.bool_)
        comes[moment.visitors] = True
        allowed = comes[market.person] & moment.may_show(np.arange(market.n_candidates))
        return cls._over(market, np.flatnonzero(allowed), moment.posts_left)

    @classmethod
    def of_everyone(cls, market: Market) -> "Batch":
        """All candidates of all people."""
        return cls._over(market, np.arange(market.n_candidates), market.offers.posts)

    @classmethod
    def _over(cls, market: Market, candidates: NDArray[np.int64], posts: NDArray[np.int16]) -> "Batch":
        sizes = np.bincount(market.person[candidates], minlength=len(market.persons))
        offers, item = np.unique(market.offer[candidates], return_inverse=True)
        indptr = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
        return cls(candidates, indptr, offers, item.astype(np.int32), posts[offers].astype(np.int32))

    def allocated(self, world: World, knob: float) -> Allocation:
        return allocate(self.indptr, self.item, world.scores[self.candidates], self.posts, K, knob)

    def lists(self, found: Allocation) -> Lists:
        """An allocation as the stream takes it."""
        person, place = np.nonzero(found.lists >= 0)
        width = len(self.offers)
        keys = np.repeat(np.arange(len(self.indptr) - 1), np.diff(self.indptr)) * width + self.item
        chosen = np.searchsorted(keys, person * width + found.lists[person, place])
        return lists_of(person.astype(np.int32), self.candidates[chosen])


def recall(world: World, knob: float) -> float:
    """Mean over people who clicked something: clicked items in their list, of those clicked, at most K."""
    batch = Batch.of_everyone(world.market)
    listed = np.zeros(world.market.n_candidates, dtype=np.bool_)
    listed[batch.lists(batch.allocated(world, knob)).candidate] = True
    persons = len(world.market.persons)
    clicks = np.bincount(world.market.person[world.clicked], minlength=persons)
    hits = np.bincount(world.market.person[world.clicked & listed], minlength=persons)
    some = clicks > 0
    return float((hits[some] / np.minimum(clicks[some], K)).mean())


def mean_of(outcomes: Sequence[Outcome], name: str) -> float:
    """The mean of a figure over worlds."""
    return float(np.mean([getattr(outcome, name) for outcome in outcomes]))
