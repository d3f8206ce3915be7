"""The key of the audit log, which never lies in the database: it names people without naming them, and signs heads."""

import base64
import hashlib
from functools import cached_property

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

PSEUDONYM_MARK = "p."
"""How a pseudonym begins, so that a reader can tell one from an id."""
PSEUDONYM_BYTES = 12
"""Enough for no two of ten million people to share one (a chance of 1 in 10^15), and no more: there are many."""


class AuditKeyUnusable(ValueError):
    """The secret is too short to be one."""


class AuditKey:
    """Pseudonyms (keyed BLAKE2b) and signatures (Ed25519), both of one secret."""

    def __init__(self, secret: bytes) -> None:
        """Raises AuditKeyUnusable for a secret of less than 32 bytes."""
        if len(secret) < 32:
            raise AuditKeyUnusable(f"the key of the audit log has {len(secret)} bytes: give it at least 32")
        self._names = hashlib.blake2b(secret, person=b"audit names", digest_size=32).digest()
        self._seed = hashlib.blake2b(secret, person=b"audit heads", digest_size=32).digest()

    def pseudonym(self, nature: str, key: str) -> str:
        """What stands for an id of some nature: always the same, and of no use to who lacks the key."""
        digest = hashlib.blake2b(f"{nature}\n{key}".encode(), key=self._names, digest_size=PSEUDONYM_BYTES).digest()
        return PSEUDONYM_MARK + _text(digest)

    def person(self, profile_id: str) -> str:
        """The pseudonym of a person."""
        return self.pseudonym("profils", profile_id)

    @cached_property
    def _private(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self._seed)

    @cached_property
    def public(self) -> str:
        """What others check signatures with: 32 bytes as base64url."""
        return _text(self._private.public_key().public_bytes_raw())

    def sign(self, statement: bytes) -> str:
        return _text(self._private.sign(statement))


def is_signed(public: str, statement: bytes, signature: str) -> bool:
    """Whether the owner of the key `public` signed the statement; False for anything that is not a signature."""
    try:
        Ed25519PublicKey.from_public_bytes(_bytes(public)).verify(_bytes(signature), statement)
    except (InvalidSignature, ValueError):
        return False
    return True


def _text(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
