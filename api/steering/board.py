"""All that the page of whoever steers shows, each part kept for as long as it may be stale.

What is made of the engine takes many seconds at the size of a country, so changes do not wait for it (`api.searching`):
they come into its midst, and a figure may be of two moments.
"""

import datetime as dt
import threading
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Final

from api.steering.fairness import FairnessTold, fairness_told
from api.steering.indicators import Indicators, Names, indicators_of
from api.steering.kept import Kept
from api.steering.latency import RouteTimes, times
from api.steering.models import ModelTold, models_told
from features.records import ContactRequest
from matching.steering.attention import Attention, Shown, of_events, offers_shown, people_shown
from matching.steering.contacts import Contacts, contacts_of
from matching.steering.market import Market, market_of

if TYPE_CHECKING:
    from api.service import Service

LISTS: Final = 100
"""Made of each kind to see how attention is shared out; a fraction of a second of processor each on a small world."""
SEED: Final = 20
MINUTE_S: Final = 60.0
ATTENTION_S: Final = 30 * MINUTE_S
INDICATORS_S: Final = 10 * MINUTE_S
TIMES_S: Final = 10.0
MOST_REQUESTS: Final = 200_000
"""Read to count what they came to: where there are more, these."""


@dataclass(frozen=True)
class Attentions:
    """How attention is shared out: in lists made now, and in what was shown."""

    offers: Attention
    people: Attention
    shown: Shown | None


class Board:
    """The figures of one service."""

    def __init__(self, service: "Service") -> None:
        engine, settings = service.engine, service.settings
        self.names = Names.of(engine.lookups)
        self._service = service
        self._stopped = threading.Event()
        self.market: Kept[Market] = Kept("market", lambda: market_of(engine), MINUTE_S)
        self.indicators: Kept[Indicators] = Kept("indicators", self._indicators, INDICATORS_S, patience_s=2.0)
        self.attention: Kept[Attentions] = Kept("attention", self._attention, ATTENTION_S)
        self.contacts: Kept[Contacts] = Kept("contacts", self._contacts, INDICATORS_S)
        self.models: Kept[list[ModelTold]] = Kept(
            "models", lambda: models_told(engine, settings.data_dir, settings.encoder), MINUTE_S
        )
        self.fairness: Kept[FairnessTold | None] = Kept("fairness", lambda: fairness_told(settings.data_dir), MINUTE_S)
        self.times: Kept[list[RouteTimes]] = Kept("times", times, TIMES_S)
        self.began = dt.datetime.now(dt.UTC)

    def stop(self) -> None:
        """Have what is being computed end soon, and wait for it: nothing reads a store that is closed."""
        self._stopped.set()
        for each in (
            self.market,
            self.indicators,
            self.attention,
            self.contacts,
            self.models,
            self.fairness,
            self.times,
        ):
            each.join()

    def _indicators(self) -> Indicators:
        engine = self._service.engine
        return indicators_of(market_of(engine), self.names, engine.discretion)

    def _attention(self) -> Attentions:
        engine = self._service.engine

        def go_on() -> bool:
            return not self._stopped.is_set()

        return Attentions(
            offers_shown(engine, LISTS, SEED, go_on), people_shown(engine, LISTS, SEED, go_on), of_events(engine)
        )

    def _contacts(self) -> Contacts:
        every = (
            each for batch in self._service.store.scan(ContactRequest) for each in batch if not self._stopped.is_set()
        )
        now = dt.datetime.now(dt.UTC)
        return contacts_of(islice(every, MOST_REQUESTS), now, self._service.engine.discretion)
