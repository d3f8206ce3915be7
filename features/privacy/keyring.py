"""`Keyring`: the keys that seal what identifies people, kept outside the database that they seal.

    # a key file: one key a line, the first one seals, all of them open
    2026-11a sY0…
    2025-02a pK9…
    pepper   Qz3…

A sealed text is `s1.<key>.<nonce and AES-256-GCM ciphertext, base64url>`. It is bound to what it is about, so that it
opens nowhere else. (NIST SP 800-38D: nonces of 96 bits, drawn, for fewer than 2**32 texts a key: rotate long before.)

The pepper never changes: it makes the hashes by which a record's bytes are told to be the same, and by which an erased
id is known again. Who has neither keys nor pepper learns nothing from either.
"""

import base64
import binascii
import re
import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Self

from features.private_file import write_private

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12
PEPPER: Final = "pepper"
SEAL: Final = "s1."
"""How a sealed text begins; JSON never does."""
_NAME: Final = re.compile(r"[A-Za-z0-9_-]{1,32}")
_HEAD: Final = "# Keys of personal data: the first one seals, all of them open. Who has this file reads all.\n"


class KeyringError(Exception):
    """Keys are missing or cannot be used, or a text cannot be opened; the message never shows a key."""


@dataclass(frozen=True, eq=False)
class Keyring:
    """Named keys, the one that seals first, and the pepper."""

    keys: Mapping[str, bytes]
    pepper: bytes

    @classmethod
    def new(cls, name: str = "a") -> Self:
        """One key and a pepper, drawn."""
        return cls(MappingProxyType({name: secrets.token_bytes(KEY_BYTES)}), secrets.token_bytes(KEY_BYTES))

    @classmethod
    def parse(cls, text: str) -> Self:
        """The keys that a file or a variable holds: pairs of a name and 32 bytes in base64url, apart by blanks.

        Raises KeyringError, naming what is wrong.
        """
        words = " ".join(line for line in text.splitlines() if not line.lstrip().startswith("#")).split()
        if len(words) % 2:
            raise KeyringError("a key is a name and 32 bytes in base64url, apart by a blank: one of the two is missing")
        found: dict[str, bytes] = {}
        for name, value in zip(words[::2], words[1::2], strict=True):
            if _NAME.fullmatch(name) is None:
                raise KeyringError("a key is named by at most 32 letters, digits, - and _")
            if name in found:
                raise KeyringError(f"two keys are called {name!r}")
            found[name] = _bytes_of(name, value)
        pepper = found.pop(PEPPER, None)
        if pepper is None or not found:
            raise KeyringError(f"the keys lack {PEPPER!r} or a key to seal with: make them with `vivier keys new`")
        return cls(MappingProxyType(found), pepper)

    @classmethod
    def read(cls, path: Path) -> Self:
        """The keys of a file. Raises KeyringError when it cannot be read or holds no keys."""
        try:
            text = path.read_text(encoding="ascii")
        except (OSError, UnicodeDecodeError) as error:
            raise KeyringError(f"{path}: the keys cannot be read ({type(error).__name__})") from error
        try:
            return cls.parse(text)
        except KeyringError as error:
            raise KeyringError(f"{path}: {error}") from None

    def text(self) -> str:
        """What `parse` reads back."""
        lines = [*self.keys.items(), (PEPPER, self.pepper)]
        return _HEAD + "".join(f"{name} {base64.urlsafe_b64encode(value).decode()}\n" for name, value in lines)

    def write(self, path: Path, replace: bool = False) -> None:
        """A file of the keys that its owner alone can read, whole or not at all. Raises KeyringError when it is there
        already and is not to be replaced."""
        try:
            write_private(path, self.text().encode(), replace=replace)
        except FileExistsError:
            raise KeyringError(f"{path} is there already: its keys are kept as they are") from None

    @property
    def sealing(self) -> str:
        """The name of the key that seals."""
        return next(iter(self.keys))

    def rotated(self, name: str) -> "Keyring":
        """These keys behind a new one, drawn. Raises KeyringError when the name is taken or is none."""
        if _NAME.fullmatch(name) is None or name == PEPPER or name in self.keys:
            raise KeyringError(f"{name!r} cannot name a new key: it is taken, or is not letters, digits, - and _")
        return Keyring(MappingProxyType({name: secrets.token_bytes(KEY_BYTES), **self.keys}), self.pepper)

    def only(self, names: Collection[str]) -> "Keyring":
        """These keys without those that are not named."""
        return Keyring(MappingProxyType({name: key for name, key in self.keys.items() if name in names}), self.pepper)

    def seal(self, plain: bytes, about: str) -> str:
        """`plain` sealed, to be opened as being about the same alone."""
        name = self.sealing
        nonce = secrets.token_bytes(NONCE_BYTES)
        sealed = nonce + self._ciphers[name].encrypt(nonce, plain, about.encode())
        return f"{SEAL}{name}.{base64.urlsafe_b64encode(sealed).decode()}"

    def open(self, text: str, about: str) -> bytes:
        """What was sealed. Raises KeyringError when its key is not here, when it was changed, or is about another."""
        from cryptography.exceptions import InvalidTag

        name, _, rest = text.removeprefix(SEAL).partition(".")
        cipher = self._ciphers.get(name)
        if cipher is None:
            raise KeyringError(f"sealed with the key {name[:32]!r}, which is not among {', '.join(self.keys)}")
        try:
            sealed = base64.urlsafe_b64decode(rest)
            return cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], about.encode())
        except (InvalidTag, ValueError):
            raise KeyringError(f"a text sealed with the key {name!r} was changed, or is about another") from None

    def hash(self, text: bytes, purpose: bytes) -> bytes:
        """16 bytes that tell the same text for the same purpose (at most 16 bytes), and nothing without the pepper."""
        return blake2b(text, digest_size=16, key=self.pepper, person=purpose).digest()

    @cached_property
    def _ciphers(self) -> "Mapping[str, AESGCM]":
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        return {name: AESGCM(key) for name, key in self.keys.items()}


def is_sealed(text: str) -> bool:
    return text.startswith(SEAL)


def key_of(text: str) -> str:
    """The name of the key that sealed a text."""
    return text.removeprefix(SEAL).partition(".")[0]


def _bytes_of(name: str, value: str) -> bytes:
    try:
        found = base64.urlsafe_b64decode(value + "=" * (-len(value) % 4))
    except (binascii.Error, ValueError):
        found = b""
    if len(found) != KEY_BYTES:
        raise KeyringError(f"the key {name!r} is not {KEY_BYTES} bytes in base64url")
    return found
