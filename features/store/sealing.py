"""How records stand in their tables: as JSON, and sealed where they identify a person or tell of their health.

Sealed kinds are read one at a time or by person, never searched: so the whole record is sealed, bound to its kind and
id, and its digest is made with the pepper, that nobody guesses a birth date by trying them all.
"""

import hashlib
from dataclasses import dataclass
from typing import Final, TypeVar

import msgspec

from features.privacy.keyring import Keyring, is_sealed
from features.records import Record
from features.store.kinds import KIND_OF, Kind

R = TypeVar("R", bound=Record)

SEALED: Final = frozenset({Kind.IDENTITY, Kind.PROTECTED, Kind.CONTACT_REQUEST})
"""Who a person is; their RQTH; and what employers wrote to them, which may name them."""

_PURPOSE: Final = b"vivier-digest"


class KeyMissing(Exception):
    """Sealed records are to be read or written, and no keys were given."""


@dataclass(frozen=True)
class Sealing:
    """Puts records into rows and takes them out again."""

    keyring: Keyring | None = None

    def put(self, kind: Kind, key: str, record: Record) -> tuple[bytes, str]:
        """The digest and the body of a record's row. Raises KeyMissing for a sealed kind without keys."""
        return self.put_plain(kind, key, msgspec.json.encode(record))

    def put_plain(self, kind: Kind, key: str, body: bytes) -> tuple[bytes, str]:
        """As `put`, of a record's JSON."""
        if kind not in SEALED:
            return hashlib.blake2b(body, digest_size=16).digest(), body.decode()
        keyring = self._keys(kind)
        return keyring.hash(body, _PURPOSE), keyring.seal(body, about(kind.value, key))

    def take(self, record_type: type[R], key: str, body: str) -> R:
        """The record of a row. Raises KeyMissing where it is sealed and there are no keys, KeyringError where none of
        them opens it."""
        return msgspec.json.decode(self.plain(KIND_OF[record_type], key, body), type=record_type)

    def plain(self, kind: Kind, key: str, body: str) -> bytes:
        """The JSON of a row's body; one that was written before there were keys is JSON already."""
        if kind not in SEALED or not is_sealed(body):
            return body.encode()
        return self._keys(kind).open(body, about(kind.value, key))

    def _keys(self, kind: Kind) -> Keyring:
        if self.keyring is None:
            raise KeyMissing(
                f"{kind.value} records are sealed and no key was given: set VIVIER_DATA_KEY_FILE or VIVIER_DATA_KEY "
                "(`vivier keys new` makes a key file)"
            )
        return self.keyring


def about(table: str, key: str) -> str:
    """What a sealed text is bound to: the row that it stands in."""
    return f"{table}/{key}"
