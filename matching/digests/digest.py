"""A digest as it is kept: what is shown of each offer and training, the same whenever it is handed over."""

from typing import Final

import msgspec

from features.records import Channel


class Item(msgspec.Struct, frozen=True, omit_defaults=True):
    """One offer or training of a digest; all texts are in French."""

    id: str
    title: str
    score: float
    """0 to 1, as the live list gives it."""
    reasons: tuple[str, ...]
    """What speaks for it, the heaviest first."""
    obstacles: tuple[str, ...] = ()
    """What may bar the way."""
    place: str | None = None
    distance_km: float | None = None
    firm: str | None = None
    """The firm, or who runs the training."""
    contract: str | None = None
    pay: str | None = None
    starts_on: str | None = None
    """Of a training session, ISO 8601."""
    url: str | None = None
    """Where to apply."""
    training_id: str | None = None
    """Of a session, the training that it is one of."""


class Digest(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a subscription gets for a period, or why it gets nothing."""

    id: str
    subscription_id: str
    profile_id: str
    channel: Channel
    period: str
    day: str
    """ISO 8601."""
    offers: tuple[Item, ...] = ()
    trainings: tuple[Item, ...] = ()
    why_nothing: str | None = None
    """In French, when there is neither offer nor training."""

    @property
    def is_empty(self) -> bool:
        return not self.offers and not self.trainings


_DECODER: Final = msgspec.json.Decoder(Digest)


def to_json(digest: Digest) -> str:
    return msgspec.json.encode(digest).decode()


def from_json(body: str) -> Digest:
    return _DECODER.decode(body)
