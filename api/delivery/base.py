"""What a channel is: a way that a prepared digest takes out of the house, or none where people come and fetch it."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from api.delivery.links import Signer
from api.settings import Settings
from features.records import Channel, Identity, Profile, Subscription
from matching.digests.digest import Digest


class Outcome(Enum):
    """What became of a hand-over."""

    DONE = "done"
    LATER = "later"
    NEVER = "never"


@dataclass(frozen=True)
class Result:
    """An outcome, and why, in French, where it is not done."""

    outcome: Outcome
    why: str | None = None


@dataclass(frozen=True)
class Recipient:
    """Whom a digest is for."""

    subscription: Subscription
    profile: Profile
    identity: Identity | None


@dataclass(frozen=True, eq=False)
class House:
    """What every channel may use."""

    settings: Settings
    signer: Signer

    def address(self, path: str) -> str:
        """A path of this service as people reach it."""
        return self.settings.public_url.rstrip("/") + path


class Sender(Protocol):
    """Hands digests over, one at a time."""

    async def send(self, digest: Digest, recipient: Recipient) -> Result:
        """Hand one digest over. Raises ChannelClosed when no further one can be."""
        ...


class ChannelClosed(Exception):
    """Nothing can be handed over this way for now: what waits goes on waiting, and no attempt is counted."""


@dataclass(frozen=True)
class Way:
    """A channel. `open` gives its sender for a run; None: what is prepared is there to be fetched."""

    channel: Channel
    open: Callable[[House], AbstractAsyncContextManager[Sender]] | None
