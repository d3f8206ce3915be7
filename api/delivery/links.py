"""Signed links: what a click may do, in an address that nobody can guess or change.

    <what, as base64url of JSON>.<HMAC-SHA256 of it, cut to 128 bits>

A link says what it is for, so that one made for a feed stops no subscription. It carries ids, never a name or an
address, and is good for as long as the key is.
"""

import base64
import binascii
import hashlib
import hmac
from typing import Final

import msgspec

from api.settings import Settings
from features.kept_key import kept_key
from features.records import DismissReason

KEY_FILE: Final = "link-key"
_MAC_BYTES: Final = 16
MOST_CHARACTERS: Final = 2000


class Gesture(msgspec.Struct, frozen=True, tag="g", tag_field="t", array_like=False):
    """ "Not for me", of an item of a digest. `reason` None: no reason is said."""

    digest: str
    item: str
    training: bool = False
    reason: DismissReason | None = None


class Undo(msgspec.Struct, frozen=True, tag="u", tag_field="t"):
    """Takes a gesture back: deletes its event."""

    event: str


class Stop(msgspec.Struct, frozen=True, tag="s", tag_field="t"):
    """Stops a subscription."""

    subscription: str


class Feed(msgspec.Struct, frozen=True, tag="f", tag_field="t"):
    """Reads a subscription as a feed. Good as long as `version` is the subscription's."""

    subscription: str
    version: int = 0


Link = Gesture | Undo | Stop | Feed
_DECODER: Final = msgspec.json.Decoder(Link)


class Signer:
    """Makes links and reads them back."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    @classmethod
    def of(cls, settings: Settings) -> "Signer":
        """The signer of a deployment; its key is drawn, and kept in the data folder, when none is set."""
        if settings.link_key is not None:
            return cls(settings.link_key.get_secret_value().encode())
        return cls(kept_key(settings.data_dir / KEY_FILE))

    def token(self, link: Link) -> str:
        """The last part of the link's address."""
        said = base64.urlsafe_b64encode(msgspec.json.encode(link)).rstrip(b"=").decode()
        return f"{said}.{self._mac('link', said)}"

    def read(self, token: str) -> Link | None:
        """What a token of ours says; None for anything else."""
        said, _, mac = token.partition(".")
        if len(token) > MOST_CHARACTERS or not hmac.compare_digest(mac.encode(), self._mac("link", said).encode()):
            return None
        try:
            link: Link = _DECODER.decode(base64.urlsafe_b64decode(said + "=" * (-len(said) % 4)))
        except (binascii.Error, ValueError, msgspec.DecodeError):
            return None
        return link

    def webhook_key(self, subscription_id: str) -> str:
        """The secret that a subscription's webhook is signed with: its owner and this service know it."""
        return self._mac("webhook", subscription_id, 32)

    def key_for(self, purpose: str) -> bytes:
        """32 bytes for another use of the deployment's secret, that tell nothing of it."""
        return hmac.new(self._key, f"key\n{purpose}".encode(), hashlib.sha256).digest()

    def _mac(self, purpose: str, text: str, size: int = _MAC_BYTES) -> str:
        mac = hmac.new(self._key, f"{purpose}\n{text}".encode(), hashlib.sha256).digest()[:size]
        return base64.urlsafe_b64encode(mac).rstrip(b"=").decode()
