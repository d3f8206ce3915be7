"""The keys that tokens are signed with: one file each, outside the database, that only this user can read.

A copy of the database alone signs nothing. The files are not encrypted: whoever can read them can read what would
decrypt them; `VIVIER_ACCESS_KEYS` puts them on a volume that is.

Rotation draws a new key, which signs from then on, and retires the others: they verify what they signed until the last
of it has ended. Every process sees it by itself: a token that names a key it does not know makes it look again.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import msgspec
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from features.private_file import write_private

ALGORITHM: Final = "ES256"
LONGEST_TOKEN_S: Final = 3600
"""No token that these keys sign lasts longer: so long a retired key verifies."""
RACY_NS: Final = 2_000_000_000
"""A folder that changed so lately may change again within the same tick of its clock."""


class _KeyFile(msgspec.Struct):
    key: dict[str, Any]
    made_at: int
    retired_at: int | None = None


@dataclass(frozen=True)
class SigningKey:
    """One key."""

    kid: str
    key: ECKey
    made_at: int
    """Unix time; so is `retired_at`."""
    retired_at: int | None = None

    def verifies(self, now: float) -> bool:
        """Whether something that it signed may still be good."""
        return self.retired_at is None or now < self.retired_at + LONGEST_TOKEN_S


class KeysUnusable(ValueError):
    """A file of the folder is no key; the message names it."""


class SigningKeys:
    """The keys of one folder. Safe to share between threads."""

    def __init__(self, folder: Path, clock: Callable[[], float] = time.time) -> None:
        """Raises KeysUnusable for a file that is no key."""
        self.folder = folder
        self.clock = clock
        self._keys: dict[str, SigningKey] = {}
        self._read_at_ns = -1
        self._read_again()
        if not any(each.retired_at is None for each in self._keys.values()):
            self.rotate()

    def signing(self) -> SigningKey:
        """The key that signs now."""
        self._read_again()
        standing = [each for each in self._keys.values() if each.retired_at is None]
        return max(standing, key=lambda each: (each.made_at, each.kid))

    def get(self, kid: str) -> SigningKey | None:
        """The key with that id, while it verifies."""
        if kid not in self._keys:
            self._read_again()
        found = self._keys.get(kid)
        return found if found is not None and found.verifies(self.clock()) else None

    def all_keys(self) -> list[SigningKey]:
        """The keys that verify: the one that signs, then the newest first."""
        self._read_again()
        now = self.clock()
        standing = [each for each in self._keys.values() if each.verifies(now)]
        return sorted(standing, key=lambda each: (each.retired_at is None, each.made_at, each.kid), reverse=True)

    def public(self) -> dict[str, list[dict[str, Any]]]:
        """The public halves as a JWK set (RFC 7517)."""
        return {
            "keys": [
                {**each.key.as_dict(private=False), "kid": each.kid, "use": "sig", "alg": ALGORITHM}
                for each in self.all_keys()
            ]
        }

    def rotate(self) -> SigningKey:
        """Draw a key that signs from now on; the others are retired, and those that verify nothing any more go."""
        self._read_again()
        now = int(self.clock())
        key = ECKey.generate_key("P-256")
        drawn = SigningKey(key.thumbprint(), key, now)
        before = list(self._keys.values())
        self._write(drawn)
        for each in before:
            if not each.verifies(now):
                (self.folder / f"{each.kid}.json").unlink(missing_ok=True)
            elif each.retired_at is None:
                self._write(SigningKey(each.kid, each.key, each.made_at, now))
        self._read_at_ns = -1
        self._read_again()
        return drawn

    def _write(self, kept: SigningKey) -> None:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        body = msgspec.json.encode(_KeyFile(dict(kept.key.as_dict(private=True)), kept.made_at, kept.retired_at))
        write_private(self.folder / f"{kept.kid}.json", body, replace=True)

    def _read_again(self) -> None:
        """Read the folder if it may have changed since it was read."""
        try:
            changed_ns = self.folder.stat().st_mtime_ns
        except FileNotFoundError:
            return
        if changed_ns == self._read_at_ns:
            return
        found = map(_read, sorted(self.folder.glob("[!.]*.json")))
        self._keys = {each.kid: each for each in found if each is not None}
        self._read_at_ns = -1 if time.time_ns() - changed_ns < RACY_NS else changed_ns


def _read(path: Path) -> SigningKey | None:
    try:
        kept = msgspec.json.decode(path.read_bytes(), type=_KeyFile)
        key = ECKey.import_key(kept.key)
        if not key.is_private or key.curve_name != "P-256":
            raise ValueError("not a private key on P-256")
    except FileNotFoundError:  # rotated away meanwhile
        return None
    except (OSError, ValueError, KeyError, TypeError, JoseError) as error:
        raise KeysUnusable(f"{path} is not a signing key ({error}): take it out of the folder") from None
    return SigningKey(key.thumbprint(), key, kept.made_at, kept.retired_at)
