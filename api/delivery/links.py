"""Signed links: what a click may do, in an address that nobody can guess or change.

    <what, as base64url of JSON>.<HMAC-SHA256 of it, cut to 128 bits>

A link says what it is for, so that one made for a feed stops no subscription. It carries ids, never a name or an
address, and is good for as long as the key is.
"""

import base64
import binascii
import hashlib
import hmac
import os
import secrets
from pathlib import Path
from typing import Final

import msgspec

from api.settings import Settings
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
        return cls(_kept_key(settings.data_dir / KEY_FILE))

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

    def form_token(self, actor_id: str) -> str:
        """What the forms shown to an account carry, so that no other site can send them (`api.security.csrf`)."""
        return self._mac("form", actor_id)

    def _mac(self, purpose: str, text: str, size: int = _MAC_BYTES) -> str:
        mac = hmac.new(self._key, f"{purpose}\n{text}".encode(), hashlib.sha256).digest()[:size]
        return base64.urlsafe_b64encode(mac).rstrip(b"=").decode()


def _kept_key(path: Path) -> bytes:
    """The key in a file that only this user can read; drawn when it is not there. Two processes that start at the same
    time end up with the same one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.is_file():
        drawn = path.with_name(f".{KEY_FILE}-{os.getpid()}-{secrets.token_hex(4)}")
        with open(os.open(drawn, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:  # noqa: PTH123
            file.write(secrets.token_hex(32))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(drawn, path)
        except FileExistsError:
            pass
        finally:
            drawn.unlink()
    return path.read_text().encode()
