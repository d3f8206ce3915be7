"""Secrets of clients and one-time codes: drawn here, told once, kept as Argon2id hashes."""

import secrets
from functools import cache
from typing import Final

from pwdlib import PasswordHash
from pwdlib.exceptions import PwdlibError
from pwdlib.hashers.argon2 import Argon2Hasher

MEMORY_KIB: Final = 19_456
"""With two passes, the least that OWASP recommends (*Password Storage Cheat Sheet*): secrets are drawn, not chosen, and
a few requests at a time must not take the machine's memory."""

_HASH: Final = PasswordHash((Argon2Hasher(time_cost=2, memory_cost=MEMORY_KIB, parallelism=1),))
_ALPHABET: Final = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
_CODE_LENGTH: Final = 10
MOST_CHARACTERS: Final = 256


def draw_secret() -> str:
    """A secret of 256 bits."""
    return secrets.token_urlsafe(32)


def draw_code() -> str:
    """A code of 49 bits that can be read out on the phone: `AB2C4-DE6FG`."""
    drawn = "".join(secrets.choice(_ALPHABET) for _ in range(_CODE_LENGTH))
    return f"{drawn[:5]}-{drawn[5:]}"


def plain_code(typed: str) -> str:
    """A code as it is hashed, however it was typed."""
    return "".join(typed.upper().split()).replace("-", "")


def hashed(secret: str) -> str:
    """What is kept of a secret. Tens of milliseconds: for a worker thread."""
    return _HASH.hash(secret)


def matches(secret: str, kept: str | None) -> bool:
    """Whether `kept` is the hash of a secret; as long for None, where nobody is known by the name that was given."""
    try:
        right = _HASH.verify(secret[:MOST_CHARACTERS], _nobody() if kept is None else kept)
    except PwdlibError:
        return False
    return right and kept is not None and len(secret) <= MOST_CHARACTERS


@cache
def _nobody() -> str:
    return _HASH.hash(secrets.token_urlsafe(32))
